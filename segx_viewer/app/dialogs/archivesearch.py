"""File > Open from archive: search, results as they come, retrieval in the background."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.dialogs.archiveservers import ServerDialog, list_servers, secret_given
from segx_viewer.app.jobs import archives
from segx_viewer.app.jobs.jobs import ARCHIVE
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import date_format, mark, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveCancelled, SegxError

if TYPE_CHECKING:
    from segx_viewer.archive.model import Query, Series, Study
    from segx_viewer.archive.retrieving import Retrieved

_BETWEEN = -1
_PERIODS = {
    None: mark("any day"),
    0: mark("today"),
    1: mark("since yesterday"),
    7: mark("last 7 days"),
    30: mark("last 30 days"),
    365: mark("last year"),
    _BETWEEN: mark("between"),
}
_MODALITIES = ("", "CR", "DX", "XC", "ES", "OP", "MG", "CT", "MR", "US", "XA", "RF", "NM", "PT", "SC")
_COLUMNS = (
    mark("Patient"),
    mark("ID"),
    mark("Study date"),
    mark("Modality"),
    mark("Description"),
    mark("Images"),
    mark("Accession number"),
)
_UIDS = Qt.ItemDataRole.UserRole
_LOADED = Qt.ItemDataRole.UserRole + 1


Found = TypeVar("Found")


class ArchiveSearch(Dialog):
    """Finds studies and opens them. What is fetched goes on when the dialog is hidden, and stops when it is closed."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Open from archive"))
        self.resize(1000, 620)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._workspace, self._token = workspace, CancelToken()
        self._shown = False
        self._make_fields()
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([tr(text) for text in _COLUMNS])
        self.tree.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.tree.setUniformRowHeights(True)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((230, 110, 100, 80, 220, 70)):
            self.tree.setColumnWidth(column, width)
        self.tree.itemExpanded.connect(self._expand)
        self.tree.itemActivated.connect(lambda _item, _column: self.open_selected())
        self.tree.itemSelectionChanged.connect(self._follow)
        self.progress, self.sentence = QProgressBar(), QLabel()
        self.sentence.setWordWrap(True)
        self.progress.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.opens = buttons.addButton(tr("Open"), QDialogButtonBox.ButtonRole.ActionRole)
        self.stop = buttons.addButton(tr("Stop"), QDialogButtonBox.ButtonRole.ActionRole)
        self.opens.clicked.connect(self.open_selected)
        self.stop.clicked.connect(lambda: self._token.cancel())
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addLayout(self.fields)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.sentence)
        layout.addWidget(buttons)
        self._list_servers()

    def _make_fields(self) -> None:
        self.server = QComboBox()
        self.patient, self.patient_id, self.accession = QLineEdit(), QLineEdit(), QLineEdit()
        self.patient.setPlaceholderText(tr("beginning of the name; * and ? are wild cards"))
        self.modality = QComboBox(editable=True)
        self.modality.addItems(_MODALITIES)
        self.period = QComboBox()
        for days, text in _PERIODS.items():
            self.period.addItem(tr(text), days)
        today = QDate.currentDate()
        self.since, self.until = QDateEdit(today), QDateEdit(today)
        for box in (self.since, self.until):
            box.setCalendarPopup(True)
            box.setDisplayFormat(date_format())
        self.period.currentIndexChanged.connect(lambda _index: self._follow())
        configure = QPushButton(tr("Archives …"))
        configure.clicked.connect(self._configure)
        self.start = QPushButton(tr("Search"))
        self.start.setDefault(True)
        self.start.clicked.connect(self.search)
        self.fields = QGridLayout()
        places: tuple[tuple[str, QWidget, int, int], ...] = (
            (mark("Archive"), self.server, 0, 0),
            (mark("Patient"), self.patient, 1, 0),
            (mark("ID"), self.patient_id, 2, 0),
            (mark("Accession number"), self.accession, 3, 0),
            (mark("Modality"), self.modality, 1, 2),
            (mark("Study date"), self.period, 2, 2),
        )
        for text, widget, row, column in places:
            label = QLabel(tr(text))
            label.setBuddy(widget)
            self.fields.addWidget(label, row, column)
            self.fields.addWidget(widget, row, column + 1)
        between = QGridLayout()
        between.addWidget(self.since, 0, 0)
        between.addWidget(self.until, 0, 1)
        self.fields.addLayout(between, 3, 3)
        self.fields.addWidget(configure, 0, 3)
        self.fields.addWidget(self.start, 3, 4)
        self.fields.setColumnStretch(1, 2)
        self.fields.setColumnStretch(3, 1)

    # -- archives --------------------------------------------------------------------------------

    def _list_servers(self) -> None:
        list_servers(self.server, self.sentence)
        self._follow()

    def _configure(self) -> None:
        dialog = ServerDialog(self._workspace, self)
        dialog.finished.connect(lambda _result: self._list_servers())
        dialog.open()

    # -- searching -------------------------------------------------------------------------------

    def query(self) -> "Query":
        """Return what is looked for."""
        from segx_viewer.archive.model import Query

        days, since, until = self.period.currentData(), None, None
        if days == _BETWEEN:
            first, last = sorted((_day(self.since), _day(self.until)))
            since, until = first, last
        elif days is not None:
            since = date.today() - timedelta(days)
        return Query(
            patient=self.patient.text().strip(),
            patient_id=self.patient_id.text().strip(),
            accession=self.accession.text().strip(),
            modality=self.modality.currentText().strip(),
            since=since,
            until=until,
        )

    def search(self) -> None:
        """Look for studies; they are listed as they come."""
        server = self.server.currentData()
        if server is None or not self.start.isEnabled():
            return
        settings.settings().setValue("archive", server.name)
        self.tree.clear()
        self._begin(tr("Searching in {name} …").format(name=server.name))
        tell = self._workspace.jobs.teller(self._on_study, self._wants())
        self._run(archives.search, server, self.query(), self._token, tell, then=self._on_found, again=self.search)

    def _on_study(self, study: "Study") -> None:
        images = "" if study.instances is None else str(study.instances)
        texts = (study.patient, study.patient_id, _written(study.date), ", ".join(study.modalities))
        item = QTreeWidgetItem([*texts, study.description, images, study.accession])
        item.setData(0, _UIDS, (study.uid, ""))
        item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        self.tree.addTopLevelItem(item)

    def _on_found(self, count: int) -> None:
        self._end(tr("Studies found: {count}").format(count=count) if count else tr("No study matches."))
        if (first := self.tree.topLevelItem(0)) is not None:
            self.tree.setCurrentItem(first)

    def _expand(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _LOADED) or not self.start.isEnabled():
            return
        item.setData(0, _LOADED, True)
        study = item.data(0, _UIDS)[0]

        def show(found: "list[Series]") -> None:
            for series in found:
                number = "" if series.number is None else str(series.number)
                images = "" if series.instances is None else str(series.instances)
                child = QTreeWidgetItem([number, "", "", series.modality, series.description, images, ""])
                child.setData(0, _UIDS, (study, series.uid))
                item.addChild(child)
            self._end("")

        self._begin("")
        server = self.server.currentData()
        self._run(archives.list_series, server, study, self._token, then=show, again=lambda: None)

    # -- retrieving ------------------------------------------------------------------------------

    def selected(self) -> list[tuple[str, str]]:
        """Return the chosen studies and series by their UIDs; a study that is chosen has its series in it."""
        chosen = [item.data(0, _UIDS) for item in self.tree.selectedItems()]
        whole = {study for study, series in chosen if not series}
        return [(study, series) for study, series in chosen if not series or study not in whole]

    def open_selected(self) -> None:
        """Fetch what is chosen; the first image is shown while the rest arrives."""
        wanted, server = self.selected(), self.server.currentData()
        if not wanted or server is None or not self.start.isEnabled():
            return
        self._shown = False
        self._begin(tr("Getting images from {name} …").format(name=server.name))
        opened = [document.path for document in self._workspace.documents]
        tell = self._workspace.jobs.teller(self._on_file, self._wants())
        self._run(
            archives.fetch,
            server,
            wanted,
            opened,
            self._token,
            tell,
            then=self._on_fetched,
            again=self.open_selected,
        )

    def _on_file(self, path: Path, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.sentence.setText(tr("Image {done} of {total}").format(done=done, total=total))
        opener = self._workspace.opener
        if not self._shown:
            self._shown = True
            opener.open([path])
            return
        opener.draw_thumbnails([self._workspace.documents.add(path, named=False)])

    def _on_fetched(self, got: "Retrieved") -> None:
        if got.missing:
            words = tr("{count} images did not come; open the study again to ask for them again.")
            self._end(words.format(count=got.missing))
            return
        self._end(tr("Images opened: {count}").format(count=len(got.files)))

    # -- what runs -------------------------------------------------------------------------------

    def _wants(self) -> Callable[[], bool]:
        token = self._token
        return lambda: not token.cancelled

    def _run(
        self,
        function: Callable[..., Found],
        *captured: object,
        then: Callable[[Found], object],
        again: Callable[[], None],
    ) -> None:
        def failed(error: SegxError) -> None:
            self._on_failed(error, again)

        token = self._token
        self._workspace.jobs.run(function, *captured, then=then, failed=failed, lane=ARCHIVE, cancel=token)

    def _on_failed(self, error: SegxError, again: Callable[[], None]) -> None:
        self._end(tr("Stopped. What has come stays.") if isinstance(error, ArchiveCancelled) else told(error))
        server = self.server.currentData()
        if server is not None and secret_given(self._workspace, server, error, self):
            again()

    def _begin(self, sentence: str) -> None:
        self._token = CancelToken()
        self.sentence.setText(sentence or self.sentence.text())
        self.progress.setRange(0, 0)
        self.progress.show()
        self._follow(running=True)

    def _end(self, sentence: str) -> None:
        self.progress.hide()
        if sentence:
            self.sentence.setText(sentence)
        self._follow()

    def _follow(self, *, running: bool | None = None) -> None:
        runs = running if running is not None else not self.progress.isHidden()
        self.start.setEnabled(not runs and self.server.count() > 0)
        self.opens.setEnabled(not runs and bool(self.tree.selectedItems()))
        self.stop.setEnabled(runs)
        for box in (self.since, self.until):
            box.setVisible(self.period.currentData() == _BETWEEN)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._token.cancel()
        super().closeEvent(event)


def _day(box: QDateEdit) -> date:
    chosen = box.date()
    return date(chosen.year(), chosen.month(), chosen.day())


def _written(day: str) -> str:
    """Return a DICOM date as people write it, and anything else as it is."""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 and day.isdecimal() else day
