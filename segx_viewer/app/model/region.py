"""Changing a region on the analysis grid by what is drawn on the image, and taking it back. Pure functions."""

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.app.model.documents import Measured
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.result import Analysis

Point = tuple[float, float]
Mask = NDArray[np.bool_]

_SHIFT = 4  # binary digits after the point in OpenCV's polygon corners
_ROUND = 12  # corners of half a circle


def paint_polygon(mask: Mask, placement: Placement, points: Sequence[Point], value: bool) -> Mask:
    """Return the mask with a polygon, given in image positions (x, y), set to `value`."""
    result = mask.astype(np.uint8)
    # OpenCV's corners are at pixel centres, ours are measured from the image's edge: hence the half pixel.
    corners = np.array([placement.to_input(p) for p in points], np.float64) - 0.5
    cv2.fillPoly(result, [np.rint(corners * (1 << _SHIFT)).astype(np.int32)], int(value), cv2.LINE_8, _SHIFT)
    return result.astype(np.bool_)


def paint_stroke(
    mask: Mask,
    placement: Placement,
    start: Point,
    end: Point,
    radius: float,
    value: bool,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> Mask:
    """Return the mask with a round brush's stroke set to `value`.

    `radius` is in image pixels, of their shorter side; `stretch` (row, column) makes them square.
    """
    (sy, sx), ((x0, y0), (x1, y1)) = stretch, (start, end)
    outline = capsule((x0 * sx, y0 * sy), (x1 * sx, y1 * sy), radius)
    return paint_polygon(mask, placement, [(x / sx, y / sy) for x, y in outline], value)


def capsule(start: Point, end: Point, radius: float) -> list[Point]:
    """Return the outline of a round brush drawn from `start` to `end`; a circle where they are the same.

    Examples
    --------
    >>> len(capsule((0, 0), (0, 0), 5.0))
    26
    """
    along = math.atan2(end[1] - start[1], end[0] - start[0])
    corners = []
    for (x, y), turn in ((end, -math.pi / 2), (start, math.pi / 2)):
        for i in range(_ROUND + 1):
            a = along + turn + math.pi * i / _ROUND
            corners.append((x + radius * math.cos(a), y + radius * math.sin(a)))
    return corners


def restored(analysis: Analysis, predicted: Measured | None) -> Analysis:
    """Return the analysis with the predicted region and the certainties that were measured with it.

    Maps that were only computed with an edited region are left out; they are computed again when asked for.
    """
    from segx_viewer.explain.segx import segx_map

    if predicted is None:
        return analysis
    region = predicted.segmentation
    kept = {
        k: replace(e, region=region, segx=segx_map(e.saliency_map, region.mask), certainty=predicted.certainties[k])
        for k, e in analysis.explanations.items()
        if k in predicted.certainties
    }
    return replace(
        analysis,
        segmentation=region,
        explanations=kept,
    )
