"""The sanity checks of one explanation in one call; `checks.verdicts` puts them into words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.checks.faithfulness import Attribute, Curve, OnProgress, Score, deletion, insertion, max_sensitivity
from segx_viewer.checks.randomisation import Randomisation, Stability, cascading_randomisation, seed_stability
from segx_viewer.domain.request import CancelToken


@dataclass(frozen=True, slots=True, eq=False)
class SanityReport:
    """Everything measured about one explanation.

    Attributes
    ----------
    deletion, insertion : Curve
    deletion_control, insertion_control : float
        Mean area under the curve of the same map moved elsewhere in the image (3 places): what its shape alone
        would score.
    sensitivity : float or None
        Max-sensitivity.
    radius : float
        Change of the input that it was measured for, in units of the normalised input.
    randomisation : Randomisation or None
    stability : Stability or None
    """

    deletion: Curve
    insertion: Curve
    deletion_control: float
    insertion_control: float
    sensitivity: float | None
    radius: float
    randomisation: Randomisation | None
    stability: Stability | None


CONTROLS = 3
"""Places to which the map is moved for comparison."""


def check(
    network: nn.Module,
    score: Score,
    attribute: Attribute,
    tensor: Tensor,
    saliency_map: NDArray[np.floating],
    *,
    radius: float = 0.02,
    steps: int = 25,
    samples: int = 10,
    seed: int = 0,
    batch_size: int = 16,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> SanityReport:
    """Run all checks on one explanation.

    Costs about 8 * `steps` forward passes and `samples` + 15 maps.

    Parameters
    ----------
    network : nn.Module
        The network explained; its parameters are randomised for a while and then restored.
    score : callable
        See `class_score`.
    attribute : callable
        The method for this class, as a function of an input and a seed.
    tensor : Tensor, shape (1, C, h, w)
    saliency_map : ndarray, shape (h, w)
        The map to be judged: what `attribute` gave for `tensor`.

    Raises
    ------
    AnalysisCancelled
    """
    if not np.isfinite(saliency_map).all():
        raise ValueError("a map with values that are not finite orders no pixels")
    share = _Shares(on_progress)
    maps = [saliency_map, *moved_elsewhere(saliency_map, seed)]

    def curves(draw: Callable[..., Curve]) -> tuple[Curve, float]:
        found = [
            draw(
                score,
                tensor,
                A,
                steps=steps,
                batch_size=batch_size,
                seed=seed,
                cancel=cancel,
                on_progress=share.portion(0.2 / len(maps)),
            )
            for A in maps
        ]
        return found[0], float(np.mean([control.auc for control in found[1:]]))

    deleted, deletion_control = curves(deletion)
    inserted, insertion_control = curves(insertion)
    return SanityReport(
        deletion=deleted,
        insertion=inserted,
        deletion_control=deletion_control,
        insertion_control=insertion_control,
        sensitivity=max_sensitivity(
            attribute,
            tensor,
            radius=radius,
            samples=samples,
            seed=seed,
            cancel=cancel,
            on_progress=share.portion(0.25),
        ),
        radius=radius,
        randomisation=cascading_randomisation(
            network, attribute, tensor, seed=seed, cancel=cancel, on_progress=share.portion(0.25)
        ),
        stability=seed_stability(
            attribute, tensor, seeds=(seed, seed + 1, seed + 2), cancel=cancel, on_progress=share.portion(0.1)
        ),
    )


class _Shares:
    """Progress of the whole from the progress of its parts."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.on_progress, self.begun = on_progress, 0.0

    def portion(self, size: float) -> OnProgress:
        start, self.begun = self.begun, self.begun + size

        def tell(fraction: float) -> None:
            if self.on_progress is not None:
                self.on_progress(min(1.0, start + size * fraction))

        return tell


def moved_elsewhere(
    saliency_map: NDArray[np.floating], seed: int = 0, count: int = CONTROLS
) -> list[NDArray[np.floating]]:
    """Shift a map around the image's edges, by a quarter to three quarters of each side: same shape, other place."""
    A, rng = np.asarray(saliency_map), np.random.default_rng(seed)
    shifts = [[round(side * rng.uniform(0.25, 0.75)) for side in A.shape] for _ in range(count)]
    return [np.roll(A, shift, axis=(0, 1)) for shift in shifts]
