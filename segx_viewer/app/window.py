"""The main window: a frame that is on the screen at once, and what fills it as soon as that is loaded.

Nothing that takes time to import is imported here, Qt's own enumerations among it (`Qt.Key` and the others).
"""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QMainWindow, QSplitter, QStackedWidget, QWidget

from segx_viewer.app.kit import settings
from segx_viewer.app.kit.assembly import column, fill_panel
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.panels.emptypage import EmptyPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QUndoGroup

    from segx_viewer.app.canvas.editing import Editor
    from segx_viewer.app.canvas.scene import Scene
    from segx_viewer.app.canvas.viewport import Viewport
    from segx_viewer.app.canvas.viewports import Viewports
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.follower import Follower
    from segx_viewer.app.jobs.engine import Engine
    from segx_viewer.app.jobs.workspace import Workspace
    from segx_viewer.app.model.actions import Actions
    from segx_viewer.app.model.cine import Scroller
    from segx_viewer.app.model.viewstate import ViewState
    from segx_viewer.app.panels.beside import SecondWindow
    from segx_viewer.app.panels.certainty import CertaintyPanel
    from segx_viewer.app.panels.cinebar import CineBar
    from segx_viewer.app.panels.comparison import Comparison
    from segx_viewer.app.panels.controlbar import ControlBar
    from segx_viewer.app.panels.editbar import EditBar
    from segx_viewer.app.panels.findings import Findings
    from segx_viewer.app.panels.grid import Grid
    from segx_viewer.app.panels.logview import LogKeeper
    from segx_viewer.app.panels.messagepage import MessagePage
    from segx_viewer.app.panels.results import Results
    from segx_viewer.app.panels.statusbar import StatusBar
    from segx_viewer.app.panels.studies import Studies
    from segx_viewer.app.panels.topbar import TopBar
    from segx_viewer.app.panels.worklist import WorklistPanel
    from segx_viewer.app.sessions.session import Autosave
    from segx_viewer.domain.result import Analysis

RESEARCH_USE = mark("RESEARCH USE ONLY - not for diagnosis")
MENU_TITLES = (mark("&File"), mark("&View"), mark("&Image"), mark("&Explain"), mark("&Tools"), mark("&Help"))


