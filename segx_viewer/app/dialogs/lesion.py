"""What the reader notes about a lesion: its scale and size, two rules, whose it is and where."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialogButtonBox, QLabel, QTabWidget, QVBoxLayout, QWidget

from segx_viewer.app.dialogs.dermoscopy import AbcdPage, SevenPointPage
from segx_viewer.app.dialogs.lesionpage import Facts, LesionPage
from segx_viewer.app.dialogs.lesionscale import ScalePage
from segx_viewer.app.dialogs.lesionsite import SitePage
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.assembly import scrolled
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.annotations import Annotation
from segx_viewer.app.model.documents import Document

SIZE, ABCD, SEVEN_POINT, SITE = range(4)


class LesionDialog(Dialog):
    """Pages about the current picture; they stay open and follow what is looked at.

    Parameters
    ----------
    workspace : Workspace
    draw : callable
        Takes the length tool into the hand.
    chosen : callable
        Returns the drawing that is chosen, None without one.
    parent : QWidget, optional
    """

    def __init__(
        self,
        workspace: Workspace,
        draw: Callable[[], None],
        chosen: Callable[[], Annotation | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Lesion"))
        self.resize(560, 640)
        self._workspace = workspace
        self.name = QLabel()
        self.name.setObjectName("muted")
        self.tabs = QTabWidget()
        self.scale = ScalePage(workspace, draw, chosen)
        self.abcd = AbcdPage(workspace)
        self.seven_point = SevenPointPage(workspace)
        self.site = SitePage(workspace)
        self.pages: tuple[LesionPage, ...] = (self.scale, self.abcd, self.seven_point, self.site)
        for page in self.pages:
            self.tabs.addTab(scrolled(page), page.title())
        research = QLabel(tr("RESEARCH USE ONLY - not for diagnosis"))
        research.setObjectName("researchUse")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (research, self.name, self.tabs, buttons):
            layout.addWidget(widget, 1 if widget is self.tabs else 0)
        workspace.documents.updated.connect(self._on_updated)
        workspace.documents.current_changed.connect(self._on_updated)
        workspace.loader.shown.connect(self._on_updated)
        workspace.analyses.changed.connect(self._on_updated)
        workspace.state.changed.connect(self._on_view_changed)
        self.follow()

    def _on_updated(self, document: Document | None) -> None:
        if document is self._workspace.documents.current and self.isVisible():
            self.follow()

    def _on_view_changed(self, changed: set[str]) -> None:
        if "read_first" in changed and self.isVisible():
            self.follow()

    def follow_line(self) -> None:
        """Show the length of the line that is chosen now."""
        if self.isVisible():
            self.scale.show_line()

    def follow(self) -> None:
        """Show what is noted about the current picture."""
        document = self._workspace.documents.current
        document = document if document is not None and document.image is not None else None
        self.name.setText(document.name if document is not None else tr("Open an image to begin."))
        facts = Facts.of(None if self._workspace.is_hidden else self._workspace.analyses.current)
        for page in self.pages:
            page.setEnabled(document is not None)
            page.show_document(document, facts)
