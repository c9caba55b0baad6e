"""Every command is one row. Menus, tool bar, context menus and the shortcut page are made from the rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction, QKeySequence

from segx_viewer.app.kit import settings, theme
from segx_viewer.app.kit.i18n import tr

if TYPE_CHECKING:
    from segx_viewer.app.model.viewstate import View
    from segx_viewer.app.window import Window

_DRAGGED = {"voi", "opacity", "curtain", "blend", "zoom", "centre", "brush"}
"""Fields of the view that no command depends on, and that change with every movement of the mouse."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes
    ----------
    id : str
        Stable name, used in menus and for changed shortcuts.
    text : str
        Marked for translation; sentence case; "…" where a dialog follows.
    handler : callable
        Called with the window.
    shortcut : str
        Key sequence(s), several separated by "; ".
    group : str
        Heading on the shortcut page.
    icon : str
        Name in the icon set.
    checked : callable, optional
        Makes the command checkable: whether it is on, given the view.
    needs : str
        What must be there: "" nothing, "image", "prediction", the "map" asked for, or a "region".
    """

    id: str
    text: str
    handler: "Callable[[Window], None]"
    shortcut: str = ""
    group: str = ""
    icon: str = ""
    checked: "Callable[[View], bool] | None" = None
    needs: str = ""


def rows() -> tuple[Command, ...]:
    """Return all commands."""
    names = ("file", "results", "view", "explain", "tools", "edit", "settings", "models")
    modules = [import_module(f"segx_viewer.app.commands.{name}") for name in names]
    return tuple(row for module in modules for row in module.ROWS)


class Actions:
    """The commands as QActions of one window."""

    def __init__(self, window: "Window", commands: Iterable[Command] | None = None) -> None:
        self.window = window
        self.rows = {command.id: command for command in (rows() if commands is None else commands)}
        self.by_id: dict[str, QAction] = {}
        for command in self.rows.values():
            self.by_id[command.id] = self._make(command)
        window.state.changed.connect(self._on_view_changed)
        self.follow()

    def __getitem__(self, name: str) -> QAction:
        return self.by_id[name]

    def _make(self, command: Command) -> QAction:
        action = QAction(tr(command.text), self.window)
        action.setObjectName(command.id)
        if command.icon:
            action.setIcon(theme.icon(command.icon))
        action.setShortcuts(QKeySequence.listFromString(self.shortcut(command.id)))
        action.setCheckable(command.checked is not None)
        action.setAutoRepeat(command.checked is None)  # a key held down must not flicker a switch
        action.triggered.connect(lambda *_: self.run(command.id))
        self.window.addAction(action)
        return action

    def shortcut(self, name: str) -> str:
        """Return a command's shortcut, the user's own if there is one."""
        stored = settings.settings().value(f"shortcuts/{name}")
        return self.rows[name].shortcut if stored is None else str(stored)

    def set_shortcut(self, name: str, keys: str) -> None:
        """Give a command another shortcut and remember it."""
        settings.settings().setValue(f"shortcuts/{name}", keys)
        self[name].setShortcuts(QKeySequence.listFromString(keys))

    def run(self, name: str) -> Any:
        """Carry out a command by its id."""
        return self.rows[name].handler(self.window)

    def retranslate(self) -> None:
        """Write the texts and icons again, in the current language and theme."""
        for name, action in self.by_id.items():
            action.setText(tr(self.rows[name].text))
            if self.rows[name].icon:
                action.setIcon(theme.icon(self.rows[name].icon))

    def _on_view_changed(self, changed: frozenset[str]) -> None:
        if not changed <= _DRAGGED:
            self.follow()

    def follow(self) -> None:
        """Enable and check what fits the window's state."""
        window = self.window
        has = {
            "": True,
            "image": window.scene.base is not None,
            "prediction": window.controller.key is not None and not window.scene.hidden,
            "map": window.has_result(),
            "region": window.editor.analysis is not None and not window.scene.hidden,
        }
        for name, action in self.by_id.items():
            row = self.rows[name]
            action.setEnabled(has[row.needs])
            if row.checked is not None:
                action.setChecked(row.checked(self.window.state.view))
