"""Capture: pictures that arrive in a folder go straight into a lesion's time line."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDate
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.jobs.capture import Watch
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import date_format, decimal, tr
from segx_viewer.app.model import lesions
from segx_viewer.app.model.documents import Document
from segx_viewer.domain.lesion import Calibration

_FOLDER = "lesions/capture_folder"


class Capture(Dialog):
    """Watches while it is open; every picture that arrives is opened where it lies, with the words that stand here.

    Parameters
    ----------
    workspace : Workspace
    show_line : callable
        Shows the time line.
    parent : QWidget, optional
    """

    def __init__(self, workspace: Workspace, show_line: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Capture from a folder"))
        self.resize(560, 420)
        self._workspace = workspace
        self._expected: set[Path] = set()
        self.taken = 0
        current = workspace.documents.current
        record = current.lesion if current is not None else None
        self.folder = QLineEdit(str(settings.settings().value(_FOLDER, "") or ""))
        browse = QPushButton(tr("Browse …"))
        browse.clicked.connect(self._browse)
        self.patient = QLineEdit(record.patient if record is not None else "")
        self.lesion = QLineEdit(record.lesion if record is not None else "")
        self.day = QDateEdit(QDate.currentDate())
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat(date_format())
        self.day.setMaximumDate(QDate.currentDate())
        self.scale = QComboBox()
        self.scale.addItem(tr("none"), None)
        for scale in lesions.calibrations():
            words = tr("{name}: {size} mm per pixel").format(name=scale.name, size=decimal(scale.mm_per_pixel, ".4g"))
            self.scale.addItem(f"{words}, {scale.width} x {scale.height}", scale)
        self.already = QCheckBox(tr("Also the pictures that are there already"))
        form, row = QFormLayout(), QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(browse)
        form.addRow(tr("Folder"), row)
        for words, field in (
            (tr("Patient"), self.patient),
            (tr("Lesion"), self.lesion),
            (tr("Day of the picture"), self.day),
            (tr("Scale"), self.scale),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words)
        self.folder.setAccessibleName(tr("Folder"))
        form.addRow("", self.already)
        self.start = QPushButton(tr("Start watching"))
        self.start.clicked.connect(self._toggle)
        self.line = QPushButton(tr("Show the time line"))
        self.line.clicked.connect(show_line)
        self.state = QLabel()
        self.state.setWordWrap(True)
        note = QLabel(
            tr(
                "Nothing is copied, moved or deleted: pictures are opened where they lie. Half-written files wait. "
                "Closing this window ends the watching."
            )
        )
        note.setObjectName("muted")
        note.setWordWrap(True)
        research = QLabel(tr("RESEARCH USE ONLY - not for diagnosis"))
        research.setObjectName("researchUse")
        buttons = QHBoxLayout()
        buttons.addWidget(self.start)
        buttons.addWidget(self.line)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(research)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addLayout(buttons)
        layout.addWidget(self.state)
        layout.addStretch(1)
        self.watch = Watch(workspace.jobs, self)
        self.watch.arrived.connect(self._on_arrived)
        self.watch.waiting.connect(self._on_waiting)
        self.watch.failed.connect(self.state.setText)
        for text in (self.folder, self.patient, self.lesion):
            text.textChanged.connect(lambda _text: self._follow())
        workspace.documents.added.connect(self._on_added)
        self._follow()

    def _fields(self) -> tuple[QWidget, ...]:
        return self.folder, self.patient, self.lesion, self.day, self.scale, self.already

    def _follow(self) -> None:
        """Start only what says whose pictures they are: they are never told apart by guess."""
        ready = all(field.text().strip() for field in (self.folder, self.patient, self.lesion))
        self.start.setEnabled(ready or self.watch.folder is not None)
        if self.watch.folder is None:
            self.state.setText("" if ready else tr("Say the folder, the patient and the lesion."))

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Folder to watch"), self.folder.text())
        if name:
            self.folder.setText(name)

    def _toggle(self) -> None:
        if self.watch.folder is not None:
            self.end()
            return
        folder = Path(self.folder.text().strip()).expanduser()
        if not folder.is_dir():
            self.state.setText(tr("There is no such folder."))
            return
        settings.settings().setValue(_FOLDER, str(folder))
        for field in self._fields():
            field.setEnabled(False)
        self.start.setText(tr("Stop watching"))
        self.taken = 0
        self.watch.start(folder, with_what_is_there=self.already.isChecked())
        self._on_waiting(0)

    def end(self) -> None:
        """Watch no more."""
        self.watch.stop()
        for field in self._fields():
            field.setEnabled(True)
        self.start.setText(tr("Start watching"))
        self._follow()

    def _on_waiting(self, count: int) -> None:
        parts = [tr("Watching. Pictures taken: {count}.").format(count=self.taken)]
        if count:
            parts.append(tr("Not whole yet: {count}.").format(count=count))
        self.state.setText(" ".join(parts))

    def _on_arrived(self, paths: list[Path]) -> None:
        self.taken += len(paths)
        self._on_waiting(0)
        known = [document for path in paths if (document := self._workspace.documents.at(path)) is not None]
        self._expected |= set(paths)
        for document in known:  # open already: it gets its words all the same
            self._on_added(document)
        self._workspace.opener.open(paths)

    def _on_added(self, document: Document) -> None:
        if document.path not in self._expected:
            return
        self._expected.discard(document.path)
        scale = self.scale.currentData()
        lesions.note(
            self._workspace.documents,
            document,
            tr("Capture from a folder"),
            patient=self.patient.text().strip(),
            lesion=self.lesion.text().strip(),
            taken=self.day.date().toString("yyyy-MM-dd"),
            calibration=scale if isinstance(scale, Calibration) else document.lesion.calibration,
        )

    def done(self, result: int) -> None:
        """Close, and watch no more."""
        self.watch.stop()
        super().done(result)
