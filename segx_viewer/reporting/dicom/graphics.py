"""What the reader drew, as graphics of a presentation state (PS3.3 C.10.5)."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from highdicom.pr import AnnotationUnitsValues, GraphicObject, GraphicTypeValues, TextObject
from numpy.typing import NDArray

from segx_viewer.reporting.reading import Mark, Shape

_HEAD = 0.12  # of an arrow's length
_SPREAD = 0.45  # radians between its shaft and each side of the head
_LONGEST_TEXT = 1024  # characters of an ST value (PS3.5 6.2)

Points = NDArray[np.float64]


def polyline(points: Points) -> GraphicObject:
    """Return an open or closed line through points, shape (N, 2), as column and row from the image's upper left."""
    return _graphic(GraphicTypeValues.POLYLINE, points)


def graphics_of(marks: Sequence[Mark], shape: tuple[int, int]) -> tuple[list[GraphicObject], list[TextObject]]:
    """Return marks as graphics, and what they measure or say as texts at their last points.

    What was drawn beyond an edge of the image is drawn up to it, since no position may be negative.

    Parameters
    ----------
    marks : sequence of Mark
    shape : tuple of int
        (H, W) of the image.
    """
    drawn = [graphic for mark in marks for graphic in _drawn(mark, shape)]
    texts = [
        TextObject(
            text_value=mark.text[:_LONGEST_TEXT],
            units=AnnotationUnitsValues.PIXEL,
            anchor_point=(float(at[0]), float(at[1])),
            anchor_point_visible=mark.shape is Shape.TEXT,
        )
        for mark in marks
        if mark.text and mark.points
        for at in _inside(np.array(mark.points[-1:], np.float64), shape)
    ]
    return drawn, texts


def _drawn(mark: Mark, shape: tuple[int, int]) -> Iterator[GraphicObject]:
    points = np.array(mark.points, np.float64).reshape(-1, 2)
    if mark.shape is Shape.TEXT or len(points) < 2:
        return
    if mark.shape is Shape.ELLIPSE:
        yield from _ellipse(points, shape)
        return
    for line in _lines(mark.shape, points):
        yield polyline(_inside(line, shape))


def _lines(shape: Shape, points: Points) -> list[Points]:
    if shape is Shape.RECTANGLE:
        (x0, y0), (x1, y1) = points[:2]
        return [np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])]
    if shape is Shape.ARROW:
        tip, back = points[1], (points[0] - points[1]) * _HEAD
        return [points[:2], np.array([tip + _turned(back, _SPREAD), tip, tip + _turned(back, -_SPREAD)])]
    return [points]


def _turned(vector: Points, angle: float) -> Points:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1]])


def _ellipse(corners: Points, shape: tuple[int, int]) -> Iterator[GraphicObject]:
    """Yield an ellipse by the ends of its major and of its minor axis, in this order (PS3.3 C.10.5.1.2)."""
    (left, top), (right, bottom) = corners[:2].min(axis=0), corners[:2].max(axis=0)
    x, y = (left + right) / 2, (top + bottom) / 2
    axes = [[(left, y), (right, y)], [(x, top), (x, bottom)]]
    if bottom - top > right - left:
        axes.reverse()
    ends = np.array([end for axis in axes for end in axis])
    if np.array_equal(ends, _inside(ends, shape)):
        yield _graphic(GraphicTypeValues.ELLIPSE, ends)
        return
    turn = np.linspace(0, 2 * np.pi, 73)  # an ellipse that an edge cuts is none any more
    around = np.column_stack([x + (right - left) / 2 * np.cos(turn), y + (bottom - top) / 2 * np.sin(turn)])
    yield polyline(_inside(around, shape))


def _graphic(kind: GraphicTypeValues, points: Points) -> GraphicObject:
    return GraphicObject(graphic_type=kind, graphic_data=points, units=AnnotationUnitsValues.PIXEL, is_filled=False)


def _inside(points: Points, shape: tuple[int, int]) -> Points:
    return np.clip(points, 0, (shape[1], shape[0]))
