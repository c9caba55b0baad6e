"""Passes on what the parts of the main window say to each other: images, analyses, the view and the mouse."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QTimer
from PySide6.QtWidgets import QWidget

from segx_viewer.app.canvas.graphics import Graphics
from segx_viewer.app.canvas.viewport import Viewport
from segx_viewer.app.commands import menus
from segx_viewer.app.commands.file import show_manual
from segx_viewer.app.commands.keys import Keys
from segx_viewer.app.jobs.engine import Capabilities
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model import hanging
from segx_viewer.app.model.documents import Document, hidden
from segx_viewer.app.model.impression import Impression
from segx_viewer.app.model.stack import same_stack, stack_text
from segx_viewer.app.panels.grid import CLASSES
from segx_viewer.domain.request import Progress

if TYPE_CHECKING:
    from segx_viewer.app.window import Window

_PLACE_MS = 300


class Follower(QObject):
    """Follows the workspace, the view and the mouse, and shows in the window what they say."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._keys = Keys(window)
        self._hung: hanging.Rule | None = None  # that the layout follows
        self._awaits_prior: Document | None = None  # whose rule wants its prior beside
        self._with_prior: set[str | int] = set()  # series, and images without one, that were hung so once
        self._place_later = QTimer(self, singleShot=True, interval=_PLACE_MS)  # many files are told one after the other
        self._place_later.timeout.connect(self._show_place)
        self._follow_workspace(window.workspace)
        self._follow_widgets(window.workspace)

    def _follow_workspace(self, workspace: Workspace) -> None:
        window, analyses = self._window, workspace.analyses
        workspace.said.connect(window.status.show_message)
        workspace.work.changed.connect(window.status.show_work)
        workspace.loader.shown.connect(self._on_image)
        workspace.opener.attached.connect(self._show_graphics)
        workspace.documents.updated.connect(self._on_document_updated)
        workspace.documents.added.connect(lambda d: window.undo_group.addStack(d.undo))
        workspace.documents.removed.connect(lambda _document: self._place_soon())
        workspace.documents.described.connect(lambda _documents: self._place_soon())
        workspace.documents.described.connect(lambda _documents: self._hang_prior())
        workspace.state.changed.connect(self._on_view_changed)
        analyses.changed.connect(self._on_analysis)
        analyses.progress.connect(self._on_progress)
        analyses.failed.connect(self._on_failed)
        analyses.interrupted.connect(window.status.go_on.setVisible)
        analyses.ready.connect(self._on_capabilities)

    def _follow_widgets(self, workspace: Workspace) -> None:
        window, analyses = self._window, workspace.analyses
        window.grid.chosen.connect(self._on_cell)
        window.comparison.activated.connect(workspace.look_at)
        window.comparison.wanted.connect(workspace.need_beside)
        for port in window.comparison.ports:
            port.hovered.connect(lambda point, port=port: self._on_hover(port, point))
            port.menu_asked.connect(self._show_menu)
        window.results.read_first.noted.connect(self._on_impression)
        window.results.more.connect(partial(show_manual, window))
        window.certainty.calibrate.clicked.connect(lambda: window.commands.run("calibrate_model"))
        window.status.cancel.clicked.connect(workspace.stop_by_reader)
        window.status.go_on.clicked.connect(analyses.go_on)
        window.studies.chosen.connect(workspace.look_at)
        window.studies.in_sight.connect(workspace.opener.draw_in_sight)
        window.findings.chosen.connect(lambda index: analyses.explain(class_index=index))
        window.control_bar.method_chosen.connect(lambda name: analyses.explain(method=name))
        window.viewports.hovered.connect(self._on_hover)
        window.viewports.menu_asked.connect(self._show_menu)
        for port in window.viewports.all_ports:
            port.touched.connect(self._on_touched)
            port.wording.connect(partial(window.run, "edit_text"))
            port.dropped.connect(partial(self._on_dropped, port))

    def _on_dropped(self, port: Viewport, number: int) -> None:
        """Show an image that was dragged onto a panel: in that half of a comparison, or else instead of the current."""
        workspace, comparison = self._window.workspace, self._window.comparison
        document = workspace.documents.by_number(number)
        if document is not None and not comparison.take(port, document):
            workspace.look_at(document)

    def _on_touched(self) -> None:
        for port in self._window.viewports.all_ports:
            port.update()
        self._window.commands.follow()

    def _show_menu(self, point: QPoint) -> None:
        menus.context_menu(self._window, self._window.commands).popup(point)

    # -- images ----------------------------------------------------------------------------------

    def _on_image(self, document: Document | None) -> None:
        window = self._window
        if self._waits_for(document):
            self._show_place()
            self._refresh()
            return
        window.scene.show(document)
        self._hang(document)
        self._show_graphics()
        window.scene.editing = False
        if window.state.view.editing:
            window.commands.run("edit_region")
        window.undo_group.setActiveStack(document.undo if document is not None else None)  # type: ignore[arg-type]
        window.scene.set_analysis(window.workspace.analyses.current, window.workspace.analyses.key)
        window.edit_bar.follow()
        title = "SegX Viewer" if document is None else f"{document.name} - SegX Viewer"
        window.setWindowTitle(title)
        self._show_place()
        window.status.show_probe(None)
        window.comparison.follow(document)
        self.show_page()
        self._refresh()
        self._hang_prior()

    def _hang(self, document: Document | None) -> None:
        """Lay out the image as its rule says, where another rule than before fits it."""
        base = self._window.scene.base
        self._awaits_prior = None
        if base is None:
            return
        known = hanging.rules()
        rule = hanging.rule_of(base.image, known)
        if known.problems:
            self._window.workspace.say(known.problems[0])
        if rule != self._hung and rule.layout is not None:
            self._window.state.update(layout=rule.layout)
        self._hung = rule
        self._awaits_prior = document if rule.prior else None

    def _hang_prior(self) -> None:
        """Hang the prior beside an image whose rule wants it, once for each series; what was ended stays so."""
        window, document = self._window, self._awaits_prior
        documents, comparison = window.workspace.documents, window.comparison
        if document is None or document is not documents.current or document in comparison.slots:
            return
        series = document.header.source.series_uid if document.header is not None else ""
        key: str | int = series or document.number
        if key in self._with_prior:
            return
        prior = hanging.prior_of(document, documents)
        if prior is not None:
            self._with_prior.add(key)
            documents.remember(window.state.view)
            comparison.begin(document, prior)
            window.state.update(two=True, grid=False)

    def _waits_for(self, document: Document | None) -> bool:
        """Whether the picture before stays until an image of the same stack is read."""
        before = self._window.scene.document
        if document is None or document.image is not None or document.error or self._window.scene.base is None:
            return False
        on_screen = self._window.pages.currentWidget() is self._window.picture_page
        return on_screen and same_stack(self._window.workspace.documents, before, document)

    def _on_document_updated(self, document: Document) -> None:
        window = self._window
        window.commands.follow()
        self._place_soon()
        if document is window.scene.document:
            base = window.scene.base
            if base is not None and document.image is not None and base.image is not document.image:
                window.scene.show(document)  # with another scale
                window.scene.set_analysis(window.workspace.analyses.current, window.workspace.analyses.key)
                self._show_graphics()
            if window.scene.chosen is None:
                window.scene.selected = None
            if window.scene.base is not None:
                window.scene.base.take_voi(document.voi)
            window.viewports.refresh()
            window.results.show_notes(document)
        if document is window.comparison.other:
            window.comparison.refresh()

    def _place_soon(self) -> None:
        if not self._place_later.isActive():  # else files that keep coming would put it off until the last
            self._place_later.start()

    def _show_place(self) -> None:
        """Say which image of its stack is shown, of as many as are known by now."""
        documents, scene = self._window.workspace.documents, self._window.scene
        text = stack_text(documents, scene.document)
        if text and documents.current is not scene.document:  # which is being read, its place is not yet the picture's
            text = tr("{place}, reading {next} …").format(place=text, next=stack_text(documents, documents.current))
        if scene.document is not None and scene.document.is_key:
            text = "★ " + " · ".join(part for part in (tr("key image"), text) if part)
        scene.stack_text = f"{text}\n" if text else ""
        self._window.viewports.refresh()

    def _show_graphics(self) -> None:
        window = self._window
        image = window.scene.base.image if window.scene.base is not None else None
        overlays = window.workspace.opener.overlays.get(image.source.sop_instance_uid, []) if image is not None else []
        window.scene.graphics = Graphics(image, overlays) if image is not None else None
        window.viewports.refresh()

    def show_page(self) -> None:
        """Show the current image's panels, what is wrong with it, or a way to begin."""
        window = self._window
        document = window.workspace.documents.current
        page: QWidget = window.message_page
        if document is None:
            window.empty_page.refresh()
            page = window.empty_page
        elif document.image is not None:
            page = window.picture_page
        elif document.error:
            window.message_page.show_error(document.name, told(document.error))
        else:
            window.message_page.show_working(document.name)
        if page is not window.empty_page:  # what is open is the session from now on: the last one cannot be restored
            window.empty_page.offer_restore(False)
        begins = page is window.picture_page and window.pages.currentWidget() is not page
        window.pages.setCurrentWidget(page)
        if begins:  # keys are for the pictures, not for the first button that Qt finds
            window.shown_ports[0].setFocus()

    # -- analyses --------------------------------------------------------------------------------

    def _on_analysis(self, document: Document) -> None:
        window = self._window
        if document is window.workspace.documents.current:
            window.scene.set_analysis(document.analysis, window.workspace.analyses.key)
            self._refresh(soon=True)
            window.edit_bar.follow()
        elif document is window.comparison.other:
            window.comparison.refresh()

    def _on_failed(self, sentence: str) -> None:
        if self._window.workspace.analyses.current is None:
            self._window.results.show_failure(sentence)
        self._window.workspace.say(sentence)

    def _on_progress(self, progress: Progress | None) -> None:
        window = self._window
        window.status.show_progress(progress)
        if progress is None and window.state.view.grid and not window.workspace.analyses.was_cancelled:
            window.workspace.analyses.fill_grid(CLASSES)  # does nothing when all cells are there
        elif progress is None:
            window.comparison.refresh()

    def _on_capabilities(self, capabilities: Capabilities) -> None:
        window = self._window
        slow = {name: f" ({tr(cost)})" for name, cost in capabilities.costs.items() if cost != "fast"}
        window.control_bar.set_methods(
            tuple((n, label + slow.get(n, "")) for n, label in capabilities.methods), capabilities.beyond
        )
        names = dict(capabilities.methods)
        window.grid.show_methods([(name, names[name]) for name in window.workspace.analyses.grid_methods])
        self._show_grid()

    def write_again(self) -> None:
        """Write again what depends on the language."""
        self._window.workspace.prepare()  # the methods' names come with what the models can do
        self._window.edit_bar.follow()
        self._show_place()
        self.show_page()
        self._refresh()

    def _on_impression(self, impression: Impression) -> None:
        documents = self._window.workspace.documents
        if documents.current is not None:
            documents.update(documents.current, impression=impression)
            self._refresh()

    def _on_cell(self, method: str, class_index: int) -> None:
        self._window.state.update(grid=False)
        self._window.workspace.analyses.explain(class_index=class_index, method=method)

    def _refresh(self, *, soon: bool = False) -> None:
        """Show the current analysis in every panel; `soon`, what the pictures show of it in the next turn."""
        window = self._window
        analysis, key = window.workspace.analyses.current, window.workspace.analyses.key
        document = window.workspace.documents.current
        window.scene.coarse = window.workspace.analyses.is_coarse(key)
        window.scene.hidden = hidden(document, window.state.view.read_first)
        if window.scene.hidden:
            window.state.update(grid=False)
        window.results.show_analysis(document, analysis, key, hidden=window.scene.hidden)
        window.commands.follow()
        window.viewports.refresh(soon=soon)
        window.grid.refresh()
        window.comparison.refresh()

    # -- view and mouse --------------------------------------------------------------------------

    def _on_view_changed(self, changed: frozenset[str]) -> None:
        window = self._window
        if "identity" in changed:
            window.studies.show_identity(window.state.view.identity)
        if changed & {"grid", "two"}:
            self._show_grid()
            if not window.state.view.grid:
                window.workspace.analyses.leave_grid()
        if "read_first" in changed:
            self._refresh()
        if "editing" in changed:
            window.scene.editing = window.state.view.editing
        if changed & {"class_index", "method"}:
            window.scene.set_analysis(window.workspace.analyses.current, window.workspace.analyses.key)
            self._refresh()

    def _show_grid(self) -> None:
        window = self._window
        grid, two = window.state.view.grid, window.state.view.two
        window.viewports.setVisible(not grid and not two)
        window.comparison.setVisible(two and not grid)
        window.grid.setVisible(grid)
        if grid:
            window.grid.refresh()
            window.workspace.analyses.fill_grid(CLASSES)

    def _on_hover(self, port: Viewport, point: QPointF | None) -> None:
        window = self._window
        found = port.scene.probe(point, port.state.view) if point is not None else None
        analysis = window.workspace.analyses.current
        scale = window.viewports.color_bar.scale
        window.status.show_probe(found, tr(analysis.bundle.region) if analysis else "", scale[1] if scale else 1.0)
