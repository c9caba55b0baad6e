"""Writing what the screen shows: a page, a PDF, the figures, or DICOM objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import language, settings
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.annotations import Annotation, Kind, caption
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.impression import Impression, confidence_word
from segx_viewer.app.model.viewstate import MaskStyle, View
from segx_viewer.domain.lesion import NO_RECORD, LesionRecord
from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Analysis, MapKey

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from segx_viewer.reporting.panels import ReportView
    from segx_viewer.reporting.pdf import Sheet
    from segx_viewer.reporting.reading import Reading

FORMATS = {
    ".png": mark("Picture of the report page (PNG)"),
    ".pdf": mark("Report for printing (PDF)"),
    ".json": mark("All figures (JSON)"),
    ".dcm": mark("DICOM objects for the archive (a folder)"),
}


SIZES = {
    "full": mark("Full resolution"),
    "medium": mark("For a screen"),
    "small": mark("For an e-mail"),
}
"""What to call the sizes of `reporting.panels.SIZES`."""


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How the page looks: its theme, the size of its pictures, the whole image or what the screen shows of it.

    Of many pages also what helps to tell them apart: `overview` puts pages with all images in front of a PDF, `index`
    writes a table beside the report that says which file each page is of, for this computer only.
    """

    dark: bool = False
    size: str = "full"
    whole: bool = False
    overview: bool = False
    index: bool = False


AS_SHOWN = PageOptions()


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Everything an export needs, captured when it was asked for; runs in the file thread."""

    analysis: Analysis
    path: Path
    key: MapKey | None
    view: View
    annotations: tuple[Annotation, ...]
    impression: Impression | None
    include_identity: bool
    crop: tuple[int, int, int, int] | None  # what the screen shows: top, left, height, width
    cancel: CancelToken
    options: PageOptions = AS_SHOWN
    page: tuple[int, int] = (1, 1)  # its number, and of how many
    lesion: LesionRecord = NO_RECORD
    texts: Mapping[str, str] = field(default_factory=lambda: language.texts(language.current()))  # its language

    def __call__(self) -> Path:
        """Write it; return what was written. A cancelled report leaves what was there before."""
        from segx_viewer.reporting.atomic import atomic_write

        self.cancel.raise_if_cancelled()
        if self.path.suffix == ".dcm":
            self._write(self.path)
            return self.path
        with atomic_write(self.path) as part:
            self._write(part)
            self.cancel.raise_if_cancelled()
        return self.path

    def _write(self, path: Path) -> None:
        from segx_viewer.reporting.words import written_in

        write = {".pdf": _write_pdf, ".json": _write_json, ".dcm": _write_dicom}.get(self.path.suffix, _write_png)
        with written_in(self.texts if self.path.suffix != ".json" else {}):  # which programs read
            write(self, path)

    @property
    def shown(self) -> "ReportView":
        """How the pictures are drawn."""
        from segx_viewer.reporting import panels

        view = self.view
        return panels.ReportView(
            colormap=view.colormap,
            opacity=view.opacity,
            outline=view.mask is not MaskStyle.OFF,
            top_percent=view.top_percent if view.top_mode else None,
            invert=view.invert,
            crop=None if self.options.whole else self.crop,
            max_pixels=panels.SIZES[self.options.size],
            dark=self.options.dark,
        )

    @property
    def capture(self) -> "ReportView":
        """How the pictures of a Secondary Capture are drawn."""
        from segx_viewer.reporting.dicom.results import CAPTURE_VIEW

        return replace(self.shown, max_pixels=min(self.shown.max_pixels, CAPTURE_VIEW.max_pixels))

    @property
    def reading(self) -> "Reading":
        """What the reader drew and noted."""
        from segx_viewer.reporting.reading import Mark, Reading, Shape

        marks: list[Mark] = []
        for a in self.annotations:
            words = caption(a, self.analysis.image)
            if a.kind is Kind.COBB:  # two lines, with one angle
                marks += (Mark(Shape.LINE, a.points[:2], words), Mark(Shape.LINE, a.points[2:], tr("second line")))
            else:
                marks.append(Mark(Shape.LINE if a.kind is Kind.LENGTH else Shape(a.kind.value), a.points, words))
        impression = self.impression
        words = f"{impression.text} ({confidence_word(impression.confidence)})" if impression is not None else ""
        return Reading(words, tuple(marks), self.lesion)

    def picture(self) -> "NDArray[np.uint8]":
        """Return the page as RGB pixels."""
        from segx_viewer.reporting.layout import PageNumber
        from segx_viewer.reporting.png import render_report
        from segx_viewer.reporting.words import written_in

        with written_in(self.texts):
            return render_report(
                self.analysis,
                key=self.key,
                voi=self.view.voi,
                view=self.shown,
                reading=self.reading,
                include_identity=self.include_identity,
                page_number=PageNumber(*self.page),
            )

    def sheet(self) -> "Sheet":
        """Return the page of a PDF report."""
        from segx_viewer.reporting.pdf import Sheet

        return Sheet(self.analysis, self.key, self.view.voi, self.shown, self.reading)


def _write_png(job: Job, path: Path) -> None:
    from segx_viewer.reporting.png import write_png

    write_png(job.picture(), path)


def _write_pdf(job: Job, path: Path) -> None:
    from segx_viewer.reporting.pdf import write_pdf_report

    write_pdf_report([job.sheet()], path, include_identity=job.include_identity)


def _write_json(job: Job, path: Path) -> None:
    from segx_viewer.reporting.table import write_json

    write_json(job.analysis, path, include_identity=job.include_identity, reading=job.reading)


def _write_dicom(job: Job, path: Path) -> None:
    from segx_viewer.reporting.dicom.results import write_dicom_results

    folder = path.with_suffix("")
    write_dicom_results(
        job.analysis,
        folder,
        folder.name,
        key=job.key,
        voi=job.view.voi,
        view=job.capture,
        reading=job.reading,
        include_identity=job.include_identity,
    )


def suggested_path(workspace: Workspace, suffix: str = ".png") -> Path:
    """Return a report's path beside the last export, named by the pixels: file names often name the patient."""
    from segx_viewer.reporting.facts import pixel_digest

    document = workspace.documents.current
    folder = Path(str(settings.settings().value("export_folder", "") or Path.home()))
    name = (
        f"report-{pixel_digest(document.image)[:8]}"
        if document is not None and document.image is not None
        else "report"
    )
    return folder / f"{name}{suffix}"


