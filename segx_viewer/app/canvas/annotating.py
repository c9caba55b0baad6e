"""Painting what a reader drew, and changing it so that it can be undone."""

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QUndoCommand

from segx_viewer.app.canvas import handling, plates
from segx_viewer.app.model.annotations import REGIONS, Annotation, Kind, caption
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.planes import Line

if TYPE_CHECKING:
    from segx_viewer.app.canvas.viewport import Viewport
    from segx_viewer.app.model.documents import Document, Documents

_LINE, _CHOSEN = QColor("#ffd166"), QColor("#7fd1ff")
_REFERENCE = QColor("#7fe08a")
_HANDLE = 4.0  # half a handle's side, panel pixels


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
        """Put back the drawings that were there before."""
        self._documents.update(self._document, annotations=self._before)


def paint(
    painter: QPainter, port: "Viewport", annotation: Annotation, image: MedicalImage, *, chosen: bool = False
) -> QRectF | None:
    """Paint one annotation with what it measures; return where that is written. A chosen one has handles."""
    points = [port.to_panel(QPointF(*p)) for p in annotation.points]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, 190), 4.0), (_CHOSEN if chosen else _LINE, 1.6)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        _paint_shape(painter, annotation, points)
    if chosen:
        painter.setPen(QPen(QColor(0, 0, 0), 1.0))
        painter.setBrush(_CHOSEN)
        for point in (port.to_panel(QPointF(*p)) for p in handling.handles(annotation)):
            painter.drawRect(QRectF(point.x() - _HANDLE, point.y() - _HANDLE, 2 * _HANDLE, 2 * _HANDLE))
    painter.restore()
    text = caption(annotation, image)
    if not text:
        return None
    return _paint_label(painter, port, max(points, key=lambda p: p.y()), text)


def paint_reference(painter: QPainter, port: "Viewport", line: Line) -> None:
    """Paint where an image beside this one cuts it."""
    ends = [port.to_panel(QPointF(*point)) for point in line]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((QColor(0, 0, 0, 160), 3.0), (_REFERENCE, 1.2)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine if width > 2 else Qt.PenStyle.DashLine))
        painter.drawLine(*ends)
    painter.restore()


def _paint_shape(painter: QPainter, annotation: Annotation, points: list[QPointF]) -> None:
    kind = annotation.kind
    if kind in REGIONS and len(points) == 2:
        box = QRectF(points[0], points[1]).normalized()
        (painter.drawEllipse if kind is Kind.ELLIPSE else painter.drawRect)(box)
        return
    for number, (a, b) in enumerate(pairwise(points)):
        if kind is not Kind.COBB or number != 1:
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


def _paint_label(painter: QPainter, port: "Viewport", anchor: QPointF, text: str) -> QRectF:
    flags = Qt.AlignmentFlag
    room = 180.0
    left = min(max(0.0, anchor.x() + 4), max(0.0, port.width() - room))
    top = min(anchor.y() + 4, port.height() - 48.0)
    return plates.plate_text(painter, QRectF(left, top, room, 48), flags.AlignLeft | flags.AlignTop, text, 4)
