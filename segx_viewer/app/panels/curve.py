"""The IoU-threshold curve, with the area under it shaded."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import decimal, tr

_TOP = 5  # the method's own threshold, marked on the curve


class Curve(QWidget):
    """IoU of the highest n % of a map and the region, n = 1 .. 99."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: tuple[float, ...] = ()
        self._hover: int | None = None
        self.setMouseTracking(True)
        self.setMinimumHeight(150)
        self.setAccessibleName(tr("IoU-threshold curve"))

    @property
    def values(self) -> tuple[float, ...]:
        """The curve shown, empty if there is none."""
        return self._values

    def show_curve(self, values: tuple[float, ...]) -> None:
        """Show a curve; an empty one hides the widget."""
        self._values = tuple(values)
        self._hover = None
        self.setVisible(bool(values))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(236, 150)

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(34, 10, -8, -34)

    def _highest(self) -> float:
        return next((limit for limit in (0.25, 0.5, 1.0) if max(self._values) <= limit), 1.0)

    def _at(self, index: int) -> QPointF:
        plot = self._plot()
        x = plot.left() + plot.width() * (index / (len(self._values) - 1))
        return QPointF(x, plot.bottom() - plot.height() * self._values[index] / self._highest())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        if not self._values:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(painter.font())
        font.setPixelSize(11)
        painter.setFont(font)
        self._paint_axes(painter)
        points = [self._at(i) for i in range(len(self._values))]
        plot, accent = self._plot(), theme.colour("accent")
        area = QPolygonF([plot.bottomLeft(), *points, plot.bottomRight()])
        shade = QColor(accent)
        shade.setAlpha(70)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawPolygon(area)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 1.8))
        painter.drawPolyline(QPolygonF(points))
        self._paint_mark(painter, self._hover if self._hover is not None else _TOP - 1)
        painter.end()

    def _paint_axes(self, painter: QPainter) -> None:
        plot, flags = self._plot(), Qt.AlignmentFlag
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.drawLine(plot.bottomLeft(), plot.topLeft())
        painter.setPen(theme.colour("muted"))
        for share in (0.0, 0.5, 1.0):
            y = plot.bottom() - plot.height() * share
            box = QRectF(0, y - 8, plot.left() - 5, 16)
            painter.drawText(box, flags.AlignRight | flags.AlignVCenter, decimal(self._highest() * share, ".2g"))
            x = plot.left() + plot.width() * share
            box = QRectF(min(x - 20, self.width() - 40), plot.bottom() + 2, 40, 14)
            painter.drawText(box, flags.AlignCenter, {0.0: "1", 0.5: "50", 1.0: "99 %"}[share])
        box = QRectF(plot.left(), plot.bottom() + 16, plot.width(), 16)
        painter.drawText(box, flags.AlignCenter, tr("highest share of the map"))

    def _paint_mark(self, painter: QPainter, index: int) -> None:
        point, plot = self._at(index), self._plot()
        painter.setBrush(theme.colour("text"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(point, 3.5, 3.5)
        painter.setPen(theme.colour("text"))
        text = tr("top {percent} %: IoU {value}").format(percent=index + 1, value=decimal(self._values[index], ".2f"))
        right = index < len(self._values) / 2
        flags = Qt.AlignmentFlag
        box = QRectF(plot.left() + 4, plot.top() - 8, plot.width() - 8, 16)
        painter.drawText(box, (flags.AlignRight if right else flags.AlignLeft) | flags.AlignVCenter, text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        plot = self._plot()
        if self._values and plot.width() > 0:
            share = (event.position().x() - plot.left()) / plot.width()
            self._hover = min(len(self._values) - 1, max(0, round(share * (len(self._values) - 1))))
            self.update()

    def leaveEvent(self, event: object) -> None:  # noqa: N802, D102 - Qt's name
        self._hover = None
        self.update()