def export_report(
    workspace: Workspace, path: Path, *, include_identity: bool = False, options: PageOptions = AS_SHOWN
) -> None:
    """Write what is shown in the file thread; the suffix chooses the format.

    While the analysis runs, its late figures are waited for.
    """
    if not workspace.has_result():
        workspace.say(tr("There is no finished analysis to export yet."))
        return
    if workspace.analyses.is_analysing and _has_figures_to_come(workspace):
        _export_when_finished(workspace, path, include_identity, options)
        return
    path = path if path.suffix in FORMATS else path.with_name(path.name + ".png")
    settings.settings().setValue("export_folder", str(path.parent))
    workspace.say(tr("Writing the report …"))
    workspace.export(lambda cancel: job_for(workspace, path, cancel, include_identity, options))


def _has_figures_to_come(workspace: Workspace) -> bool:
    """Whether the map that is shown lacks alignments; what else is being computed, an export need not wait for."""
    from segx_viewer.explain.alignment import ALIGNMENTS

    current = workspace.analyses.current
    certainty = current.certainty_of(workspace.analyses.key) if current is not None else None
    return certainty is not None and not certainty.alignments.keys() >= ALIGNMENTS.keys()


def _export_when_finished(workspace: Workspace, path: Path, include_identity: bool, options: PageOptions) -> None:
    document, analyses = workspace.documents.current, workspace.analyses
    workspace.say(tr("The report will be written when the analysis has finished."))

    def follow(progress: object) -> None:
        if progress is not None or analyses.is_analysing:
            return
        analyses.progress.disconnect(follow)
        if workspace.documents.current is document and workspace.has_result():
            export_report(workspace, path, include_identity=include_identity, options=options)
        else:
            workspace.say(tr("No report was written: another image was opened meanwhile."))

    analyses.progress.connect(follow)


def as_shown(view: View, document: Document) -> View:
    """Return the view with the window that the document's stack is shown with, where the reader chose none."""
    return replace(view, voi=document.voi) if view.voi is None and document.voi is not None else view


def job_for(
    workspace: Workspace,
    path: Path,
    cancel: CancelToken,
    include_identity: bool = False,
    options: PageOptions = AS_SHOWN,
) -> Job:
    """Capture what is shown now."""
    document, analysis = workspace.documents.current, workspace.analyses.current
    if document is None or analysis is None:
        raise ValueError("nothing is open that a report could be made of")
    return Job(
        analysis,
        path,
        workspace.analyses.key,
        as_shown(workspace.state.view, document),
        document.annotations,
        document.impression,
        include_identity,
        workspace.visible_part(),
        cancel,
        options,
        lesion=document.lesion,
    )
