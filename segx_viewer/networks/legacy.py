"""Weights in the format that PyTorch wrote before version 1.6, where a whole network was pickled.

PyTorch's restricted unpickler does not read such networks; this one is as strict. What it makes are tensors, plain
containers and empty shells in the place of modules, and it knows no other name: nothing of the file is ever run.

A file holds the pickles of a magic number, a protocol version and facts about the machine; the network's, with
references to its storages; the list of the storages' keys; and for each of them its length and its values.
"""

import pickle
import struct
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor

_MAGIC = 0x1950A86A20F9469CFC6C
_START = pickle.dumps(_MAGIC, protocol=2)
_PROTOCOL = 1001
_DTYPES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


def is_legacy(path: Path) -> bool:
    """Whether a file is in this format."""
    with path.open("rb") as file:
        return file.read(len(_START)) == _START


def read_legacy(path: Path, shells: Mapping[str, type]) -> object:
    """Read what a file holds.

    Parameters
    ----------
    path : Path
    shells : mapping of str to type
        What is made in the place of a module, by the module's full name.

    Raises
    ------
    pickle.UnpicklingError
        If the file holds anything but tensors, plain containers and those modules.
    Exception
        Of any kind, if it is damaged.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        if _Unpickler(file, shells, size).load() != _MAGIC or _Unpickler(file, shells, size).load() != _PROTOCOL:
            raise ValueError("the header is not that of PyTorch's old format")
        _Unpickler(file, shells, size).load()  # about the machine that wrote it
        unpickler = _Unpickler(file, shells, size)
        found = unpickler.load()
        for key in _Unpickler(file, shells, size).load():
            _fill(file, unpickler.storages[key])
    return found


class _Unpickler(pickle._Unpickler):
    """Knows tensors, plain containers and shells by name, and nothing else.

    The one written in Python: a damaged reference makes the other one reserve memory without bounds.
    """

    def __init__(self, file: BinaryIO, shells: Mapping[str, type], size: int) -> None:
        super().__init__(file, encoding="utf-8")
        self._known: dict[str, object] = {
            "collections.OrderedDict": OrderedDict,
            "torch._utils._rebuild_tensor_v2": _tensor,
            "torch._utils._rebuild_parameter": _parameter,
            "__builtin__.set": set,
            "builtins.set": set,
            **{f"torch.{name}": dtype for name, dtype in _DTYPES.items()},
            **shells,
        }
        self._size = size
        self.storages: dict[str, Tensor] = {}

    def find_class(self, module: str, name: str) -> object:
        try:
            return self._known[f"{module}.{name}"]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is neither a tensor nor a known module") from None

    def persistent_load(self, pid: tuple[object, ...]) -> object:
        kind, what, *rest = pid
        if kind == "module":  # a class and its source code, which is not looked at
            return what
        if kind != "storage" or not isinstance(what, torch.dtype):
            raise pickle.UnpicklingError(f"{kind} is not what weights consist of")
        key, _, count, *view = rest
        if any(view):
            raise pickle.UnpicklingError("views of storages are not read")
        if not isinstance(key, str) or not isinstance(count, int):
            raise TypeError("a reference to a storage is damaged")
        if not 0 <= count * what.itemsize <= self._size:
            raise ValueError("a storage is larger than the file")
        return self.storages.setdefault(key, torch.zeros(count, dtype=what))


def _tensor(storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> Tensor:
    """Return a view of a storage, which is filled later."""
    return storage.as_strided(size, stride, offset)


def _parameter(tensor: Tensor, *_: object) -> Tensor:
    return tensor


def _fill(file: BinaryIO, storage: Tensor) -> None:
    (count,) = struct.unpack("<q", file.read(8))
    if count != len(storage):
        raise ValueError("a storage has another length than its tensors need")
    content = bytearray(file.read(count * storage.itemsize))
    if len(content) < count * storage.itemsize:
        raise EOFError("the file ends within its values")
    if count:
        storage.copy_(torch.frombuffer(content, dtype=storage.dtype))
