"""What the main window is made of: puts the parts together and passes on what they say."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QGuiApplication, QIcon, QUndoGroup
from PySide6.QtWidgets import QWidget

from segx_viewer.app.canvas.editing import Editor
from segx_viewer.app.canvas.graphics import Graphics
from segx_viewer.app.canvas.scene import Scene
from segx_viewer.app.canvas.viewport import Viewport
from segx_viewer.app.canvas.viewports import Viewports
from segx_viewer.app.commands import menus
from segx_viewer.app.commands.keys import Keys
from segx_viewer.app.jobs.controller import Controller
from segx_viewer.app.jobs.worker import Capabilities, Engine
from segx_viewer.app.kit.actions import Actions
from segx_viewer.app.kit.assembly import column, replace
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.impression import Impression, hidden
from segx_viewer.app.model.stack import Scroller, stack_of
from segx_viewer.app.model.viewstate import ViewState
from segx_viewer.app.panels.comparison import Comparison
from segx_viewer.app.panels.controlbar import ControlBar
from segx_viewer.app.panels.editbar import EditBar
from segx_viewer.app.panels.grid import CLASSES, Grid
from segx_viewer.app.panels.logview import LogKeeper
from segx_viewer.app.panels.messagepage import MessagePage
from segx_viewer.app.panels.results import Results
from segx_viewer.app.panels.statusbar import StatusBar
from segx_viewer.app.panels.studies import Studies
from segx_viewer.app.panels.topbar import TopBar
from segx_viewer.app.sessions import session
from segx_viewer.app.sessions.session import Autosave
from segx_viewer.domain.request import Progress
from segx_viewer.domain.result import Analysis
from segx_viewer.paths import resources_folder

if TYPE_CHECKING:
    from segx_viewer.app.window import Window


def assemble(window: "Window", engine: Engine | None) -> "Follower":
    """Make the window's parts and connect them."""
    QGuiApplication.setWindowIcon(QIcon(str(resources_folder() / "icons" / "segx-viewer.svg")))
    window.state = ViewState(window)
    window.scene = Scene()
    window.controller = Controller(window.state, engine, window)
    window.undo_group = QUndoGroup(window)
    window.log = LogKeeper(window)
    window.editor = Editor(window)
    window.actions = Actions(window)
    _place(window)
    follower = Follower(window)
    window.autosave = Autosave(window)
    window.scroller = Scroller(window)
    for port in window.viewports.ports.values():
        port.scroll = window.scroller.step
    follower.show_page()
    return follower


def _place(window: "Window") -> None:
    """Make the widgets, and put them where the frame keeps room for them."""
    menus.fill(window.menus, window, window.actions)
    window.studies = Studies(window.controller.documents)
    window.results = Results()
    window.findings, window.certainty = window.results.findings, window.results.certainty
    window.viewports = Viewports(window.scene, window.state)
    window.top_bar = TopBar(window.actions)
    window.control_bar = ControlBar(window.state)
    window.control_bar.set_methods(window.controller.methods)
    window.message_page = MessagePage()
    window.edit_bar = EditBar(window)
    window.grid = Grid(window.scene, window.state)
    window.grid.hide()
    window.comparison = Comparison(window)
    window.viewports.others = window.comparison.ports
    middle = ((window.viewports, 1), (window.grid, 1), (window.comparison, 1))
    window.picture_page = column(window.top_bar, window.edit_bar, *middle, window.control_bar)
    for page in (window.message_page, window.picture_page):
        window.pages.addWidget(page)
    window.status = StatusBar()
    for room, widget in zip(window.rooms, (window.studies, window.results, window.status), strict=True):
        replace(room, widget)
    window.empty_page.offer_restore(session.ended_badly())


