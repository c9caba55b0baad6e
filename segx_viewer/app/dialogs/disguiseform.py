"""How patients are replaced in copies: the key of their pseudonyms, and what becomes of dates."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.paths import pseudonym_key_file

if TYPE_CHECKING:
    from segx_viewer.imaging.privacy import Disguise

_DATES = {
    "empty": mark("Empty dates and times"),
    "shift": mark("Shift all dates of a patient by as many days, keep times"),
}


class DisguiseForm(QWidget):
    """Two lines of a dialog. What was chosen last is there again."""

    dates_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stored = settings.settings()
        self.dates_box = QComboBox()
        for name, text in _DATES.items():
            self.dates_box.addItem(tr(text), name)
        self.dates_box.setCurrentIndex(max(0, self.dates_box.findData(str(stored.value("copies/dates", "empty")))))
        self.dates_box.currentIndexChanged.connect(lambda _index: self.dates_changed.emit(self.dates))
        self.key_line = QLineEdit(str(stored.value("copies/key", "") or _default_key()))
        self.key_line.setToolTip(
            tr(
                "The same patient has the same pseudonym in every copy made with this key. It is made where it is "
                "missing. Keep it to yourself: who has it and the originals can tell who is who."
            )
        )
        choose = QPushButton(tr("Choose …"))
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.key_line, 1)
        row.addWidget(choose)
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.addRow(tr("Dates"), self.dates_box)
        self.form.addRow(tr("Key of the pseudonyms"), row)

    @property
    def key(self) -> Path:
        """The key's file."""
        return Path(self.key_line.text().strip() or _default_key())

    @property
    def dates(self) -> str:
        """What becomes of dates: the value of a `privacy.Dates`."""
        return str(self.dates_box.currentData())

    def remember(self) -> None:
        """Keep what was chosen for the next dialog."""
        stored = settings.settings()
        stored.setValue("copies/dates", self.dates)
        stored.setValue("copies/key", str(self.key))

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            tr("Key of the pseudonyms"),
            str(self.key),
            options=QFileDialog.Option.DontConfirmOverwrite,  # a key that is there is read
        )
        if name:
            self.key_line.setText(name)


def disguise_of(key: Path, dates: str) -> "Disguise":
    """Return the disguise, its key made where it is missing. Runs beside the window; raises `SegxError`."""
    from segx_viewer.imaging.privacy import Dates, Disguise
    from segx_viewer.imaging.pseudonyms import kept_key

    return Disguise(kept_key(key), Dates(dates))


def _default_key() -> Path:
    return settings.data_folder() / pseudonym_key_file().name
