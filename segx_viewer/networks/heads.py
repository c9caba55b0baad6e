"""Classifiers whose last layer was replaced by a sequence: built again from names and shapes in their weights file.

`network.fc = nn.Sequential(nn.Dropout(0.2), nn.Linear(512, 3))` is saved as "fc.1.weight". Layers with weights are
known from that; those without leave a gap in the numbers, and nothing in the file tells what they were.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from torch import Tensor, nn

from segx_viewer.errors import ModelError

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "none": nn.Identity, "relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh,
}  # fmt: skip
_LINEAR, _MATRIX = "linear", 2


def head_layers(path: str, state: Mapping[str, Tensor], activation: str, name: str) -> list[str]:
    """Return the layers of a head, as text that `build_head` builds from.

    Parameters
    ----------
    path : str
        Dotted name of the layer that was replaced, such as "fc".
    state : mapping of str to Tensor
        Weights under the network's own names.
    activation : str
        What lies between linear layers, a name of `ACTIVATIONS`; "" where that was not said.
    name : str
        Of the file, for messages.

    Raises
    ------
    ModelError
        If a layer is of no known kind, or what lies between two linear layers has to be said.

    Examples
    --------
    >>> import torch
    >>> head_layers("fc", {"fc.1.weight": torch.zeros(3, 8), "fc.1.bias": torch.zeros(3)}, "", "a.pth")
    ['none', 'linear 8 3']
    """
    known: dict[int, str] = {}
    for key, tensor in state.items():
        found = re.fullmatch(rf"{re.escape(path)}\.(\d+)\.weight", key)
        if found is None:
            continue
        number = int(found[1])
        if tensor.ndim == _MATRIX:
            bias = "" if f"{path}.{number}.bias" in state else " unbiased"
            known[number] = f"{_LINEAR} {tensor.shape[1]} {tensor.shape[0]}{bias}"
        elif tensor.ndim == 1:
            kind = "batchnorm" if f"{path}.{number}.running_mean" in state else "layernorm"
            known[number] = f"{kind} {tensor.shape[0]}"
        else:
            raise ModelError(f"{name}: the layer {path}.{number} of its head is of a kind that is not known.")
    layers = [known.get(number, "none") for number in range(max(known) + 1)]
    linear = [number for number, layer in enumerate(layers) if layer.startswith(_LINEAR)]
    gaps = [next((n for n in range(a, b) if n not in known), None) for a, b in pairwise(linear)]
    if any(gap is not None for gap in gaps) and not activation:
        raise ModelError(
            f"{name}: its head {path} is a sequence of {len(linear)} linear layers, and what lies between them is not "
            f"in the file; say which activation it is: --head-activation {', '.join(ACTIVATIONS)}."
        )
    for gap in gaps:
        if gap is not None:
            layers[gap] = activation
    return layers


def replaced_head(own: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> str:
    """Return the name of the one layer that a file has a sequence for in its place; "" where there is none.

    Parameters
    ----------
    own, state : mapping of str to Tensor
        Weights of the network as its library builds it, and of the file.
    """
    paths = {key.removesuffix(".weight") for key in own if key.endswith(".weight") and key not in state}
    found = [p for p in paths if any(re.fullmatch(rf"{re.escape(p)}\.\d+\.weight", key) for key in state)]
    return found[0] if len(found) == 1 else ""


def build_head(layers: Sequence[str]) -> nn.Sequential:
    """Build a head from the text that `head_layers` returned. Raises `ValueError` for other text.

    Examples
    --------
    >>> build_head(["none", "linear 8 3"])
    Sequential(
      (0): Identity()
      (1): Linear(in_features=8, out_features=3, bias=True)
    )
    """
    return nn.Sequential(*(_layer(text) for text in layers))


def _layer(text: str) -> nn.Module:
    kind, *numbers = text.split()
    sizes = [int(n) for n in numbers if n.isdigit()]
    if kind == _LINEAR and len(sizes) == _MATRIX:
        return nn.Linear(sizes[0], sizes[1], bias="unbiased" not in numbers)
    if kind in ("batchnorm", "layernorm") and len(sizes) == 1:
        return nn.BatchNorm1d(sizes[0]) if kind == "batchnorm" else nn.LayerNorm(sizes[0])
    if kind not in ACTIVATIONS or numbers:
        raise ValueError(f"a head has no layer {text!r}")
    return ACTIVATIONS[kind]()
