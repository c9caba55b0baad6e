"""The main window: puts the parts together and passes on what they say."""

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QUndoCommand, QUndoGroup
from PySide6.QtWidgets import (
    QAbstractSlider,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QWidget,
)

from segx_viewer.app import menus, settings
from segx_viewer.app.actions import Actions
from segx_viewer.app.assembly import column, fill_panel
from segx_viewer.app.commands_results import is_session, open_session
from segx_viewer.app.comparison import Comparison
from segx_viewer.app.controlbar import ControlBar
from segx_viewer.app.controller import Controller
from segx_viewer.app.documents import Document
from segx_viewer.app.editbar import EditBar
from segx_viewer.app.editing import Editor
from segx_viewer.app.graphics import Graphics
from segx_viewer.app.grid import CLASSES, Grid
from segx_viewer.app.i18n import mark, tr
from segx_viewer.app.pages import EmptyPage, MessagePage
from segx_viewer.app.panels.logview import LogKeeper
from segx_viewer.app.panels.results import Results
from segx_viewer.app.panels.studies import Studies
from segx_viewer.app.reading import Impression, hidden
from segx_viewer.app.scene import Scene
from segx_viewer.app.session import Autosave
from segx_viewer.app.stack import Scroller, stack_of
from segx_viewer.app.statusbar import StatusBar
from segx_viewer.app.topbar import TopBar
from segx_viewer.app.viewport import Viewport
from segx_viewer.app.viewports import Viewports
from segx_viewer.app.viewstate import ViewState
from segx_viewer.app.worker import Capabilities, Engine
from segx_viewer.domain.request import Progress
from segx_viewer.domain.result import Analysis

RESEARCH_USE = mark("RESEARCH USE ONLY - not for diagnosis")


