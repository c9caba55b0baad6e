"""Whose lesion a picture shows, which one, from which day, and where on the body."""

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QComboBox, QDateEdit, QFormLayout, QLabel, QVBoxLayout

from segx_viewer.app.dialogs.lesionpage import Facts, LesionPage, hint
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.i18n import date_format, mark, tr
from segx_viewer.app.panels.bodymap import BodyMap, site_words
from segx_viewer.domain.lesion import Site

_UNSTATED = QDate(1900, 1, 1)


class SitePage(LesionPage):
    """The reader's words and a mark on the body map."""

    name = mark("Whose and where")

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.patient, self.lesion = QComboBox(), QComboBox()
        for box, words in ((self.patient, tr("Patient")), (self.lesion, tr("Lesion"))):
            box.setEditable(True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            box.setAccessibleName(words)
        self.patient.activated.connect(lambda _index: self._write_names())
        self.lesion.activated.connect(lambda _index: self._write_names())
        for box in (self.patient, self.lesion):
            if (line := box.lineEdit()) is not None:
                line.editingFinished.connect(self._write_names)
        self.taken = QDateEdit()
        self.taken.setCalendarPopup(True)
        self.taken.setDisplayFormat(date_format())
        self.taken.setMinimumDate(_UNSTATED)
        self.taken.setMaximumDate(QDate.currentDate())
        self.taken.setSpecialValueText(tr("not stated"))
        self.taken.setAccessibleName(tr("Day of the picture"))
        self.taken.editingFinished.connect(self._write_day)
        self.taken.dateChanged.connect(lambda _day: self._write_day())
        self.map = BodyMap()
        self.map.chosen.connect(self._write_site)
        self.place = QLabel()
        self.hint = hint()
        form = QFormLayout()
        form.addRow(tr("Patient"), self.patient)
        form.addRow(tr("Lesion"), self.lesion)
        form.addRow(tr("Day of the picture"), self.taken)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.hint)
        layout.addWidget(self.map, 1)
        layout.addWidget(self.place)

    def show_record(self, facts: Facts) -> None:
        """Show names, day and place; names that other open pictures have are offered."""
        others = [d.lesion for d in self._workspace.documents if d is not self._document]
        patient = self.record.patient.strip().casefold()
        _offer(self.patient, self.record.patient, [r.patient for r in others])
        _offer(self.lesion, self.record.lesion, [r.lesion for r in others if r.patient.strip().casefold() == patient])
        blocked = self.taken.blockSignals(True)
        day = QDate.fromString(self.record.taken, "yyyy-MM-dd") if self.record.taken else _UNSTATED
        if day != self.taken.date():
            self.taken.setDate(day)
        self.taken.blockSignals(blocked)
        self.map.show_site(self.record.site)
        self.place.setText(tr("Place: {place}").format(place=site_words(self.record.site)))
        stated = self._document.header.acquisition.study_date if self._document and self._document.header else ""
        words = tr("Pictures with the same patient and lesion are one time line. The program never guesses this.")
        if len(stated) == 8 and not self.record.taken:
            stated = f"{stated[:4]}-{stated[4:6]}-{stated[6:]}"
            words += " " + tr("The file says: {day}.").format(day=stated)
        self.hint.setText(words)

    def _write_names(self) -> None:
        self.note(patient=self.patient.currentText().strip(), lesion=self.lesion.currentText().strip())

    def _write_day(self) -> None:
        day = self.taken.date()
        self.note(taken="" if day == _UNSTATED else day.toString("yyyy-MM-dd"))

    def _write_site(self, site: Site | None) -> None:
        self.note(site=site)


def _offer(box: QComboBox, text: str, known: list[str]) -> None:
    """Offer names that are known, and show one; what is being typed stays."""
    line = box.lineEdit()
    typing = line is not None and line.hasFocus() and line.isModified()
    names = sorted({name.strip() for name in known if name.strip()}, key=str.casefold)
    if not typing and ([box.itemText(i) for i in range(box.count())] != names or box.currentText() != text):
        blocked = box.blockSignals(True)
        box.clear()
        box.addItems(names)
        box.setCurrentText(text)
        box.blockSignals(blocked)