class Window(QMainWindow):
    """Studies on the left, pictures in the middle, findings and certainty on the right.

    The frame alone has the menus' titles, the start page and empty panels: enough to be shown. `fill` makes the
    rest, without which nothing can be opened; `fill_a_little` makes a part of it.
    """

    # Made by `contents.parts`.
    workspace: "Workspace"
    state: "ViewState"
    scene: "Scene"
    undo_group: "QUndoGroup"
    log: "LogKeeper"
    editor: "Editor"
    commands: "Actions[Desk]"
    studies: "Studies"
    results: "Results"
    findings: "Findings"
    certainty: "CertaintyPanel"
    viewports: "Viewports"
    top_bar: "TopBar"
    control_bar: "ControlBar"
    message_page: "MessagePage"
    picture_page: QWidget
    status: "StatusBar"
    edit_bar: "EditBar"
    grid: "Grid"
    comparison: "Comparison"
    cine_bar: "CineBar"
    autosave: "Autosave"
    scroller: "Scroller"

    def __init__(self, engine: "Engine | None" = None) -> None:
        super().__init__()
        self._engine = engine
        self._filling: Iterator[None] | None = None
        self.follower: Follower | None = None
        self.second: SecondWindow | None = None
        self.keeps_session = True  # of two windows, the one that was opened first
        self.worklist: WorklistPanel | None = None
        self.setWindowTitle("SegX Viewer")
        self.setAcceptDrops(True)
        self.resize(QSize(1440, 900).boundedTo(self.screen().availableGeometry().size()))
        self._build()

    def _build(self) -> None:
        self.menus = [self.menuBar().addMenu(tr(title)) for title in MENU_TITLES]
        self.research_use = QLabel(tr(RESEARCH_USE))
        self.research_use.setObjectName("researchUse")
        self._corner = QWidget(self)
        self._corner.setObjectName("corner")
        row = QHBoxLayout(self._corner)
        row.setContentsMargins(8, 3, 8, 3)
        row.addWidget(self.research_use)
        self.menuBar().setCornerWidget(self._corner)
        self.left, right, bar, studies = QFrame(), QFrame(), QFrame(), QWidget()
        fill_panel(self.left, [(tr("STUDIES"), studies, 1)])
        self.left.setMinimumWidth(200)
        fill_panel(right, [])
        right.setMinimumWidth(260)
        bar.setObjectName("bar")
        bar.setFixedHeight(36)
        self.rooms = (studies, right, bar)  # for the widgets that take their places later
        self.pages = QStackedWidget()
        self.empty_page = EmptyPage(self.run, self.open_paths, self)
        self.pages.addWidget(self.empty_page)
        self.splitter = QSplitter()
        for widget in (self.left, self.pages, right):
            self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.setSizes([220, 920, 300])
        self.setCentralWidget(column((self.splitter, 1), bar))

    def fill(self) -> None:
        """Make all that is missing of what fills the frame; without effect when it is there."""
        while not self.fill_a_little():
            pass

    def fill_a_little(self) -> bool:
        """Make some of what fills the frame, a few milliseconds' worth; return whether all of it is there."""
        if self.follower is None:
            from segx_viewer.app.contents import parts

            if self._filling is None:
                self._filling = parts(self, self._engine)
            try:
                next(self._filling, None)
            except Exception:
                self._shut_down()
                raise
        return self.follower is not None

    def _shut_down(self) -> None:
        """End what would outlive the window, as far as it was made; what is asked for next is made anew."""
        self._filling = None
        if hasattr(self, "workspace"):
            self.workspace.shut_down()
        if hasattr(self, "log"):
            self.log.stop()

    # -- what the commands use -------------------------------------------------------------------

    def run(self, command: str) -> None:
        """Carry out a command by its id."""
        self.fill()
        self.commands.run(command)

    def open_paths(self, paths: list[Path]) -> None:
        """Open files, folders and sessions."""
        self.fill()
        from segx_viewer.app.commands.lesions import open_timeline
        from segx_viewer.app.commands.results import is_session, open_session
        from segx_viewer.app.sessions.timelinefile import is_timeline

        images = []
        for path in paths:
            if is_session(path):
                open_session(self, path)
            elif is_timeline(path):
                open_timeline(self, path)
            else:
                images.append(path)
        self.workspace.opener.open(images)
        self.autosave.add_recent([path for path in paths if path.exists()])

    def show_results(self, folder: Path | str) -> None:
        """Show a run's results as a worklist below the pictures, in the place of another one."""
        self.fill()
        from PySide6.QtCore import Qt

        from segx_viewer.app.dialogs.worklistexport import WorklistExport
        from segx_viewer.app.panels.worklist import WorklistPanel

        self._close_worklist()
        panel = self.worklist = WorklistPanel(self.workspace, folder, self)
        panel.handing_out.connect(
            lambda marked: WorklistExport(self.workspace, panel.lists, marked, dict(panel.table.marks), panel).open()
        )
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.worklist)
        self.resizeDocks([self.worklist], [self.height() * 2 // 5], Qt.Orientation.Vertical)

    def _close_worklist(self) -> None:
        """Close the worklist, which writes what was noted."""
        if self.worklist is not None:
            self.removeDockWidget(self.worklist)
            self.worklist.close()
            self.worklist.deleteLater()
            self.worklist = None

    @property
    def above(self) -> QWidget:
        """The widget that dialogs stand above: the window itself."""
        return self

    def show_panels(self, visible: bool | None = None) -> None:
        """Show or hide everything but the pictures; None for the other way round."""
        visible = not self.left.isVisible() if visible is None else visible
        for widget in (self.left, self.results):
            widget.setVisible(visible)

    def keep_on_screen(self) -> None:
        """Bring a window that is larger than its screen, or beside it, back onto it."""
        room = self.screen().availableGeometry()
        self.resize(self.size().boundedTo(room.size()))
        box = self.geometry()
        self.move(
            max(min(box.left(), room.right() + 1 - box.width()), room.left()),
            max(min(box.top(), room.bottom() + 1 - box.height()), room.top()),
        )

    def follow_theme(self) -> None:
        """Draw icons and pictures again in the colours of the theme."""
        self.commands.retranslate()
        self.commands.follow()
        self.empty_page.follow_theme()
        self.studies.follow_theme()
        self.viewports.refresh()
        self.update()

    def follow_language(self) -> None:
        """Write again what is put together from parts, in the language in use."""
        self.commands.retranslate()
        self.top_bar.follow_language()
        self.studies.follow_language()
        self.control_bar.follow()
        self.cine_bar.follow()
        self.empty_page.refresh()
        if self.follower is not None:
            self.follower.write_again()
        self.update()

    def forget(self) -> None:
        """Close everything, and remove the session, recent files and folders, and the log. Settings stay."""
        from segx_viewer.app.kit import clipboard
        from segx_viewer.app.kit.filedialogs import forget_folders_of_this_run
        from segx_viewer.app.model.privacy import OURS, drop_all

        self.autosave.opened.clear()
        self.workspace.documents.close_all()
        self.workspace.opener.forget()
        self.comparison.end()
        self._close_worklist()
        for dialog in self.findChildren(QDialog):  # such as an image's tags
            dialog.reject()
        clipboard.clear(OURS)
        self.log.clear()
        forget_folders_of_this_run()
        drop_all()
        self.workspace.jobs.run(drop_all)  # a session that was about to be written waits in this thread
        self.empty_page.offer_restore(False)
        self.empty_page.refresh()
        self.workspace.say(tr("Everything was forgotten."))

    def show_edited(self, analysis: "Analysis") -> None:
        """Show an analysis that is not taken over yet, while the region is being drawn."""
        key = self.workspace.analyses.key
        self.scene.set_analysis(analysis, key)
        self.certainty.show_certainty(analysis, key)
        self.viewports.refresh()

    def has_result(self) -> bool:
        """Whether there is something to report."""
        return self.workspace.has_result()

    @property
    def shown_ports(self) -> "list[Viewport]":
        """The current image's panels that are on the screen."""
        return self.comparison.ports[:2] if self.state.view.two else self.viewports.visible_ports

    # -- Qt events -------------------------------------------------------------------------------

    def dragEnterEvent(self, event: "QDragEnterEvent") -> None:  # noqa: N802, D102 - Qt's name
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: "QDropEvent") -> None:  # noqa: N802, D102 - Qt's name
        self.open_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def closeEvent(self, event: "QCloseEvent") -> None:  # noqa: N802, D102 - Qt's name
        settings.settings().setValue("geometry", self.saveGeometry())
        if self.second is not None:
            self.second.close()
        if self.follower is not None:
            self._close_worklist()
            self.autosave.end()
        self._shut_down()
        event.accept()
