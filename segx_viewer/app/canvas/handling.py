"""What lies under the mouse of the drawings on an image, and moving it."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.annotations import REGIONS, Annotation, Kind, Point
from segx_viewer.app.model.documents import Document

if TYPE_CHECKING:
    from segx_viewer.app.canvas.viewport import Viewport

_HANDLE = 8.0  # panel pixels around a handle, and
_LINE = 6.0  # beside a line, that belong to it
_STEPS = 48  # lines of an ellipse


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A drawing under the mouse: of which image, its place in the list, and which handle, None for the whole of it."""

    document: Document
    index: int
    handle: int | None = None


def handles(annotation: Annotation) -> tuple[Point, ...]:
    """Return the points by which a drawing can be dragged; of a region of interest, its four corners."""
    points = annotation.points
    if annotation.kind in REGIONS and len(points) == 2:
        (x0, y0), (x1, y1) = points
        return points[0], points[1], (x0, y1), (x1, y0)
    return points


def lines(annotation: Annotation) -> list[tuple[Point, ...]]:
    """Return the lines that a drawing consists of."""
    points = annotation.points
    if annotation.kind is Kind.RECTANGLE and len(points) == 2:
        a, b, c, d = handles(annotation)
        return [(a, d, b, c, a)]
    if annotation.kind is Kind.ELLIPSE and len(points) == 2:
        (x0, y0), (x1, y1) = points
        turns = [2 * math.pi * i / _STEPS for i in range(_STEPS + 1)]
        middle, half = ((x0 + x1) / 2, (y0 + y1) / 2), (abs(x1 - x0) / 2, abs(y1 - y0) / 2)
        return [tuple((middle[0] + half[0] * math.cos(t), middle[1] + half[1] * math.sin(t)) for t in turns)]
    if annotation.kind is Kind.COBB:
        return [line for line in (points[:2], points[2:]) if len(line) == 2]
    return [points] if len(points) > 1 else []


def hit(port: "Viewport", at: QPointF) -> Hit | None:
    """Return what lies under a panel position: a handle first, the drawing that was made last before others."""
    document = port.scene.document
    if document is None or port.state.view.bare:
        return None
    numbered = list(enumerate(document.annotations))[::-1]
    chosen = port.scene.selected
    for index, annotation in sorted(numbered, key=lambda pair: pair[0] != chosen):
        for number, point in enumerate(handles(annotation)):
            if _far(port.to_panel(QPointF(*point)), at) <= _HANDLE:
                return Hit(document, index, number)
    for index, annotation in numbered:
        box = port.labels.get(index)
        if box is not None and box.contains(at):
            return Hit(document, index)
        for line in lines(annotation):
            corners = [port.to_panel(QPointF(*point)) for point in line]
            if any(_beside(at, a, b) <= _LINE for a, b in pairwise(corners)):
                return Hit(document, index)
    return None


def _far(a: QPointF, b: QPointF) -> float:
    return math.hypot(a.x() - b.x(), a.y() - b.y())


def _beside(point: QPointF, a: QPointF, b: QPointF) -> float:
    """Return the distance of a point from a line between two others."""
    along, to = b - a, point - a
    length = along.x() ** 2 + along.y() ** 2
    share = 0.0 if length == 0 else min(1.0, max(0.0, (to.x() * along.x() + to.y() * along.y()) / length))
    return _far(point, a + along * share)


def dragged(annotation: Annotation, handle: int | None, start: Point, end: Point, shape: tuple[int, int]) -> Annotation:
    """Return a drawing after a drag from one image position to another, kept within an image of (H, W)."""
    shift = end[0] - start[0], end[1] - start[1]
    points = list(annotation.points)
    limits = shape[1], shape[0]
    if handle is None:
        for axis in (0, 1):
            low = -min(point[axis] for point in points)
            high = limits[axis] - max(point[axis] for point in points)
            inside = min(max(shift[axis], low), high)
            shift = (inside, shift[1]) if axis == 0 else (shift[0], inside)
        points = [(x + shift[0], y + shift[1]) for x, y in points]
        return replace(annotation, points=tuple(points))
    x, y = handles(annotation)[handle]
    moved = min(max(x + shift[0], 0.0), float(limits[0])), min(max(y + shift[1], 0.0), float(limits[1]))
    if handle < len(points):
        points[handle] = moved
    else:  # a corner that two points share: the third is the first one's x and the second one's y
        (x0, y0), (x1, y1) = points
        points = [(moved[0], y0), (x1, moved[1])] if handle == 2 else [(x0, moved[1]), (moved[0], y1)]
    return replace(annotation, points=tuple(points))


class DrawingDrag:
    """Moves a drawing, or one of its handles; its measurement follows."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, port: "Viewport", found: Hit, at: QPointF) -> None:
        self._found, self._document = found, found.document
        self._before = found.document.annotations[found.index]
        start = port.to_image(at)
        self._start = start.x(), start.y()
        self._from = at
        self._moved = False

    def move(self, port: "Viewport", point: QPointF) -> None:
        """Follow the mouse."""
        self._moved = self._moved or (point - self._from).manhattanLength() > 2
        if self._moved and port.scene.document is self._document:
            port.scene.moving = self._found.index, self._at(port, point)
            port.update()

    def _at(self, port: "Viewport", point: QPointF) -> Annotation:
        end, shape = port.to_image(point), port.scene.shape or (1, 1)
        return dragged(self._before, self._found.handle, self._start, (end.x(), end.y()), shape)

    def finish(self, port: "Viewport", point: QPointF) -> None:
        """Take the new place over, so that it can be undone."""
        self.move(port, point)
        port.scene.moving = None
        known = self._document.annotations
        still = self._found.index < len(known) and known[self._found.index] is self._before
        if self._moved and still and port.scene.document is self._document and port.change_drawings is not None:
            changed = list(known)
            changed[self._found.index] = self._at(port, point)
            port.change_drawings(tuple(changed), tr("Move a drawing"))
        port.touched.emit()
