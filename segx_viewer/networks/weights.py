"""Weights files of users: safetensors, and PyTorch's pickles read by its restricted unpickler only.

A pickle that holds a whole network gives up its tensors without that network's code: every module in it becomes an
empty shell that only keeps what was stored.
"""

import inspect
import json
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from tarfile import is_tarfile

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from segx_viewer.errors import ConsentNeededError, ModelError, worded
from segx_viewer.networks.legacy import is_legacy, read_legacy
from segx_viewer.paths import is_plain_name

SAFETENSORS = ".safetensors"
_EMA = ("state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "ema")
"""Where checkpoints keep the running average of the weights, which is what was evaluated."""
_KEYS = (*_EMA, "model", "state_dict", "model_state_dict", "model_state", "net", "network", "weights", "params")
"""Where checkpoints keep the weights, among optimisers and counters."""

_COUNTERS = (
    "num_batches_tracked", "total_ops", "total_params", "n_averaged", "relative_position_index", "attn_mask",
    "position_ids", "op_threshs",
)  # fmt: skip
"""Endings of what checkpoints hold beside weights: counters, and tables that networks make themselves."""

_FEW = 6


class State(dict[str, Tensor]):
    """Weights by name, and what is to be said about where they come from."""

    note: str = ""


_PREFIXES = ("module.", "_orig_mod.")
_XRV = ("DenseNet", "_DenseLayer", "_DenseBlock", "_Transition", "ResNet")


def read_weights(path: Path, *, allow_pickle: bool = False) -> dict[str, Tensor]:
    """Read a network's weights.

    Parameters
    ----------
    path : Path
        A safetensors file, or PyTorch's: a state dict, a checkpoint that holds one ({"model": ...}, for instance),
        or a whole network.
    allow_pickle : bool
        The user's consent to unpickle. Even then only tensors and plain containers are made (`weights_only`).

    Returns
    -------
    dict of str to Tensor
        Names without the prefixes of data parallelism and compilation.

    Raises
    ------
    ConsentNeededError
        If the file is a pickle and there is no consent.
    ModelError
        If the file cannot be read or holds no weights.
    """
    if not path.is_file():
        raise ModelError(f"There is no weights file {path.name}.")
    if path.name.endswith(".safetensors.index.json"):
        return _of_shards(path)
    if path.suffix.lower() == SAFETENSORS:
        try:
            return load_file(path)
        except SafetensorError as error:
            raise ModelError(f"{path.name} is not a safetensors file: {error}") from error
    if not _is_pickle(path):
        raise ModelError(
            f"{path.name} holds no weights that can be read: they come as safetensors, PyTorch's .pth, a torch.export "
            f"program (.pt2) or an ONNX model."
        )
    if not allow_pickle:
        raise ConsentNeededError(
            f"{path.name} is a pickle. It is read by PyTorch's restricted unpickler (weights only) and only with your "
            f"consent; take it from sources that you trust only."
        )
    return state_of(_unpickled(path), path.name)


def state_of(checkpoint: object, name: str = "the file") -> dict[str, Tensor]:
    """Return the state dict within what a checkpoint holds. Raises `ModelError` when there is none."""
    note = ""
    while isinstance(checkpoint, Mapping) and not _is_state(checkpoint):
        key = next((k for k in _KEYS if isinstance(checkpoint.get(k), Mapping | _Shell)), None)
        if key is None:
            held = ", ".join(str(k) for k in list(checkpoint)[:_FEW]) or "nothing"
            raise ModelError(
                f"{name} holds no weights; a state dict or a checkpoint with one is needed, and it holds {held}."
            )
        others = [
            str(k) for k in checkpoint if k != key and k in _KEYS and isinstance(checkpoint.get(k), Mapping | _Shell)
        ]
        if others:
            note = worded(f"{name} holds several sets of weights: {key} is taken, {', '.join(others)} is not.")
        checkpoint = checkpoint[key]
    if isinstance(checkpoint, _Shell):
        checkpoint = dict(checkpoint.tensors())
    if not isinstance(checkpoint, Mapping) or not checkpoint:
        raise ModelError(f"{name} holds no weights; a state dict or a checkpoint with one is needed.")
    state = {key: tensor.detach() for key, tensor in checkpoint.items() if isinstance(tensor, Tensor)}
    for prefix in _PREFIXES:
        if all(key.startswith(prefix) for key in state):
            state = {key.removeprefix(prefix): tensor for key, tensor in state.items()}
    if any(".lora_A." in key or key.endswith(".lora_A") for key in state):
        raise ModelError(
            f"{name} holds LoRA's additions; merge them into the network first (merge_and_unload) and save it."
        )
    whole = State(state)
    whole.note = note
    return whole


def _of_shards(index: Path) -> dict[str, Tensor]:
    """Read safetensors that are cut into several files, by their index."""
    try:
        names = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{index.name} is no index of safetensors files.") from error
    found: dict[str, Tensor] = {}
    for name in names:
        if not is_plain_name(str(name)) or not (index.parent / name).is_file():
            raise ModelError(f"{index.name} names {name}, which is not a file beside it.")
        found |= read_weights(index.parent / name)
    return found


def fitted(state: Mapping[str, Tensor], network: nn.Module, name: str) -> tuple[dict[str, Tensor], list[str]]:
    """Return the weights under the network's own names, and the names of those that it does not have.

    Raises
    ------
    ModelError
        If weights are missing or have another shape.
    """
    own = network.state_dict()
    for prefix in ("", "model.", "net.", "network."):
        renamed = {key.removeprefix(prefix): tensor for key, tensor in state.items() if key.startswith(prefix)}
        # Counters that older checkpoints lack play no part in inference.
        missing = [key for key in own if key not in renamed and not key.endswith("num_batches_tracked")]
        if not missing:
            break
    else:
        lacking = [key for key in own if key not in state]
        encoder = lacking[0].startswith("encoder.") and any(key.startswith("encoder.") for key in state)
        hint = worded(" Another encoder made them; name it (--segmenter-encoder).") if encoder else ""
        raise ModelError(
            f"{name}: these weights are missing: {_some(lacking)}. The file has: {_some(list(state))}.{hint}"
        )
    wrong = [
        worded(f"{key} is {tuple(renamed[key].shape)} instead of {tuple(tensor.shape)}")
        for key, tensor in own.items()
        if key in renamed and renamed[key].shape != tensor.shape
    ]
    if wrong:
        raise ModelError(f"{name}: the weights do not fit: {_some(wrong)}.")
    return {key: renamed.get(key, tensor) for key, tensor in own.items()}, [
        key for key in state if key.removeprefix(prefix) not in own and not key.endswith(_COUNTERS)
    ]


def _some(names: list[str]) -> str:
    named = ", ".join(names[:3])
    return worded(f"{named} and {len(names) - 3} more") if len(names) > 3 else named


class _Shell:
    """Stands in for every module of a pickled network: it runs nothing and keeps what was stored."""

    def tensors(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        stored = vars(self)
        hidden = stored.get("_non_persistent_buffers_set", ())
        for table in ("_parameters", "_buffers"):
            for name, tensor in stored.get(table, {}).items():
                if isinstance(tensor, Tensor) and name not in hidden:
                    yield prefix + name, tensor
        for name, module in stored.get("_modules", {}).items():
            if isinstance(module, _Shell):
                yield from module.tensors(f"{prefix}{name}.")


def _is_state(found: Mapping[object, object]) -> bool:
    return any(isinstance(value, Tensor) for value in found.values())


def _is_pickle(path: Path) -> bool:
    """Whether a file begins as PyTorch's do: a pickle by itself, or in a ZIP or, long ago, a tar archive."""
    with path.open("rb") as file:
        return file.read(4).startswith((b"\x80", b"PK\x03\x04")) or is_tarfile(path)


def _unpickled(path: Path) -> object:
    try:
        if is_legacy(path):
            return read_legacy(path, dict.fromkeys(_module_names(), _Shell))
        with torch.serialization.safe_globals([(_Shell, name) for name in _module_names()]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"{path.name} holds more than weights, and what it holds could run any code when read; save the state "
            f"dict alone, torch.save(model.state_dict(), 'weights.pth'): {str(error).splitlines()[0]}"
        ) from error
    except Exception as error:  # a damaged pickle raises anything
        raise ModelError(f"{path.name} could not be read as PyTorch weights: {error}") from error


def _module_names() -> list[str]:
    """Names under which modules of PyTorch and torchxrayvision are pickled."""
    own = {f"{c.__module__}.{c.__name__}" for _, c in inspect.getmembers(nn, inspect.isclass)}
    return sorted(own) + [f"torchxrayvision.models.{name}" for name in _XRV]
