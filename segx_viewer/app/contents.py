"""What the main window is made of: makes its parts and puts them in their places."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QIcon, QUndoGroup

from segx_viewer.app.canvas.annotating import SetAnnotations
from segx_viewer.app.canvas.editing import Editor
from segx_viewer.app.canvas.scene import Scene
from segx_viewer.app.canvas.viewport import Viewport
from segx_viewer.app.canvas.viewports import Viewports
from segx_viewer.app.commands import menus
from segx_viewer.app.commands.table import rows
from segx_viewer.app.follower import Follower
from segx_viewer.app.jobs.engine import Engine
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import theme
from segx_viewer.app.kit.assembly import column, replace
from segx_viewer.app.model.actions import Actions
from segx_viewer.app.model.annotations import Annotation
from segx_viewer.app.model.cine import Scroller
from segx_viewer.app.panels.cinebar import CineBar
from segx_viewer.app.panels.comparison import Comparison
from segx_viewer.app.panels.controlbar import ControlBar
from segx_viewer.app.panels.editbar import EditBar
from segx_viewer.app.panels.grid import Grid
from segx_viewer.app.panels.logview import LogKeeper
from segx_viewer.app.panels.messagepage import MessagePage
from segx_viewer.app.panels.results import Results
from segx_viewer.app.panels.statusbar import StatusBar
from segx_viewer.app.panels.studies import Studies
from segx_viewer.app.panels.topbar import TopBar
from segx_viewer.app.sessions import session
from segx_viewer.app.sessions.session import Autosave
from segx_viewer.paths import resources_folder

if TYPE_CHECKING:
    from segx_viewer.app.window import Window


def parts(window: "Window", engine: Engine | None) -> Iterator[None]:
    """Make the window's parts and connect them, a few milliseconds' worth between one `yield` and the next.

    Only what comes last can be seen, or asked for anything by keys and menus: the frame stays whole until all of it
    is there at once.
    """
    yield from _draw_icons()
    _make_model(window, engine)
    yield
    for make in (_make_lists, _make_results, _make_pictures, _make_bars, _make_commands, _make_page, _add_pages):
        make(window)
        yield
    _place(window)
    window.follower = _connected(window)


def _draw_icons() -> Iterator[None]:
    for number, command in enumerate(rows()):
        if command.icon:
            theme.icon(command.icon)
        if number % 10 == 0:
            yield


def _make_model(window: "Window", engine: Engine | None) -> None:
    """Make what the parts show and work on."""
    QGuiApplication.setWindowIcon(QIcon(str(resources_folder() / "icons" / "segx-viewer.svg")))
    workspace = window.workspace = Workspace(engine, window)
    window.state = workspace.state
    workspace.visible_part = lambda: window.shown_ports[0].visible_part()
    window.scene = Scene()
    window.undo_group = QUndoGroup(window)
    window.log = LogKeeper(window)
    window.editor = Editor(workspace, window.show_edited)
    window.scroller = Scroller(workspace.documents, workspace.state, window)


def _connected(window: "Window") -> Follower:
    """Let the parts follow each other."""
    follower = Follower(window)
    window.autosave = Autosave(window.workspace, keeps_session=window.keeps_session)
    for port in window.viewports.ports.values():
        port.scroll_stack = window.scroller.step
    for port in window.viewports.all_ports:
        port.change_drawings = partial(_change_drawings, window, port)
    follower.show_page()
    return follower


def _change_drawings(window: "Window", port: Viewport, after: tuple[Annotation, ...], text: str) -> None:
    """Replace the drawings on a panel's image, so that it can be undone."""
    if (document := port.scene.document) is not None:
        document.undo.push(SetAnnotations(window.workspace.documents, document, after, text))


def _there(window: "Window") -> frozenset[str]:
    """Return which of the things are there that commands may need."""
    workspace, seen = window.workspace, not window.scene.hidden
    there = {
        "image": window.scene.base is not None,
        "prediction": seen and workspace.analyses.key is not None,
        "map": workspace.has_result(),
        "region": seen and window.editor.analysis is not None,
        "drawing": window.scene.chosen is not None,
    }
    return frozenset(name for name, is_there in there.items() if is_there)


def _make_lists(window: "Window") -> None:
    window.studies = Studies(window.workspace.documents)
    window.status = StatusBar()
    window.message_page = MessagePage()


def _make_results(window: "Window") -> None:
    window.results = Results()
    window.findings, window.certainty = window.results.findings, window.results.certainty


def _make_pictures(window: "Window") -> None:
    window.viewports = Viewports(window.scene, window.state)
    window.grid = Grid(window.scene, window.state)
    window.grid.hide()
    window.comparison = Comparison(window.workspace, window.scene, window.scroller.step, window)
    window.viewports.others = window.comparison.ports


def _make_bars(window: "Window") -> None:
    window.control_bar = ControlBar(window.state)
    window.control_bar.set_methods(window.workspace.analyses.methods)
    window.cine_bar = CineBar(window.scroller, window.state)


def _make_commands(window: "Window") -> None:
    """Make the commands, whose keys do nothing yet, and what is made of them."""
    window.commands = Actions(window, window, window.state, lambda: _there(window), rows())
    window.top_bar = TopBar(window.commands)
    window.edit_bar = EditBar(window.state, window.editor, window.commands)


def _make_page(window: "Window") -> None:
    middle = ((window.viewports, 1), (window.grid, 1), (window.comparison, 1))
    window.picture_page = column(window.top_bar, window.edit_bar, *middle, window.cine_bar, window.control_bar)


def _add_pages(window: "Window") -> None:
    for page in (window.message_page, window.picture_page):
        window.pages.addWidget(page)  # behind the start page


def _place(window: "Window") -> None:
    """Put the widgets where the frame keeps room for them, and let keys and menus do what they say."""
    menus.fill(window.menus, window, window.commands)
    window.commands.begin()
    for room, widget in zip(window.rooms, (window.studies, window.results, window.status), strict=True):
        replace(room, widget)
    window.empty_page.offer_restore(window.keeps_session and session.ended_badly())
