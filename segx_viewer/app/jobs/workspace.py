"""What is open and what is known about it: all that the parts of the window need to know of each other."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from segx_viewer.app.jobs import files
from segx_viewer.app.jobs.analyses import Analyses
from segx_viewer.app.jobs.engine import Engine
from segx_viewer.app.jobs.jobs import FILES, MODELS, Jobs
from segx_viewer.app.jobs.loader import Loader
from segx_viewer.app.jobs.opening import Opener
from segx_viewer.app.jobs.work import Work
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.documents import Document, Documents, hidden
from segx_viewer.app.model.viewstate import ViewState
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled, SegxError

Box = tuple[int, int, int, int]
"""Part of an image: top, left, height, width in pixels."""


class Workspace(QObject):
    """The window without the window.

    Attributes
    ----------
    documents : Documents
        What is open.
    state : ViewState
        How the current image is looked at.
    jobs : Jobs
        Runs something beside the window.
    analyses : Analyses
        What the models found.
    opener : Opener
        Opens files, folders and archives.
    loader : Loader
        Reads what is looked at, and says when it is there.
    work : Work
        What is told to the reader as being under way.
    visible_part : callable
        Returns the part of the current image that the screen shows, None for all of it.
    """

    said = Signal(str)  # sentence for the status bar

    def __init__(self, engine: Engine | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = ViewState(self)
        self.documents = Documents(self)
        self.jobs = Jobs(self)
        self.work = Work(self)
        self.analyses = Analyses(self.documents, self.state, self.jobs, engine, self)
        self.opener = Opener(self.documents, self.jobs, self.work, self)
        self.loader = Loader(self.documents, self.state, self.jobs, self.work, self.analyses, self.opener)
        self.visible_part: Callable[[], Box | None] = lambda: None
        self._exporting = CancelToken()
        self.opener.opened.connect(self.look_through)
        for speaker in (self.jobs, self.analyses, self.opener):
            speaker.said.connect(self.said)

    def say(self, sentence: str) -> None:
        """Say something in the status bar."""
        self.said.emit(sentence)

    def prepare(self) -> None:
        """Load in the background what the first image needs, and then start the process that decodes compressed ones.

        Starting it takes as much of the processor as an analysis does, and waits for one that is under way.
        """
        self.analyses.prepare()
        self.jobs.run(_reached, then=lambda _: self.jobs.run(files.prepare, lane=FILES), lane=MODELS)

    # -- looking ---------------------------------------------------------------------------------

    def look_at(self, document: Document) -> None:
        """Look at another open image."""
        self.documents.remember(self.state.view)
        self.documents.set_current(document)

    def look_through(self, documents: list[Document], first: Document) -> None:
        """Look at one of some documents that were just added, and draw the thumbnails of the others."""
        self.look_at(first)
        self.opener.draw_thumbnails([d for d in documents if d is not first])

    def need_beside(self, document: Document) -> None:
        """Read or analyse an image that is shown beside the current one."""
        if document.image is None:
            self.loader.load_beside(document)
        else:
            self.analyses.analyse_beside(document)

    @property
    def is_hidden(self) -> bool:
        """Whether the current image's results are hidden from the reader."""
        return hidden(self.documents.current, self.state.view.read_first)

    def has_result(self) -> bool:
        """Whether there is something to report: the map being looked at, or a refusal."""
        analysis, key = self.analyses.current, self.analyses.key
        if analysis is None or self.is_hidden or self.analyses.is_coarse(key):
            return False
        return key in analysis.explanations or (analysis.complete and analysis.prediction is None)

    # -- writing, and stopping -------------------------------------------------------------------

    def export(self, make: Callable[[CancelToken], Callable[[], Path]]) -> None:
        """Run an export; `make` gives it the token by which the reader can cancel it."""
        self._exporting = CancelToken()
        self.work.begin("export", tr("Writing the report …"))
        job, cancel = make(self._exporting), self._exporting
        self.jobs.run(job, then=self._on_exported, failed=self._on_not_exported, cancel=cancel)

    def _on_exported(self, path: Path) -> None:
        self.work.end("export")
        self.say(tr("Report written: {path}").format(path=path))

    def _on_not_exported(self, error: SegxError) -> None:
        self.work.end("export")
        self.say(tr("Cancelled.") if isinstance(error, AnalysisCancelled) else told(error))

    def stop_by_reader(self) -> None:
        """Stop what runs because the reader said so. What a thread still finishes is dropped, so nobody waits."""
        self.opener.cancel()
        self._exporting.cancel()
        if not self.loader.stop_by_reader():
            self.analyses.stop_by_reader()

    def shut_down(self) -> None:
        """Cancel what runs and end the threads."""
        self.opener.cancel()
        self.loader.shut_down()
        self.analyses.cancel()
        self.jobs.stop()
        self.opener.shut_down()


def _reached() -> None:
    """Say that a lane has done what it was given before."""
