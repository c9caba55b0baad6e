"""One pass of a classifier, kept for the explanation: through torch's modules with hooks, or a compiled graph."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.errors import ModelError
from segx_viewer.networks.compiled import Compiled
from segx_viewer.networks.onnx_model import Onnx


@dataclass(frozen=True, slots=True, eq=False)
class ForwardPass:
    """One pass of the classifier, kept for the explanation.

    Attributes
    ----------
    logits : Tensor, shape (1, K)
    activations : Tensor or None
        Output of the target layer, a leaf that gradients are taken with respect to; None for a black box.
    features : ndarray, shape (2 C,), or None
        Mean and standard deviation of each of the gate layer's feature maps, for the input gate; None without one.
    head : callable or None
        What makes the logits from the activations; None where the logits are attached to a graph already.
    """

    logits: Tensor
    activations: Tensor | None
    features: NDArray[np.float32] | None
    head: Callable[[Tensor], Tensor] | None = None

    def attached(self) -> Tensor:
        """Return the logits attached to a graph that reaches down to the activations and no further."""
        if self.head is None or self.activations is None:
            return self.logits
        return self.head(self.activations)


def find_layer(network: nn.Module, name: str) -> nn.Module:
    """Return a layer by its dotted name.

    Raises
    ------
    ModelError
        If there is no such layer.
    """
    try:
        return network.get_submodule(name)
    except AttributeError as error:
        raise ModelError(f"The network has no layer {name!r} to explain.") from error


def forward(network: nn.Module, tensor: Tensor, target_layer: str, gate_layer: str = "") -> ForwardPass:
    """Run the classifier once, on one input (1, C, h, w); see `forward_each`."""
    return forward_each(network, tensor, target_layer, gate_layer)[0]


def forward_each(network: nn.Module, tensor: Tensor, target_layer: str, gate_layer: str = "") -> list[ForwardPass]:
    """Run the classifier once on several inputs, each of which can be explained by itself.

    The target layer's output is cut off from what is below it, so that explaining costs the gradient of the
    layers above it only.

    Parameters
    ----------
    tensor : Tensor, shape (N, C, h, w)
    target_layer : str
        "" for a network that is a black box.
    gate_layer : str
        The layer whose features the input gate looks at, "" for none.

    Raises
    ------
    ModelError
        If a layer does not exist, or the target layer is not reached, or does not give one tensor.
    """
    if not target_layer:
        with torch.no_grad():
            return [ForwardPass(row, None, None) for row in network(tensor).split(1)]
    if isinstance(network, Compiled):
        known = network.explains(target_layer) and (not gate_layer or gate_layer in network.layers)
        if known and network.suits(tensor):
            return _forward_compiled(network, tensor, gate_layer)
        network = network.network
    if isinstance(network, Onnx):
        return _forward_onnx(network, tensor, target_layer)
    kept: dict[str, Any] = {}

    def cut(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        if not isinstance(output, Tensor) or len(output) != len(tensor):
            raise ModelError(f"The layer {target_layer!r} cannot be explained: it does not give one tensor.")
        kept["activations"] = [row.detach().requires_grad_() for row in output.split(1)]
        # A copy goes on, so that in-place layers above do not write into what is explained.
        return torch.cat(kept["activations"])

    def keep_features(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        kept["features"] = _features_of(output.detach())

    handles = [find_layer(network, target_layer).register_forward_hook(cut)]
    if gate_layer:
        handles.append(find_layer(network, gate_layer).register_forward_hook(keep_features))
    with _hooked(*handles):
        logits = network(tensor)
    if "activations" not in kept or not logits.requires_grad:
        raise ModelError(f"The layer {target_layer!r} cannot be explained: the class scores do not depend on it.")
    features = kept.get("features", [None] * len(tensor))
    return [ForwardPass(*each) for each in zip(logits.split(1), kept["activations"], features, strict=True)]


def _forward_compiled(network: Compiled, tensor: Tensor, gate_layer: str) -> list[ForwardPass]:
    names = ("output", network.layers[0], *((gate_layer,) if gate_layer else ()))
    logits, activations, *maps = network.outputs(tensor, *names)
    leaves = [row.requires_grad_() for row in activations.split(1)]
    features = _features_of(maps[0]) if maps else [None] * len(leaves)
    return [ForwardPass(*each, network.head) for each in zip(logits.split(1), leaves, features, strict=True)]


def _forward_onnx(network: Onnx, tensor: Tensor, layer: str) -> list[ForwardPass]:
    if not network.explains(layer):
        raise ModelError(f"The ONNX model has no output {layer!r} to explain.")
    with torch.no_grad():
        logits, maps = network.outputs(tensor, layer)
    leaves = [row.requires_grad_() for row in maps.float().split(1)]
    return [ForwardPass(*each, None, network.head) for each in zip(logits.split(1), leaves, strict=True)]


def _features_of(maps: Tensor) -> NDArray[np.float32]:
    """Return mean and standard deviation of each feature map, (N, 2 C)."""
    array = maps.float().cpu().numpy()
    positions = (2, 3) if array.ndim == 4 else 1
    return np.concatenate([array.mean(positions), array.std(positions, ddof=1)], 1)


def scores_from(network: nn.Module, tensor: Tensor, layer: str, output: Tensor) -> Tensor:
    """Return the logits for a layer's output in the place of the one that inputs (N, C, h, w) give it."""
    if isinstance(network, Compiled):
        if network.explains(layer) and network.head is not None:
            return network.head(output)
        network = network.network
    if isinstance(network, Onnx):
        return network.head(output)
    with _hooked(find_layer(network, layer).register_forward_hook(lambda _module, _inputs, _output: output)):
        return network(tensor)


def on_arrays(network: nn.Module) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Return a network on the processor as a function of arrays."""

    @torch.inference_mode()
    def answer(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = network(torch.from_numpy(inputs)).float().numpy()
        return found

    return answer


@contextmanager
def _hooked(*handles: torch.utils.hooks.RemovableHandle) -> Iterator[None]:
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
