"""What is asked before a picture is printed; the rest is the system's dialog."""

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from segx_viewer.app.canvas.printing import mm_per_pixel, paint_page
from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.viewstate import View

_DPI = 300


class PrintPage(Dialog):
    """True size or to fit, with the patient's name or without; then the system's dialog."""

    def __init__(self, scene: Scene, panel: Panel, view: View, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Print"))
        self._scene, self._panel, self._view = scene, panel, view
        self.true_size = QCheckBox(tr("In true size"))
        known = mm_per_pixel(scene) is not None
        self.true_size.setEnabled(known)
        self.names = QCheckBox(tr("With the patient's name"))
        self.note = QLabel(
            tr("A millimetre of the image is a millimetre on paper, if the printer does not scale the page.")
            if known
            else tr("The file does not say how large its pixels are: there is no true size.")
        )
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Print …"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self.true_size, self.note, self.names, buttons):
            column.addWidget(widget)

    def accept(self) -> None:
        """Ask which printer, and print."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setResolution(_DPI)
        printer.setFullPage(True)  # its margins are ours, so that sizes are true
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            self.print_to(printer)
            super().accept()

    def print_to(self, printer: QPrinter) -> None:
        """Print the picture."""
        painter = QPainter(printer)
        page = QSizeF(printer.pageRect(QPrinter.Unit.DevicePixel).size())
        paint_page(
            painter,
            page,
            printer.resolution(),
            self._scene,
            self._panel,
            self._view,
            true_size=self.true_size.isChecked(),
            names=self.names.isChecked(),
        )
        painter.end()
