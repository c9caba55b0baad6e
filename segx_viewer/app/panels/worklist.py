"""The worklist: a run's results as a table below the pictures; Enter shows an image with what was stored of it."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.canvas.badge import paint_badge
from segx_viewer.app.jobs.jobs import BACKGROUND, FILES
from segx_viewer.app.jobs.worklists import Opened, Worklists
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model import worklist
from segx_viewer.app.model.documents import hidden
from segx_viewer.app.model.worklist import HEADS, MARKED, NOTE, READ, Filter, WorklistTable
from segx_viewer.cohort.places import Where, place_of, title_of
from segx_viewer.cohort.results import Result
from segx_viewer.cohort.stored import Stored
from segx_viewer.domain.result import Level
from segx_viewer.errors import AnalysisCancelled, SegxError

_WIDTHS = (50, 60, 120, 190, 90, 120, 90, 150, 260, 80, 130, 260, 220)
_FILTER_MS = 150  # of typing, before the list follows
_WRITE_MS = 300
_ICON = 18
_MARGIN = 26  # px around a head's words
_KEYS = {Qt.Key.Key_Space: MARKED, Qt.Key.Key_R: READ, Qt.Key.Key_N: NOTE}
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
_TURNS = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def _icon(level: Level) -> QIcon:
    picture = QPixmap(_ICON * 2, _ICON * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_badge(painter, QRectF(2, 2, _ICON - 4, _ICON - 4), level)
    painter.end()
    return QIcon(picture)


class _Table(QTableView):
    """A table whose keys open, mark and note; they are no commands of the window while it has the focus."""

    def __init__(self, panel: "WorklistPanel") -> None:
        super().__init__()
        self._panel = panel

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if self.state() == QAbstractItemView.State.EditingState or not _is_ours(event):
            super().keyPressEvent(event)
        elif event.key() in _OPENS:
            self._panel.open_current()
        elif event.key() in _KEYS:
            self._panel.note_current(_KEYS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


def _is_ours(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return held == Qt.KeyboardModifier.NoModifier and event.key() in (*_OPENS, *_KEYS, *_MOVES, *_TURNS)


class WorklistPanel(QDockWidget):
    """Reads a run's results, lists them, opens their images and keeps what is noted."""

    handing_out = Signal(list)  # of Result: the marked ones, which shall be exported

    def __init__(self, workspace: Workspace, folder: Where, parent: QWidget | None = None) -> None:
        super().__init__(tr("Worklist"), parent)
        self.setObjectName("worklist")
        self._workspace, self.folder = workspace, folder
        self.lists = Worklists(folder, settings.data_folder() / "worklists")
        self.table = WorklistTable(self)
        self.table.hides = self._hides
        self._changed: set[str] = set()
        self._make()
        self._filter_later = QTimer(self, singleShot=True, interval=_FILTER_MS)
        self._filter_later.timeout.connect(self._narrow)
        self._write_later = QTimer(self, singleShot=True, interval=_WRITE_MS)
        self._write_later.timeout.connect(self.write)
        self.table.noted.connect(self._on_noted)
        workspace.documents.updated.connect(self._on_document)
        workspace.state.changed.connect(self._on_view)
        self.sentence.setText(tr("Reading the results …"))
        workspace.jobs.run(self.lists.read, then=self._on_read, failed=self._on_failed, lane=BACKGROUND)

    def _make(self) -> None:
        body, column, row = QWidget(), QVBoxLayout(), QHBoxLayout()
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Filter: words in any column"))
        self.text.setClearButtonEnabled(True)
        self.text.setMinimumWidth(160)
        self.text.textChanged.connect(lambda _text: self._filter_later.start())
        self.badge, self.state, self.order = QComboBox(), QComboBox(), QComboBox()
        self.badge.addItem(tr("All certainties"), None)
        for level, word in worklist.BADGES.items():
            self.badge.addItem(tr(word), str(level))
        for word, state in (
            (tr("All images"), worklist.ALL),
            (tr("Unread"), worklist.UNREAD),
            (tr("Marked"), worklist.MARKS),
            (tr("Failed or refused"), worklist.NOT_DONE),
        ):
            self.state.addItem(word, state)
        self.order.setAccessibleName(tr("Order"))
        self.badge.setAccessibleName(tr("Certainty"))
        self.state.setAccessibleName(tr("Images"))
        for box in (self.badge, self.state, self.order):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for box in (self.badge, self.state):
            box.currentIndexChanged.connect(lambda _index: self._narrow())
        self.order.activated.connect(lambda _index: self._sort())
        self.finder, self.hand_out = QPushButton(tr("Find images")), QPushButton(tr("Export marked …"))
        menu = QMenu(self.finder)
        menu.addAction(tr("In a folder …"), self._ask_folder)
        menu.addAction(tr("By an index …"), self._ask_index)
        menu.addAction(tr("In object storage …"), self._ask_url)
        self.finder.setMenu(menu)
        self.hand_out.clicked.connect(self._export)
        research = QLabel(tr("RESEARCH USE ONLY - not for diagnosis"))
        research.setObjectName("researchUse")
        row.addWidget(self.text, 1)
        for widget in (self.badge, self.state, self.order, self.finder, self.hand_out):
            row.addWidget(widget)
        self.sentence = QLabel()
        self.sentence.setObjectName("muted")
        self.view = _Table(self)
        self.view.setModel(self.table)
        self.view.setAccessibleName(tr("Worklist"))
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.view.setWordWrap(False)
        self.view.setShowGrid(False)
        self.table.icons = {level: _icon(level) for level in Level}
        self.view.doubleClicked.connect(lambda index: self.open_current() if index.column() != NOTE else None)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(26)
        header = self.view.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.sortIndicatorChanged.connect(self._sort_by_column)
        header.setHighlightSections(False)
        for section, width in enumerate(_WIDTHS):
            head = header.fontMetrics().horizontalAdvance(tr(HEADS[section])) + _MARGIN
            self.view.setColumnWidth(section, max(width, head))
        column.setContentsMargins(8, 6, 8, 6)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        below = QHBoxLayout()
        below.addWidget(self.sentence, 1)
        below.addWidget(research)
        column.addLayout(below)
        body.setLayout(column)
        self.setWidget(body)

    # -- reading ---------------------------------------------------------------------------------

    def _on_read(self, opened: Opened) -> None:
        self.setWindowTitle(tr("Worklist: {name}").format(name=title_of(self.folder)))
        self.table.show(opened.results, opened.marks.all, opened.marks.change)
        self.order.addItem(tr("As analysed"), ("number", ""))
        self.order.addItem(tr("Most doubtful first"), ("doubt", ""))
        for code, label in opened.classes.items():
            self.order.addItem(tr("Highest score first: {finding}").format(finding=tr(label)), ("score", code))
        self._say()
        self.view.selectRow(0)
        self.view.setFocus()
        place = self.lists.known_place(settings.settings().value(self._setting, ""))
        if place is not None:
            self.look_in(place)

    @property
    def _setting(self) -> str:
        return f"worklists/{self.lists.key}"

    def _on_failed(self, error: SegxError) -> None:
        self.sentence.setText(told(error))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Where the images are"))
        if name:
            self.look_in(Path(name))

    def _ask_index(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Index that analyze --index wrote"), "", "CSV (*.csv)")
        if name:
            self.look_in(Path(name))

    def _ask_url(self) -> None:
        words = tr("Address of the images, such as s3://cohort/in")
        name, given = QInputDialog.getText(self, tr("Where the images are"), words)
        if given and name.strip():
            self.look_in(place_of(name.strip()))

    def look_in(self, place: Where) -> None:
        """Look for the images in a folder or by an index."""
        settings.settings().setValue(self._setting, str(place))
        tell = self._workspace.jobs.teller(self._on_step)
        cancel = self.lists.begin_search()
        self._workspace.jobs.run(
            self.lists.find,
            place,
            cancel,
            tell,
            then=self._on_found,
            failed=self._on_not_found,
            lane=BACKGROUND,
            cancel=cancel,
        )

    def _on_step(self, looked: int, found: int) -> None:
        self.sentence.setText(tr("Files looked at: {looked}, images found: {found}").format(looked=looked, found=found))

    def _on_found(self, sources: dict[int, str]) -> None:
        with_row = self._current()
        self.table.locate(sources)
        self._choose(with_row)
        self._say()

    def _on_not_found(self, error: SegxError) -> None:
        if not isinstance(error, AnalysisCancelled):
            self.sentence.setText(told(error))

    def _say(self) -> None:
        marks = self.table.marks.values()
        parts = (
            tr("{shown} of {count} images").format(shown=self.table.rowCount(), count=len(self.table.results)),
            tr("read: {count}").format(count=sum(m.read for m in marks)),
            tr("marked: {count}").format(count=sum(m.marked for m in marks)),
            tr("files known: {count}").format(count=len(self.table.sources)),
            tr("Enter opens, Space marks, R is read, N writes a note"),
        )
        self.sentence.setText("  ·  ".join(parts))
        self.hand_out.setEnabled(any(mark.marked for mark in marks))

    # -- sorting and filtering -------------------------------------------------------------------

    def _narrow(self) -> None:
        chosen = self._current()
        self.table.narrow(Filter(self.text.text(), self.badge.currentData(), self.state.currentData()))
        self._choose(chosen)
        self._say()

    def _sort(self) -> None:
        kind, code = self.order.currentData()
        header = self.view.horizontalHeader()
        header.blockSignals(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.blockSignals(False)
        if kind == "score":
            self.table.sort_by_score(code)
        elif kind == "doubt":
            self.table.sort_by_doubt()
        else:
            self.table.sort_as_analysed()
        self.view.selectRow(0)

    def _sort_by_column(self, column: int, order: Qt.SortOrder) -> None:
        chosen = self._current()
        if column >= 0:
            self.table.sort(column, order)
        self._choose(chosen)

    def _current(self) -> Result | None:
        return self.table.result_at(self.view.currentIndex().row())

    def _choose(self, result: Result | None) -> None:
        row = self.table.row_of(result) if result is not None else -1
        if row < 0 and self.table.rowCount():
            row = 0
        if row >= 0:
            self.view.selectRow(row)
            self.view.scrollTo(self.table.index(row, READ))

    # -- opening ---------------------------------------------------------------------------------

    def open_current(self) -> None:
        """Show the chosen row's image in the window, with what the run has stored of it."""
        result = self._current()
        if result is None:
            return
        label = self.table.sources.get(result.number)
        if label is None:
            self.sentence.setText(tr("Where this image lies is not known: results hold no names. Use Find images."))
            return
        then = partial(self._show, result, label)
        self._workspace.jobs.run(self.lists.locate, label, then=then, failed=self._on_failed, lane=FILES)

    def _show(self, result: Result, label: str, path: Path) -> None:
        documents = self._workspace.documents
        document = documents.add(path, result.frame, label=label if label != str(path) else "")
        if document.analysis is None and result.status == "done":
            document.stored = Stored(self.folder, result.name)
        self._workspace.look_at(document)

    # -- noting ----------------------------------------------------------------------------------

    def note_current(self, column: int) -> None:
        """Tick or untick the chosen row, or write its note."""
        index = self.view.currentIndex()
        if index.isValid() and column == NOTE:
            self.view.edit(self.table.index(index.row(), NOTE))
        elif index.isValid():
            self.table.toggle(index.row(), column)

    def _on_noted(self, name: str) -> None:
        self._changed.add(name)
        self._write_later.start()
        self._say()

    def write(self) -> None:
        """Write what was noted."""
        changed, self._changed = self._changed, set()
        if changed:
            marks = {name: self.table.marks[name] for name in changed}
            self._workspace.jobs.run(self.lists.write, marks, then=self._on_written)

    def _on_written(self, beside: bool) -> None:
        if not beside:
            self.sentence.setText(tr("The results' folder cannot be written: what you note is kept in your own."))

    def _export(self) -> None:
        marked = [r for r in self.table.results if r.name in self.table.marks and self.table.marks[r.name].marked]
        self.handing_out.emit(marked)

    # -- following -------------------------------------------------------------------------------

    def _hides(self, result: Result) -> bool:
        """Whether results are hidden until the reader has noted an impression of the image."""
        if not self._workspace.state.view.read_first:
            return False
        label = self.table.sources.get(result.number, "")
        document = self._workspace.documents.at(Path(label), result.frame)
        return document is None or hidden(document, read_first=True)

    def _on_document(self, _document: object) -> None:
        if self._workspace.state.view.read_first:
            self.table.refresh()

    def _on_view(self, changed: frozenset[str]) -> None:
        if "read_first" in changed:
            self._narrow()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.write()
        self._workspace.jobs.run(self.lists.close, lane=FILES)
        super().closeEvent(event)
