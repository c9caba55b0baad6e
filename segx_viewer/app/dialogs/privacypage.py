"""The page on what is remembered, for how long, and how much a file may ask for."""

from collections.abc import Callable

from PySide6.QtWidgets import QFormLayout, QMessageBox, QPushButton, QVBoxLayout, QWidget

from segx_viewer.app.dialogs.choosing import choice_box, note, number_box
from segx_viewer.app.kit import preferences
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model import privacy
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits


class PrivacyPage(QWidget):
    """Choices that hold at once and stay."""

    def __init__(self, forget: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forget = forget
        self.period = choice_box(preferences.REMEMBER)
        self.forget = QPushButton(tr("Forget everything …"))
        self.forget.clicked.connect(self._ask)
        self.megapixels = number_box(preferences.MEGAPIXELS)
        self.gigabytes = number_box(preferences.GIGABYTES)
        self.seconds = number_box(preferences.SECONDS)
        restore = QPushButton(tr("Default"))
        restore.clicked.connect(lambda: self._show_limits(DEFAULT_LIMITS))
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow(tr(preferences.REMEMBER.text), self.period)
        form.addRow(note(tr("Both are kept on this computer only, in files that only you can read.")))
        form.addRow("", self.forget)
        form.addRow(tr(preferences.MEGAPIXELS.text), self.megapixels)
        form.addRow(tr(preferences.GIGABYTES.text), self.gigabytes)
        form.addRow(tr(preferences.SECONDS.text), self.seconds)
        form.addRow(note(tr("A file that asks for more is refused with a message. Holds from the next file on.")))
        form.addRow("", restore)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addStretch(1)
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
