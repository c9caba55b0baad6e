"""A second window with one picture, for another monitor: it shows what the first one shows, at full size."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.canvas.viewport import Viewport
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.viewstate import ViewState


class SecondWindow(QWidget):
    """One panel in a window of its own, on the second screen where there is one."""

    closed = Signal()

    def __init__(self, scene: Scene, state: ViewState, panel: Panel) -> None:
        super().__init__()
        self.setWindowTitle(tr("SegX Viewer, second window - research use only"))
        self.port = Viewport(scene, state, panel, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.port)
        self.resize(900, 900)

    def place(self, beside: QWidget) -> None:
        """Fill another screen than that of a widget, where there is one."""
        others = [screen for screen in beside.screen().virtualSiblings() if screen is not beside.screen()]
        if others:
            self.setScreen(others[0])  # which sets the scale that is drawn at
            self.setGeometry(others[0].availableGeometry())
            self.showMaximized()
        else:
            self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if not self._hold(event, down=True):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if not self._hold(event, down=False):
            super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.port.state.update(bare=False)  # the key may be released over another window
            self.port.setProperty("panning", False)

    def _hold(self, event: QKeyEvent, *, down: bool) -> bool:
        """Do what keys do while they are held, as in the first window; return whether it is such a key."""
        if event.key() == Qt.Key.Key_B and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            if not event.isAutoRepeat():
                self.port.state.update(bare=down)
        elif event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.port.setProperty("panning", down)
        else:
            return False
        return True

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().closeEvent(event)
        self.closed.emit()