class Follower(QObject):
    """Follows the controller, the view and the mouse, and shows in the window what they say."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._keys = Keys(window)
        self._connect(window.controller)

    def _connect(self, controller: Controller) -> None:
        window = self._window
        controller.image_shown.connect(self._on_image)
        controller.analysis_changed.connect(self._on_analysis)
        controller.progress.connect(self._on_progress)
        controller.work.changed.connect(window.status.show_work)
        controller.message.connect(window.show_message)
        controller.failed.connect(self._on_failed)
        controller.capabilities.connect(self._on_capabilities)
        window.grid.chosen.connect(self._on_cell)
        window.comparison.activated.connect(window.show_document)
        window.comparison.wanted.connect(controller.complete)
        for port in window.comparison.ports:
            port.hovered.connect(lambda point, port=port: self._on_hover(port, point))
            port.menu_asked.connect(self._show_menu)
        window.results.read_first.noted.connect(self._on_impression)
        controller.exported.connect(self._on_exported)
        controller.documents.updated.connect(self._on_document_updated)
        controller.opener.attached.connect(self._show_graphics)
        controller.documents.added.connect(lambda d: window.undo_group.addStack(d.undo))
        window.status.cancel.clicked.connect(controller.cancel_by_reader)
        window.studies.chosen.connect(window.show_document)
        window.findings.chosen.connect(lambda index: controller.explain(class_index=index))
        window.control_bar.method_chosen.connect(lambda name: controller.explain(method=name))
        window.viewports.hovered.connect(self._on_hover)
        window.viewports.menu_asked.connect(self._show_menu)
        window.state.changed.connect(self._on_view_changed)

    def _show_menu(self, point: QPointF) -> None:
        menus.context_menu(self._window, self._window.actions).popup(point)

    # -- images ----------------------------------------------------------------------------------

    def _on_image(self, document: Document | None) -> None:
        window = self._window
        window.scene.show(document)
        self._show_graphics()
        window.scene.editing = False
        if window.state.view.editing:
            window.actions.run("edit_region")
        window.undo_group.setActiveStack(document.undo if document is not None else None)
        window.scene.set_analysis(window.controller.analysis, window.controller.key)
        window.edit_bar.follow()
        title = "SegX Viewer" if document is None else f"{document.name} - SegX Viewer"
        window.setWindowTitle(title)
        stack = stack_of(window.controller.documents, document)
        place = tr("{position} / {count}") + "\n"
        window.scene.stack_text = place.format(position=stack.position + 1, count=len(stack)) if stack else ""
        window.status.show_probe(None)
        window.comparison.follow(document)
        self.show_page()
        self._refresh()

    def _on_document_updated(self, document: Document) -> None:
        window = self._window
        window.actions.follow()
        if document is window.scene.document:
            window.viewports.refresh()
            window.results.show_notes(document)
        if document is window.comparison.other:
            window.comparison.refresh()

    def _show_graphics(self) -> None:
        window = self._window
        image = window.scene.base.image if window.scene.base is not None else None
        overlays = window.controller.opener.overlays.get(image.source.sop_instance_uid, []) if image is not None else []
        window.scene.graphics = Graphics(image, overlays) if image is not None else None
        window.viewports.refresh()

    def show_page(self) -> None:
        """Show the current image's panels, what is wrong with it, or a way to begin."""
        window = self._window
        document = window.controller.documents.current
        page: QWidget = window.message_page
        if document is None:
            window.empty_page.refresh()
            page = window.empty_page
        elif document.image is not None:
            page = window.picture_page
        elif document.error:
            window.message_page.show_error(document.name, document.error)
        else:
            window.message_page.show_working(document.name)
        begins = page is window.picture_page and window.pages.currentWidget() is not page
        window.pages.setCurrentWidget(page)
        if begins:  # keys are for the pictures, not for the first button that Qt finds
            window.shown_ports[0].setFocus()

    # -- analyses --------------------------------------------------------------------------------

    def _on_analysis(self, analysis: Analysis | None) -> None:
        window = self._window
        window.scene.set_analysis(analysis, window.controller.key)
        self._refresh()
        window.edit_bar.follow()

    def _on_failed(self, sentence: str) -> None:
        if self._window.controller.analysis is None:
            self._window.results.show_failure(sentence)
        self._window.show_message(sentence)

    def _on_progress(self, progress: Progress | None) -> None:
        window = self._window
        window.status.show_progress(progress)
        if progress is None and window.state.view.grid and not window.controller.was_cancelled:
            window.controller.fill_grid(CLASSES)  # does nothing when all cells are there
        elif progress is None:
            window.comparison.refresh()

    def _on_capabilities(self, capabilities: Capabilities) -> None:
        window = self._window
        slow = {name: f" ({tr(cost)})" for name, cost in capabilities.costs.items() if cost != "fast"}
        window.control_bar.set_methods(tuple((n, label + slow.get(n, "")) for n, label in capabilities.methods))
        names = dict(capabilities.methods)
        window.grid.show_methods([(name, names[name]) for name in window.controller.grid_methods])
        self._show_grid()

    def _on_impression(self, impression: Impression) -> None:
        documents = self._window.controller.documents
        documents.update(documents.current, impression=impression)
        self._refresh()

    def _on_cell(self, method: str, class_index: int) -> None:
        self._window.state.update(grid=False)
        self._window.controller.explain(class_index=class_index, method=method)

    def _on_exported(self, path: Path) -> None:
        self._window.show_message(tr("Report written: {path}").format(path=path))

    def _refresh(self) -> None:
        """Show the current analysis in every panel."""
        window = self._window
        analysis, key = window.controller.analysis, window.controller.key
        document = window.controller.documents.current
        window.scene.hidden = hidden(document, window.state.view.read_first)
        if window.scene.hidden:
            window.state.update(grid=False)
        window.results.show_analysis(document, analysis, key, hidden=window.scene.hidden)
        window.actions.follow()
        window.viewports.refresh()
        window.grid.refresh()
        window.comparison.refresh()

    # -- view and mouse --------------------------------------------------------------------------

    def _on_view_changed(self, changed: frozenset[str]) -> None:
        window = self._window
        if "identity" in changed:
            window.studies.show_identity(window.state.view.identity)
        if changed & {"grid", "two"}:
            self._show_grid()
        if "read_first" in changed:
            self._refresh()
        if "editing" in changed:
            window.scene.editing = window.state.view.editing
        if changed & {"class_index", "method"}:
            window.scene.set_analysis(window.controller.analysis, window.controller.key)
            self._refresh()

    def _show_grid(self) -> None:
        window = self._window
        grid, two = window.state.view.grid, window.state.view.two
        window.viewports.setVisible(not grid and not two)
        window.comparison.setVisible(two and not grid)
        window.grid.setVisible(grid)
        if grid:
            window.grid.refresh()
            window.controller.fill_grid(CLASSES)

    def _on_hover(self, port: Viewport, point: QPointF | None) -> None:
        window = self._window
        found = port.scene.probe(point, port.state.view) if point is not None else None
        analysis = window.controller.analysis
        scale = window.viewports.color_bar.scale
        window.status.show_probe(found, tr(analysis.bundle.region) if analysis else "", scale[1] if scale else 1.0)
