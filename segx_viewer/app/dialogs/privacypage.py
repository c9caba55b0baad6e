"""The page on what is remembered, for how long, and how much a file may ask for."""

from collections.abc import Callable

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model import privacy
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits

_PERIODS = {
    0: mark("until the program ends"),
    1: mark("for one day"),
    7: mark("for a week"),
    30: mark("for 30 days"),
    privacy.FOREVER: mark("until they are forgotten here"),
}


class PrivacyPage(QDialog):
    """Choices that hold at once and stay."""

    def __init__(self, forget: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forget = forget
        self.setWindowTitle(tr("Privacy and limits"))
        self.setMinimumWidth(500)
        self.period = QComboBox()
        for days, text in _PERIODS.items():
            self.period.addItem(tr(text), days)
        self.period.setCurrentIndex(self.period.findData(privacy.days()))
        self.period.activated.connect(lambda _index: privacy.set_days(self.period.currentData()))
        self.forget = QPushButton(tr("Forget everything …"))
        self.forget.clicked.connect(self._ask)
        self.megapixels = _box(1, 4000, 0, tr(" megapixels"))
        self.gigabytes = _box(0.5, 256, 1, tr(" GB"))
        self.seconds = _box(1, 3600, 0, tr(" seconds"))
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow(tr("Remember opened files and the session"), self.period)
        form.addRow(_note(tr("Both are kept on this computer only, in files that only you can read.")))
        form.addRow("", self.forget)
        form.addRow(tr("Largest picture"), self.megapixels)
        form.addRow(tr("Memory for decoding a file"), self.gigabytes)
        form.addRow(tr("Time for decoding a file"), self.seconds)
        form.addRow(_note(tr("A file that asks for more is refused with a message. Holds from the next file on.")))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        restore = QPushButton(tr("Default"))
        restore.clicked.connect(lambda: self._show_limits(DEFAULT_LIMITS))
        buttons.addButton(restore, QDialogButtonBox.ButtonRole.ResetRole)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(buttons)
        self._show_limits(privacy.limits())
        for box in (self.megapixels, self.gigabytes, self.seconds):
            box.valueChanged.connect(self._keep_limits)

    def _show_limits(self, limits: Limits) -> None:
        self.megapixels.setValue(limits.pixels / 10**6)
        self.gigabytes.setValue(limits.memory_bytes / 2**30)
        self.seconds.setValue(limits.seconds)

    def _keep_limits(self) -> None:
        privacy.set_limits(self.megapixels.value(), self.gigabytes.value(), self.seconds.value())

    def _ask(self) -> None:
        question = tr(
            "Close all images and forget the session, what was drawn and noted, the recent files and folders, "
            "and the log? Images, reports and sessions that you saved stay where they are."
        )
        yes, cancel = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.Cancel
        if QMessageBox.question(self, tr("Forget everything"), question, yes | cancel, cancel) == yes:
            self._forget()


def _box(low: float, high: float, decimals: int, suffix: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(decimals)
    box.setSuffix(suffix)
    return box


def _note(text: str) -> QLabel:
    note = QLabel(text)
    note.setObjectName("muted")
    note.setWordWrap(True)
    return note
