"""Asks for what a model of the user's own is."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.kit.i18n import tr
from segx_viewer.bundles.manifest import COLOURS, FITS
from segx_viewer.bundles.offer import templates
from segx_viewer.domain.geometry import INTERPOLATIONS
from segx_viewer.domain.image import MedicalImage

ARCHITECTURES = (
    "", "timm/", "torchvision/", "segx/densenet121", "segx/resnet50", "xrv/densenet121", "xrv/resnet50",
    "exported", "onnx",
)  # fmt: skip


class ModelForm(QDialog):
    """A weights file or bundle, what to start from, and what differs; empty fields stay as they start."""

    def __init__(self, parent: QWidget, installed: list[str], image: MedicalImage | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Add a model"))
        self.setMinimumWidth(620)
        self.resize(680, 760)
        self._image = image
        self.source, self.name, self.title = QLineEdit(), QLineEdit(), QLineEdit()
        self.start = _choice(["", *templates(), *installed])
        self.architecture = _choice(ARCHITECTURES, editable=True)
        self.classes = QLineEdit()
        self.classes.setPlaceholderText("nv=Nevus, mel=Melanoma>0.3")
        self.activation = _choice(["", "softmax", "sigmoid"])
        self.input_size, self.layer, self.modalities = QLineEdit(), QLineEdit(), QLineEdit()
        self.input_size.setPlaceholderText("224 x 224")
        self.layer.setPlaceholderText(tr("automatic"))
        self.modalities.setPlaceholderText("CR, DX")
        self.output = _choice(["", "logits", "probabilities"])
        self.mean, self.std, self.crop, self.licence = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.mean.setPlaceholderText("0.485 0.456 0.406")
        self.std.setPlaceholderText("0.229 0.224 0.225")
        self.crop.setPlaceholderText("0.875")
        self.colour, self.fit = _choice(["", *COLOURS]), _choice(["", *FITS])
        self.interpolation = _choice(["", *INTERPOLATIONS])
        self.segmenter = _choice(["", *installed], editable=True)
        self.region, self.channels = QLineEdit(), QLineEdit()
        self.channels.setPlaceholderText("1")
        self.segmenter_output = _choice(["", "logits", "probabilities"])
        self.unused = QCheckBox(tr("Leave out weights that the architecture has no place for"))
        self.wrong = QLabel()
        self.wrong.setObjectName("warning")
        self.wrong.setWordWrap(True)
        self.wrong.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.wrong.hide()
        self.on_image = QCheckBox(tr("Try it on the image that is open, not on a drawn one"))
        self.on_image.setEnabled(image is not None)
        note = QLabel(tr("The model is tried on an image first; nothing is installed unless it works."))
        note.setObjectName("muted")
        note.setWordWrap(True)
        form = QFormLayout()
        form.addRow(tr("Weights file, or bundle.toml"), self._with_browse(self.source))
        for text, field in (
            (tr("Start from"), self.start),
            (tr("Short name"), self.name),
            (tr("Title"), self.title),
            (tr("Architecture"), self.architecture),
            (tr("Classes, with cut-offs"), self.classes),
            (tr("One class or several"), self.activation),
            (tr("Input size"), self.input_size),
            (tr("Target layer"), self.layer),
            (tr("Modalities"), self.modalities),
            (tr("It gives"), self.output),
            (tr("Mean and deviation, of values 0..1"), _side_by_side(self.mean, self.std)),
            (tr("Colour, and how it is resampled"), _side_by_side(self.colour, self.interpolation)),
            (tr("Fit, and share of the middle"), _side_by_side(self.fit, self.crop)),
            (tr("Licence of the weights"), self.licence),
        ):
            form.addRow(text, field)
        form.addRow(tr("Segmenter: file, or model to borrow from"), self._with_browse(self.segmenter))
        form.addRow(tr("Region, and its channels"), _side_by_side(self.region, self.channels))
        form.addRow(tr("The segmenter gives"), self.segmenter_output)
        form.addRow(self.unused)
        form.addRow(self.on_image)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        inside = QWidget()
        inside.setLayout(form)
        scrolled = QScrollArea()
        scrolled.setWidget(inside)
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.addWidget(scrolled, 1)
        column.addWidget(note)
        column.addWidget(self.wrong)
        column.addWidget(buttons)

    def tell(self, sentence: str) -> None:
        """Say what is wrong, above the buttons; what was typed stays."""
        self.wrong.setText(sentence)
        self.wrong.setVisible(bool(sentence))

    def answers(self) -> dict[str, object]:
        """Return what was filled in, as `modeljobs.add` takes it."""
        size = [int(part) for part in self.input_size.text().replace("x", " ").split() if part.isdigit()]
        modalities = _listed(self.modalities.text())
        return {
            "source": Path(self.source.text().strip()).expanduser(),
            "start": self.start.currentText() or None,
            "segmenter": self.segmenter.currentText().strip() or None,
            "classes": _listed(self.classes.text()) or None,
            "image": self._image if self.on_image.isChecked() else None,
            "allow_unused": self.unused.isChecked(),
            "changes": {
                "name": self.name.text().strip() or None,
                "title": self.title.text().strip() or None,
                "activation": self.activation.currentText() or None,
                "modalities": [*modalities, ""] if modalities else None,
                "classifier.architecture": self.architecture.currentText().strip() or None,
                "classifier.target_layer": self.layer.text().strip() or None,
                "preprocessing.input_shape": size if len(size) == 2 else None,
                "licence": self.licence.text().strip() or None,
                "classifier.output": self.output.currentText() or None,
                "preprocessing.mean": _numbers(self.mean.text()),
                "preprocessing.std": _numbers(self.std.text()),
                "preprocessing.colour": self.colour.currentText() or None,
                "preprocessing.fit": self.fit.currentText() or None,
                "preprocessing.crop": next(iter(_numbers(self.crop.text()) or []), None),
                "preprocessing.interpolation": self.interpolation.currentText() or None,
                "segmenter.output": self.segmenter_output.currentText() or None,
                **self._region(),
            },
        }

    def _region(self) -> dict[str, object]:
        name = self.region.text().strip()
        channels = [int(n) for n in _numbers(self.channels.text()) or []]
        if not channels:
            return {"region": name or None}
        regions = [{"name": name or "region", "channels": channels}]
        return {"region": name or None, "regions": regions, "segmenter.activation": "ask"}

    def _with_browse(self, field: QLineEdit | QComboBox) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(field, 1)
        button = QPushButton(tr("Browse …"))
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._browse(field))
        row.addWidget(button)
        return box

    def _browse(self, field: QLineEdit | QComboBox) -> None:
        kinds = "*.toml *.safetensors *.pth *.pt *.bin *.ckpt *.pt2 *.onnx"
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose a file"), "", f"{tr('Models')} ({kinds})")
        if path:
            field.setText(path) if isinstance(field, QLineEdit) else field.setEditText(path)


def _choice(entries: Any, *, editable: bool = False) -> QComboBox:
    box = QComboBox()
    box.addItems(list(entries))
    box.setEditable(editable)
    return box


def _side_by_side(*fields: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    for field in fields:
        row.addWidget(field, 1)
    return box


def _numbers(text: str) -> list[float] | None:
    """Return the numbers in a text, None where there are none; what is none is left to the sentence that follows."""
    found = []
    for part in text.replace(",", " ").split():
        try:
            found.append(float(part))
        except ValueError:
            return None
    return found or None


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
