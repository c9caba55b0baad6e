"""Keys that are held rather than pressed, and keys that belong to the control with the focus."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTextEdit,
    QTreeView,
    QWidget,
)

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
            focus = self._window.above.focusWidget()
            if _belongs_to(focus, Qt.Key(event.key())) or (_is_written_in(focus) and _writes(event)):
                event.accept()
                return True
        elif kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            self._hold(event, down=kind == QEvent.Type.KeyPress)
        elif kind == QEvent.Type.ActivationChange and not self._window.above.isActiveWindow():
            self._window.state.update(bare=False)  # the key may be released over another window
        return super().eventFilter(watched, event)

    def _hold(self, event: QKeyEvent, *, down: bool) -> None:
        if event.isAutoRepeat() or (down and _is_written_in(self._window.above.focusWidget())):
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


def _is_written_in(widget: QWidget | None) -> bool:
    """Whether what is typed goes into a text."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit | QAbstractSpinBox):
        return not widget.isReadOnly()
    return False


def _writes(event: QKeyEvent) -> bool:
    """Whether a key is one that writes or corrects, rather than a command with Ctrl, Alt or a function key."""
    commanding = (
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    )
    altgr = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    held = event.modifiers() & commanding
    correcting = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, *_ARROWS, *_ENDS)
    if event.key() in correcting:
        return not held
    return event.text().isprintable() and bool(event.text()) and held in (Qt.KeyboardModifier.NoModifier, altgr)
