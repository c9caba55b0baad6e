"""The report of a whole study: a page for each of its images, those analysed that were not looked at yet."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import language, settings
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.documents import Document
from segx_viewer.app.sessions.export import AS_SHOWN, FORMATS, Job, PageOptions, as_shown, job_for
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.domain.result import Analysis
from segx_viewer.errors import ExportError
from segx_viewer.reporting.content import default_key

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.reporting.pdf import Sheet


def study_of(workspace: Workspace) -> list[Document]:
    """Return the open images of the current one's study, itself among them; of a picture, those of its folder."""
    documents = workspace.documents
    current = documents.current
    if current is None:
        return []
    study = _study(current)
    return [d for d in documents if d is current or (_study(d) == study and not d.error)]


def _study(document: Document) -> str:
    header = document.image or document.header
    uid = header.source.study_uid if header is not None else ""
    return uid or f"folder {document.place}"


@dataclass(frozen=True, slots=True, eq=False)
class StudyJob:
    """Everything the report of a study needs, captured when it was asked for; runs in the file thread."""

    path: Path
    pages: tuple["Page", ...]
    include_identity: bool
    cancel: CancelToken
    options: PageOptions = AS_SHOWN
    texts: Mapping[str, str] = field(default_factory=lambda: language.texts(language.current()))  # its language

    def __call__(self) -> Path:
        """Write the PDF, or a numbered file for each image; return the PDF, or the first file."""
        written = self._write()
        if self.options.index:
            _write_index(self.path, [page.document for page in self.pages])
        return written

    def _write(self) -> Path:
        if self.path.suffix == ".pdf":
            from segx_viewer.reporting.pdf import write_pdf_report
            from segx_viewer.reporting.words import written_in

            with written_in(self.texts):
                write_pdf_report(
                    _Sheets(self), self.path, include_identity=self.include_identity, overview=self.options.overview
                )
            return self.path
        first = None
        for number in range(len(self.pages)):
            job = self.job(number)
            path = self.path.with_name(f"{self.path.stem}-{number + 1:02d}{self.path.suffix}")
            written = replace(job, path=path, page=(number + 1, len(self.pages)))()
            first = first or written
        if first is None:
            raise ExportError("There is no image to report on.")
        return first

    def job(self, number: int) -> Job:
        """Return one page's export; its image is read and analysed where it was not."""
        self.cancel.raise_if_cancelled()
        page = self.pages[number]
        analysis = page.analysis or page.analysed(self.cancel)
        job = page.export(analysis)
        key = job.key if job.key in analysis.explanations else default_key(analysis)
        return replace(job, key=key, cancel=self.cancel, include_identity=self.include_identity, texts=self.texts)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One image of a study: its analysis, how to make it where that has not been done, and the export of one."""

    analysis: Analysis | None
    export: Callable[[Analysis], Job]
    document: tuple[Path, int]  # file and frame
    request: Callable[[MedicalImage], AnalysisRequest]
    analyse: Callable[[AnalysisRequest, CancelToken], Iterator[Analysis]]

    def analysed(self, cancel: CancelToken) -> Analysis:
        """Read and analyse the image."""
        from segx_viewer.app.model.privacy import limits
        from segx_viewer.imaging.guarded import read_image_guarded

        *_, last = self.analyse(self.request(read_image_guarded(*self.document, limits())), cancel)
        return last


def _write_index(report: Path, documents: Sequence[tuple[Path, int]]) -> None:
    """Write a table of pages and files beside a report; it names files, so that only its owner may read it."""
    from segx_viewer.reporting.atomic import write_bytes

    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("page", "file", "frame"))
    rows.writerows((number, path, frame + 1) for number, (path, frame) in enumerate(documents, 1))
    write_bytes(index_of(report), text.getvalue().encode(), private=True)


def index_of(report: Path) -> Path:
    """Return where the table of a report's pages and files lies."""
    return report.with_name(f"{report.stem}-index.csv")


class _Sheets(Sequence["Sheet"]):
    """The pages of a PDF, each made when it is drawn, so that a large study need not fit into memory."""

    def __init__(self, job: StudyJob) -> None:
        self._job = job

    def __len__(self) -> int:
        return len(self._job.pages)

    def __getitem__(self, number: Any) -> Any:
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self._job.job(number).sheet()


def export_study(
    workspace: Workspace,
    path: Path,
    *,
    include_identity: bool = False,
    options: PageOptions = AS_SHOWN,
    documents: Sequence[Document] | None = None,
) -> None:
    """Write a page for each open image of the study in the file thread; the suffix chooses the format.

    `documents` are written instead, where they are given. Whatever is hidden until the reader has read is left out.
    """
    path = path if path.suffix in FORMATS else path.with_name(path.name + ".png")
    settings.settings().setValue("export_folder", str(path.parent))
    read_first = workspace.state.view.read_first
    asked = study_of(workspace) if documents is None else documents
    shown = [d for d in asked if not (read_first and d.impression is None) and not d.error]
    if not shown:
        workspace.say(tr("There is no finished analysis to export yet."))
        return
    workspace.documents.remember(workspace.state.view)
    engine = _Engine()

    def make(cancel: CancelToken) -> StudyJob:
        pages = tuple(_page(workspace, document, path, cancel, options, engine) for document in shown)
        return StudyJob(path, pages, include_identity, cancel, options)

    workspace.say(tr("Writing the report …"))
    workspace.export(make)


def _page(
    workspace: Workspace, document: Document, path: Path, cancel: CancelToken, options: PageOptions, engine: "_Engine"
) -> Page:
    view = workspace.state.view
    done: Analysis | None
    export: Callable[[Analysis], Job]
    if document is workspace.documents.current and workspace.has_result():
        job = job_for(workspace, path, cancel, options=options)
        done, export = job.analysis, partial(_of_analysis, job)
    else:
        complete = document.analysis is not None and document.analysis.complete
        shown = replace(view, **document.view) if document.view else replace(view, voi=None, class_index=None)
        shown = as_shown(shown, document)
        key = (view.method, shown.class_index) if shown.class_index is not None else None
        marks, impression = document.annotations, document.impression
        done = document.analysis if complete else None
        export = partial(
            Job, path=path, key=key, view=shown, annotations=marks, impression=impression,
            include_identity=False, crop=None, cancel=cancel, options=options, lesion=document.lesion,
        )  # fmt: skip

    def request(image: MedicalImage) -> AnalysisRequest:
        return AnalysisRequest(
            image=document.scaled(image),
            bundle_name=workspace.analyses.bundle,
            methods=(view.method,),
            mask_override=document.region,
            as_published=view.as_published,
        )

    return Page(done, export, (document.path, document.frame), request, engine.analyse)


def _of_analysis(job: Job, analysis: Analysis) -> Job:
    return replace(job, analysis=analysis)


class _Engine:
    """Networks of the report's own: the window's may be at work in their thread."""

    def __init__(self) -> None:
        self._store: BundleStore | None = None

    def analyse(self, request: AnalysisRequest, cancel: CancelToken) -> Iterator[Analysis]:
        from segx_viewer.bundles.store import BundleStore
        from segx_viewer.pipeline import analyse

        if self._store is None:
            self._store = BundleStore()
        return analyse(request, self._store, cancel=cancel)
