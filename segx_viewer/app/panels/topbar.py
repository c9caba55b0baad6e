"""The bar above the panels: the commands one reaches for most."""

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Actions

# A double click shows one panel alone, I inverts: their buttons would take the room of words.
GROUPS = (
    ("layout_1+2", "layout_1x2", "layout_1x3", "layout_2x2", "grid", "two"),
    ("side", "curtain", "blend", "flicker"),
    ("overlay",),
    ("fit", "actual_size"),
    ("length", "ellipse", "edit_region"),
    ("export",),
)
_SPARE = ("actual_size", "flicker", "blend", "layout_1x3", "layout_2x2", "fit")
"""Left out where even icons do not fit: the menus and keys have them."""
_WORDS = {
    "side": mark("Side"),
    "curtain": mark("Curtain"),
    "blend": mark("Blend"),
    "flicker": mark("Flicker"),
    "overlay": mark("Overlay"),
    "export": mark("Export"),
}


class TopBar(QFrame):
    """Tool buttons in groups; text beside an icon wherever its meaning is not universal."""

    def __init__(self, actions: Actions[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(2)
        for i, group in enumerate(GROUPS):
            if i:
                row.addSpacing(8)
            for name in group:
                row.addWidget(_button(actions, name))
        row.addStretch(1)
        buttons = {button.defaultAction().objectName(): button for button in self.findChildren(QToolButton)}
        self._spare = [buttons[name] for name in _SPARE]
        self._worded = [
            button for button in self.findChildren(QToolButton) if button.defaultAction().objectName() in _WORDS
        ]

    def follow_language(self) -> None:
        """Write the words beside the icons again, in the language in use."""
        for button in self._worded:
            action = button.defaultAction()
            action.setIconText(f" {tr(_WORDS[action.objectName()])}")
        self._give_way(self.width())

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._give_way(event.size().width())

    def _give_way(self, width: int) -> None:
        """Leave out the words where they do not fit; the icons keep their tool tips."""
        for button in self._worded:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for button in self._spare:
            button.show()
        for button in reversed(self._worded):
            if self._row.sizeHint().width() <= width:
                break
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            self._row.invalidate()
        for button in self._spare:
            if self._row.sizeHint().width() <= width:
                break
            button.hide()
            self._row.invalidate()


def _button(actions: Actions[Any], name: str) -> QToolButton:
    action = actions[name]
    result = QToolButton()
    result.setDefaultAction(action)
    result.setObjectName("flat")
    result.setIconSize(QSize(18, 18))
    result.setAutoRaise(True)
    with_text = name in _WORDS
    if with_text:
        action.setIconText(f" {tr(_WORDS[name])}")
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if with_text else Qt.ToolButtonStyle.ToolButtonIconOnly
    result.setToolButtonStyle(style)
    result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return result
