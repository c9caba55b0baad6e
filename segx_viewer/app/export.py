"""Writing what the screen shows: a page, a PDF, the figures, or DICOM objects."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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

    def __call__(self) -> Path:
        """Write it; return what was written."""
        from segx_viewer.reporting.panels import ReportView
        from segx_viewer.reporting.reading import Mark, Reading, Shape

        view = self.view
        shown = ReportView(
            colormap=view.colormap, opacity=view.opacity, outline=view.mask is not MaskStyle.OFF, invert=view.invert
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
        write(self, shown, Reading(words, marks))
        return self.path


def _write_png(job: Job, shown: object, reading: object) -> None:
    from segx_viewer.reporting.png import write_png_report

    write_png_report(
        job.analysis,
        job.path,
        key=job.key,
        voi=job.view.voi,
        view=shown,
        reading=reading,
        include_identity=job.include_identity,
    )


def _write_pdf(job: Job, shown: object, reading: object) -> None:
    from segx_viewer.reporting.pdf import Sheet, write_pdf_report

    sheet = Sheet(job.analysis, job.key, job.view.voi, shown, reading)
    write_pdf_report([sheet], job.path, include_identity=job.include_identity)


def _write_json(job: Job, shown: object, reading: object) -> None:
    from segx_viewer.reporting.table import write_json

    write_json(job.analysis, job.path, include_identity=job.include_identity, reading=reading)


def _write_dicom(job: Job, shown: object, reading: object) -> None:
    from segx_viewer.reporting.dicom.results import write_dicom_results

    folder = job.path.with_suffix("")
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
    job = Job(
        controller.analysis,
        path,
        controller.key,
        window.state.view,
        document.annotations,
        document.impression,
        include_identity,
    )
    window.show_message(tr("Writing the report …"))
    controller.run_job("export", job)


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
