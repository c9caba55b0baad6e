"""What the pages about a lesion have in common."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QLabel, QWidget

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.lesions import note
from segx_viewer.domain.lesion import NO_RECORD, LesionRecord
from segx_viewer.domain.result import Analysis
from segx_viewer.imaging.lesion import Shape


@dataclass(frozen=True, slots=True)
class Facts:
    """What the region says, to be set beside what the reader fills in."""

    shape: Shape | None = None
    colours: tuple[str, ...] = ()
    edited: bool = False

    @classmethod
    def of(cls, analysis: Analysis | None) -> "Facts":
        """Return the figures of an analysis's region; none without one."""
        if analysis is None or analysis.segmentation is None:
            return cls()
        from segx_viewer.reporting.lesion import region_colours, region_shape

        return cls(region_shape(analysis), region_colours(analysis), analysis.segmentation.edited)


class LesionPage(QWidget):
    """A page that shows a picture's record and writes it, so that it can be undone."""

    name = mark("Lesion")

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._document: Document | None = None

    @classmethod
    def title(cls) -> str:
        """Return what stands on the page's tab."""
        return tr(cls.name)

    @property
    def record(self) -> LesionRecord:
        """What is noted about the picture that is shown."""
        return self._document.lesion if self._document is not None else NO_RECORD

    def show_document(self, document: Document | None, facts: Facts) -> None:
        """Show what is noted about a picture, and the region's figures."""
        self._document = document
        self.show_record(facts)

    def show_record(self, facts: Facts) -> None:
        """Fill the page; writes nothing."""
        raise NotImplementedError

    def note(self, **changes: Any) -> None:
        """Change the picture's record."""
        if self._document is not None:
            note(self._workspace.documents, self._document, tr(self.name), **changes)


def hint() -> QLabel:
    """Return an empty line, pale and wrapped, in which a page writes what the measured region suggests."""
    label = QLabel()
    label.setObjectName("muted")
    label.setWordWrap(True)
    return label
