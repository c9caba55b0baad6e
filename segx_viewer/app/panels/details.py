"""The certainty's details: the IoU-threshold curve, the badge's record, alignments with chance levels, baselines."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from segx_viewer.app.canvas.badge import WORDS, record_sentences
from segx_viewer.app.kit.i18n import decimal, tr
from segx_viewer.app.panels.curve import Curve
from segx_viewer.app.panels.fold import Fold
from segx_viewer.domain.result import Activation, Alignment, Analysis, BadgeRecord, Certainty, MapKey, Prediction
from segx_viewer.reporting.content import percent


class Details(QScrollArea):
    """Scrolls, so that the badge above it never does."""

    def __init__(self, figures: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(40)
        self.curve = Curve()
        self.table = _Table((tr("value"), tr("chance")))
        self.baselines = _Table(("", ""))
        self.record = _Table((tr("correct"), tr("images")))
        self.record_text = _cell("", "small")
        self.curve_title = Fold("curve", tr("IoU-THRESHOLD CURVE"), self.curve)
        self.record_title = Fold("record", tr("WHAT THE BADGE RESTS ON"), self.record_text, self.record)
        self.table_title = Fold("alignments", tr("ALIGNMENTS"), self.table)
        self.baselines_title = Fold("baselines", tr("BASELINES"), self.baselines)
        self.folds = [self.curve_title, self.record_title, self.table_title, self.baselines_title]
        if figures is not None:
            self.folds.insert(0, Fold("figures", tr("FIGURES"), figures))
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 0, 12, 12)
        column.setSpacing(4)
        for fold in self.folds:
            column.addWidget(fold)
        column.addStretch(1)
        self._inner = inner
        self.setWidget(inner)
        self.show_certainty(None, None)

    def show_certainty(self, analysis: Analysis | None, key: MapKey | None) -> None:
        """Show the details of `key`, or nothing."""
        certainty = analysis.certainty_of(key) if analysis is not None and key is not None else None
        self._inner.setVisible(certainty is not None)
        policy = (
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if certainty is not None else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.setVerticalScrollBarPolicy(policy)  # else it would scroll through what is hidden
        if certainty is None or analysis is None:
            return
        self.curve.show_curve(certainty.auitc_curve)
        self.curve_title.setVisible(bool(certainty.auitc_curve))
        self.table.show_rows(_alignment_rows(certainty))
        self.table_title.setVisible(bool(certainty.alignments))
        self.baselines.show_rows(_baseline_rows(analysis.prediction) if analysis.prediction is not None else [])
        record = analysis.bundle.badge
        self.record_title.setVisible(bool(record.fitted_on))
        self.record_text.setVisible(bool(record.fitted_on))
        self.record_text.setText("\n".join(record_sentences(record)))
        self.record.setVisible(bool(record.levels))
        self.record.show_rows(_record_rows(record))


Row = tuple[str, str, str, str]  # label, value, chance, sentence


def _alignment_rows(certainty: Certainty) -> list[Row]:
    from segx_viewer.explain.alignment import ALIGNMENTS

    rows = []
    for name, alignment in certainty.alignments.items():
        measure = ALIGNMENTS.get(name)
        if measure is None:
            continue
        better = tr("Higher is better.") if measure.higher_is_better else tr("Lower is better.")
        reason = tr("Undefined here: {reason}").format(reason=alignment.reason) if alignment.reason else ""
        sentence = "\n".join(line for line in (tr(measure.sentence), better, measure.paper, reason) if line)
        chance = decimal(alignment.chance, ".2f") if alignment.chance is not None else ""
        rows.append((tr(measure.label), value_text(alignment, measure.unit), chance, sentence))
    return rows


def value_text(alignment: Alignment, unit: str = "") -> str:
    """Return an alignment's value with its unit, or a dash where it is undefined."""
    if alignment.value is None:
        return "–"
    return f"{decimal(alignment.value, '.2f')} {unit}".strip()


def _baseline_rows(prediction: Prediction) -> list[Row]:
    probabilities = prediction.probabilities.astype(np.float64)
    rows = [
        (
            tr("Highest probability"),
            decimal(probabilities.max(), ".2f"),
            decimal(1 / len(probabilities), ".2f") if prediction.activation is Activation.SOFTMAX else "",
            tr("The network's own confidence, without any look at where it looked."),
        )
    ]
    if prediction.activation is Activation.SOFTMAX:
        entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum() / np.log(len(probabilities))
        rows.append(
            (
                tr("Entropy of the probabilities"),
                decimal(entropy, ".2f"),
                decimal(1, ".2f"),
                tr("0 means that one finding has everything, 1 that all findings are equally likely. Lower is surer."),
            )
        )
    return rows


def _record_rows(record: BadgeRecord) -> list[Row]:
    sentence = tr("How often this level was right on images that the badge was not fitted on.")
    return [(tr(WORDS[r.level]), percent(r.correct), str(r.images), sentence) for r in record.levels]


class _Table(QWidget):
    """Rows of label, value and chance level, with a sentence as tool tip."""

    def __init__(self, heads: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(12)
        self.grid.setVerticalSpacing(3)
        self.grid.setColumnStretch(0, 1)
        self.cells: list[tuple[QLabel, QLabel, QLabel]] = []
        for column, text in enumerate(heads, 1):
            if text:
                self.grid.addWidget(_cell(text, "small", right=True), 0, column)

    def show_rows(self, rows: list[Row]) -> None:
        """Show rows; cells are kept, so that nothing jumps."""
        while len(self.cells) < len(rows):
            cells = (_cell("", "small"), _cell("", "", right=True), _cell("", "small", right=True))
            for column, cell in enumerate(cells):
                self.grid.addWidget(cell, len(self.cells) + 1, column)
            self.cells.append(cells)
        for i, cells in enumerate(self.cells):
            for cell in cells:
                cell.setVisible(i < len(rows))
            if i < len(rows):
                for cell, text in zip(cells, rows[i], strict=False):
                    cell.setText(text)
                    cell.setToolTip(rows[i][3])


def _cell(text: str, name: str, *, right: bool = False) -> QLabel:
    result = QLabel(text)
    result.setObjectName(name)
    result.setWordWrap(not right)
    if right:
        result.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return result
