"""Every command is one row. Menus, tool bar, context menus and the shortcut page are made from the rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from segx_viewer.app.kit import settings, theme
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.viewstate import View, ViewState

Target = TypeVar("Target")

_DRAGGED = {"voi", "opacity", "curtain", "blend", "zoom", "centre", "brush"}
"""Fields of the view that no command depends on, and that change with every movement of the mouse."""


@dataclass(frozen=True, slots=True)
class Command(Generic[Target]):
    """One command.

    Attributes
    ----------
    id : str
        Stable name, used in menus and for changed shortcuts.
    text : str
        Marked for translation; sentence case; "…" where a dialog follows.
    handler : callable
        Called with what the commands may use.
    shortcut : str
        Key sequence(s), several separated by "; ".
    group : str
        Heading on the shortcut page.
    icon : str
        Name in the icon set.
    checked : callable, optional
        Makes the command checkable: whether it is on, given the view.
    needs : str
        What must be there: "" nothing, "image", "prediction", the "map" asked for, a "region",
        or a "drawing" that is chosen.
    """

    id: str
    text: str
    handler: Callable[[Target], object]
    shortcut: str = ""
    group: str = ""
    icon: str = ""
    checked: Callable[[View], bool] | None = None
    needs: str = ""


class Actions(Generic[Target]):
    """The commands as QActions of one window.

    Parameters
    ----------
    target : object
        Given to the commands' handlers.
    parent : QWidget
        Where the shortcuts hold.
    state : ViewState
        Followed by what is checked.
    there : callable
        Returns which of the things are there that a command may need.
    commands : iterable of Command
    """

    def __init__(
        self,
        target: Target,
        parent: QWidget,
        state: ViewState,
        there: Callable[[], frozenset[str]],
        commands: Iterable[Command[Target]],
    ) -> None:
        self._target, self._parent, self._state, self._there = target, parent, state, there
        self.rows = {command.id: command for command in commands}
        self.by_id: dict[str, QAction] = {}
        own = _own_shortcuts()
        for command in self.rows.values():
            self.by_id[command.id] = self._make(command, own.get(command.id, command.shortcut))
        state.changed.connect(self._on_view_changed)
        self.follow()

    def __getitem__(self, name: str) -> QAction:
        return self.by_id[name]

    def _make(self, command: Command[Target], keys: str) -> QAction:
        action = QAction(tr(command.text), self._parent)
        action.setObjectName(command.id)
        if command.icon:
            action.setIcon(theme.icon(command.icon))
        action.setShortcuts(QKeySequence.listFromString(keys))
        _tell(action, tr(command.text))
        action.setCheckable(command.checked is not None)
        action.setAutoRepeat(command.checked is None)  # a key held down must not flicker a switch
        action.triggered.connect(lambda *_: self.run(command.id))
        return action

    def begin(self) -> None:
        """Let the shortcuts hold from here on."""
        self._parent.addActions(list(self.by_id.values()))

    def shortcut(self, name: str) -> str:
        """Return a command's shortcut, the user's own if there is one."""
        return _own_shortcuts().get(name, self.rows[name].shortcut)

    def set_shortcut(self, name: str, keys: str) -> None:
        """Give a command another shortcut and remember it."""
        settings.settings().setValue(f"shortcuts/{name}", keys)
        self[name].setShortcuts(QKeySequence.listFromString(keys))
        _tell(self[name], tr(self.rows[name].text))

    def run(self, name: str) -> None:
        """Carry out a command by its id."""
        self.rows[name].handler(self._target)

    def retranslate(self) -> None:
        """Write the texts and icons again, in the current language and theme."""
        for name, action in self.by_id.items():
            action.setText(tr(self.rows[name].text))
            _tell(action, tr(self.rows[name].text))
            if self.rows[name].icon:
                action.setIcon(theme.icon(self.rows[name].icon))

    def _on_view_changed(self, changed: frozenset[str]) -> None:
        if not changed <= _DRAGGED:
            self.follow()

    def follow(self) -> None:
        """Enable and check what fits the state of things."""
        there = self._there()
        for name, action in self.by_id.items():
            row = self.rows[name]
            action.setEnabled(not row.needs or row.needs in there)
            if row.checked is not None:
                action.setChecked(row.checked(self._state.view))


def plain(text: str) -> str:
    """Return a menu text without its mnemonic and ellipsis.

    Examples
    --------
    >>> plain("&Open files …")
    'Open files'
    """
    return text.replace("&", "").removesuffix("…").strip()


def _tell(action: QAction, text: str) -> None:
    """Let the tool tip say in words what an action does, and its key."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{plain(text)} ({keys})" if keys else plain(text))


def _own_shortcuts() -> dict[str, str]:
    """Return the shortcuts that the user has chosen, by command: the settings are opened once for all of them."""
    stored = settings.settings()
    stored.beginGroup("shortcuts")
    return {name: str(stored.value(name)) for name in stored.childKeys()}
