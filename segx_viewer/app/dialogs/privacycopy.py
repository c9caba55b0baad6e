"""A de-identified copy of a DICOM file: what is taken out, which text in the picture is blanked, then the file."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.qimage import to_qimage
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
_SMALLEST = 3  # pixels; less is a click


def is_dicom(path: Path) -> bool:
    """Return whether a file begins as DICOM files do."""
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


class Blanking(QWidget):
    """The picture with the parts that will be blanked: drag for another one, click on one to leave it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(420, 380)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.boxes: list[Box] = []
        self._image = QImage()
        self._drag: tuple[QPointF, QPointF] | None = None

    def show_picture(self, image: QImage, boxes: tuple[Box, ...]) -> None:
        """Show a picture and the parts to blank."""
        self._image, self.boxes = image, list(boxes)
        self.changed.emit()
        self.update()

    def _scale(self) -> float:
        if self._image.isNull():
            return 1.0
        return min(self.width() / self._image.width(), self.height() / self._image.height())

    def to_pixels(self, position: QPointF) -> tuple[int, int]:
        """Return the row and column of the picture at a place of the widget."""
        scale = self._scale()
        column, row = position.x() / scale, position.y() / scale
        return min(max(int(row), 0), self._image.height()), min(max(int(column), 0), self._image.width())

    def _dragged(self, drag: tuple[QPointF, QPointF]) -> Box:
        (row, column), (other_row, other_column) = (self.to_pixels(p) for p in drag)
        return Box(min(row, other_row), min(column, other_column), max(row, other_row), max(column, other_column))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = self._scale()
        painter.drawImage(QRectF(0, 0, self._image.width() * scale, self._image.height() * scale), self._image)
        painter.setPen(QPen(QColor("#ff6b6b"), 1.5))
        for box in [*self.boxes, *([self._dragged(self._drag)] if self._drag is not None else [])]:
            place = QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top)
            area = QRectF(place.x() * scale, place.y() * scale, place.width() * scale, place.height() * scale)
            painter.fillRect(area, QColor("black"))
            painter.drawRect(area)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._drag = event.position(), event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._drag is not None:
            self._drag = self._drag[0], event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._drag is None:
            return
        box = self._dragged(self._drag)
        self._drag = None
        if min(box.bottom - box.top, box.right - box.left) >= _SMALLEST:
            self.boxes.append(box)
        else:
            row, column = self.to_pixels(event.position())
            self.boxes = [b for b in self.boxes if not (b.top <= row < b.bottom and b.left <= column < b.right)]
        self.changed.emit()
        self.update()


class CopyDialog(QDialog):
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
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setText(tr("Save copy …"))
        self.save.setEnabled(False)
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.sentence)
        layout.addLayout(middle, 1)
        layout.addWidget(buttons)
        workspace.jobs.run(_look, document.path, document.image, then=self._show, failed=self._show_failure)

    def _show_failure(self, error: SegxError) -> None:
        self.sentence.setText(str(error))

    def _show(self, found: "Identity") -> None:
        findings, burned, shown, boxes = found
        self.table.setRowCount(len(findings))
        for row, finding in enumerate(findings):
            for column, text in enumerate((finding.path, tr(_ACTIONS[finding.action.value]), finding.value)):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{finding.tag}  {text}")
                self.table.setItem(row, column, item)
        summary = tr("{count} elements carry or may carry identity (DICOM PS3.15, Basic Profile).")
        seen = tr("What looks like text was found in the picture.") if boxes else tr(_BURNED_IN[burned.value])
        self.sentence.setText(f"{summary.format(count=len(findings))} {seen}")
        self.picture.show_picture(to_qimage(shown), boxes)
        self.save.setEnabled(True)

    def _ask(self) -> None:
        suggestion = str(Path.home() / "deidentified.dcm")
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the de-identified copy"), suggestion, "DICOM (*.dcm)")
        if name:
            self.write(Path(name))

    def write(self, target: Path) -> None:
        """Write the copy, in the file thread."""
        source, boxes = self._document.path, tuple(self.picture.boxes)
        self.save.setEnabled(False)
        self._workspace.jobs.run(_write, source, target, boxes, then=self._on_written, failed=self._on_not_written)

    def _on_written(self, _target: Path) -> None:
        self._workspace.say(tr("The de-identified copy was written."))
        self.accept()

    def _on_not_written(self, error: SegxError) -> None:
        self.save.setEnabled(True)
        self._show_failure(error)


class Identity(NamedTuple):
    """What tells who a file is of: elements, whether text may be burned in, the picture, its lines of text."""

    findings: "list[Finding]"
    burned: "BurnedIn"
    shown: NDArray[np.uint8]
    boxes: tuple[Box, ...]


def _look(path: Path, image: MedicalImage | None) -> Identity:
    """Beside the window."""
    import pydicom

    from segx_viewer.imaging.burned_in import find_text
    from segx_viewer.imaging.display import to_display
    from segx_viewer.imaging.guarded import read_image_guarded
    from segx_viewer.imaging.privacy import burned_in, find_identity

    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        image = image if image is not None else read_image_guarded(path, 0, limits())
        findings, burned = find_identity(dataset), burned_in(dataset)
        return Identity(findings, burned, to_display(image), find_text(image))
    except SegxError:
        raise
    except Exception as error:  # pydicom converts lazily, and a malformed value may raise anything
        sentence = f"{path.name} could not be read to the end, so it cannot be de-identified."
        raise ImageReadError(sentence) from error


def _write(source: Path, target: Path, boxes: tuple[Box, ...]) -> Path:
    from segx_viewer.imaging.privacy import deidentify_file

    deidentify_file(source, target, boxes)
    return target
