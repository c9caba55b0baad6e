"""The certainty's details: the IoU-threshold curve, the badge's record, alignments with chance levels, baselines."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from segx_viewer.app.canvas.badge import WORDS, record_sentences
from segx_viewer.app.kit import topics
from segx_viewer.app.kit.i18n import decimal, tr
from segx_viewer.app.panels.curve import Curve
from segx_viewer.app.panels.figures import Figure, Figures
from segx_viewer.app.panels.fold import Fold
from segx_viewer.domain.result import Activation, Alignment, Analysis, BadgeRecord, Certainty, MapKey, Prediction
from segx_viewer.reporting.words import percent


class Details(QScrollArea):
    """Scrolls, so that the badge above it never does."""

    def __init__(self, figures: Figures | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(40)
        self.curve = Curve()
        self.curve_line = Figures(0)
        self.table = Figures(2, (tr("value"), tr("chance")))
        self.baselines = Figures(2)
        self.record = Figures(2, (tr("correct"), tr("images")))
        self.record_text = QLabel()
        self.record_text.setObjectName("small")
        self.record_text.setWordWrap(True)
        self.tables = [self.curve_line, self.table, self.baselines, self.record]
        self.expected = {self.curve_line: 1, self.table: 11, self.baselines: 2, self.record: 2}
        """How many rows most answers have."""
        self.curve_title = Fold("curve", tr("IoU-THRESHOLD CURVE"), self.curve, self.curve_line)
        self.record_title = Fold("record", tr("WHAT THE BADGE RESTS ON"), self.record_text, self.record)
        self.table_title = Fold("alignments", tr("ALIGNMENTS"), self.table)
        self.baselines_title = Fold("baselines", tr("BASELINES"), self.baselines)
        self.folds = [self.curve_title, self.record_title, self.table_title, self.baselines_title]
        if figures is not None:
            self.folds.insert(0, Fold("figures", tr("FIGURES"), figures))
            self.tables.insert(0, figures)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 0, 6, 12)
        column.setSpacing(4)
        for fold in self.folds:
            column.addWidget(fold)
        column.addStretch(1)
        self._model = QLabel()
        self._model.setObjectName("small")
        self._model.setWordWrap(True)
        column.addWidget(self._model)
        self._inner = inner
        self.setWidget(inner)
        self.show_certainty(None, None)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return self._inner.isHidden()

    def show_model(self, words: str) -> None:
        """Say at the end which model spoke, where there is no room for it below."""
        self._model.setText(words)
        self._model.setVisible(bool(words))

    def show_certainty(self, analysis: Analysis | None, key: MapKey | None) -> None:
        """Show the details of `key`, or nothing."""
        certainty = analysis.certainty_of(key) if analysis is not None and key is not None else None
        if certainty is None:
            self._inner.hide()
        policy = (
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if certainty is not None else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.setVerticalScrollBarPolicy(policy)  # else it would scroll through what is hidden
        if certainty is None or analysis is None:
            return
        self.curve.show_curve(certainty.auitc_curve)
        self.curve_line.show_rows([_curve_row()])
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
        self._inner.show()  # what is shown within what is shown is laid out one by one


def _curve_row() -> Figure:
    sentence = tr("How much the hottest part of the map and the region share, the wider that part is drawn.")
    return Figure(tr("Overlap with the region (IoU)"), (), sentence, topics.CURVE)


def _alignment_rows(certainty: Certainty) -> list[Figure]:
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
        values = (value_text(alignment, measure.unit), chance)
        rows.append(Figure(tr(measure.label), values, sentence, measure.label))
    return rows


def value_text(alignment: Alignment, unit: str = "") -> str:
    """Return an alignment's value with its unit, or a dash where it is undefined."""
    if alignment.value is None:
        return "–"
    return f"{decimal(alignment.value, '.2f')} {unit}".strip()


def _baseline_rows(prediction: Prediction) -> list[Figure]:
    probabilities = prediction.probabilities.astype(np.float64)
    several = prediction.activation is Activation.SIGMOID
    rows = [
        Figure(
            tr(topics.HIGHEST),
            (decimal(probabilities.max(), ".2f"), "" if several else decimal(1 / len(probabilities), ".2f")),
            tr("The network's own confidence, without any look at where it looked."),
            topics.HIGHEST,
        )
    ]
    if not several:
        entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum() / np.log(len(probabilities))
        rows.append(
            Figure(
                tr(topics.ENTROPY),
                (decimal(entropy, ".2f"), decimal(1, ".2f")),
                tr("0 means that one finding has everything, 1 that all findings are equally likely. Lower is surer."),
                topics.ENTROPY,
            )
        )
    return rows


def _record_rows(record: BadgeRecord) -> list[Figure]:
    sentence = tr("How often this level was right on images that the badge was not fitted on.")
    return [
        Figure(tr(WORDS[r.level]), (percent(r.correct), str(r.images)), sentence, "" if number else topics.RECORD)
        for number, r in enumerate(record.levels)
    ]
