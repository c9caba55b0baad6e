"""SegX and SegU on arrays alone: for an edited region, and the alignments that may come later."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.methods import DISAGREEMENT
from segx_viewer.domain.result import Alignment, Analysis, Certainty, Explanation, Segmentation
from segx_viewer.errors import SegxError
from segx_viewer.explain.alignment import ALIGNMENTS, COSTLY, alignments_and_curve
from segx_viewer.explain.calibration import Calibration
from segx_viewer.explain.ranking import Region
from segx_viewer.explain.segu import assess, is_stated, unjudged, unstated
from segx_viewer.explain.segx import segx_map


def reassess(analysis: Analysis, mask: NDArray[np.bool_] | None, calibration: Calibration | None = None) -> Analysis:
    """Run SegX and SegU again for a region drawn by the reader.

    Parameters
    ----------
    analysis : Analysis
        A complete one.
    mask : ndarray, shape (h, w), bool, or None
        On the model-input grid; None goes back to the predicted region.
    calibration : Calibration, optional
        Only applies to the predicted region: it was not fitted on drawn ones.

    Returns
    -------
    Analysis
        Without the costly alignments for a drawn region, so that SegU follows the pen.

    Raises
    ------
    SegxError
        If there is no segmentation to replace, or the mask does not fit the model's input.
    """
    old = analysis.segmentation
    if old is None or analysis.prediction is None:
        raise SegxError("There is no analysis yet whose region could be edited.")
    seen = {r: drawn_region(r, mask) if mask is not None else predicted_region(r) for r in _regions(analysis)}
    analysis = replace(
        analysis,
        segmentation=seen[old],
        regions={name: seen[region] for name, region in analysis.regions.items()},
    )
    return analysis.with_explanations(*(_again(analysis, e, calibration) for e in analysis.explanations.values()))


def _again(analysis: Analysis, explanation: Explanation, calibration: Calibration | None) -> Explanation:
    """Return an explanation with its region as it is now."""
    region = analysis.region_for(explanation.class_index)
    assert region is not None  # noqa: S101 - the caller has one
    assert analysis.prediction is not None  # noqa: S101
    prediction, k = analysis.prediction, explanation.class_index
    evidence = explanation.certainty.evidence if explanation.certainty else {}
    certainty = assess(
        explanation.saliency_map,
        region,
        analysis.gate,
        calibration=None if region.edited else calibration,
        features=evidence,
        spacing_mm=input_spacing(analysis.image, analysis.placement),
        predicted=is_stated(prediction, k),
        unstated=unstated(prediction, k),
        code=prediction.classes[k].code,
        skip=COSTLY if region.edited else (),
    )
    if explanation.method == DISAGREEMENT:
        certainty = unjudged(certainty)
    # The evidence speaks of the prediction and stays for the way back to the predicted region.
    certainty = replace(certainty, evidence=evidence)
    segx = segx_map(explanation.saliency_map, region.mask)
    return replace(explanation, region=region, segx=segx, certainty=certainty)


def _regions(analysis: Analysis) -> list[Segmentation]:
    return [region for region in (analysis.segmentation, *analysis.regions.values()) if region is not None]


def costly_alignments(
    attribution_map: NDArray[np.float32], region: Region, names: Collection[str] = COSTLY
) -> dict[str, Alignment]:
    """Return the alignments that `assess` may skip, or some of them, and nothing else."""
    return alignments_and_curve(attribution_map, region, skip=set(ALIGNMENTS) - set(names))[0]


def with_alignments(certainty: Certainty, added: Mapping[str, Alignment]) -> Certainty:
    """Add alignments to a certainty, in the order of the table."""
    found = {**certainty.alignments, **added}
    return replace(certainty, alignments={name: found[name] for name in ALIGNMENTS if name in found})


def drawn_region(predicted: Segmentation, mask: NDArray[np.bool_]) -> Segmentation:
    """Return the segmentation with a region drawn by the reader. Raises `SegxError` when its shape does not fit."""
    if mask.shape != predicted.probability.shape:
        raise SegxError(
            f"The drawn region of {mask.shape} pixels does not fit the model's input of {predicted.probability.shape}."
        )
    return replace(predicted, mask=mask, edited=True)


def predicted_region(segmentation: Segmentation) -> Segmentation:
    """Return the segmentation as the network gave it, whatever was drawn since."""
    mask = segmentation.probability > segmentation.threshold
    return replace(segmentation, mask=mask, edited=False)


def input_spacing(image: MedicalImage, placement: Placement) -> tuple[float, float] | None:
    """Return the (row, column) distance of the input grid's pixels in mm, or None when the file does not state it.

    A scale that the reader sets may come and go while figures stay: it is not used here.
    """
    spacing = image.stated_spacing
    return None if spacing is None else (spacing.row / placement.scale[0], spacing.column / placement.scale[1])
