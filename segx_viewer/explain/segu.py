"""SegU: the certainty of a prediction from the agreement of its explanation with the region (METHODS: SegU)."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.result import (
    Activation,
    Alignment,
    Certainty,
    GateLevel,
    GateVerdict,
    Level,
    Prediction,
    Segmentation,
)
from segx_viewer.explain.alignment import ALIGNMENTS, alignments_and_curve
from segx_viewer.explain.calibration import Calibration
from segx_viewer.explain.ranking import Region

__all__ = [
    "MINIMUM_AREA",
    "NOT_CALIBRATED",
    "NOT_PREDICTED",
    "NO_EXPLANATION",
    "NO_LEVEL",
    "Calibration",
    "abstentions",
    "assess",
    "assess_maps",
    "is_stated",
    "unjudged",
    "unstated",
]

MINIMUM_AREA = 0.001
"""Smallest region, as a share of the image, about which SegU speaks: 0.1 %."""

NOT_CALIBRATED = "Not calibrated: this measures agreement with the region, not the chance of being right."
NO_LEVEL = "No level is promised: the calibration images are too few, or too many of the surest were wrong."
NOT_PREDICTED = "Not the predicted class: the calibration speaks of the predicted class only."
UNSTATED = "Not stated: its score does not lie above its cut-off."
NO_EXPLANATION = "This map shows where methods differ, not what the network looked at: it has no certainty."


def assess(
    attribution_map: NDArray[np.floating],
    segmentation: Segmentation,
    gate: GateVerdict,
    *,
    calibration: Calibration | None = None,
    features: Mapping[str, float | None] | None = None,
    spacing_mm: tuple[float, float] | None = None,
    region: Region | None = None,
    predicted: bool = True,
    unstated: str = NOT_PREDICTED,
    code: str = "",
    skip: Collection[str] = (),
) -> Certainty:
    """Judge one explanation against the predicted region.

    The level comes from the calibrated probability alone. Where there is none, because the bundle has no
    calibration, the class is not the predicted one or a feature is undefined, the level is LOW with that reason:
    an uncalibrated alignment must not look like a promise. Whatever the level, everything that can be computed is.

    Parameters
    ----------
    attribution_map : ndarray, shape (h, w), >= 0
        The ORIGINAL map A, not X.
    segmentation : Segmentation
    gate : GateVerdict
        REFUSED and OUTSIDE abstain with the gate's own reason.
    calibration : Calibration, optional
    features : mapping of str to float or None, optional
        What the calibration may ask for beside the alignments, which are found by their names; None is undefined.
    spacing_mm : tuple of float, optional
        (row, column) distance of the map's pixels.
    region : Region, optional
        The segmentation's mask with that distance, where it is at hand.
    predicted : bool
        Whether the class under explanation is the predicted one, or a finding that is stated.
    unstated : str
        What is said where it is not.
    code : str
        Of the predicted class: some answers need a surer score than others.
    skip : collection of str
        Alignments to leave out (such as `COSTLY`), unless the calibration needs them.

    Raises
    ------
    ModelError
        If the calibration needs a feature that is not there.
    """
    return assess_maps(
        [attribution_map],
        segmentation,
        gate,
        calibration=calibration,
        features=features,
        spacing_mm=spacing_mm,
        region=region,
        predicted=0 if predicted else None,
        unstated=unstated,
        code=code,
        skip=skip,
    )[0]


def assess_maps(
    maps: Sequence[NDArray[np.floating]] | NDArray[np.floating],
    segmentation: Segmentation,
    gate: GateVerdict,
    *,
    calibration: Calibration | None = None,
    features: Mapping[str, float | None] | None = None,
    spacing_mm: tuple[float, float] | None = None,
    region: Region | None = None,
    predicted: int | None = None,
    unstated: str = NOT_PREDICTED,
    code: str = "",
    skip: Collection[str] = (),
) -> list[Certainty]:
    """Judge several explanations (of several classes, or by several methods) against one region; see `assess`.

    Parameters
    ----------
    maps : sequence of ndarray, each (h, w)
    predicted : int or None
        Which of the maps explains the predicted class; only that one gets a calibrated probability.
    """
    region = region or Region(segmentation.mask, spacing_mm)
    needed = calibration.features if calibration else ()
    skipped = {name for name in skip if name not in needed}
    if skipped & {"iou", "auitc", "relevance_mass"}:
        raise ValueError("iou, auitc and relevance_mass cannot be skipped: the badge shows them")
    certainties = []
    for place, A in enumerate(maps):
        alignments, curve = alignments_and_curve(A, region, skip=skipped)
        reasons = abstentions(A, segmentation, gate)
        if reasons:
            probability, level, reason = None, Level.ABSTAIN, " ".join(reasons)
        else:
            probability, level, reason = _judge(
                alignments, calibration, features or {}, code, "" if place == predicted else unstated
            )
        mass = alignments["relevance_mass"].value
        certainties.append(
            Certainty(
                c_iou=alignments["iou"].value,
                c_auitc=alignments["auitc"].value,
                alignments=alignments,
                probability_correct=probability,
                level=level,
                reason=reason,
                outside=None if mass is None else 1 - mass,
                auitc_curve=() if curve is None else tuple(map(float, curve)),
            )
        )
    return certainties


def is_stated(prediction: Prediction, class_index: int) -> bool:
    """Whether the badge can speak of a class: it is the predicted one, or one of several findings above its cut-off."""
    return class_index in prediction.findings


def unstated(prediction: Prediction, class_index: int) -> str:
    """Say what the badge says of a class that is not stated: of several findings, how often it was missed so."""
    if prediction.activation is Activation.SOFTMAX:
        return NOT_PREDICTED
    missed = prediction.missed[class_index] if prediction.missed else None
    if missed is None:
        return UNSTATED
    share = f"{100 * missed.missed:.0f}"
    return f"{UNSTATED} Of {missed.images} images that show this finding, {share} % were missed at this cut-off."


def unjudged(certainty: Certainty) -> Certainty:
    """Return the certainty of a map that explains nothing, such as the disagreement of methods: none."""
    return replace(
        certainty,
        c_iou=None,
        c_auitc=None,
        probability_correct=None,
        level=Level.ABSTAIN,
        reason=NO_EXPLANATION,
        outside=None,
        auitc_curve=(),
    )


def abstentions(attribution_map: NDArray[np.floating], segmentation: Segmentation, gate: GateVerdict) -> list[str]:
    """Say why SegU abstains, one sentence for each reason; empty when it does not."""
    reasons = []
    if gate.level is not GateLevel.ACCEPTED:
        reasons.append(gate.reason or f"The image is {gate.level.value}.")
    if not segmentation.mask.any():
        reasons.append("No region was found in the image.")
    elif segmentation.area_fraction < MINIMUM_AREA:
        reasons.append("The region covers less than 0.1 % of the image.")
    if not np.isfinite(attribution_map).all():
        reasons.append("The map has values that are not finite.")
    elif np.ptp(attribution_map) == 0:
        reasons.append("The map is flat: no pixel is more relevant than another.")
    return reasons


def _judge(
    alignments: Mapping[str, Alignment],
    calibration: Calibration | None,
    extra: Mapping[str, float | None],
    code: str,
    unstated: str,
) -> tuple[float | None, Level, str]:
    """(probability, level, reason) before any abstention."""
    if unstated not in ("", NOT_PREDICTED):
        return None, Level.LOW, unstated
    if calibration is None:
        return None, Level.LOW, NOT_CALIBRATED
    if unstated:
        return None, Level.LOW, unstated
    found = {name: a.value for name, a in alignments.items()} | dict(extra)
    features = {name: math.nan if value is None else value for name, value in found.items()}
    probability = calibration.probability(features)
    undefined = [name for name in calibration.features if not math.isfinite(features[name])]
    if undefined:
        labels = ", ".join(ALIGNMENTS[name].label if name in ALIGNMENTS else name for name in undefined)
        return None, Level.LOW, f"No probability of being right: undefined for this image: {labels}."
    level = calibration.level(probability, code)
    unpromised = level is Level.LOW and calibration.promised is not None and calibration.promised.none
    return probability, level, NO_LEVEL if unpromised else ""
