"""Keys that are held rather than pressed, and keys that belong to the control with the focus."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QComboBox, QListView, QTreeView, QWidget

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk

_ARROWS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right})
_ENDS = frozenset({Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class Keys(QObject):
    """Watches the window's keys: B shows the bare image, Space pans, while they are held."""

    def __init__(self, window: "Desk") -> None:
        super().__init__(window.above)
        self._window = window
        window.above.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102 - Qt's name
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if _belongs_to(self._window.above.focusWidget(), Qt.Key(event.key())):
                event.accept()
                return True
        elif kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            self._hold(event, down=kind == QEvent.Type.KeyPress)
        elif kind == QEvent.Type.ActivationChange and not self._window.above.isActiveWindow():
            self._window.state.update(bare=False)  # the key may be released over another window
        return super().eventFilter(watched, event)

    def _hold(self, event: QKeyEvent, *, down: bool) -> None:
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_B and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._window.state.update(bare=down)
        elif event.key() == Qt.Key.Key_Space:
            for port in self._window.viewports.all_ports:
                port.setProperty("panning", down)


def _belongs_to(widget: QWidget | None, key: Qt.Key) -> bool:
    """Return whether a key moves within the control that has the focus, rather than being a command."""
    if isinstance(widget, QTreeView):
        return key in _ARROWS  # Home and End go through the stack of the image that was chosen
    return isinstance(widget, QComboBox | QAbstractSlider | QListView) and key in _ARROWS | _ENDS
