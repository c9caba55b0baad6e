"""A de-identified copy of a DICOM file: what is taken out, which text in the picture is blanked, then the file."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.dialogs.blanking import Blanking
from segx_viewer.app.dialogs.disguiseform import DisguiseForm
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.privacy import limits
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ImageReadError, SegxError
from segx_viewer.imaging.burned_in import Box

if TYPE_CHECKING:
    from segx_viewer.imaging.privacy import BurnedIn, Finding

_ACTIONS = {
    "removed": mark("removed"),
    "emptied": mark("emptied"),
    "replaced": mark("replaced"),
    "shifted": mark("shifted"),
    "kept": mark("kept"),
}
_BURNED_IN = {
    "yes": mark("The file says that text is burned into the picture."),
    "no": mark("Text in the picture is unlikely for this kind of file."),
    "unknown": mark("Pictures of this kind often have text burned in. Look closely."),
}


def is_dicom(path: Path) -> bool:
    """Return whether a file begins as DICOM files do, with or without preamble."""
    from segx_viewer.imaging.reader import looks_like_bare_dicom

    try:
        with path.open("rb") as file:
            head = file.read(132)
    except OSError:
        return False
    return head[128:] == b"DICM" or looks_like_bare_dicom(head)


class CopyDialog(Dialog):
    """Preview of what goes, and the button that writes the copy."""

    def __init__(self, workspace: Workspace, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._document = workspace, document
        self.setWindowTitle(tr("De-identified copy of {name}").format(name=document.name))
        self.resize(1080, 620)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([tr("Element"), tr("What happens"), tr("Value in the original")])
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setColumnWidth(0, 230)
        self.table.setColumnWidth(1, 120)
        self.picture = Blanking()
        self.sentence, self.hint = QLabel(tr("Looking for identity …")), QLabel()
        for label in (self.sentence, self.hint):
            label.setWordWrap(True)
        self.hint.setObjectName("muted")
        self.hint.setText(
            tr(
                "Black parts are blanked in every frame for good. Drag to blank another part, click on one to keep it. "
                "The search finds typed text, not everything: the decision is yours."
            )
        )
        right = QVBoxLayout()
        right.addWidget(self.picture, 1)
        right.addWidget(self.hint)
        middle = QHBoxLayout()
        middle.addWidget(self.table, 1)
        middle.addLayout(right, 1)
        self.disguise = DisguiseForm()
        self.disguise.dates_changed.connect(self._look_again)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setText(tr("Save copy …"))
        self.save.setEnabled(False)
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.sentence)
        layout.addLayout(middle, 1)
        layout.addWidget(self.disguise)
        layout.addWidget(buttons)
        dates = self.disguise.dates
        workspace.jobs.run(_look, document.path, document.image, dates, then=self._show, failed=self._show_failure)

    def _show_failure(self, error: SegxError) -> None:
        self.sentence.setText(told(error))

    def _show(self, found: "Identity") -> None:
        findings, burned, shown, boxes = found
        self._list(findings)
        summary = tr("{count} elements carry or may carry identity (DICOM PS3.15, Basic Profile).")
        seen = tr("What looks like text was found in the picture.") if boxes else tr(_BURNED_IN[burned.value])
        self.sentence.setText(f"{summary.format(count=len(findings))} {seen}")
        self.picture.show_picture(to_qimage(shown), boxes)
        self.save.setEnabled(True)

    def _look_again(self, dates: str) -> None:
        self._workspace.jobs.run(_findings, self._document.path, dates, then=self._list, failed=self._show_failure)

    def _list(self, findings: "tuple[Finding, ...]") -> None:
        self.table.setRowCount(len(findings))
        for row, finding in enumerate(findings):
            for column, text in enumerate((finding.path, tr(_ACTIONS[finding.action.value]), finding.value)):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{finding.tag}  {text}")
                self.table.setItem(row, column, item)

    def _ask(self) -> None:
        suggestion = str(Path.home() / "deidentified.dcm")
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the de-identified copy"), suggestion, "DICOM (*.dcm)")
        if name:
            self.write(Path(name))

    def write(self, target: Path) -> None:
        """Write the copy, in the file thread."""
        source, boxes = self._document.path, tuple(self.picture.boxes)
        self.save.setEnabled(False)
        key, dates = self.disguise.key, self.disguise.dates
        self.disguise.remember()
        self._workspace.jobs.run(
            _write, source, target, boxes, key, dates, then=self._on_written, failed=self._on_not_written
        )

    def _on_written(self, _target: Path) -> None:
        self._workspace.say(tr("The de-identified copy was written."))
        self.accept()

    def _on_not_written(self, error: SegxError) -> None:
        self.save.setEnabled(True)
        self._show_failure(error)


class Identity(NamedTuple):
    """What tells who a file is of: elements, whether text may be burned in, the picture, its lines of text."""

    findings: "tuple[Finding, ...]"
    burned: "BurnedIn"
    shown: NDArray[np.uint8]
    boxes: tuple[Box, ...]


def _look(path: Path, image: MedicalImage | None, dates: str) -> Identity:
    """Beside the window."""
    from segx_viewer.imaging.burned_in import find_text
    from segx_viewer.imaging.display import to_display
    from segx_viewer.imaging.guarded import read_image_guarded
    from segx_viewer.imaging.privacy import burned_in, is_plain_slice, open_dicom

    findings = _findings(path, dates)
    try:
        dataset = open_dicom(path, stop_before_pixels=True)
        image = image if image is not None else read_image_guarded(path, 0, limits())
        boxes = () if is_plain_slice(dataset) else find_text(image)
        return Identity(findings, burned_in(dataset), to_display(image), boxes)
    except SegxError:
        raise
    except Exception as error:  # pydicom converts lazily, and a malformed value may raise anything
        raise _unreadable(path) from error


def _findings(path: Path, dates: str) -> "tuple[Finding, ...]":
    from segx_viewer.imaging.privacy import Dates, Disguise, find_identity, open_dicom
    from segx_viewer.imaging.pseudonyms import new_key

    try:
        return find_identity(open_dicom(path, stop_before_pixels=True), Disguise(new_key(), Dates(dates)))
    except Exception as error:  # pydicom converts lazily, and a malformed value may raise anything
        raise _unreadable(path) from error


def _unreadable(path: Path) -> ImageReadError:
    return ImageReadError(f"{path.name} could not be read to the end, so it cannot be de-identified.")


def _write(source: Path, target: Path, boxes: tuple[Box, ...], key: Path, dates: str) -> Path:
    from segx_viewer.app.dialogs.disguiseform import disguise_of
    from segx_viewer.imaging.privacy import deidentify_file

    deidentify_file(source, target, boxes, disguise_of(key, dates))
    return target
