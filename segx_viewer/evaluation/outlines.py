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
from segx_viewer.evaluation.statistics import Figures, Resampler
from segx_viewer.explain.alignment import alignment
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.training.datasets import Record

METHOD = "gradcam"
MEASURES = ("pointing", "iou", "auitc", "relevance_mass", "mass_lift")


def outline_row(record: Record, store: BundleStore, name: str) -> Figures:
    """Compare the map of every outlined finding, and the same within the region, with its outline.

    Returns
    -------
    dict
        `findings`: one entry per outlined finding, with its share of the image, whether it is stated, and the
        `MEASURES` of the original map and of SegX; None where undefined.
    """
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
        entries.append({
            "code": code,
            "stated": k in analysis.predicted.prediction.findings,
            "labelled": code in record.codes,
            "area": round(float(R.mean()), 5),
            "original": _measures(explanation.saliency_map, R),
            "segx": _measures(explanation.restricted, R),
        })  # fmt: skip
    return {"image_id": record.image_id, "group": record.group, "findings": entries}


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


def outlined(rows: Sequence[Figures]) -> Figures:
    """Return each measure's mean for the original map, for SegX and of their difference: per finding and of all."""
    entries = [{**entry, "group": row["group"]} for row in rows for entry in row["findings"]]
    if not entries:
        return {}
    found: Figures = {"films": len(rows), "n": len(entries)}
    codes = sorted({entry["code"] for entry in entries})
    for name, chosen in (("all", entries), *((code, [e for e in entries if e["code"] == code]) for code in codes)):
        resampler = Resampler(np.array([entry["group"] for entry in chosen]))
        found[name] = {
            "n": len(chosen),
            "area": round(float(np.mean([entry["area"] for entry in chosen])), 4),
            "stated": round(float(np.mean([entry["stated"] for entry in chosen])), 4),
        }
        for measure in MEASURES:
            original, segx = (_column(chosen, side, measure) for side in ("original", "segx"))
            both = np.isfinite(original) & np.isfinite(segx)
            found[name][measure] = {
                "original": resampler.mean(original, both).to_dict(),
                "segx": resampler.mean(segx, both).to_dict(),
                "difference": resampler.mean(segx - original, both).to_dict(),
            }
    return found


def _measures(E: NDArray[np.float32], R: NDArray[np.bool_]) -> dict[str, float | None]:
    return {name: alignment(name, E, R).value for name in MEASURES}


def _column(entries: Sequence[Figures], side: str, measure: str) -> NDArray[np.float64]:
    values = (entry[side][measure] for entry in entries)
    return np.array([np.nan if value is None else value for value in values], np.float64)
