"""Asks what a report shall be."""

from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.documents import Document
from segx_viewer.app.sessions.export import FORMATS, SIZES, PageOptions, export_report, suggested_path
from segx_viewer.app.sessions.studyreport import export_study, study_of


class ExportDialog(Dialog):
    """Asks for format, place, what the page shows and how, and whether the patient may be named."""

    def __init__(
        self, workspace: Workspace, parent: QWidget | None = None, documents: list[Document] | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export report"))
        self.setMinimumWidth(520)
        self._workspace = workspace
        self._documents = documents  # a page of each, rather than of the study
        self.formats = {suffix: QRadioButton(tr(text)) for suffix, text in FORMATS.items()}
        self.formats[".png"].setChecked(True)
        self.path = QLineEdit(str(suggested_path(workspace)))
        self.study = QCheckBox(tr("All images of the study that are open"))
        self.study.setEnabled(documents is None and len(study_of(workspace)) > 1)
        if documents is not None:
            self.study.setText(tr("A page for each of {count} images").format(count=len(documents)))
            self.study.setChecked(True)
        self.overview = QCheckBox(tr("Overview of all images in front (PDF)"))
        self.overview.setChecked(True)
        self.index = QCheckBox(tr("Index of pages and files beside the report, for this computer only"))
        self.whole = QCheckBox(tr("The whole image, not the part on the screen"))
        self.whole.setEnabled(workspace.visible_part() is not None)
        self.theme = QComboBox()
        self.theme.addItem(tr("Light page"), False)
        self.theme.addItem(tr("Dark page"), True)
        self.picture_size = QComboBox()
        for name, text in SIZES.items():
            self.picture_size.addItem(tr(text), name)
        self.identity = QCheckBox(tr("Name the patient and the file"))
        document = workspace.documents.current
        image = document.image if document is not None else None
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
        looks = QHBoxLayout()
        for box in (self.theme, self.picture_size):
            looks.addWidget(box, 1)
        layout.addLayout(looks)
        layout.addWidget(self.study)
        for option in (self.overview, self.index):
            option.setStyleSheet("margin-left: 22px")
            layout.addWidget(option)
        layout.addWidget(self.whole)
        layout.addWidget(self.identity)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self._is_dicom = image is not None and image.identity is not None
        for switch in (self.identity, self.study):
            switch.toggled.connect(lambda _on: self._follow(self.suffix))
        self._follow(".png")
        if documents is not None:
            self.formats[".pdf"].setChecked(True)

    @property
    def suffix(self) -> str:
        """The chosen format's suffix."""
        return next(suffix for suffix, button in self.formats.items() if button.isChecked())

    def _follow(self, suffix: str) -> None:
        self.path.setText(str(Path(self.path.text()).with_suffix(suffix)))
        for box in (self.theme, self.picture_size):
            box.setEnabled(suffix in (".png", ".pdf"))
        self.overview.setEnabled(self.study.isChecked() and suffix == ".pdf")
        self.index.setEnabled(self.study.isChecked())
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
        path, named = Path(self.path.text()), self.identity.isChecked()
        options = PageOptions(
            self.theme.currentData(),
            self.picture_size.currentData(),
            self.whole.isChecked(),
            overview=self.overview.isEnabled() and self.overview.isChecked(),
            index=self.index.isEnabled() and self.index.isChecked(),
        )
        if self.study.isChecked():
            export_study(self._workspace, path, include_identity=named, options=options, documents=self._documents)
        else:
            export_report(self._workspace, path, include_identity=named, options=options)
