"""Drawing annotations with the mouse, and painting them."""

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QUndoCommand
from PySide6.QtWidgets import QInputDialog

from segx_viewer.app.canvas import imagetext
from segx_viewer.app.canvas.mouse import Drag, Tool
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.annotations import POINTS, Annotation, Kind, Point, measured
from segx_viewer.domain.image import MedicalImage

if TYPE_CHECKING:
    from segx_viewer.app.canvas.viewport import Viewport
    from segx_viewer.app.model.documents import Document, Documents

_LINE = QColor("#ffd166")
_TOO_SHORT = 3  # panel pixels; a click without a drag draws nothing


class SetAnnotations(QUndoCommand):
    """Replaces a document's annotations."""

    def __init__(self, documents: "Documents", document: "Document", after: tuple[Annotation, ...], text: str) -> None:
        super().__init__(text)
        self._documents, self._document = documents, document
        self._before, self._after = document.annotations, after

    def redo(self) -> None:
        """Do it, or do it again."""
        self._documents.update(self._document, annotations=self._after)

    def undo(self) -> None:
        """Take it back."""
        self._documents.update(self._document, annotations=self._before)


class Draw(Tool):
    """Draws one kind of annotation; `add` receives it when it is complete."""

    def __init__(self, kind: Kind, add: Callable[[Annotation], None]) -> None:
        self.kind = kind
        self._add = add
        self._points: tuple[Point, ...] = ()

    def press_left(self, port: "Viewport", event: QMouseEvent) -> Drag | None:
        """Begin, or set the angle's last point."""
        point = _image_point(port, event.position())
        if self.kind is Kind.TEXT:
            self._ask(port, point)
            return None
        self._points = (*self._points, point) if self._points else (point,)
        return _Rubber(self, self._points)

    def _ask(self, port: "Viewport", point: Point) -> None:
        text, accepted = QInputDialog.getText(port, tr("Note"), tr("Text on the image:"))
        if accepted and text.strip():
            self._add(Annotation(Kind.TEXT, (point,), text.strip()))

    def finish(self, port: "Viewport", points: tuple[Point, ...]) -> None:
        """Take the points drawn so far; wait for another one if the angle lacks it."""
        port.draft = None
        panel = [port.to_panel(QPointF(*p)) for p in points[-2:]]
        if len(points) >= 2 and (panel[1] - panel[0]).manhattanLength() < _TOO_SHORT:
            self._points = points[:-2]
        elif len(points) < POINTS[self.kind]:
            self._points = points
            port.draft = Annotation(self.kind, points)
        else:
            self._points = ()
            self._add(Annotation(self.kind, points))
        port.update()


class _Rubber:
    """Draws the line that follows the mouse."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, tool: Draw, points: tuple[Point, ...]) -> None:
        self._tool = tool
        # The angle's third point is set by a press and may be moved until the button is released.
        self._fixed = points[:-1] if len(points) > 2 else points

    def move(self, port: "Viewport", point: QPointF) -> None:
        """Follow the mouse."""
        port.draft = Annotation(self._tool.kind, (*self._fixed, _image_point(port, point)))
        port.update()

    def finish(self, port: "Viewport", point: QPointF) -> None:
        """End at the mouse."""
        self._tool.finish(port, (*self._fixed, _image_point(port, point)))


def _image_point(port: "Viewport", point: QPointF) -> Point:
    found = port.to_image(point)
    height, width = port.scene.shape
    return min(max(found.x(), 0.0), float(width)), min(max(found.y(), 0.0), float(height))


def paint(painter: QPainter, port: "Viewport", annotation: Annotation, image: MedicalImage) -> None:
    """Paint one annotation with what it measures."""
    points = [port.to_panel(QPointF(*p)) for p in annotation.points]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, 190), 4.0), (_LINE, 1.6)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        _paint_shape(painter, port, annotation, points)
    painter.restore()
    text = measured(annotation, image)
    if text:
        anchor = max(points, key=lambda p: p.y())
        _paint_label(painter, port, anchor, text)


def _paint_shape(painter: QPainter, port: "Viewport", annotation: Annotation, points: list[QPointF]) -> None:
    kind = annotation.kind
    if kind in (Kind.ELLIPSE, Kind.RECTANGLE) and len(points) == 2:
        box = QRectF(points[0], points[1]).normalized()
        (painter.drawEllipse if kind is Kind.ELLIPSE else painter.drawRect)(box)
        return
    for a, b in pairwise(points):
        painter.drawLine(a, b)
    if kind is Kind.ARROW and len(points) == 2:
        _paint_head(painter, points[0], points[1])
    elif kind is Kind.LENGTH:
        for point in points:
            painter.drawEllipse(point, 2.5, 2.5)


def _paint_head(painter: QPainter, start: QPointF, tip: QPointF) -> None:
    along = start - tip
    length = max(1e-6, (along.x() ** 2 + along.y() ** 2) ** 0.5)
    unit = along / length
    side = QPointF(-unit.y(), unit.x())
    for sign in (1, -1):
        painter.drawLine(tip, tip + unit * 12 + side * 5 * sign)


def _paint_label(painter: QPainter, port: "Viewport", anchor: QPointF, text: str) -> None:
    flags = Qt.AlignmentFlag
    room = 180.0
    left = min(max(0.0, anchor.x() + 4), max(0.0, port.width() - room))
    top = min(anchor.y() + 4, port.height() - 48.0)
    imagetext.plate_text(painter, QRectF(left, top, room, 48), flags.AlignLeft | flags.AlignTop, text, 4)
