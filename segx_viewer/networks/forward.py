"""One pass of a classifier, kept for the explanation, whatever kind of network it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.errors import ModelError
from segx_viewer.networks.network import ForwardPass, Network, black_box, features_of


def network_of(module: nn.Module) -> Network:
    """Return what a module answers as a network: a plain one is looked into with hooks."""
    return module if isinstance(module, Network) else HookedNetwork(module)


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
        return black_box(network, tensor)
    return network_of(network).passes(tensor, target_layer, gate_layer)


def scores_from(network: nn.Module, tensor: Tensor, layer: str, output: Tensor) -> Tensor:
    """Return the logits for a layer's output in the place of the one that inputs (N, C, h, w) give it."""
    return network_of(network).scores_from(tensor, layer, output)


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


class HookedNetwork(Network):
    """A network of torch's modules: its layers are looked into, and exchanged, with hooks."""

    is_program = False
    serves_threads = False

    def __init__(self, module: nn.Module) -> None:
        self._module = module

    def passes(self, x: Tensor, target_layer: str, gate_layer: str = "") -> list[ForwardPass]:
        """Run it once; see `Network.passes`."""
        leaves: list[Tensor] = []
        features: list[NDArray[np.float32]] = []

        def cut(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
            if not isinstance(output, Tensor) or len(output) != len(x):
                raise ModelError(f"The layer {target_layer!r} cannot be explained: it does not give one tensor.")
            leaves[:] = [row.detach().requires_grad_() for row in output.split(1)]
            # A copy goes on, so that in-place layers above do not write into what is explained.
            return torch.cat(leaves)

        def keep_features(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            features[:] = features_of(output.detach())

        handles = [find_layer(self._module, target_layer).register_forward_hook(cut)]
        if gate_layer:
            handles.append(find_layer(self._module, gate_layer).register_forward_hook(keep_features))
        with _hooked(*handles):
            logits = self._module(x)
        if not leaves or not logits.requires_grad:
            raise ModelError(f"The layer {target_layer!r} cannot be explained: the class scores do not depend on it.")
        rows: list[NDArray[np.float32] | None] = [*features] or [None] * len(x)
        return [ForwardPass(*each) for each in zip(logits.split(1), leaves, rows, strict=True)]

    def scores_from(self, x: Tensor, layer: str, output: Tensor) -> Tensor:
        """Return the logits for a layer's output; see `Network.scores_from`."""
        found = find_layer(self._module, layer)
        with _hooked(found.register_forward_hook(lambda _module, _inputs, _output: output)):
            return self._module(x)


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