class Window(QMainWindow):
    """Studies on the left, pictures in the middle, findings and certainty on the right."""

    def __init__(self, engine: Engine | None = None) -> None:
        super().__init__()
        self.setWindowTitle("SegX Viewer")
        self.setAcceptDrops(True)
        self.resize(QSize(1440, 900).boundedTo(self.screen().availableGeometry().size()))
        self.state = ViewState(self)
        self.scene = Scene()
        self.controller = Controller(self.state, engine, self)
        self.undo_group = QUndoGroup(self)
        self.log = LogKeeper(self)
        self.editor = Editor(self)
        self.actions = Actions(self)
        self._build()
        self._connect()
        self.autosave = Autosave(self)
        self.scroller = Scroller(self)
        for port in self.viewports.ports.values():
            port.scroll = self.scroller.step
        self._show_page()

    # -- assembling ------------------------------------------------------------------------------

    def _build(self) -> None:
        menus.fill(self.menuBar(), self, self.actions)
        self.research_use = QLabel(tr(RESEARCH_USE))
        self.research_use.setObjectName("researchUse")
        self._corner = QWidget(self)
        self._corner.setObjectName("corner")
        row = QHBoxLayout(self._corner)
        row.setContentsMargins(8, 3, 8, 3)
        row.addWidget(self.research_use)
        self.menuBar().setCornerWidget(self._corner)
        self.studies = Studies(self.controller.documents)
        self.results = Results()
        self.findings, self.certainty = self.results.findings, self.results.certainty
        self.viewports = Viewports(self.scene, self.state)
        self.top_bar = TopBar(self.actions)
        self.control_bar = ControlBar(self.state)
        self.control_bar.set_methods(self.controller.methods)
        self.empty_page = EmptyPage(self.actions)
        self.message_page = MessagePage()
        self.status = StatusBar()
        self.left, self.right = QFrame(), self.results
        fill_panel(self.left, [(tr("STUDIES"), self.studies, 1)])
        self.left.setMinimumWidth(200)
        self.pages = QStackedWidget()
        self.edit_bar = EditBar(self)
        self.grid = Grid(self.scene, self.state)
        self.grid.hide()
        self.comparison = Comparison(self)
        self.viewports.others = self.comparison.ports
        middle = ((self.viewports, 1), (self.grid, 1), (self.comparison, 1))
        self._picture_page = column(self.top_bar, self.edit_bar, *middle, self.control_bar)
        for page in (self.empty_page, self.message_page, self._picture_page):
            self.pages.addWidget(page)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget in (self.left, self.pages, self.right):
            self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.setSizes([220, 920, 300])
        self.setCentralWidget(column((self.splitter, 1), self.status))

    def _connect(self) -> None:
        controller = self.controller
        controller.image_shown.connect(self._on_image)
        controller.analysis_changed.connect(self._on_analysis)
        controller.progress.connect(self._on_progress)
        controller.work.changed.connect(self.status.show_work)
        controller.message.connect(self.show_message)
        controller.failed.connect(self._on_failed)
        controller.capabilities.connect(self._on_capabilities)
        self.grid.chosen.connect(self._on_cell)
        self.comparison.activated.connect(self.show_document)
        self.comparison.wanted.connect(controller.complete)
        for port in self.comparison.ports:
            port.hovered.connect(lambda point, port=port: self._on_hover(port, point))
            port.menu_asked.connect(lambda point: menus.context_menu(self, self.actions).popup(point))
        self.results.read_first.noted.connect(self._on_impression)
        controller.exported.connect(self._on_exported)
        controller.documents.updated.connect(self._on_document_updated)
        controller.opener.attached.connect(self._show_graphics)
        controller.documents.added.connect(lambda d: self.undo_group.addStack(d.undo))
        self.status.cancel.clicked.connect(controller.cancel_by_reader)
        self.studies.chosen.connect(self.show_document)
        self.findings.chosen.connect(lambda index: controller.explain(class_index=index))
        self.control_bar.method_chosen.connect(lambda name: controller.explain(method=name))
        self.viewports.hovered.connect(self._on_hover)
        self.viewports.menu_asked.connect(lambda point: menus.context_menu(self, self.actions).popup(point))
        self.state.changed.connect(self._on_view_changed)

    # -- what the commands use -------------------------------------------------------------------

    def open_paths(self, paths: list[Path]) -> None:
        """Open files, folders and sessions."""
        sessions = [path for path in paths if is_session(path)]
        for path in sessions:
            open_session(self, path)
        self.controller.open_paths([path for path in paths if path not in sessions])
        self.autosave.add_recent([path for path in paths if path.exists()])

    def show_document(self, document: Document) -> None:
        """Look at another open image."""
        self.controller.remember_view()
        self.controller.documents.set_current(document)

    def close_current(self) -> None:
        """Close the image being looked at."""
        current = self.controller.documents.current
        if current is not None:
            self.controller.documents.close(current)

    def push(self, command: QUndoCommand) -> None:
        """Carry out a change of the current image that can be undone."""
        self.controller.documents.current.undo.push(command)

    def show_panels(self, visible: bool) -> None:
        """Show or hide everything but the pictures."""
        for widget in (self.left, self.right):
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
        self.actions.retranslate()
        self.actions.follow()
        self.empty_page.follow_theme()
        self.studies.follow_theme()
        self.viewports.refresh()
        self.update()

    def show_message(self, sentence: str) -> None:
        """Say something in the status bar."""
        self.status.show_message(sentence)

    def has_result(self) -> bool:
        """Whether there is something to report: the map being looked at, or a refusal."""
        analysis = self.controller.analysis
        refused = analysis is not None and analysis.complete and analysis.prediction is None
        return not self.scene.hidden and (self.scene.has_map() or refused)

    # -- following the controller ----------------------------------------------------------------

    def _on_image(self, document: Document | None) -> None:
        self.scene.show(document)
        self._show_graphics()
        self.scene.editing = False
        if self.state.view.editing:
            self.actions.run("edit_region")
        self.undo_group.setActiveStack(document.undo if document is not None else None)
        self.scene.set_analysis(self.controller.analysis, self.controller.key)
        self.edit_bar.follow()
        title = "SegX Viewer" if document is None else f"{document.name} - SegX Viewer"
        self.setWindowTitle(title)
        stack = stack_of(self.controller.documents, document)
        place = tr("{position} / {count}") + "\n"
        self.scene.stack_text = place.format(position=stack.position + 1, count=len(stack)) if stack else ""
        self.status.show_probe(None)
        self.comparison.follow(document)
        self._show_page()
        self._refresh()

    def _on_document_updated(self, document: Document) -> None:
        self.actions.follow()
        if document is self.scene.document:
            self.viewports.refresh()
            self.results.show_notes(document)
        if document is self.comparison.other:
            self.comparison.refresh()

    def _show_graphics(self) -> None:
        image = self.scene.base.image if self.scene.base is not None else None
        overlays = self.controller.opener.overlays.get(image.source.sop_instance_uid, []) if image is not None else []
        self.scene.graphics = Graphics(image, overlays) if image is not None else None
        self.viewports.refresh()

    def _on_analysis(self, analysis: Analysis | None) -> None:
        self.scene.set_analysis(analysis, self.controller.key)
        self._refresh()
        self.edit_bar.follow()

    def show_analysis(self, analysis: Analysis) -> None:
        """Show an analysis that is not taken over yet, while the region is being drawn."""
        self.scene.set_analysis(analysis, self.controller.key)
        self.certainty.show_certainty(analysis, self.controller.key)
        self.viewports.refresh()

    def _on_failed(self, sentence: str) -> None:
        if self.controller.analysis is None:
            self.results.show_failure(sentence)
        self.show_message(sentence)

    def _on_progress(self, progress: Progress | None) -> None:
        self.status.show_progress(progress)
        if progress is None and self.state.view.grid and not self.controller.was_cancelled:
            self.controller.fill_grid(CLASSES)  # does nothing when all cells are there
        elif progress is None:
            self.comparison.refresh()

    def _on_capabilities(self, capabilities: Capabilities) -> None:
        slow = {name: f" ({tr(cost)})" for name, cost in capabilities.costs.items() if cost != "fast"}
        self.control_bar.set_methods(tuple((n, label + slow.get(n, "")) for n, label in capabilities.methods))
        names = dict(capabilities.methods)
        self.grid.show_methods([(name, names[name]) for name in self.controller.grid_methods])
        self._show_grid()

    def _on_impression(self, impression: Impression) -> None:
        self.controller.documents.update(self.controller.documents.current, impression=impression)
        self._refresh()

    def _on_cell(self, method: str, class_index: int) -> None:
        self.state.update(grid=False)
        self.controller.explain(class_index=class_index, method=method)

    def _show_grid(self) -> None:
        grid = self.state.view.grid
        two = self.state.view.two
        self.viewports.setVisible(not grid and not two)
        self.comparison.setVisible(two and not grid)
        self.grid.setVisible(grid)
        if grid:
            self.grid.refresh()
            self.controller.fill_grid(CLASSES)

    def _on_exported(self, path: Path) -> None:
        self.show_message(tr("Report written: {path}").format(path=path))

    def _on_view_changed(self, changed: frozenset[str]) -> None:
        if "identity" in changed:
            self.studies.show_identity(self.state.view.identity)
        if changed & {"grid", "two"}:
            self._show_grid()
        if "read_first" in changed:
            self._refresh()
        if "editing" in changed:
            self.scene.editing = self.state.view.editing
        if changed & {"class_index", "method"}:
            self.scene.set_analysis(self.controller.analysis, self.controller.key)
            self._refresh()

    def _refresh(self) -> None:
        """Show the current analysis in every panel."""
        analysis, key = self.controller.analysis, self.controller.key
        document = self.controller.documents.current
        self.scene.hidden = hidden(document, self.state.view.read_first)
        if self.scene.hidden:
            self.state.update(grid=False)
        self.results.show_analysis(document, analysis, key, hidden=self.scene.hidden)
        self.actions.follow()
        self.viewports.refresh()
        self.grid.refresh()
        self.comparison.refresh()

    @property
    def shown_ports(self) -> list[Viewport]:
        """The current image's panels that are on the screen."""
        return self.comparison.ports[:2] if self.state.view.two else self.viewports.visible_ports

    def _show_page(self) -> None:
        document = self.controller.documents.current
        if document is None:
            self.empty_page.refresh()
            self.pages.setCurrentWidget(self.empty_page)
        elif document.image is not None:
            self.pages.setCurrentWidget(self._picture_page)
        elif document.error:
            self.message_page.show_error(document.name, document.error)
            self.pages.setCurrentWidget(self.message_page)
        else:
            self.message_page.show_working(document.name)
            self.pages.setCurrentWidget(self.message_page)

    def _on_hover(self, port: Viewport, point: QPointF | None) -> None:
        found = port.scene.probe(point, port.state.view) if point is not None else None
        analysis = self.controller.analysis
        scale = self.viewports.color_bar.scale
        self.status.show_probe(found, tr(analysis.bundle.region) if analysis else "", scale[1] if scale else 1.0)

    # -- Qt events -------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802, D102 - Qt's name
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.open_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._hold(event, True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._hold(event, False)

    def event(self, event: QEvent) -> bool:  # noqa: D102 - Qt's name
        if event.type() == QEvent.Type.ShortcutOverride and _belongs_to(self.focusWidget(), Qt.Key(event.key())):
            event.accept()
            return True
        return super().event(event)

    def _hold(self, event: QKeyEvent, down: bool) -> None:
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_B and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.state.update(bare=down)
        elif event.key() == Qt.Key.Key_Space:
            for port in self.viewports.all_ports:
                port.setProperty("panning", down)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.state.update(bare=False)  # the key may be released over another window
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, D102 - Qt's name
        settings.settings().setValue("geometry", self.saveGeometry())
        self.autosave.end()
        self.controller.shut_down()
        self.log.stop()
        event.accept()


_ARROWS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right})
_ENDS = frozenset({Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


def _belongs_to(widget: QWidget | None, key: Qt.Key) -> bool:
    """Return whether a key moves within the control that has the focus, rather than being a command."""
    if isinstance(widget, QTreeView):
        return key in _ARROWS  # Home and End go through the stack of the image that was chosen
    return isinstance(widget, QComboBox | QAbstractSlider | QListView) and key in _ARROWS | _ENDS
