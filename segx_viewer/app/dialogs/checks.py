"""Explain > Check this explanation: what the sanity checks measured, in words and as curves."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.canvas.badge import BadgeShape
from segx_viewer.app.jobs.jobs import CHECKS
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import theme
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import decimal, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.checks.verdicts import Judgement, Verdict, summary, verdicts
from segx_viewer.domain.methods import method_label
from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Analysis, Level, MapKey
from segx_viewer.errors import AnalysisCancelled, SegxError

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.checks.sanity import SanityReport

_SHAPES = {
    Judgement.GOOD: Level.HIGH,
    Judgement.FAIR: Level.MODERATE,
    Judgement.POOR: Level.LOW,
    Judgement.UNDEFINED: Level.ABSTAIN,
}


class CheckDialog(Dialog):
    """Runs the checks of one map beside the window and shows how they came out; closing it stops them."""

    def __init__(self, workspace: Workspace, analysis: Analysis, key: MapKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Check this explanation"))
        self.setMinimumWidth(660)
        self._cancel = CancelToken()
        self.report: SanityReport | None = None
        prediction = analysis.prediction
        label = tr(prediction.classes[key[1]].label) if prediction is not None else ""
        title = QLabel(f"{label} · {tr(method_label(key[0]))}")
        title.setObjectName("title")
        self.sentence = QLabel(
            tr(
                "The picture is changed, the network's parameters are randomised and the method is repeated, "
                "to see whether the map depends on what it should. This takes a few hundred passes of the network."
            )
        )
        self.sentence.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.stop = QPushButton(tr("Cancel"))
        self.stop.clicked.connect(self._stop)
        running = QHBoxLayout()
        running.addWidget(self.bar, 1)
        running.addWidget(self.stop)
        self.rows = QGridLayout()
        self.rows.setHorizontalSpacing(12)
        self.rows.setVerticalSpacing(10)
        self.rows.setColumnStretch(2, 1)
        self.curves = Curves()
        self.curves.hide()
        note = QLabel(tr("Research use only. The checks judge the map, not the finding."))
        note.setObjectName("muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = self._column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self.sentence)
        column.addLayout(running)
        column.addLayout(self.rows)
        column.addWidget(self.curves, 1)
        column.addWidget(note)
        column.addWidget(buttons)
        self.finished.connect(lambda _result: self._cancel.cancel())
        told = workspace.jobs.teller(self._on_progress)
        job = partial(_check, analysis, key, self._cancel, told)
        # Beside the analyses: the next image does not wait for it.
        workspace.analyses.with_models(job, self._on_report, self._on_failure, lane=CHECKS, cancel=self._cancel)

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self._cancel.cancel()

    def _on_progress(self, fraction: float) -> None:
        self.bar.setValue(round(fraction * 1000))

    def _end(self) -> None:
        self.bar.hide()
        self.stop.hide()

    def _on_failure(self, error: SegxError) -> None:
        self._end()
        self.sentence.setText(tr("Cancelled.") if isinstance(error, AnalysisCancelled) else told(error))

    def _on_report(self, report: "SanityReport") -> None:
        self._end()
        self.report = report
        told = verdicts(report)
        self.sentence.setText(summary(told, tr))
        for row, verdict in enumerate(told):
            self._show_verdict(row, verdict)
        self.curves.show_curves(report)
        self._column.activate()
        self.resize(self.width(), max(self.height(), self._column.heightForWidth(self.width())))

    def _show_verdict(self, row: int, verdict: Verdict) -> None:
        shape = BadgeShape(24)
        shape.show_level(_SHAPES[verdict.judgement])
        head = QLabel(f"<b>{tr(verdict.name)}</b><br>{tr(verdict.judgement.value)}")
        words = QLabel(verdict.said(tr))
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for column, widget in enumerate((shape, head, words)):
            self.rows.addWidget(widget, row, column)


def _check(
    analysis: Analysis, key: MapKey, cancel: CancelToken, told: Callable[[float], None], store: "BundleStore"
) -> "SanityReport":
    """In the checks' thread."""
    from segx_viewer.checks.explanation import check_explanation

    cancel.raise_if_cancelled()
    return check_explanation(analysis, key, store, cancel=cancel, on_progress=told)


class Curves(QWidget):
    """The class's probability while the picture's pixels are removed, and brought back, most relevant first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: tuple[tuple[str, QColor, list[tuple[float, float]]], ...] = ()
        self.setMinimumHeight(190)
        self.setAccessibleName(tr("Deletion and insertion curves"))

    def show_curves(self, report: "SanityReport") -> None:
        """Show both curves of a report."""
        pairs = (
            (tr("Deletion"), theme.colour("low"), report.deletion),
            (tr("Insertion"), theme.colour("accent"), report.insertion),
        )
        self._curves = tuple(
            (name, ink, [(float(x), float(y)) for x, y in zip(curve.shares, curve.scores, strict=True)])
            for name, ink, curve in pairs
        )
        self.show()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(600, 210)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(painter.font())
        font.setPixelSize(11)
        painter.setFont(font)
        plot, flags = QRectF(self.rect()).adjusted(44, 8, -12, -36), Qt.AlignmentFlag
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.drawLine(plot.bottomLeft(), plot.topLeft())
        painter.setPen(theme.colour("muted"))
        for share in (0.0, 0.5, 1.0):
            y, x = plot.bottom() - plot.height() * share, plot.left() + plot.width() * share
            painter.drawText(
                QRectF(0, y - 8, plot.left() - 5, 16), flags.AlignRight | flags.AlignVCenter, decimal(share, "g")
            )
            box = QRectF(min(x - 20, self.width() - 44), plot.bottom() + 2, 44, 14)
            painter.drawText(box, flags.AlignCenter, f"{decimal(share * 100, 'g')} %")
        words = tr("share of the pixels, most relevant first; upwards: probability of the class")
        painter.drawText(QRectF(plot.left(), plot.bottom() + 17, plot.width(), 16), flags.AlignCenter, words)
        for number, (name, ink, points) in enumerate(self._curves):
            dashed = Qt.PenStyle.DashLine if number else Qt.PenStyle.SolidLine  # told apart without colour, too
            painter.setPen(QPen(ink, 2, dashed))
            at = [QPointF(plot.left() + plot.width() * x, plot.bottom() - plot.height() * y) for x, y in points]
            painter.drawPolyline(QPolygonF(at))
            legend = QRectF(plot.right() - 110, plot.top() + 18 * number, 110, 16)
            painter.drawLine(
                QPointF(legend.left(), legend.center().y()), QPointF(legend.left() + 24, legend.center().y())
            )
            painter.setPen(theme.colour("text"))
            painter.drawText(legend.adjusted(30, 0, 0, 0), flags.AlignVCenter, name)
        painter.end()
