"""What is asked of a network beside its output: one pass that can be explained, and what may be done with it.

Each kind of network answers for itself; for torch's plain modules, `segx_viewer.networks.forward` does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from segx_viewer.networks.runtime import onnxruntime


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


@runtime_checkable
class Network(Protocol):
    """What is asked of every kind of network."""

    @property
    def is_program(self) -> bool:
        """Whether it stays as it comes: it is neither moved to a device, nor copied, folded or compiled."""

    @property
    def serves_threads(self) -> bool:
        """Whether several threads may use it at a time."""

    def passes(self, x: Tensor, target_layer: str, gate_layer: str = "") -> list[ForwardPass]:
        """Run the classifier once on inputs (N, C, h, w), each of which can be explained by itself.

        Raises
        ------
        ModelError
            If a layer does not exist, or the target layer is not reached, or does not give one tensor.
        """

    def scores_from(self, x: Tensor, layer: str, output: Tensor) -> Tensor:
        """Return the logits (N, K) for a layer's output in the place of the one that inputs (N, C, h, w) give it."""


class Inside(Protocol):
    """A graph whose inner values can be had: it is built anew with them as outputs, and run in a session of its own."""

    @property
    def input_name(self) -> str:
        """What its input is called."""

    @property
    def output_names(self) -> list[str]:
        """What its own outputs are called."""

    @property
    def computes_in_half(self) -> bool:
        """Whether it computes with 16 bits."""

    def raw(self, x: Tensor) -> dict[str, Tensor]:
        """Return every output for inputs (N, C, h, w) by its name, as it comes."""

    def run_in(self, session: "onnxruntime.InferenceSession", x: Tensor, names: Sequence[str]) -> list[Tensor]:
        """Return what a session of the graph, with other outputs, gives for inputs (N, C, h, w)."""


class Program(Network, Protocol):
    """A network that comes without its Python code."""

    @property
    def inside(self) -> Inside | None:
        """What its inner values are asked of; None where they cannot be had."""

    @property
    def batch(self) -> int | None:
        """How many images it takes at a time; None for any number."""

    @property
    def takes_whole_numbers(self) -> bool:
        """Whether its input is whole numbers."""

    def raw(self, x: Tensor) -> dict[str, Tensor]:
        """Return every output for inputs (N, C, h, w) by its name or number, as it comes."""


def features_of(maps: Tensor) -> NDArray[np.float32]:
    """Return mean and standard deviation of each feature map (N, C, h, w), or vector (N, n, C): (N, 2 C)."""
    array = maps.float().cpu().numpy()
    positions = (2, 3) if array.ndim == 4 else 1
    return np.concatenate([array.mean(positions), array.std(positions, ddof=1)], 1)


def explained_by_head(
    logits: Tensor, maps: Tensor, features: NDArray[np.float32] | None, head: Callable[[Tensor], Tensor] | None
) -> list[ForwardPass]:
    """Return the passes of a network that gives its target layer's output (N, C, h, w) beside its logits (N, K)."""
    leaves = [row.requires_grad_() for row in maps.split(1)]
    rows = [None] * len(leaves) if features is None else features
    return [ForwardPass(*each, head) for each in zip(logits.split(1), leaves, rows, strict=True)]


def black_box(network: Callable[[Tensor], Tensor], x: Tensor) -> list[ForwardPass]:
    """Return the passes of a network that is only asked for its logits."""
    with torch.no_grad():
        return [ForwardPass(row, None, None) for row in network(x).split(1)]
