"""Running a bundle's networks on one image, and explaining what they said. Arrays in, arrays out.

There are two roads. Where a bundle has ready graphs, the default analysis runs them and explains by arithmetic, without
torch (`by_graph`); whatever needs gradients through the network, another device, or a network without a graph goes
through torch (`by_torch`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Agreement, Prediction, Segmentation, Target

Floats = NDArray[np.float32]
ClassMap = tuple[int, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a classifier said of one image.

    Attributes
    ----------
    logits : ndarray, shape (1, K), float32
    features : ndarray, shape (2 C,), or None
        Mean and standard deviation of each of the gate layer's feature maps; None without such a layer.
    """

    logits: Floats
    features: Floats | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """How an explanation is wanted.

    Attributes
    ----------
    target : Target
        The logit by default (METHODS); the probability only for parity with the published reference.
    scaled : bool
        Whether maps are scaled to 0..1 before they are resampled, likewise only for that parity.
    on_agreement : callable
        Told how far two halves of a random method's samples agree, for each class before its map.
    """

    target: Target = Target.LOGIT
    scaled: bool = False
    cancel: CancelToken = field(default_factory=CancelToken)
    on_fraction: Callable[[float], None] = lambda _fraction: None
    on_agreement: Callable[[int, Agreement | None], None] = lambda _k, _agreement: None


class Runner(Protocol):
    """One bundle's networks and one image on its way through them."""

    def classify(self, inputs: Floats) -> Scores:
        """Run the classifier on one input (1, C, h, w), and keep what explaining it needs."""

    def segment(self, inputs: Floats) -> Floats:
        """Return the segmenter's output (K, h', w') for one input (1, C, h, w)."""

    def explains(self, method: str, wish: Wish) -> bool:
        """Whether this runner can carry a method out."""

    def maps(self, method: str, classes: Sequence[int], wish: Wish) -> Iterator[ClassMap]:
        """Yield (class, saliency map) for the input that was classified: (h, w) float32, >= 0, not normalised."""

    def evidence(
        self,
        needed: Sequence[str],
        prediction: Prediction,
        segmentation: Segmentation,
        saliency_map: Floats,
        views: Sequence[str],
        class_index: int | None = None,
    ) -> dict[str, float] | None:
        """Return what a calibration needs beside the alignments; None where this runner cannot find it.

        It is about the class that the map is of, the leading one by default.
        """
