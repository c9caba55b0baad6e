"""How far the explanation can be trusted: badge, certainty, the share outside the region, reasons."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolTip, QVBoxLayout, QWidget

from segx_viewer.app.canvas.badge import WORDS, BadgeShape, record_sentences
from segx_viewer.app.kit import topics
from segx_viewer.app.kit.i18n import decimal, mark, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.panels.figures import Figure, Figures
from segx_viewer.domain.result import (
    Activation,
    Analysis,
    Certainty,
    FindingSet,
    GateLevel,
    Level,
    MapKey,
    Prediction,
    PredictionSet,
    level_so_far,
)
from segx_viewer.reporting.promised import broken_words, promised_words, unstated_words
from segx_viewer.reporting.words import percent

DESCRIBES = mark("SegU certainty: describes agreement, does not predict correctness here")
"""Where the bundle's evaluation found so."""
_NAMED = 3
"""Findings that a line of the promise names beside the badge; its figure further down names them all."""


class CertaintyPanel(QWidget):
    """Shows SegU for the class and method being looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._promises: Prediction | None = None
        self._broken: list[str] = []
        self._short = False
        self.shape = BadgeShape()
        self.shape.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.word = _label("strong")
        self.percent = _label("")
        self.promised = _label("small")
        self.reason = _label("notice")
        self.calibrate = QPushButton(tr("Calibrate this model …"))
        """Offered where the model never saw labelled images."""
        self.calibrate.hide()
        self.below = Figures()
        """What explains the badge; placed after the findings."""
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.word)
        words.addWidget(self.percent)
        words.addWidget(self.promised)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.shape)
        top.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 4)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.reason)
        column.addWidget(self.calibrate, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_certainty(None, None)

    def show_certainty(self, analysis: Analysis | None, key: MapKey | None, note: str = "") -> None:
        """Show the certainty of `key`, or that there is none yet."""
        certainty = analysis.certainty_of(key) if analysis is not None and key is not None else None
        self.shape.setVisible(certainty is not None)
        self.shape.show_level(certainty.level if certainty is not None else None)
        meaning = "" if certainty is None or analysis is None else _meaning(analysis, certainty)
        if QToolTip.text() == self.toolTip() != meaning:
            QToolTip.hideText()  # opened by Enter, it would stand over another badge
        self.setToolTip(meaning)
        self.calibrate.setVisible(
            certainty is not None and analysis is not None and not analysis.bundle.badge.fitted_on
        )
        if certainty is not None and analysis is not None and key is not None:
            self._show_statement(analysis, key, certainty)
        elif analysis is not None and level_so_far(analysis, key) is Level.ABSTAIN:
            self._show_refusal(analysis)
        else:
            self.word.setText("")
            self.word.hide()
            self.percent.setText(note or tr("Not assessed yet."))
            self.percent.setObjectName("muted")
            self.reason.hide()
            self._promises, self._broken = None, []
            self._write_promise()
            self.below.show_rows([])
        words = (f"{self.word.text()}.", self.percent.text(), self.promised.text(), self.reason.text())
        self.shape.setAccessibleName(" ".join(words))
        self.shape.setAccessibleDescription(self.toolTip())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.toolTip():
            QToolTip.showText(self.shape.mapToGlobal(self.shape.rect().bottomLeft()), self.toolTip(), self)
        else:
            super().keyPressEvent(event)

    def _show_statement(self, analysis: Analysis, key: MapKey, certainty: Certainty) -> None:
        self.word.show()
        self.word.setText(tr(WORDS[certainty.level]))
        self.percent.setText(statement(certainty))
        # A promise holds for images that the gate accepts.
        prediction = analysis.prediction if certainty.level is not Level.ABSTAIN else None
        self._promises = prediction
        measured = certainty.probability_correct is not None
        self._broken = broken_words(analysis.bundle.badge, certainty.level, tr) if measured else []
        self._write_promise()
        whose = unstated_words(analysis, key, tr)
        self.reason.setText(" ".join(filter(None, (whose, _reason(analysis, certainty)))))
        self.reason.setVisible(bool(self.reason.text()))
        self.below.show_rows(_facts(analysis, key, certainty))

    def be_short(self, short: bool) -> None:
        """Take less room, where the window is too low for what stands below."""
        if short != self._short:
            self._short = short
            self._write_promise()

    def _write_promise(self) -> None:
        most = 1 if self._short else _NAMED
        words = _set_words(self._promises, most) if self._promises is not None else []
        self.promised.setText("\n".join(words + self._broken))
        self.promised.setVisible(bool(words + self._broken))

    def _show_refusal(self, analysis: Analysis) -> None:
        self.shape.show()
        self.shape.show_level(Level.ABSTAIN)
        self.word.show()
        self.word.setText(tr(WORDS[Level.ABSTAIN]))
        self.percent.setText(tr("The viewer abstains."))
        self._promises, self._broken = None, []
        self._write_promise()
        self.reason.setText(told(analysis.gate.reason))
        self.reason.show()
        self.below.show_rows([])


def statement(certainty: Certainty) -> str:
    """Return the certainty in words and per cent."""
    if certainty.level is Level.ABSTAIN:
        return tr("The viewer abstains.")
    # One percentage leads; the others explain it further down.
    if certainty.probability_correct is not None:
        return tr("probability of being right: {share}").format(share=percent(certainty.probability_correct))
    if certainty.c_auitc is not None:
        return tr("SegU certainty {value:.0f} %").format(value=certainty.c_auitc * 100)
    return ""


def _meaning(analysis: Analysis, certainty: Certainty) -> str:
    """Say what the badge means and on which data it was measured; a level that nothing measured has no record."""
    region, record = tr(analysis.bundle.region), analysis.bundle.badge
    lines = [tr("SegU measures how well the network's attention agrees with the {region}.").format(region=region)]
    lines += [
        tr("{level}: right in {share} of {images} images.").format(
            level=tr(WORDS[known.level]), share=percent(known.correct), images=known.images
        )
        for known in record.levels
        if known.level is certainty.level and certainty.probability_correct is not None
    ]
    return "\n".join(lines + record_sentences(record))


def _reason(analysis: Analysis, certainty: Certainty) -> str:
    reasons = [told(certainty.reason)]
    if analysis.gate.level is not GateLevel.ACCEPTED and analysis.gate.reason not in certainty.reason:
        reasons.append(told(analysis.gate.reason))
    if analysis.segmentation is not None and analysis.segmentation.edited:
        reasons.append(tr("The region was edited by the reader."))
    return " ".join(reason for reason in reasons if reason)


def _facts(analysis: Analysis, key: MapKey, certainty: Certainty) -> list[Figure]:
    """Return the figures of an explanation, what was measured before what the network says itself."""
    return [*_measured(analysis, certainty), *_of_the_map(analysis, key, certainty), *_of_the_network(analysis, key)]


def _measured(analysis: Analysis, certainty: Certainty) -> list[Figure]:
    """Return what the badge and the promise below it say, as figures."""
    facts: list[Figure] = []
    if certainty.level is Level.ABSTAIN:
        return facts
    if certainty.probability_correct is not None:
        facts.append(
            Figure(
                tr("Probability of being right"),
                (percent(certainty.probability_correct),),
                tr(
                    "Of this one answer, calibrated on labelled images with figures like these. A level's share is "
                    "one of all its answers: a single one may lie below it."
                ),
                topics.LEVELS,
            )
        )
    if analysis.prediction is not None and analysis.prediction.sets:
        facts += _coverage(analysis.prediction)
    return facts


def _coverage(prediction: Prediction) -> list[Figure]:
    """Return how often the surest prediction set holds the truth; nothing where test images refuted it for all."""
    one = prediction.sets[0]
    if len(one.not_kept) == len(prediction.classes):
        return []
    if isinstance(one, FindingSet):
        label = tr("Prediction set of each finding holds the truth")
        sentence = tr(
            "Of the images that show a finding, and of those that do not, at least this share has it rightly told or "
            "left undecided, where they are like those it was calibrated on. It comes from the scores alone: neither "
            "level nor region has a part in it."
        )
    else:
        label = tr("Prediction set holds the true class")
        sentence = tr(
            "Of the images of each class that are like those it was calibrated on, at least this share has it among "
            "those named below the badge. The set comes from the scores alone: neither level nor region has a part "
            "in it."
        )
    if one.not_kept:
        label = tr("{figure} (not kept for all)").format(figure=label)
    words = "\n".join((sentence, *_set_words(prediction)))
    return [Figure(label, (f"≥ {percent(one.confidence)}",), words, topics.PROMISE)]


def _set_words(prediction: Prediction, most: int | None = None) -> list[str]:
    """Return the surest prediction set in words that its share cannot be taken for a class's probability in."""
    words = promised_words(prediction, tr, most)
    one = prediction.sets[0] if prediction.sets else None
    if isinstance(one, PredictionSet) and 0 < len(one.classes) < len(prediction.classes):
        words[0] = tr("not ruled out: {classes}").format(classes=words[0])
    return words


