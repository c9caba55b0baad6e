"""Figures in rows, each explained in one sentence below it on request, and further in the manual."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from segx_viewer.app.kit.i18n import tr


@dataclass(frozen=True, slots=True)
class Figure:
    """One row.

    Attributes
    ----------
    label : str
        What the figure is, in the reader's language.
    values : tuple of str
        The figure, and what is written beside it, such as its chance level.
    sentence : str
        What it means, in one sentence that a clinician uses.
    topic : str
        Under which the manual explains it, in English; empty where the row above explains this one as well.
    """

    label: str
    values: tuple[str, ...]
    sentence: str
    topic: str = ""


class Figures(QWidget):
    """Rows of label and values; the "?" at the end of a row opens its sentence below it.

    Parameters
    ----------
    values : int
        How many values a row has.
    heads : sequence of str
        What stands above the values; none for no line of headings.
    """

    more = Signal(str)  # topic of the manual

    def __init__(self, values: int = 1, heads: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(3)
        self.grid.setColumnStretch(0, 1)
        self._values = values
        self._opened: set[str] = set()  # topics, so that the next image's figures are explained as well
        self.cells: list[tuple[QLabel, ...]] = []
        self.lines: list[_Line] = []
        for column, text in enumerate(heads, 1):
            self.grid.addWidget(_cell("small", right=True, text=text), 0, column)

    def prepare(self, rows: int) -> None:
        """Make so many rows before there is anything to show in them: most of what the first figures take."""
        while len(self.cells) < rows:
            self._add_row()
            for widget in (*self.cells[-1], self.lines[-1].button, self.lines[-1]):
                widget.hide()
                widget.ensurePolished()

    def show_rows(self, rows: Sequence[Figure]) -> None:
        """Show rows; cells are kept, so that nothing jumps."""
        while len(self.cells) < len(rows):
            self._add_row()
        for i, (cells, line) in enumerate(zip(self.cells, self.lines, strict=True)):
            row = rows[i] if i < len(rows) else None
            for cell in cells:
                cell.setVisible(row is not None)
            line.show_figure(row, row is not None and row.topic in self._opened)
            if row is not None:
                for cell, text in zip(cells, (row.label, *row.values), strict=True):
                    cell.setText(text)
                    cell.setToolTip(row.sentence)

    def _add_row(self) -> None:
        at = 2 * len(self.cells) + 1
        cells = (_cell("small"), *(_cell("small" if i else "", right=True) for i in range(self._values)))
        for column, cell in enumerate(cells):
            self.grid.addWidget(cell, at, column)
        line = _Line(self)
        self.grid.addWidget(line.button, at, self._values + 1, Qt.AlignmentFlag.AlignTop)
        self.grid.addWidget(line, at + 1, 0, 1, self._values + 2)
        line.button.toggled.connect(lambda opened: self._on_toggled(line.topic, opened))
        line.linkActivated.connect(lambda _link: self.more.emit(line.topic))
        self.cells.append(cells)
        self.lines.append(line)

    def _on_toggled(self, topic: str, opened: bool) -> None:
        if opened:
            self._opened.add(topic)
        else:
            self._opened.discard(topic)


class _Line(QLabel):
    """A row's sentence with its button: hidden until it is asked for, and reached by keys as well as by the mouse."""

    def __init__(self, parent: QWidget) -> None:
        self.button = QToolButton(parent)  # before the sentence, as Tab goes
        super().__init__(parent)
        self.topic = ""
        self.setObjectName("why")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setObjectName("why")
        self.button.setText("?")
        self.button.setFixedWidth(18)
        self.button.setCheckable(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.toggled.connect(lambda opened: self.setVisible(opened and bool(self.topic)))
        self.hide()

    def show_figure(self, figure: Figure | None, opened: bool) -> None:
        """Explain a figure; None for a row that is not used."""
        self.topic = figure.topic if figure is not None else ""
        self.button.setVisible(bool(self.topic))
        if figure is not None:
            words = tr("What this means: {figure}").format(figure=figure.label)
            self.button.setAccessibleName(words)
            self.button.setAccessibleDescription(figure.sentence)
            self.button.setToolTip(words)
            sentence = escape(figure.sentence).replace("\n", "<br>")
            self.setText(f'{sentence} <a href="manual">{escape(tr("More …"))}</a>')
            self.setAccessibleName(f"{figure.label}: {figure.sentence}")
        if self.button.isChecked() != opened:
            blocked = self.button.blockSignals(True)
            self.button.setChecked(opened)
            self.button.blockSignals(blocked)
        self.setVisible(opened and bool(self.topic))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.linkActivated.emit("manual")
        else:
            super().keyPressEvent(event)


def _cell(name: str, *, right: bool = False, text: str = "") -> QLabel:
    result = QLabel(text)
    result.setObjectName(name)
    result.setWordWrap(not right)
    if right:
        result.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return result
