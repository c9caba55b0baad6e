"""Writing what the screen shows: a page, a PDF, the figures, or DICOM objects."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
)

from segx_viewer.app import settings
from segx_viewer.app.annotations import Annotation, Kind, measured
from segx_viewer.app.i18n import mark, tr
from segx_viewer.app.reading import Impression, confidence_word
from segx_viewer.app.viewstate import MaskStyle, View
from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Analysis, MapKey

if TYPE_CHECKING:
    from segx_viewer.app.window import Window

FORMATS = {
    ".png": mark("Picture of the report page (PNG)"),
    ".pdf": mark("Report for printing (PDF)"),
    ".json": mark("All figures (JSON)"),
    ".dcm": mark("DICOM objects for the archive (a folder)"),
}


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
        from segx_viewer.reporting.panels import ReportView
        from segx_viewer.reporting.reading import Mark, Reading, Shape

        view = self.view
        shown = ReportView(
            colormap=view.colormap,
            opacity=view.opacity,
            outline=view.mask is not MaskStyle.OFF,
            top_percent=view.top_percent if view.top_mode else None,
            invert=view.invert,
            crop=self.crop,
        )
        marks = tuple(
            Mark(
                Shape.LINE if a.kind is Kind.LENGTH else Shape(a.kind.value),
                a.points,
                measured(a, self.analysis.image),
            )
            for a in self.annotations
        )
        impression = self.impression
        words = f"{impression.text} ({confidence_word(impression.confidence)})" if impression is not None else ""
        write = {".pdf": _write_pdf, ".json": _write_json, ".dcm": _write_dicom}.get(self.path.suffix, _write_png)
        write(self, path, shown, Reading(words, marks))


def _write_png(job: Job, path: Path, shown: object, reading: object) -> None:
    from segx_viewer.reporting.png import write_png_report

    write_png_report(
        job.analysis,
        path,
        key=job.key,
        voi=job.view.voi,
        view=shown,
        reading=reading,
        include_identity=job.include_identity,
    )


def _write_pdf(job: Job, path: Path, shown: object, reading: object) -> None:
    from segx_viewer.reporting.pdf import Sheet, write_pdf_report

    sheet = Sheet(job.analysis, job.key, job.view.voi, shown, reading)
    write_pdf_report([sheet], path, include_identity=job.include_identity)


def _write_json(job: Job, path: Path, shown: object, reading: object) -> None:
    from segx_viewer.reporting.table import write_json

    write_json(job.analysis, path, include_identity=job.include_identity, reading=reading)


def _write_dicom(job: Job, path: Path, shown: object, reading: object) -> None:
    from segx_viewer.reporting.dicom.results import write_dicom_results

    folder = path.with_suffix("")
    write_dicom_results(
        job.analysis,
        folder,
        folder.name,
        key=job.key,
        voi=job.view.voi,
        include_identity=job.include_identity,
    )


def suggested_path(window: "Window", suffix: str = ".png") -> Path:
    """Return a report's path beside the last export."""
    document = window.controller.documents.current
    folder = Path(str(settings.settings().value("export_folder", "") or Path.home()))
    return folder / f"{document.path.stem}-report{suffix}"


def export_report(window: "Window", path: Path, *, include_identity: bool = False) -> None:
    """Write what is shown in the file thread; the suffix chooses the format."""
    if not window.has_result():
        window.show_message(tr("There is no finished analysis to export yet."))
        return
    path = path if path.suffix in FORMATS else path.with_name(path.name + ".png")
    settings.settings().setValue("export_folder", str(path.parent))
    document, controller = window.controller.documents.current, window.controller
    job = partial(
        Job,
        controller.analysis,
        path,
        controller.key,
        window.state.view,
        document.annotations,
        document.impression,
        include_identity,
        visible_part(window),
    )
    window.show_message(tr("Writing the report …"))
    controller.export(job)


def visible_part(window: "Window") -> tuple[int, int, int, int] | None:
    """Return (top, left, height, width) of what the first panel shows of the image; None for all of it."""
    port = window.shown_ports[0]
    height, width = window.scene.shape
    corners = [port.to_image(QPointF(x, y)) for x in (0, port.width()) for y in (0, port.height())]
    left, right = (round(min(max(f(p.x() for p in corners), 0), width)) for f in (min, max))
    top, bottom = (round(min(max(f(p.y() for p in corners), 0), height)) for f in (min, max))
    part = top, left, bottom - top, right - left
    whole = part == (0, 0, height, width) or part[2] < 2 or part[3] < 2
    return None if whole else part


class ExportDialog(QDialog):
    """Asks for format, place, and whether the patient may be named."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Export report"))
        self.setMinimumWidth(520)
        self._window = window
        self.formats = {suffix: QRadioButton(tr(text)) for suffix, text in FORMATS.items()}
        self.formats[".png"].setChecked(True)
        self.path = QLineEdit(str(suggested_path(window)))
        self.identity = QCheckBox(tr("Name the patient and the file"))
        image = window.scene.base.image
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        browse = QPushButton(tr("Browse …"))
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(browse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._save = buttons.button(QDialogButtonBox.StandardButton.Save)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        for suffix, button in self.formats.items():
            button.toggled.connect(lambda on, suffix=suffix: self._follow(suffix) if on else None)
            layout.addWidget(button)
        layout.addLayout(row)
        layout.addWidget(self.identity)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self._is_dicom = image.identity is not None
        self.identity.toggled.connect(lambda _on: self._follow(self.suffix))
        self._follow(".png")

    @property
    def suffix(self) -> str:
        """The chosen format's suffix."""
        return next(suffix for suffix, button in self.formats.items() if button.isChecked())

    def _follow(self, suffix: str) -> None:
        self.path.setText(str(Path(self.path.text()).with_suffix(suffix)))
        blocked = suffix == ".dcm" and self._is_dicom and not self.identity.isChecked()
        self._save.setEnabled(not blocked)
        if blocked:
            self.note.setText(tr("DICOM objects belong to the patient's study: tick the box to write them."))
        elif self.identity.isChecked():
            self.note.setText(tr("The report will name the patient. Keep it where the patient's records are kept."))
        else:
            self.note.setText(tr("The report will not say whose image it is."))

    def _browse(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, tr("Export report"), self.path.text())
        if path:
            self.path.setText(str(Path(path).with_suffix(self.suffix)))

    def accept(self) -> None:
        """Write the report."""
        super().accept()
        export_report(self._window, Path(self.path.text()), include_identity=self.identity.isChecked())
