"""Asks for what a model of the user's own is."""

from pathlib import Path
from typing import Any

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
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.kit.i18n import tr
from segx_viewer.bundles.offer import templates
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
        self.setMinimumWidth(560)
        self._image = image
        self.source, self.name, self.title = QLineEdit(), QLineEdit(), QLineEdit()
        self.start = _choice(["", *templates(), *installed])
        self.architecture = _choice(ARCHITECTURES, editable=True)
        self.classes = QLineEdit()
        self.classes.setPlaceholderText("nv=Nevus, mel=Melanoma>0.3")
        self.activation = _choice(["", "softmax", "sigmoid"])
        self.input_size, self.layer, self.modalities = QLineEdit(), QLineEdit(), QLineEdit()
        self.input_size.setPlaceholderText("224 x 224")
        self.layer.setPlaceholderText("auto")
        self.modalities.setPlaceholderText("CR, DX")
        self.segmenter = _choice(["", *installed], editable=True)
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
        ):
            form.addRow(text, field)
        form.addRow(tr("Segmenter: file, or model to borrow from"), self._with_browse(self.segmenter))
        form.addRow(self.on_image)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(note)
        column.addWidget(buttons)

    def answers(self) -> dict[str, Any]:
        """Return what was filled in, as `modeljobs.add` takes it."""
        size = [int(part) for part in self.input_size.text().replace("x", " ").split() if part.isdigit()]
        modalities = _listed(self.modalities.text())
        return {
            "source": Path(self.source.text().strip()).expanduser(),
            "start": self.start.currentText() or None,
            "segmenter": self.segmenter.currentText().strip() or None,
            "classes": _listed(self.classes.text()) or None,
            "image": self._image if self.on_image.isChecked() else None,
            "changes": {
                "name": self.name.text().strip() or None,
                "title": self.title.text().strip() or None,
                "activation": self.activation.currentText() or None,
                "modalities": [*modalities, ""] if modalities else None,
                "classifier.architecture": self.architecture.currentText().strip() or None,
                "classifier.target_layer": self.layer.text().strip() or None,
                "preprocessing.input_shape": size if len(size) == 2 else None,
            },
        }

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


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
