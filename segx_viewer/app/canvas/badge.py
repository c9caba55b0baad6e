"""The certainty badge: a shape and a word first, colour second."""

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import decimal, mark, tr
from segx_viewer.domain.result import BadgeRecord, Level, LevelPromise
from segx_viewer.reporting.words import percent

WORDS = {
    Level.HIGH: mark("High certainty"),
    Level.MODERATE: mark("Moderate certainty"),
    Level.LOW: mark("Low certainty"),
    Level.ABSTAIN: mark("No statement"),
}
COLOURS = {Level.HIGH: "high", Level.MODERATE: "moderate", Level.LOW: "low", Level.ABSTAIN: "abstain"}


class BadgeShape(QWidget):
    """Filled circle HIGH, half circle MODERATE, ring LOW, dash ABSTAIN; an empty box before there is a level."""

    def __init__(self, size: int = 34, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level: Level | None = None
        self.setFixedSize(size, size)

    @property
    def level(self) -> Level | None:
        """The level shown."""
        return self._level

    def show_level(self, level: Level | None) -> None:
        """Show a level, or nothing."""
        self._level = level
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._level is not None:
            painter = QPainter(self)
            paint_badge(painter, QRectF(self.rect()).adjusted(3, 3, -3, -3), self._level)
            if self.hasFocus():
                painter.setPen(theme.colour("accent"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()


def paint_badge(painter: QPainter, box: QRectF, level: Level) -> None:
    """Paint a level's shape into a square."""
    colour = theme.colour(COLOURS[level])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, max(2.0, box.width() / 9))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if level is Level.ABSTAIN:
        painter.drawLine(QLineF(box.left() + 4, box.center().y(), box.right() - 4, box.center().y()))
        return
    if level is Level.HIGH:
        painter.setBrush(colour)
    painter.drawEllipse(box)
    if level is Level.MODERATE:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPie(box, 90 * 16, 180 * 16)


def record_sentences(record: BadgeRecord) -> list[str]:
    """Say what a model's badge rests on; empty where it was never fitted."""
    if not record.fitted_on:
        return []
    sentences = [tr("Fitted on {images}.").format(images=record.fitted_on)]
    sentences += [_promise_sentence(promise) for promise in record.promises]
    if not record.measured_on:
        return [*sentences, tr("Not measured on other images.")]
    sentences.append(tr("Measured on {images}.").format(images=record.measured_on))
    if record.gain_low is not None and record.gain_low <= 0:
        sentences.append(tr("There it adds nothing certain to the network's own confidence."))
    if record.segu_adds is False:
        sentences.append(tr("SegU describes agreement; it does not predict correctness here."))
    if record.auroc is not None and record.auroc_confidence is not None:
        sentences.append(
            tr("AUROC of telling right from wrong: {badge}; the network's own confidence alone: {own}.").format(
                badge=decimal(record.auroc, ".2f"), own=decimal(record.auroc_confidence, ".2f")
            )
        )
    return sentences


def _promise_sentence(promise: LevelPromise) -> str:
    """Say what a level promises among images of a kind too, or that test images refuted it."""
    if promise.kept:
        sentence = tr("{level} promises to be right in at least {share} among {images}.")
    elif promise.among:
        sentence = tr("{level} promised to be right in at least {share} among {images}; the test images refute it.")
    else:
        sentence = tr("{level} promised to be right in at least {share}; the test images refute it.")
    images = tr(promise.among) if promise.among else ""
    return sentence.format(level=tr(WORDS[promise.level]), share=percent(promise.right), images=images)
