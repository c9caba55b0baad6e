"""The ABCD rule and the 7-point checklist: filled in by the reader, with what the region says beside it."""

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from segx_viewer.app.dialogs.lesionpage import Facts, LesionPage, hint
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.i18n import decimal, mark, tr
from segx_viewer.domain.lesion import AXES, COLOURS, MAJOR, MINOR, SEGMENTS, STRUCTURES, Abcd, SevenPoint

_ABCD_SOURCE = "Stolz 1994; Nachbar, J Am Acad Dermatol 30:551, 1994"
_SEVEN_SOURCE = "Argenziano, Arch Dermatol 134:1563, 1998"


class AbcdPage(LesionPage):
    """The four parts of the rule and its score, once all are filled in."""

    name = mark("ABCD rule")

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.asymmetry = _numbers(AXES, tr("Asymmetry"))
        self.border = _numbers(SEGMENTS, tr("Border"))
        self.colours = _boxes(COLOURS)
        self.structures = _boxes(STRUCTURES)
        self.hints = {part: hint() for part in "ABC"}
        self.score = QLabel()
        self.score.setWordWrap(True)
        self.clear = QPushButton(tr("Clear"))
        self.clear.clicked.connect(lambda: self.note(abcd=None))
        for box in (self.asymmetry, self.border):
            box.activated.connect(lambda _index: self._write())
        for tick in (*self.colours.values(), *self.structures.values()):
            tick.clicked.connect(lambda _on: self._write())
        form = QFormLayout()
        form.addRow(tr("A: axes that are not symmetric"), self.asymmetry)
        form.addRow("", self.hints["A"])
        form.addRow(tr("B: eighths where the pigment ends abruptly"), self.border)
        form.addRow("", self.hints["B"])
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for title, boxes, below in (
            (tr("C: colours"), self.colours, self.hints["C"]),
            (tr("D: structures"), self.structures, None),
        ):
            layout.addWidget(QLabel(title))
            layout.addWidget(_grid(boxes))
            if below is not None:
                layout.addWidget(below)
        _close(layout, self.score, self.clear, _ABCD_SOURCE)

    @property
    def filled_in(self) -> Abcd | None:
        """What the page says, None where nothing is filled in."""
        rule = Abcd(
            self.asymmetry.currentData(), self.border.currentData(), _ticked(self.colours), _ticked(self.structures)
        )
        return rule if rule != Abcd() else None

    def _write(self) -> None:
        self.note(abcd=self.filled_in)

    def show_record(self, facts: Facts) -> None:
        """Show the rule as far as it is filled in, and what the region says, as a suggestion."""
        rule = self.record.abcd or Abcd()
        for box, value in ((self.asymmetry, rule.asymmetry), (self.border, rule.border)):
            box.setCurrentIndex(box.findData(value))
        _tick(self.colours, rule.colours)
        _tick(self.structures, rule.structures)
        shape = facts.shape
        self.hints["A"].setText(
            tr("Suggestion from the contour alone: {axes}. Colours may add to it.").format(axes=shape.axes)
            if shape is not None
            else ""
        )
        self.hints["B"].setText(
            tr("For comparison, not a suggestion: compactness {value} (a disc has 1).").format(
                value=decimal(shape.compactness, ".2f")
            )
            if shape is not None
            else ""
        )
        names = ", ".join(tr(colour) for colour in facts.colours)
        self.hints["C"].setText(tr("Suggestion from the pixels: {colours}.").format(colours=names) if names else "")
        score = rule.score
        self.score.setText(
            tr("No score yet: all four parts are needed.")
            if score is None or rule.verdict is None
            else tr("Score (TDS) {score}: by the rule {verdict} (below 4.75 benign, above 5.45 melanoma).").format(
                score=decimal(score, ".1f"), verdict=tr(rule.verdict.value)
            )
        )
        self.clear.setEnabled(self.record.abcd is not None)


class SevenPointPage(LesionPage):
    """The criteria, and the points of those that the reader sees."""

    name = mark("7-point checklist")

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.criteria = _boxes(MAJOR) | _boxes(MINOR)
        self.none = QCheckBox(tr("I looked: none of them"))
        self.score = QLabel()
        self.score.setWordWrap(True)
        self.clear = QPushButton(tr("Clear"))
        self.clear.clicked.connect(lambda: self.note(seven_point=None))
        layout = QVBoxLayout(self)
        for title, names in ((tr("Major: two points each"), MAJOR), (tr("Minor: one point each"), MINOR)):
            layout.addWidget(QLabel(title))
            for name in names:
                self.criteria[name].clicked.connect(lambda _on: self._write())
                layout.addWidget(self.criteria[name])
        self.none.clicked.connect(self._write_none)
        layout.addWidget(self.none)
        note = hint()
        note.setText(tr("The program fills in nothing here: no figure of the region stands for these criteria."))
        layout.addWidget(note)
        _close(layout, self.score, self.clear, _SEVEN_SOURCE)

    def _write(self) -> None:
        seen = _ticked(self.criteria)
        self.note(seven_point=SevenPoint(seen) if seen else None)

    def _write_none(self, on: bool) -> None:
        self.note(seven_point=SevenPoint() if on else None)

    def show_record(self, facts: Facts) -> None:
        """Show the criteria that are ticked and what they come to."""
        rule = self.record.seven_point
        _tick(self.criteria, rule.criteria if rule is not None else frozenset())
        self.none.setChecked(rule == SevenPoint())
        self.score.setText(
            tr("Not filled in.")
            if rule is None
            else tr("{points} points: by the checklist {verdict} (melanoma from 3 on).").format(
                points=rule.score, verdict=tr(rule.verdict.value)
            )
        )
        self.clear.setEnabled(rule is not None)


def _numbers(most: int, name: str) -> QComboBox:
    box = QComboBox()
    box.addItem(tr("not filled in"), None)
    for value in range(most + 1):
        box.addItem(str(value), value)
    box.setAccessibleName(name)
    return box


def _boxes(names: tuple[str, ...]) -> dict[str, QCheckBox]:
    return {name: QCheckBox(tr(name)) for name in names}


def _grid(boxes: dict[str, QCheckBox]) -> QWidget:
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    for number, box in enumerate(boxes.values()):
        grid.addWidget(box, number // 3, number % 3)
    return widget


def _ticked(boxes: dict[str, QCheckBox]) -> frozenset[str]:
    return frozenset(name for name, box in boxes.items() if box.isChecked())


def _tick(boxes: dict[str, QCheckBox], names: frozenset[str]) -> None:
    for name, box in boxes.items():
        box.setChecked(name in names)


def _close(layout: QVBoxLayout, score: QLabel, clear: QPushButton, source: str) -> None:
    paper = hint()
    paper.setText(source)
    layout.addStretch(1)
    for widget in (score, clear, paper):
        layout.addWidget(widget)
