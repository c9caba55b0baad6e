"""Two pictures of a lesion and their difference, side by side."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from segx_viewer.app.kit import theme
from segx_viewer.app.kit.qimage import to_qimage


class PairView(QWidget):
    """Three pictures with titles; a sentence stands where there is no picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: list[tuple[str, QImage | None, str]] = []
        self.over: QImage | None = None  # is laid over the second picture
        self.share = 0.0
        self.setMinimumSize(QSize(480, 220))

    def show_parts(self, parts: list[tuple[str, NDArray[np.uint8] | None, str]]) -> None:
        """Show pictures, each with its title and the sentence that stands in its place."""
        self.parts = [(title, None if p is None else to_qimage(p), words) for title, p, words in parts]
        self.setAccessibleName("; ".join(f"{title}: {words}" if words else title for title, _, words in parts))
        self.update()

    def lay_over(self, picture: NDArray[np.uint8] | None, share: float) -> None:
        """Lay a picture over the second one, by a share 0..1 of it."""
        self.over, self.share = (None if picture is None else to_qimage(picture)), share
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the pictures, black around them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        width = self.width() / max(1, len(self.parts))
        for number, (title, picture, words) in enumerate(self.parts):
            head = QRectF(number * width + 4, 0, width - 8, 22)
            painter.setPen(theme.colour("text"))
            painter.drawText(head, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
            box = QRectF(number * width + 4, 24, width - 8, self.height() - 28)
            painter.fillRect(box, Qt.GlobalColor.black)
            if picture is not None:
                size = picture.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
                place = QRectF(0, 0, size.width(), size.height())
                place.moveCenter(box.center())
                painter.drawImage(place, picture)
                if number == 1 and self.over is not None and self.share > 0:
                    painter.setOpacity(self.share)
                    painter.drawImage(place, self.over)
                    painter.setOpacity(1.0)
            elif words:
                painter.setPen(theme.colour("muted"))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(box.adjusted(16, 16, -16, -16), int(flags), words)
        painter.end()
