"""The picture of a file that is to be copied, with the parts that will be black."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from segx_viewer.imaging.burned_in import Box

_SMALLEST = 3  # pixels; less is a click


class Blanking(QWidget):
    """The picture with the parts that will be blanked: drag for another one, click on one to leave it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(420, 380)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.boxes: list[Box] = []
        self._image = QImage()
        self._drag: tuple[QPointF, QPointF] | None = None

    def show_picture(self, image: QImage, boxes: tuple[Box, ...]) -> None:
        """Show a picture and the parts to blank."""
        self._image, self.boxes = image, list(boxes)
        self.changed.emit()
        self.update()

    def _scale(self) -> float:
        if self._image.isNull():
            return 1.0
        return min(self.width() / self._image.width(), self.height() / self._image.height())

    def to_pixels(self, position: QPointF) -> tuple[int, int]:
        """Return the row and column of the picture at a place of the widget."""
        scale = self._scale()
        column, row = position.x() / scale, position.y() / scale
        return min(max(int(row), 0), self._image.height()), min(max(int(column), 0), self._image.width())

    def _dragged(self, drag: tuple[QPointF, QPointF]) -> Box:
        (row, column), (other_row, other_column) = (self.to_pixels(p) for p in drag)
        return Box(min(row, other_row), min(column, other_column), max(row, other_row), max(column, other_column))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = self._scale()
        painter.drawImage(QRectF(0, 0, self._image.width() * scale, self._image.height() * scale), self._image)
        painter.setPen(QPen(QColor("#ff6b6b"), 1.5))
        for box in [*self.boxes, *([self._dragged(self._drag)] if self._drag is not None else [])]:
            place = QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top)
            area = QRectF(place.x() * scale, place.y() * scale, place.width() * scale, place.height() * scale)
            painter.fillRect(area, QColor("black"))
            painter.drawRect(area)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._drag = event.position(), event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._drag is not None:
            self._drag = self._drag[0], event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._drag is None:
            return
        box = self._dragged(self._drag)
        self._drag = None
        if min(box.bottom - box.top, box.right - box.left) >= _SMALLEST:
            self.boxes.append(box)
        else:
            row, column = self.to_pixels(event.position())
            self.boxes = [b for b in self.boxes if not (b.top <= row < b.bottom and b.left <= column < b.right)]
        self.changed.emit()
        self.update()
