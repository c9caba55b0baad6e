"""The one colour bar for the maps that are compared."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import decimal, tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.reporting.overlay import colormap

_TICKS = 5


class ColorBar(QWidget):
    """A vertical bar with numbers on its own plate, beside the panels, so that it is legible over any picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = "viridis"
        self._scale: tuple[float, float] | None = None
        self.setFixedWidth(76)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setToolTip(
            tr("Attribution: how strongly a pixel speaks for the class. Original and SegX share this scale.")
        )

    @property
    def scale(self) -> tuple[float, float] | None:
        """Ends of the scale, None when there is no map."""
        return self._scale

    def show_scale(self, name: str, scale: tuple[float, float] | None) -> None:
        """Show a colour map between two values, or nothing."""
        self._name, self._scale = name, scale
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(76, 200)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        if self._scale is None:
            painter.end()
            return
        font = QFont(painter.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        head = QRectF(0, 8, self.width(), 30)
        painter.drawText(head, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, tr("Attribution"))
        height = min(self.height() - 64, 420)
        bar = QRectF(10, 34, 16, max(40, height))
        table = colormap(self._name)[::-1]
        painter.drawImage(bar, to_qimage(np.repeat(table[:, None], 2, axis=1)))
        painter.setPen(theme.colour("border"))
        painter.drawRect(bar)
        painter.setPen(theme.colour("text"))
        low, high = self._scale
        for i, value in enumerate(np.linspace(high, low, _TICKS)):
            y = bar.top() + bar.height() * i / (_TICKS - 1)
            painter.drawLine(int(bar.right()) + 1, int(y), int(bar.right()) + 4, int(y))
            box = QRectF(bar.right() + 7, y - 8, self.width() - bar.right() - 7, 16)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, number(float(value), high)
            )
        painter.end()


def number(value: float, highest: float) -> str:
    """Return a value with as many digits as the scale's highest value needs.

    Examples
    --------
    >>> number(0.0123, 0.05), number(0.5, 2.0), number(0.0, 2e-5)
    ('0.012', '0.5', '0')
    """
    if value == 0:
        return "0"
    if highest < 1e-3 or highest >= 1e4:
        return decimal(value, ".1e")
    digits = max(0, 1 - int(np.floor(np.log10(highest))))
    return decimal(value, f".{digits}f")
