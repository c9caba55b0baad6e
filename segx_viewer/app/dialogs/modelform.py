"""Asks for what a model of the user's own is."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
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

from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.bundles.manifest import COLOURS, FITS
from segx_viewer.bundles.offer import classes_of, regions_of, templates
from segx_viewer.domain.geometry import INTERPOLATIONS
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ModelError

ARCHITECTURES = (
    "", "timm/", "torchvision/", "segx/densenet121", "segx/resnet50", "xrv/densenet121", "xrv/resnet50",
    "exported", "onnx",
)  # fmt: skip
SEGMENTERS = ("", "smp/", "segx/unet", "xrv/pspnet", "torchvision/", "exported", "onnx")
HEAD_ACTIVATIONS = ("none", "relu", "gelu", "silu", "tanh")


class ModelForm(Dialog):
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
        self.classes.setPlaceholderText("nv=Nevus, mel=Melanoma>0.3, card=Cardiomegaly@heart")
        self.activation = _choice(["", "softmax", "sigmoid"])
        self.input_size, self.layer, self.modalities = QLineEdit(), QLineEdit(), QLineEdit()
        self.input_size.setPlaceholderText("224 x 224")
        self.highest = QLineEdit()
        self.highest.setPlaceholderText("1, 255, 4095, 65535")
        self.layer.setPlaceholderText(tr("automatic"))
        self.modalities.setPlaceholderText("CR, DX")
        self.output = _choice(["", "logits", "probabilities"])
        self.take, self.head = QLineEdit(), _choice(["", *HEAD_ACTIVATIONS])
        self.take.setPlaceholderText("0")
        self.mean, self.std, self.crop, self.licence = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.mean.setPlaceholderText("0.485 0.456 0.406")
        self.std.setPlaceholderText("0.229 0.224 0.225")
        self.crop.setPlaceholderText("0.875")
        self.colour, self.fit = _choice(["", *COLOURS]), _choice(["", *FITS])
        self.interpolation = _choice(["", *INTERPOLATIONS])
        self.segmenter = _choice(["", *installed], editable=True)
        self.region, self.channels = QLineEdit(), QLineEdit()
        self.channels.setPlaceholderText("1; lungs=0,1; heart=2")
        self.segmenter_output = _choice(["", "logits", "probabilities"])
        self.segmenter_activation = _choice(["", "softmax", "sigmoid"])
        self.segmenter_architecture = _choice(SEGMENTERS, editable=True)
        self.encoder, self.image_kind = QLineEdit(), QLineEdit()
        self.encoder.setPlaceholderText(tr("automatic"))
        self.image_kind.setPlaceholderText("dermoscopy")
        self.antialias = QCheckBox(tr("Sample single pixels when an image shrinks"))
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
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(tr("Weights file, folder or bundle.toml"), self._with_browse(self.source))
        for text, field in (
            (tr("Start from"), self.start),
            (tr("Short name"), self.name),
            (tr("Title"), self.title),
            (tr("Architecture"), self.architecture),
            (tr("Classes, with cut-offs"), self.classes),
            (tr("One class or several"), self.activation),
            (tr("Input size, and the value of white"), _side_by_side(self.input_size, self.highest)),
            (tr("Target layer"), self.layer),
            (tr("Modalities, and what it reads"), _side_by_side(self.modalities, self.image_kind)),
            (tr("It gives, and which output"), _side_by_side(self.output, self.take)),
            (tr("Between a head's layers"), self.head),
            (tr("Mean and deviation, of values 0..1"), _side_by_side(self.mean, self.std)),
            (tr("Colour, and how it is resampled"), _side_by_side(self.colour, self.interpolation)),
            (tr("Fit, and share of the middle"), _side_by_side(self.fit, self.crop)),
            (tr("Licence of the weights"), self.licence),
        ):
            form.addRow(text, field)
        form.addRow(tr("Segmenter: file, or model to borrow from"), self._with_browse(self.segmenter))
        form.addRow(tr("Region, and its channels"), _side_by_side(self.region, self.channels))
        form.addRow(tr("Its architecture and encoder"), _side_by_side(self.segmenter_architecture, self.encoder))
        form.addRow(
            tr("It gives, for one class or several"), _side_by_side(self.segmenter_output, self.segmenter_activation)
        )
        form.addRow(self.antialias)
        form.addRow(self.unused)
        form.addRow(self.on_image)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        inside = QWidget()
        inside.setLayout(form)
        self.scrolled = QScrollArea()
        self.scrolled.setWidget(inside)
        self.scrolled.setWidgetResizable(True)
        self.scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.addWidget(self.scrolled, 1)
        column.addWidget(note)
        column.addWidget(self.wrong)
        column.addWidget(buttons)

    def tell(self, sentence: str, field: QWidget | None = None) -> None:
        """Say what is wrong, above the buttons, and go to the field that it speaks of; what was typed stays."""
        self.wrong.setText(sentence)
        self.wrong.setVisible(bool(sentence))
        if sentence and field is not None:
            field.setFocus()
            self.scrolled.ensureWidgetVisible(field)

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
                "classifier.take": self.take.text().strip() or None,
                "classifier.head_activation": self.head.currentText() or None,
                "preprocessing.mean": _numbers(self.mean.text()),
                "preprocessing.std": _numbers(self.std.text()),
                "preprocessing.highest": next(iter(_numbers(self.highest.text()) or []), None),
                "preprocessing.colour": self.colour.currentText() or None,
                "preprocessing.fit": self.fit.currentText() or None,
                "preprocessing.crop": next(iter(_numbers(self.crop.text()) or []), None),
                "preprocessing.interpolation": self.interpolation.currentText() or None,
                "preprocessing.antialias": False if self.antialias.isChecked() else None,
                "image_kind": self.image_kind.text().strip() or None,
                "segmenter.architecture": self.segmenter_architecture.currentText().strip() or None,
                "segmenter.options.encoder_name": self.encoder.text().strip() or None,
                "segmenter.output": self.segmenter_output.currentText() or None,
                **self._region(),
            },
        }

    def _region(self) -> dict[str, object]:
        name, activation = self.region.text().strip(), self.segmenter_activation.currentText()
        regions = regions_of(_apart(self.channels.text()), name)
        if not regions:
            return {"region": name or None, "segmenter.activation": activation or None}
        named = name or str(regions[0]["name"])
        return {"region": named, "regions": regions, "segmenter.activation": activation or "ask"}

    def accept(self) -> None:
        """Close the form, unless something in it cannot be read: that is said beside it."""
        for field, count in (
            (self.mean, (1, 3)), (self.std, (1, 3)), (self.crop, (1,)), (self.input_size, (2,)), (self.highest, (1,)),
        ):  # fmt: skip
            text = field.text().replace("x", " ") if field is self.input_size else field.text()
            if text.strip() and len(_numbers(text) or ()) not in count:
                wanted = tr("or").join(f" {n} " for n in count).strip()
                self.tell(tr("{text}: {count} numbers are needed here.").format(text=field.text(), count=wanted), field)
                return
        try:
            classes_of(_listed(self.classes.text()))
        except ModelError as error:
            self.tell(told(error), self.classes)
            return
        try:
            self._region()
        except ModelError as error:
            self.tell(told(error), self.channels)
            return
        super().accept()

    def meant(self, sentence: str) -> QWidget | None:
        """Return the field that an error speaks of, in English; None where it cannot be told."""
        fields = (
            ("--head-activation", self.head), ("--take", self.take),
            ("--name", self.name), ("--classes", self.classes), ("(--activation)", self.activation),
            ("--highest", self.highest), ("highest value", self.highest),
            ("--segmenter-output", self.segmenter_output), ("--segmenter-activation", self.segmenter_activation),
            ("--segmenter-encoder", self.encoder), ("--segmenter-architecture", self.segmenter_architecture),
            ("--output", self.output), ("--channels", self.channels),
            ("segmenter", self.segmenter), ("activation", self.activation), ("no name for a model", self.name),
            ("choose another name", self.name), ("cut-off", self.classes), ("crop", self.crop),
            ("input size", self.input_size), ("no file or folder", self.source),
            ("holds no weights", self.source), ("classes", self.classes),
            ("--allow-unused", self.unused), ("architecture", self.architecture), ("weights", self.architecture),
        )  # fmt: skip
        return next((field for words, field in fields if words in sentence), None)

    def _with_browse(self, field: QLineEdit | QComboBox) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        field.setMinimumWidth(240)  # of a path some is seen, below the words where they are long
        row.addWidget(field, 1)
        button = QPushButton(tr("Browse …"))
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._browse(field))
        row.addWidget(button)
        folder = QPushButton(tr("Folder …"))
        folder.setAutoDefault(False)
        folder.clicked.connect(lambda: self._browse_folder(field))
        row.addWidget(folder)
        return box

    def _browse_folder(self, field: QLineEdit | QComboBox) -> None:
        if path := QFileDialog.getExistingDirectory(self, tr("Choose a folder")):
            field.setText(path) if isinstance(field, QLineEdit) else field.setEditText(path)

    def _browse(self, field: QLineEdit | QComboBox) -> None:
        kinds = "*.toml *.safetensors *.safetensors.index.json *.pth *.pt *.bin *.ckpt *.pt2 *.onnx"
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose a file"), "", f"{tr('Models')} ({kinds})")
        if path:
            field.setText(path) if isinstance(field, QLineEdit) else field.setEditText(path)


def _choice(entries: Iterable[str], *, editable: bool = False) -> QComboBox:
    box = QComboBox()
    box.addItems(list(entries))
    box.setEditable(editable)
    # Long names of models do not make the form wider than its window.
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
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
    numbers = []
    for part in text.replace(",", " ").split():
        try:
            numbers.append(float(part))
        except ValueError:
            return None
    return numbers or None


def _apart(text: str) -> list[str]:
    """Return regions, apart by semicolons, or the channels of a single one."""
    return [
        part.strip() for part in (text.split(";") if "=" in text else text.replace(";", ",").split(",")) if part.strip()
    ]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
