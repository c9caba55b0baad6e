"""Scale and size: a line along a ruler gives the size of a pixel, and with it that of the lesion."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from segx_viewer.app.dialogs.lesionpage import Facts, LesionPage, hint
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.i18n import decimal, mark, tr
from segx_viewer.app.model import lesions
from segx_viewer.app.model.annotations import Annotation, plain
from segx_viewer.domain.image import SpacingOrigin
from segx_viewer.domain.lesion import Calibration


class ScalePage(LesionPage):
    """Calibrates a picture, or takes a scale that is kept for its device and magnification; shows the region's size."""

    name = mark("Scale and size")

    def __init__(self, workspace: Workspace, draw: Callable[[], None], chosen: Callable[[], Annotation | None]) -> None:
        super().__init__(workspace)
        self._chosen = chosen
        self._own = False  # whether the file states a scale
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.remove = QPushButton(tr("Remove the scale from this picture"))
        self.remove.clicked.connect(lambda: self.note(calibration=None))
        self.draw = QPushButton(tr("Draw a line along the ruler"))
        self.draw.clicked.connect(draw)
        self.line = hint()
        self.length = QDoubleSpinBox()
        self.length.setRange(0.1, 1000)
        self.length.setDecimals(2)
        self.length.setValue(10)
        self.length.setSuffix(" mm")
        self.device, self.magnification = QLineEdit(), QLineEdit()
        self.device.setPlaceholderText(tr("for example the dermoscope's name"))
        self.magnification.setPlaceholderText("10x")
        self.set_scale = QPushButton(tr("Set the scale"))
        self.set_scale.clicked.connect(self._set)
        form = QFormLayout()
        form.addRow(self.draw, self.line)
        form.addRow(tr("Its true length"), self.length)
        form.addRow(tr("Device"), self.device)
        form.addRow(tr("Magnification"), self.magnification)
        form.addRow(self.set_scale)
        self.kept = QComboBox()
        self.use = QPushButton(tr("Use"))
        self.use.clicked.connect(self._use)
        self.forget = QPushButton(tr("Forget"))
        self.forget.clicked.connect(self._forget)
        for field, words in (
            (self.length, tr("Its true length")),
            (self.device, tr("Device")),
            (self.magnification, tr("Magnification")),
            (self.kept, tr("Scales that are kept")),
        ):
            field.setAccessibleName(words)
        row = QHBoxLayout()
        row.addWidget(self.kept, 1)
        row.addWidget(self.use)
        row.addWidget(self.forget)
        new, kept, size = QGroupBox(tr("Measure the scale")), QGroupBox(tr("Scales that are kept")), QGroupBox()
        size.setTitle(tr("Size and shape of the region"))
        new.setLayout(form)
        kept.setLayout(row)
        self.figures = QLabel()
        self.figures.setWordWrap(True)
        QVBoxLayout(size).addWidget(self.figures)
        layout = QVBoxLayout(self)
        for widget in (self.state, self.remove, new, kept, size):
            layout.addWidget(widget)
        layout.addStretch(1)

    def show_record(self, facts: Facts) -> None:
        """Show the scale that the picture has, the line that was drawn, and the region's size."""
        document = self._document
        image = document.image if document is not None else None
        own = image is not None and image.spacing is not None and image.spacing.origin is not SpacingOrigin.READER
        calibration = self.record.calibration
        if image is None:
            self.state.clear()
        elif own:
            self.state.setText(tr("The file states its own scale; it is used."))
        elif calibration is None:
            self.state.setText(tr("This picture has no scale: lengths are in pixels."))
        elif image.spacing is None:
            self.state.setText(
                tr("The scale is for pictures of {width} x {height} pixels: it does not hold here.").format(
                    width=calibration.width, height=calibration.height
                )
            )
        else:
            self.state.setText(
                tr("Scale: {name}, {size} mm per pixel. Set by you, not by the file.").format(
                    name=calibration.name or tr("without a device"), size=decimal(calibration.mm_per_pixel, ".4g")
                )
            )
        self.remove.setEnabled(calibration is not None)
        if not self.device.text() and image is not None:
            self.device.setText(image.acquisition.scanner)
        self._own = own
        self.show_line()
        self._show_kept(image.shape if image is not None and not own else None)
        self.figures.setText(_figures(facts))

    def show_line(self) -> None:
        """Show how long the line is that a scale would be set by."""
        line = lesions.line_of(self._document, self._chosen()) if self._document is not None else None
        pixels = lesions.pixels_of(line, self._document) if line is not None and self._document is not None else 0.0
        self.set_scale.setEnabled(pixels >= lesions.SHORTEST and not self._own)
        if not pixels:
            self.line.setText(tr("No line is drawn yet."))
        elif pixels < lesions.SHORTEST:
            self.line.setText(tr("{pixels} pixels: too short to measure by.").format(pixels=f"{pixels:.0f}"))
        else:
            words = tr("{pixels} pixels; the scale may be {doubt} % off.")
            self.line.setText(
                words.format(pixels=f"{pixels:.0f}", doubt=decimal(100 * lesions.doubt_of(pixels), ".1f"))
            )

    def _show_kept(self, shape: tuple[int, int] | None) -> None:
        shown = [self.kept.itemData(index) for index in range(self.kept.count())]
        fitting = [c for c in lesions.calibrations() if shape is not None and c.fits(shape)]
        if fitting != shown:
            self.kept.clear()
            for scale in fitting:
                words = tr("{name}: {size} mm per pixel").format(
                    name=scale.name or tr("without a device"), size=decimal(scale.mm_per_pixel, ".4g")
                )
                self.kept.addItem(words, scale)
        for widget in (self.kept, self.use, self.forget):
            widget.setEnabled(bool(fitting))

    def _set(self) -> None:
        document = self._document
        line = lesions.line_of(document, self._chosen()) if document is not None else None
        if document is None or document.image is None or line is None:
            return
        height, width = document.image.shape
        scale = Calibration(
            self.length.value() / lesions.pixels_of(line, document),
            width,
            height,
            self.device.text().strip(),
            self.magnification.text().strip(),
        )
        if scale.name:  # without one, nobody could say which pictures it is for
            lesions.keep(scale)
        self.note(calibration=scale)

    def _use(self) -> None:
        scale = self.kept.currentData()
        if isinstance(scale, Calibration):
            self.note(calibration=replace(scale))

    def _forget(self) -> None:
        scale = self.kept.currentData()
        if isinstance(scale, Calibration):
            lesions.forget(scale)
            self.kept.removeItem(self.kept.currentIndex())
            for widget in (self.kept, self.use, self.forget):
                widget.setEnabled(self.kept.count() > 0)


def _figures(facts: Facts) -> str:
    shape = facts.shape
    if shape is None:
        return tr("No region, no figures.")
    first, second = (f"{100 * share:.0f}" for share in shape.asymmetry)
    lines = [
        tr("Area {area} {unit}², largest diameter {diameter} {unit}.").format(
            area=plain(shape.area), diameter=plain(shape.diameter), unit=shape.unit
        ),
        tr("Border: compactness {compactness} (a disc has 1), solidity {solidity} (convex has 1).").format(
            compactness=decimal(shape.compactness, ".2f"), solidity=decimal(shape.solidity, ".2f")
        ),
        tr("Folded about its axes, {first} % and {second} % of the area have no counterpart.").format(
            first=first, second=second
        ),
        tr("The region was drawn by you.") if facts.edited else tr("The region is the network's: check its outline."),
    ]
    if shape.cut:
        lines.append(tr("It reaches the picture's edge: the lesion is larger than what is seen."))
    return "\n".join(lines)
