"""Drawing with the left button: by dragging, or by clicking one point after the other."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QInputDialog

from segx_viewer.app.canvas import handling, plates
from segx_viewer.app.canvas.mouse import Drag, Tool
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.annotations import POINTS, Annotation, Kind, Point

if TYPE_CHECKING:
    from segx_viewer.app.canvas.viewport import Viewport

_TOO_SHORT = 3  # panel pixels; a shorter drag is a click
_HINTS: dict[Kind, tuple[str, ...]] = {
    Kind.LENGTH: (mark("Drag along the distance, or click its ends"), mark("Click the other end")),
    Kind.ARROW: (mark("Drag from the tail to the tip"), mark("Click the tip")),
    Kind.ELLIPSE: (mark("Drag from corner to corner"), mark("Click the opposite corner")),
    Kind.RECTANGLE: (mark("Drag from corner to corner"), mark("Click the opposite corner")),
    Kind.ANGLE: (
        mark("Drag the first side towards the vertex"),
        mark("Click the vertex"),
        mark("Click the end of the second side"),
    ),
    Kind.COBB: (
        mark("Drag along the upper end plate"),
        mark("Click the other end of the upper end plate"),
        mark("Drag along the lower end plate"),
        mark("Click the other end of the lower end plate"),
    ),
    Kind.TEXT: (mark("Click where the text shall stand"),),
}


class Draw(Tool):
    """Draws one kind of annotation; `add` receives it when it is complete."""

    def __init__(self, kind: Kind, add: Callable[[Annotation], None]) -> None:
        self.kind = kind
        self._add = add
        self._points: tuple[Point, ...] = ()

    @property
    def hint(self) -> str:
        """What to do next."""
        return tr(_HINTS[self.kind][len(self._points)])

    def press_left(self, port: "Viewport", event: QMouseEvent) -> Drag | None:
        """Begin, or set a further point."""
        if not self._points and port.scene.selected is not None:  # what was just drawn can be corrected at once
            found = handling.hit(port, event.position())
            if found is not None and found.index == port.scene.selected and found.handle is not None:
                return handling.DrawingDrag(port, found, event.position())
        if self.kind is Kind.TEXT:
            self._ask(port, image_point(port, event.position()))
            return None
        return _Rubber(self, event.position())

    def _ask(self, port: "Viewport", point: Point) -> None:
        text, accepted = QInputDialog.getText(port, tr("Note"), tr("Text on the image:"))
        if accepted and text.strip():
            self._add(Annotation(Kind.TEXT, (point,), text.strip()))

    def hover(self, port: "Viewport", point: QPointF) -> None:
        """Let the line follow the mouse between two clicks."""
        if self._points:
            self.follow(port, None, point)

    def follow(self, port: "Viewport", start: QPointF | None, point: QPointF) -> None:
        """Show what would be drawn if the button were released here."""
        port.draft = Annotation(self.kind, self._with(port, start, point)[: POINTS[self.kind]])
        port.update()

    def _with(self, port: "Viewport", start: QPointF | None, end: QPointF) -> tuple[Point, ...]:
        """Return the points so far and those of a drag; it has two where a line of its own begins."""
        begins = not self._points or (self.kind is Kind.COBB and len(self._points) == 2)
        is_drag = start is not None and (end - start).manhattanLength() >= _TOO_SHORT
        if begins and is_drag and start is not None:
            return *self._points, image_point(port, start), image_point(port, end)
        return *self._points, image_point(port, end)

    def finish(self, port: "Viewport", start: QPointF, end: QPointF) -> None:
        """Take over what was dragged or clicked; wait for another point if one is lacking."""
        points = self._with(port, start, end)
        if self._points and len(points) == len(self._points) + 1:
            last = port.to_panel(QPointF(*self._points[-1]))
            if (last - end).manhattanLength() < _TOO_SHORT:
                return  # the second half of a double click
        port.draft = None
        if len(points) < POINTS[self.kind]:
            self._points = points
            port.draft = Annotation(self.kind, points)
        else:
            self._points = ()
            self._add(Annotation(self.kind, points))
        port.update()

    def paint(self, painter: QPainter, port: "Viewport") -> None:
        """Say what to do next, in the panel that has the mouse."""
        if port.mouse is not None or self._points:
            box, place = QRectF(port.rect()).adjusted(0, 0, 0, -port.height() * 0.08), Qt.AlignmentFlag.AlignHCenter
            plates.plate_text(painter, box, place | Qt.AlignmentFlag.AlignBottom, self.hint)


class _Rubber:
    """Draws the line that follows the mouse while the button is held."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, tool: Draw, start: QPointF) -> None:
        self._tool, self._start = tool, start

    def move(self, port: "Viewport", point: QPointF) -> None:
        """Follow the mouse."""
        self._tool.follow(port, self._start, point)

    def finish(self, port: "Viewport", point: QPointF) -> None:
        """End at the mouse."""
        self._tool.finish(port, self._start, point)


def image_point(port: "Viewport", point: QPointF) -> Point:
    """Return the image position under a panel position, kept within the image."""
    found = port.to_image(point)
    height, width = port.scene.shape or (1, 1)
    return min(max(found.x(), 0.0), float(width)), min(max(found.y(), 0.0), float(height))
