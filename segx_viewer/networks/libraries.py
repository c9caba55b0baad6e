"""torchvision, timm and what builds on them: to be taken from here, where they come without torch's compiler.

They import it for functions that nothing here calls.

It would hold 160 MiB of memory and take a second or more to import. Where another version of theirs wants more of it
than this knows, they are imported as they would be anyhow.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import ModuleType
from typing import Any

import torch

from segx_viewer import process

_COMPILER = "torch._dynamo"


@contextmanager
def without_compiler() -> Iterator[None]:
    """Let a stand-in answer for torch's compiler, unless it is there already."""
    if _COMPILER in sys.modules:
        yield
        return
    compiler, utils = ModuleType(_COMPILER), ModuleType(f"{_COMPILER}.utils")
    compiler.disable, utils.is_compile_supported = _as_it_is, _is_compile_supported  # type: ignore[attr-defined]
    stand_ins = {module.__name__: module for module in (compiler, utils)}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
        if vars(torch).get("_dynamo") is compiler:
            del torch._dynamo


def _as_it_is(function: Any = None, *_: Any, **__: Any) -> Any:
    """Stand in for the decorator that keeps a function from being compiled: no network is compiled here."""
    return function if function is not None else _as_it_is


def _is_compile_supported(device: Any) -> bool:
    return import_module(f"{_COMPILER}.utils").is_compile_supported(device)


def import_lean(name: str) -> Any:
    """Import a library without torch's compiler if it can be done."""
    try:
        with without_compiler():
            return import_module(name)
    except (AttributeError, ImportError):
        return import_module(name)


def give_back_memory() -> None:
    """Give memory that was freed back to the system, where the C library is one that keeps it otherwise (glibc)."""
    if sys.platform.startswith("linux"):
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)


process.send_nothing()  # timm brings huggingface_hub along, which reads this when it is imported
torchvision = import_lean("torchvision")
timm = import_lean("timm")
smp = import_lean("segmentation_models_pytorch")
