"""What every dialog is: it stays on its screen, so that what closes it is within reach."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QStyle


class Dialog(QDialog):
    """Takes the size that it was made for, or that of a smaller screen."""

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().showEvent(event)
        self._keep_on_screen()

    def _keep_on_screen(self) -> None:
        room = self.screen().availableGeometry()
        borders = self.frameGeometry().size() - self.size()
        title = max(borders.height(), self.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, self))
        room.setHeight(room.height() - title)  # which may not be there yet
        room.setWidth(room.width() - borders.width())
        if self.width() > room.width() or self.height() > room.height():
            self.resize(self.size().boundedTo(room.size()))
        box = self.frameGeometry()
        left = max(min(box.left(), room.right() + 1 - self.width()), room.left())
        top = max(min(box.top(), room.bottom() + 1 - self.height()), room.top())
        if (left, top) != (box.left(), box.top()):
            self.move(left, top)
