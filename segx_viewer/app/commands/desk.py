"""What a command may use of the window."""

from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QWidget

from segx_viewer.app.canvas.editing import Editor
from segx_viewer.app.canvas.scene import Scene
from segx_viewer.app.canvas.viewport import Viewport
from segx_viewer.app.canvas.viewports import Viewports
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.model.actions import Actions
from segx_viewer.app.model.cine import Scroller
from segx_viewer.app.model.viewstate import ViewState
from segx_viewer.app.panels.beside import SecondWindow
from segx_viewer.app.panels.comparison import Comparison
from segx_viewer.app.panels.logview import LogKeeper


class Desk(Protocol):
    """The window as far as commands know it: what is open, the parts that they work on, and few requests."""

    workspace: Workspace
    state: ViewState
    scene: Scene
    viewports: Viewports
    comparison: Comparison
    editor: Editor
    scroller: Scroller
    undo_group: QUndoGroup
    log: LogKeeper
    commands: "Actions[Desk]"
    second: SecondWindow | None

    @property
    def shown_ports(self) -> list[Viewport]:
        """The current image's panels that are on the screen."""

    @property
    def above(self) -> QWidget:
        """The widget that dialogs stand above."""

    def open_paths(self, paths: list[Path]) -> None:
        """Open files, folders and sessions."""

    def show_results(self, folder: Path | str) -> None:
        """Show a run's results as a worklist, in the place of another one."""

    def show_panels(self, visible: bool | None = None) -> None:
        """Show or hide everything but the pictures; None for the other way round."""

    def follow_theme(self) -> None:
        """Draw everything again in the colours of the theme."""

    def follow_language(self) -> None:
        """Write again what is put together from parts, in the language in use."""

    def forget(self) -> None:
        """Close everything, and forget what was remembered."""

    def close(self) -> bool:
        """End the program."""