def _of_the_map(analysis: Analysis, key: MapKey, certainty: Certainty) -> list[Figure]:
    """Return how map and region agree."""
    region = tr(analysis.bundle.region)
    facts: list[Figure] = []
    if certainty.c_auitc is not None:
        facts.append(
            Figure(
                tr("SegU certainty") if analysis.bundle.badge.segu_adds is not False else tr(DESCRIBES),
                (f"{certainty.c_auitc * 100:.0f} %",),
                tr("SegU measures how well the network's attention agrees with the {region}.").format(region=region),
                topics.SEGU,
            )
        )
    if certainty.outside is not None:
        facts.append(
            Figure(
                tr("Attribution outside the {region}").format(region=region),
                (percent(certainty.outside),),
                tr("SegX hides this share; a high one can mean that the network used something else."),
                topics.OUTSIDE,
            )
        )
    if certainty.c_iou is not None:
        facts.append(
            Figure(
                tr("Overlap of the top 5 % with the {region} (IoU)").format(region=region),
                (f"{certainty.c_iou * 100:.0f} %",),
                tr("Intersection over union; small even for good maps where the region is large."),
                topics.OVERLAP,
            )
        )
    if (agreement := analysis.explanations[key].agreement) is not None:
        rank, top = agreement.rank_correlation, agreement.top_overlap * 100
        facts.append(
            Figure(
                tr("Two halves of {samples} samples agree").format(samples=agreement.samples),
                (tr("rank {rank:.2f}, {top:.0f} %").format(rank=rank, top=top),),
                tr(
                    "This method draws at random: another draw gives this map again as far as two halves of its "
                    "samples agree (rank correlation, and overlap of the top 5 %). Low values mean mostly noise."
                ),
                topics.HALVES,
            )
        )
    if analysis.segmentation is not None:
        facts.append(
            Figure(
                tr("Size of the {region}").format(region=region),
                (percent(analysis.segmentation.area_fraction),),
                tr("Share of the image."),
                topics.SIZE,
            )
        )
    return facts


def _of_the_network(analysis: Analysis, key: MapKey) -> list[Figure]:
    """Return what the network claims of the finding, and from where on it counts as found."""
    prediction = analysis.prediction
    if prediction is None:
        return []
    facts = [
        Figure(
            tr("Network's own score"),
            (percent(prediction.probabilities[key[1]]),),
            tr("What the network itself claims for this finding; networks are often overconfident."),
            topics.SCORE,
        )
    ]
    cut_off = prediction.classes[key[1]].threshold
    if prediction.activation is Activation.SIGMOID and cut_off is not None:
        facts.append(
            Figure(
                tr("Cut-off of this finding"),
                (f"{decimal(cut_off * 100, '.3g')} %",),
                tr("The finding counts as found where the network's own score lies above it."),
                topics.CUT_OFF,
            )
        )
    return facts


def _label(name: str) -> QLabel:
    result = QLabel()
    result.setObjectName(name)
    result.setWordWrap(True)
    return result
