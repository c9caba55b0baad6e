"""A run's results as a table that is sorted and filtered: plain lists, so that tens of thousands of rows stay fast."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.cohort.marks import Mark
from segx_viewer.cohort.results import Result
from segx_viewer.domain.result import GateLevel, Level
from segx_viewer.reporting.words import percent

READ, MARKED, NAME, FINDING, PROBABILITY, BADGE, RIGHT, GATE, REASON, DATE, SCANNER, SOURCE, NOTE = range(13)
HEADS = (
    mark("Read"),
    mark("Marked"),
    mark("Image"),
    mark("Finding"),
    mark("Probability"),
    mark("Certainty"),
    mark("Likely right"),
    mark("Gate"),
    mark("Reason"),
    mark("Date"),
    mark("Scanner"),
    mark("Source"),
    mark("Note"),
)
BADGES = {
    "": mark("not analysed"),
    Level.HIGH: mark("High"),
    Level.MODERATE: mark("Moderate"),
    Level.LOW: mark("Low"),
    Level.ABSTAIN: mark("No statement"),
}
GATES = {
    GateLevel.ACCEPTED: mark("accepted"),
    GateLevel.OUTSIDE: mark("outside the training population"),
    GateLevel.REFUSED: mark("refused"),
}
STATES = {"done": "", "failed": mark("failed"), "skipped": mark("skipped")}
ALL, UNREAD, MARKS, NOT_DONE = "all", "unread", "marked", "not done"
_DOUBT = {Level.ABSTAIN: 0, Level.LOW: 1, Level.MODERATE: 2, Level.HIGH: 3}
_RESULTS = frozenset((FINDING, PROBABILITY, BADGE, RIGHT, GATE, REASON))
_LAST = 9.0  # of what has no figure: behind all that have one

Index = QModelIndex | QPersistentModelIndex
_Key = Callable[[Result], Any]  # what can be compared with its like


@dataclass(frozen=True, slots=True)
class Filter:
    """What is listed: rows that hold all words of a text, of one badge level, of one state."""

    text: str = ""
    badge: str | None = None
    state: str = ALL


class WorklistTable(QAbstractTableModel):
    """Rows of results, with what the reader notes about them.

    `hides` says whether an image's result is still hidden from the reader.
    """

    noted = Signal(str)  # name of the image that something was noted about

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.results: list[Result] = []
        self.marks: dict[str, Mark] = {}
        self.sources: dict[int, str] = {}
        self.hides: Callable[[Result], bool] = lambda _result: False
        self.change: Callable[..., Mark] = lambda _name, **_changes: Mark()
        self.icons: Mapping[Level, object] = {}  # of the badge's levels
        self._shown: list[Result] = []
        self._filter = Filter()
        self._order: tuple[_Key, bool] = (_number, False)
        self._words: dict[int, str] = {}

    # -- what is shown ---------------------------------------------------------------------------

    def show(self, results: list[Result], marks: dict[str, Mark], change: Callable[..., Mark]) -> None:
        """Show results; `change` notes something about one, as `cohort.marks.Marks.change` does."""
        self.results, self.marks, self.change = results, marks, change
        self._words.clear()
        self._lay_out()

    def locate(self, sources: dict[int, str]) -> None:
        """Show where the images lie, by their numbers."""
        self.sources = sources
        self._words.clear()
        self._lay_out()

    def narrow(self, wanted: Filter) -> None:
        """List only what a filter lets pass."""
        self._filter = wanted
        self._lay_out()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; rows without a value come last, in the order of the run among their equals."""
        self._order = (lambda result: self._value(result, column)), order == Qt.SortOrder.DescendingOrder
        self._lay_out()

    def sort_by_doubt(self) -> None:
        """Put what is to be trusted least first."""
        self._order = self._doubt, False
        self._lay_out()

    def sort_by_score(self, code: str) -> None:
        """Put what is most probably of a class first."""
        self._order = (lambda result: None if self.hides(result) else result.score(code)), True
        self._lay_out()

    def sort_as_analysed(self) -> None:
        """Put the rows into the order of the run."""
        self._order = _number, False
        self._lay_out()

    def refresh(self) -> None:
        """Show again what may have changed beside the rows: what is hidden, the language."""
        self._words.clear()
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, NOTE))

    def result_at(self, row: int) -> Result | None:
        """Return the result of a row, None beyond the last one."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of(self, result: Result) -> int:
        """Return where a result stands, -1 where it is not listed."""
        return next((row for row, one in enumerate(self._shown) if one is result), -1)

    def _lay_out(self) -> None:
        key, backwards = self._order
        self.beginResetModel()
        shown = [result for result in self.results if self._passes(result)]
        keyed = [(key(result), result) for result in shown]
        known = [pair for pair in keyed if pair[0] is not None and pair[0] != ""]
        known.sort(key=lambda pair: pair[0], reverse=backwards)
        self._shown = [result for _, result in known]
        self._shown += [result for value, result in keyed if value is None or value == ""]
        self.endResetModel()

    def _passes(self, result: Result) -> bool:
        wanted, noted = self._filter, self.marks.get(result.name)
        if wanted.badge is not None and (_badge(result) != wanted.badge or self.hides(result)):
            return False
        if wanted.state == UNREAD and noted is not None and noted.read:
            return False
        if wanted.state == MARKS and (noted is None or not noted.marked):
            return False
        if wanted.state == NOT_DONE and result.status == "done" and result.gate != GateLevel.REFUSED:
            return False
        if not wanted.text:
            return True
        if result.number not in self._words:
            words = [self._text(result, column) for column in range(NAME, NOTE + 1)]
            words += [] if self.hides(result) else result.stated or ()
            self._words[result.number] = "\n".join(words).casefold()
        return all(word in self._words[result.number] for word in wanted.text.casefold().split())

    # -- values ----------------------------------------------------------------------------------

    def _doubt(self, result: Result) -> tuple[float, float] | None:
        if self.hides(result) or result.probability is None or result.nothing:
            return None
        level = _DOUBT[Level(result.badge)] if result.badge else 0
        return level, result.right if result.right is not None else _LAST

    def _value(self, result: Result, column: int) -> Any:
        """Return what a column is sorted by, None for no value."""
        if column in _RESULTS and self.hides(result):
            return None
        noted = self.marks.get(result.name, _NOTHING)
        values: dict[int, bool | float | None] = {
            READ: not noted.read,
            MARKED: not noted.marked,
            NAME: result.number,
            PROBABILITY: None if result.nothing else result.probability,
            BADGE: _DOUBT[Level(_badge(result))] if _badge(result) else None,
            RIGHT: result.right,
        }
        return values[column] if column in values else self._text(result, column).casefold()

    def _text(self, result: Result, column: int) -> str:
        if column in _RESULTS and self.hides(result):
            return tr("hidden") if column == FINDING else ""
        known = None if result.nothing else result.probability, result.right
        probability, right = ("" if value is None else percent(value) for value in known)
        texts: dict[int, Callable[[], str]] = {
            NAME: lambda: result.name,
            FINDING: lambda: _finding(result),
            PROBABILITY: lambda: probability,
            BADGE: lambda: "" if result.nothing else tr(BADGES[Level(result.badge) if result.badge else ""]),
            RIGHT: lambda: right,
            GATE: lambda: _translated(GATES[GateLevel(result.gate)] if result.gate else STATES.get(result.status, "")),
            REASON: lambda: told(result.reason),
            DATE: lambda: result.month,
            SCANNER: lambda: result.scanner,
            SOURCE: lambda: self.sources.get(result.number, ""),
            NOTE: lambda: self.marks.get(result.name, _NOTHING).note,
        }
        return texts[column]() if column in texts else ""

    # -- Qt's names ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008, D102 - Qt's name and default
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008, D102 - Qt's name and default
        return 0 if parent.isValid() else len(HEADS)

    def headerData(  # noqa: N802, D102 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: D102 - Qt's name
        result, column = self._shown[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole and column == SOURCE:
            # What all rows share says nothing and pushes out what tells them apart; the tool tip has all of it.
            return "/".join(re.split(r"[\\/]", self._text(result, column))[-2:])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(result, column) if column > MARKED else None
        if role == Qt.ItemDataRole.CheckStateRole and column in (READ, MARKED):
            noted = self.marks.get(result.name, _NOTHING)
            checked = noted.read if column == READ else noted.marked
            return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (PROBABILITY, RIGHT):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and column in (FINDING, REASON, SOURCE, NOTE):
            return self._text(result, column)
        if role == Qt.ItemDataRole.DecorationRole and column == BADGE and _badge(result) and not self.hides(result):
            return self.icons.get(Level(_badge(result)))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102 - Qt's name
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.column() in (READ, MARKED):
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NOTE else flags

    def setData(  # noqa: N802, D102 - Qt's name
        self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        result, column = self._shown[index.row()], index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column in (READ, MARKED):
            checked = Qt.CheckState(value) == Qt.CheckState.Checked
            return self._note(result, **{"read" if column == READ else "marked": checked})
        if role == Qt.ItemDataRole.EditRole and column == NOTE:
            return self._note(result, note=str(value).strip())
        return False

    def toggle(self, row: int, column: int) -> None:
        """Tick or untick "read" or "marked" of a row."""
        index = self.index(row, column)
        ticked = self.data(index, Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        self.setData(
            index, Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole
        )

    def _note(self, result: Result, **changes: bool | str) -> bool:
        self.marks[result.name] = self.change(result.name, **changes)
        self._words.pop(result.number, None)
        row = self.row_of(result)
        self.dataChanged.emit(self.index(row, READ), self.index(row, NOTE))
        self.noted.emit(result.name)
        return True


_NOTHING = Mark()


def _number(result: Result) -> int:
    return result.number


def _badge(result: Result) -> str:
    """Return the badge's level; "" also where it would be that of a finding that is not stated."""
    return "" if result.nothing else result.badge


def _finding(result: Result) -> str:
    """Return what is stated: the finding that the report explains, and how many more there are."""
    if result.nothing:
        return tr("no finding above its cut-off")
    more = len(result.stated or ()) - (result.code in (result.stated or ()))
    if more > 0 and result.finding:
        return tr("{classes} and {count} more").format(classes=tr(result.finding), count=more)
    return _translated(result.finding)


def _translated(text: str) -> str:
    return tr(text) if text else ""
