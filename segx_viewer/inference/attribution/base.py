"""What every attribution method is and gets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.domain.methods import MethodInfo, method_info
from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Agreement, Target
from segx_viewer.networks.network import ForwardPass

ClassMap = tuple[int, NDArray[np.float32]]
OnAgreement = Callable[[int, Agreement | None], None]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is explained: a network, its input, and the pass that predicted.

    Attributes
    ----------
    network : nn.Module
        In evaluation mode, parameters frozen.
    tensor : Tensor, shape (1, 3, h, w)
    target_layer : str
    passed : ForwardPass
    target : Target
        The logit by default (METHODS); the probability only for parity with the published reference.
    scaled : bool
        Whether Grad-CAM and its gradient-weighted kin scale each map to 0..1, likewise only for that parity.
    seed : int
        For methods that draw random numbers.
    baselines : Tensor, shape (N, C, h, w), or None
        Images that Gradient SHAP as published starts from, where there are some.
    on_agreement : callable
        Told by such methods, for each class before its map, how far two halves of their samples agree.
    """

    network: nn.Module
    tensor: Tensor
    target_layer: str
    passed: ForwardPass
    target: Target = Target.LOGIT
    scaled: bool = False
    seed: int = 0
    baselines: Tensor | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    on_fraction: Callable[[float], None] = lambda _fraction: None
    on_agreement: OnAgreement = lambda _k, _agreement: None

    @property
    def input_shape(self) -> tuple[int, int]:
        """(h, w) of the input."""
        return self.tensor.shape[-2], self.tensor.shape[-1]

    def score(self, batch: Tensor) -> Tensor:
        """Return the targets of all classes, (N, K), for a batch of inputs."""
        return self.of_logits(self.network(batch))

    def of_logits(self, logits: Tensor) -> Tensor:
        """Turn logits into targets. The reference's probability is a sigmoid, whatever the bundle's activation."""
        return logits.sigmoid() if self.target is Target.PROBABILITY else logits

    def portion(self, part: int, parts: int) -> "Subject":
        """Return the same subject, whose progress is one of several equal parts."""
        tell = self.on_fraction
        return replace(self, on_fraction=lambda fraction: tell((part + fraction) / parts))


class Described:
    """A method that the table of methods describes, by its name."""

    __slots__ = ()
    name: str

    @property
    def info(self) -> MethodInfo:
        """What the method is."""
        return method_info(self.name)


class Method(Protocol):
    """An attribution method as it is carried out; `domain.methods` says what it is."""

    @property
    def name(self) -> str:
        """Its name in requests and files."""

    @property
    def info(self) -> MethodInfo:
        """What the method is."""

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, saliency map): (h, w) float32, >= 0, on the input grid, not normalised.

        A slow method yields a class more than once, ever finer; the last map of a class is the final one.

        Raises
        ------
        AnalysisCancelled
            Between batches, after the subject's token was cancelled.
        ModelError
            If the target layer does not fit the method.
        """
