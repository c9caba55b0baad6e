"""The right side: findings, certainty and its details, and which model spoke."""

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from segx_viewer.app.kit.assembly import fill_panel
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.impression import confidence_word
from segx_viewer.app.panels.certainty import CertaintyPanel
from segx_viewer.app.panels.comparison import model_text
from segx_viewer.app.panels.details import Details
from segx_viewer.app.panels.findings import Findings
from segx_viewer.app.panels.readfirst import ReadFirst
from segx_viewer.domain.result import Analysis, GateLevel, MapKey, Target, level_so_far
from segx_viewer.reporting.content import seen_for

_SHORT = 560
"""Pixels of height below which badge and findings leave out what also stands further down, or in a tool tip."""

_FACTS = 8
"""Figures that most answers have besides their details."""


class Results(QFrame):
    """Shows what is known about the current image, or asks for the reader's impression first."""

    more = Signal(str)  # a figure's topic in the manual

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.findings = Findings()
        self.read_first = ReadFirst()
        self.read_first.hide()
        self.impression_line = QLabel()
        self.impression_line.setObjectName("notice")
        self.impression_line.setWordWrap(True)
        self.impression_line.hide()
        self.certainty = CertaintyPanel()
        self.details = Details(self.certainty.below)
        for table in self.details.tables:
            table.more.connect(self.more)
        self.model_line = QLabel()
        self.model_line.setObjectName("small")
        self.model_line.setWordWrap(True)
        self.model_line.setContentsMargins(12, 4, 12, 8)
        self.notes = QLabel()
        self.notes.setObjectName("notice")
        self.notes.setWordWrap(True)
        self.notes.hide()
        parts = [
            ("", self.notes, 0),
            (tr("CERTAINTY"), self.certainty, 0),  # what it abstains from comes after its reason
            (tr("FINDINGS"), self.findings, 0),
            ("", self.read_first, 0),
            ("", self.impression_line, 0),
            ("", self.details, 1),
            ("", self.model_line, 0),
        ]
        fill_panel(self, parts)
        self.setMinimumSize(260, 300)  # what it says never makes the window taller; it takes less room instead

    def preparations(self) -> Iterator[None]:
        """Make what the first answer's figures stand in, a table's between one `yield` and the next."""
        for table, rows in ((self.certainty.below, _FACTS), *self.details.expected.items()):
            table.prepare(rows)
            yield

    def show_analysis(
        self, document: Document | None, analysis: Analysis | None, key: MapKey | None, *, hidden: bool
    ) -> None:
        """Show an analysis as far as it is; `hidden` keeps all of it from the reader."""
        self.read_first.setVisible(hidden)
        self.findings.setVisible(not hidden)
        self._show_impression(document)
        self.show_notes(document)
        if hidden:
            analysis = key = None
        if analysis is not None:
            analysis = seen_for(analysis, key)  # a class may have a region of its own
        prediction = analysis.prediction if analysis is not None else None
        chosen = key[1] if key is not None else None
        badges = analysis.badges(key[0]) if analysis is not None and key is not None else {}
        self.findings.show_prediction(
            prediction, chosen, _note(document, analysis), level_so_far(analysis, key), badges
        )
        self.certainty.show_certainty(analysis, key)
        self.details.show_certainty(analysis, key)
        bundle = analysis.bundle if analysis is not None else None
        words = [model_text(analysis)] if analysis is not None else []
        if document is not None and analysis is not None and bundle is not None:
            others = [info for info in (*analysis.also_fits, *document.fitting) if info.name != bundle.name]
            titles = " · ".join(dict.fromkeys(tr(info.title) for info in others))
            words += [tr("Fits as well: {titles} (Shift+M)").format(titles=titles)] if others else []
        shown = analysis.explanations.get(key) if analysis is not None and key is not None else None
        if shown is not None and shown.target is Target.PROBABILITY:
            words.append(tr("Explained as published: the class's sigmoid score, Grad-CAM scaled to 0..1."))
        self.model_line.setText("\n".join(words))
        self._place_model_line()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        short = self.height() < _SHORT
        for part in (self.certainty, self.findings):
            part.be_short(short)
        self._place_model_line()

    def _place_model_line(self) -> None:
        """Say which model spoke below everything, or, where that takes the figures' room, at their end."""
        within = self.height() < _SHORT and not self.details.is_empty
        self.model_line.setVisible(not within)
        self.details.show_model(self.model_line.text() if within else "")

    def show_notes(self, document: Document | None) -> None:
        """Show what there is to know about the file itself."""
        notes = document.header.source.notes if document is not None and document.header is not None else ()
        self.notes.setText(" ".join(told(note) for note in notes))
        self.notes.setVisible(bool(notes))

    def show_failure(self, sentence: str) -> None:
        """Say in the place of the findings why there are none."""
        self.findings.show_prediction(None, None, sentence)
        self.certainty.show_certainty(None, None, tr("Not assessed."))

    def _show_impression(self, document: Document | None) -> None:
        impression = document.impression if document is not None else None
        self.impression_line.setVisible(impression is not None)
        if impression is not None:
            text = tr("Your impression ({confidence}): {text}")
            word = confidence_word(impression.confidence)
            self.impression_line.setText(text.format(confidence=word, text=impression.text))


def _note(document: Document | None, analysis: Analysis | None) -> str:
    """Return what stands in the place of the findings while there are none."""
    if document is None:
        return tr("Open an image to begin.")
    if analysis is not None and analysis.gate.level is GateLevel.REFUSED:
        return tr("The model makes no statement about this image.")
    return tr("Looking at the image …") if document.image is not None else ""
