"""How far the explanation can be trusted: badge, certainty, the share outside the region, reasons."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QToolTip, QVBoxLayout, QWidget

from segx_viewer.app.canvas.badge import WORDS, BadgeShape, record_sentences
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.domain.result import Analysis, Certainty, GateLevel, Level, MapKey, level_so_far
from segx_viewer.reporting.content import percent
from segx_viewer.reporting.promised import promised_words

DESCRIBES = mark("SegU certainty: describes agreement, does not predict correctness here")
"""Where the bundle's evaluation found so."""


class CertaintyPanel(QWidget):
    """Shows SegU for the class and method being looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shape = BadgeShape()
        self.shape.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.word = _label("strong")
        self.percent = _label("")
        self.promised = _label("small")
        self.reason = _label("notice")
        self.calibrate = QPushButton(tr("Calibrate this model …"))
        """Offered where the model never saw labelled images."""
        self.calibrate.hide()
        self.below = QWidget()
        """What explains the badge; placed after the findings."""
        self.facts = QGridLayout(self.below)
        self.facts.setContentsMargins(0, 0, 0, 4)
        self.facts.setHorizontalSpacing(12)
        self.facts.setVerticalSpacing(4)
        self.facts.setColumnStretch(0, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []
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
            self.promised.setText("")
            self.promised.hide()
            self._show_facts([])
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
        self.promised.setText("\n".join(promised_words(prediction, tr)) if prediction is not None else "")
        self.promised.setVisible(bool(self.promised.text()))
        self.reason.setText(_reason(analysis, certainty))
        self.reason.setVisible(bool(self.reason.text()))
        self._show_facts(_facts(analysis, key, certainty))

    def _show_refusal(self, analysis: Analysis) -> None:
        self.shape.show()
        self.shape.show_level(Level.ABSTAIN)
        self.word.show()
        self.word.setText(tr(WORDS[Level.ABSTAIN]))
        self.percent.setText(tr("The viewer abstains."))
        self.promised.setText("")
        self.promised.hide()
        self.reason.setText(told(analysis.gate.reason))
        self.reason.show()
        self._show_facts([])

    def _show_facts(self, facts: list[tuple[str, str, str]]) -> None:
        while len(self._rows) < len(facts):
            name, value = _label("small"), _label("")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row = len(self._rows)
            self.facts.addWidget(name, row, 0)
            self.facts.addWidget(value, row, 1)
            self._rows.append((name, value))
        for i, (name, value) in enumerate(self._rows):
            name.setVisible(i < len(facts))
            value.setVisible(i < len(facts))
            if i < len(facts):
                name.setText(facts[i][0])
                value.setText(facts[i][1])
                name.setToolTip(facts[i][2])
                value.setToolTip(facts[i][2])


def statement(certainty: Certainty) -> str:
    """Return the certainty in words and per cent."""
    if certainty.level is Level.ABSTAIN:
        return tr("The viewer abstains.")
    # One percentage leads; the others explain it further down.
    if certainty.probability_correct is not None:
        return tr("right in {share} of such cases").format(share=percent(certainty.probability_correct))
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


def _facts(analysis: Analysis, key: MapKey, certainty: Certainty) -> list[tuple[str, str, str]]:
    region = tr(analysis.bundle.region)
    facts = []
    if certainty.c_auitc is not None:
        facts.append(
            (
                tr("SegU certainty") if analysis.bundle.badge.segu_adds is not False else tr(DESCRIBES),
                f"{certainty.c_auitc * 100:.0f} %",
                tr("SegU measures how well the network's attention agrees with the {region}.").format(region=region),
            )
        )
    if certainty.outside is not None:
        facts.append(
            (
                tr("Attribution outside the {region}").format(region=region),
                percent(certainty.outside),
                tr("SegX hides this share; a high one can mean that the network used something else."),
            )
        )
    if certainty.c_iou is not None:
        facts.append(
            (
                tr("Overlap of the top 5 % with the {region} (IoU)").format(region=region),
                f"{certainty.c_iou * 100:.0f} %",
                tr("Intersection over union; small even for good maps where the region is large."),
            )
        )
    if (agreement := analysis.explanations[key].agreement) is not None:
        facts.append(
            (
                tr("Two halves of {samples} samples agree").format(samples=agreement.samples),
                tr("rank {rank:.2f}, {top:.0f} %").format(
                    rank=agreement.rank_correlation, top=agreement.top_overlap * 100
                ),
                tr(
                    "This method draws at random: another draw gives this map again as far as two halves of its "
                    "samples agree (rank correlation, and overlap of the top 5 %). Low values mean mostly noise."
                ),
            )
        )
    if analysis.segmentation is not None:
        facts.append(
            (
                tr("Size of the {region}").format(region=region),
                percent(analysis.segmentation.area_fraction),
                tr("Share of the image."),
            )
        )
    if analysis.prediction is not None:
        facts.append(
            (
                tr("Network's own score"),
                percent(analysis.prediction.probabilities[key[1]]),
                tr("What the network itself claims for this finding; networks are often overconfident."),
            )
        )
    return facts


def _label(name: str) -> QLabel:
    result = QLabel()
    result.setObjectName(name)
    result.setWordWrap(True)
    return result
