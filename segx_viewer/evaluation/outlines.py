"""Maps of findings against what readers outlined: SegX against the finding, not only against its organ.

The film's own outlines are of other readers than its labels, so that a film may be outlined and not labelled, and the
other way round. Every outlined finding counts, whether the classifier states it or not.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.evaluation.fit import record_image
from segx_viewer.evaluation.results import OutlineFigures, Outlines, Pair
from segx_viewer.evaluation.rows import Measures, OutlinedFinding, OutlineRow
from segx_viewer.evaluation.statistics import Resampler
from segx_viewer.explain.alignment import alignment
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.training.datasets import Record

METHOD = "gradcam"
MEASURES = ("pointing", "iou", "auitc", "relevance_mass", "mass_lift")


def outline_row(record: Record, store: BundleStore, name: str) -> OutlineRow:
    """Compare the map of every outlined finding, and the same within the region (SegX), by `MEASURES`."""
    bundle, image = store.get(name), record_image(record)
    codes = [c.code for c in bundle.classes]
    wanted = [code for code in codes if code in record.outlines]
    request = AnalysisRequest(
        image, bundle_name=name, methods=(METHOD,), classes=tuple(codes.index(code) for code in wanted)
    )
    analysis = analyse_to_end(request, store)
    entries = []
    for code in wanted:
        k = codes.index(code)
        explanation = analysis.explanations[METHOD, k]
        R = outline_mask(record.outlines[code], analysis.placement)
        entries.append(
            OutlinedFinding(
                code,
                stated=k in analysis.predicted.prediction.findings,
                labelled=code in record.codes,
                area=round(float(R.mean()), 5),
                original=_measures(explanation.saliency_map, R),
                segx=_measures(explanation.restricted, R),
            )
        )
    return OutlineRow(record.image_id, record.group, tuple(entries))


def outline_mask(polygons: Sequence[Sequence[tuple[float, float]]], placement: Placement) -> NDArray[np.bool_]:
    """Return polygons as a mask on the input grid.

    Parameters
    ----------
    polygons : sequence of sequences of (x, y)
        As shares of the image's width and height.
    placement : Placement
        Where the image lies in the input.
    """
    H, W = placement.image_shape
    mask = np.zeros(placement.input_shape, np.uint8)
    for polygon in polygons:
        # Positions are measured from the corner, OpenCV's from the middle of the first pixel.
        points = np.array([placement.to_input((x * W, y * H)) for x, y in polygon]) - 0.5
        cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 1)
    return mask.astype(bool)


def outlined(rows: Sequence[OutlineRow]) -> Outlines | None:
    """Return each measure's mean for the original map, for SegX and of their difference: per finding and of all.

    None where nothing is outlined.
    """
    entries = [(row.group, finding) for row in rows for finding in row.findings]
    if not entries:
        return None
    codes = sorted({finding.code for _, finding in entries})
    of_one = {code: _figures([entry for entry in entries if entry[1].code == code]) for code in codes}
    return Outlines(len(rows), len(entries), {"all": _figures(entries), **of_one})


def _figures(entries: Sequence[tuple[str, OutlinedFinding]]) -> OutlineFigures:
    """Return the figures of findings with their groups."""
    resampler = Resampler(np.array([group for group, _ in entries]))
    findings = [finding for _, finding in entries]
    pairs = {}
    for measure in MEASURES:
        original = _column([f.original for f in findings], measure)
        segx = _column([f.segx for f in findings], measure)
        both = np.isfinite(original) & np.isfinite(segx)
        pairs[measure] = Pair(*(resampler.mean(values, both).rounded() for values in (original, segx, segx - original)))
    return OutlineFigures(
        n=len(findings),
        area=round(float(np.mean([finding.area for finding in findings])), 4),
        stated=round(float(np.mean([finding.stated for finding in findings])), 4),
        measures=pairs,
    )


def _measures(E: NDArray[np.float32], R: NDArray[np.bool_]) -> Measures:
    return {name: alignment(name, E, R).value for name in MEASURES}


def _column(entries: Sequence[Measures], measure: str) -> NDArray[np.float64]:
    values = (entry[measure] for entry in entries)
    return np.array([np.nan if value is None else value for value in values], np.float64)
