"""The sanity checks of one explanation in one call, and what they say in words."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.checks.faithfulness import Attribute, Curve, OnProgress, Score, deletion, insertion, max_sensitivity
from segx_viewer.checks.randomisation import Randomisation, Stability, cascading_randomisation, seed_stability
from segx_viewer.domain.request import CancelToken


class Judgement(StrEnum):
    """How a check came out."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check in words: name for people, judgement, and a sentence with the figures."""

    name: str
    judgement: Judgement
    sentence: str


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

MINIMUM_SPAN = 0.1
"""Deletion and insertion say nothing about a class whose probability moves by less than this."""


def check(
    network: nn.Module,
    score: Score,
    attribute: Attribute,
    tensor: Tensor,
    saliency_map: NDArray[Any],
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


def moved_elsewhere(saliency_map: NDArray[Any], seed: int = 0, count: int = CONTROLS) -> list[NDArray[Any]]:
    """Shift a map around the image's edges, by a quarter to three quarters of each side: same shape, other place."""
    A, rng = np.asarray(saliency_map), np.random.default_rng(seed)
    shifts = [[round(side * rng.uniform(0.25, 0.75)) for side in A.shape] for _ in range(count)]
    return [np.roll(A, shift, axis=(0, 1)) for shift in shifts]


def verdicts(report: SanityReport) -> tuple[Verdict, ...]:
    """Put each check into words. The cut-offs are conventions, named in the sentences' figures, not tests of theory."""
    return (
        _curve_verdict("Deletion", report.deletion, report.deletion_control, falls=True),
        _curve_verdict("Insertion", report.insertion, report.insertion_control, falls=False),
        _sensitivity_verdict(report.sensitivity, report.radius),
        _randomisation_verdict(report.randomisation),
        _stability_verdict(report.stability),
    )


def summary(found: tuple[Verdict, ...]) -> str:
    """Sum the checks up in one sentence."""
    named = {judgement: [v.name.lower() for v in found if v.judgement is judgement] for judgement in Judgement}
    good = len(named[Judgement.GOOD])
    if good == len(found):
        return f"The map passes all {good} checks."
    parts = [f"The map passes {good} of {len(found)} checks"]
    if named[Judgement.POOR]:
        parts.append(f"it fails {', '.join(named[Judgement.POOR])}: do not rely on it without a second look")
    if named[Judgement.FAIR]:
        parts.append(f"fair: {', '.join(named[Judgement.FAIR])}")
    if named[Judgement.UNDEFINED]:
        parts.append(f"undecided: {', '.join(named[Judgement.UNDEFINED])}")
    return "; ".join(parts) + "."


def _curve_verdict(name: str, curve: Curve, control: float, *, falls: bool) -> Verdict:
    span = float(np.ptp(curve.scores))
    if span < MINIMUM_SPAN:
        text = f"The class's probability moves by only {span:.2f} however much of the picture is replaced"
        return Verdict(name, Judgement.UNDEFINED, f"{text}, so this check can say nothing.")
    gain = (control - curve.auc if falls else curve.auc - control) / span
    action = ("Removing", "lowers") if falls else ("Bringing back", "raises")
    figures = f"(area {curve.auc:.2f}, the same shape elsewhere {control:.2f})"
    if gain > 0.02:
        text = f"{action[0]} what the map marks {action[1]} the class's probability sooner than its shape elsewhere"
        return Verdict(name, Judgement.GOOD if gain > 0.1 else Judgement.FAIR, f"{text} {figures}.")
    text = f"{action[0]} what the map marks matters no more than the same shape elsewhere"
    return Verdict(name, Judgement.POOR, f"{text} {figures}.")


def _sensitivity_verdict(value: float | None, radius: float) -> Verdict:
    name = "Sensitivity"
    if value is None:
        return Verdict(name, Judgement.UNDEFINED, "The map is zero or not finite, so its steadiness is undefined.")
    judgement = Judgement.GOOD if value < 0.2 else Judgement.FAIR if value < 0.5 else Judgement.POOR
    text = (
        f"An invisible change of the picture (at most {radius:g} in input units) changes the map by up to {value:.0%}"
    )
    return Verdict(name, judgement, f"{text}.")


def _randomisation_verdict(found: Randomisation | None) -> Verdict:
    name = "Randomised parameters"
    if found is None:
        return Verdict(name, Judgement.UNDEFINED, "The map is flat or not finite, so there is nothing to compare.")
    if found.final is None:
        text = "With random parameters the method gives no map at all: it depends on what the network learned."
        return Verdict(name, Judgement.GOOD, text)
    likeness = abs(found.final)
    if likeness < 0.3:
        text, judgement = "The map depends on what the network learned", Judgement.GOOD
    elif likeness < 0.6:
        text, judgement = "The map depends only partly on what the network learned", Judgement.FAIR
    else:
        text, judgement = "A network with random parameters gives much the same map", Judgement.POOR
    return Verdict(name, judgement, f"{text} (rank correlation {found.final:.2f} with random parameters).")


def _stability_verdict(found: Stability | None) -> Verdict:
    name = "Seed stability"
    if found is None:
        return Verdict(name, Judgement.UNDEFINED, "The maps are flat or not finite, so there is nothing to compare.")
    r = found.rank_correlation
    judgement = Judgement.GOOD if r >= 0.9 else Judgement.FAIR if r >= 0.7 else Judgement.POOR
    figures = f"rank correlation {r:.2f}, overlap of the top 5 % {found.top_overlap:.2f}"
    agrees = "disagrees" if judgement is Judgement.POOR else "agrees"
    return Verdict(name, judgement, f"Repeated with other random numbers, the method {agrees} with itself ({figures}).")
