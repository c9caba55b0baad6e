"""One lesion over time: its pictures by day, two of them laid on each other, and what changed."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSlider,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.canvas.badge import WORDS
from segx_viewer.app.jobs.visits import Comparison, Visit, Visits
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import date_text, decimal, tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.annotations import plain
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.timelines import Key, lesions_of, title_of
from segx_viewer.app.panels.bodymap import site_words
from segx_viewer.app.panels.lesionpair import PairView
from segx_viewer.app.sessions import timelinefile
from segx_viewer.errors import SegxError
from segx_viewer.imaging.registration import Trust
from segx_viewer.reporting.words import percent

_SIDE = 84
_DAY, _AREA, _DIAMETER, _COLOURS, _FINDING, _BADGE, _CHANGE, _TINT = range(8)


class TimeLine(Dialog):
    """Shows the pictures that the reader gave the same patient and lesion.

    The chosen row is the later picture; the earlier one is chosen above it. While results are hidden until the reader
    has noted an impression, they are hidden here as well.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Time line of a lesion"))
        self.resize(1200, 760)
        self._workspace = workspace
        self.visits: dict[int, Visit] = {}
        self.comparison: Comparison | None = None
        self._problems: dict[int, str] = {}
        self._pictures: list[Document] = []
        self._known: dict[Key, list[int]] = {}
        self._scales: dict[int, object] = {}
        self._regions: dict[int, object] = {}  # drawn by the reader, that the visits were looked at with
        self.lesion, self.earlier = QComboBox(), QComboBox()
        for box, words in ((self.lesion, tr("Lesion")), (self.earlier, tr("Compare with"))):
            box.setAccessibleName(words)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.table = QTableWidget(0, 8)
        self.table.setHorizontalHeaderLabels(
            [
                tr("Day"),
                tr("Area"),
                tr("Diameter"),
                tr("Colours seen"),
                tr("Finding"),
                tr("Badge"),
                tr("Area changed"),
                tr("Colour changed"),
            ]
        )
        for column in (_CHANGE, _TINT):
            if (head := self.table.horizontalHeaderItem(column)) is not None:
                head.setToolTip(tr("Against the first picture"))
        self.table.setAccessibleName(tr("Pictures of the lesion"))
        self.table.setIconSize(QSize(_SIDE, _SIDE))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(False)  # it would cut its heading
        self.view = PairView()
        self.fade = QSlider(Qt.Orientation.Horizontal)
        self.fade.setRange(0, 100)
        self.fade.setAccessibleName(tr("Earlier picture over the later one"))
        self.fade.setToolTip(self.fade.accessibleName())
        self.doubt = QLabel()
        self.doubt.setWordWrap(True)
        self.place = QLabel()
        self.place.setObjectName("muted")
        self.keep = QPushButton(tr("Keep this patient's time line …"))
        self.keep.setToolTip(tr("Writes which pictures belong to it, and what you noted, into a folder of your own."))
        self.keep.clicked.connect(self._keep)
        self._lay_out()
        self.watch = Visits(workspace.jobs, workspace.analyses.engine, self)
        self.watch.found.connect(self._on_found)
        self.watch.failed.connect(self._on_failed)
        self.watch.compared.connect(self._on_compared)
        self.lesion.activated.connect(lambda _index: self._show_lesion())
        self.earlier.activated.connect(lambda _index: self._compare())
        self.table.currentCellChanged.connect(lambda *_: self._choose_row())
        self.table.itemActivated.connect(self._open)
        self.fade.valueChanged.connect(lambda _value: self._fade())
        workspace.documents.updated.connect(self._on_updated)
        workspace.documents.removed.connect(self._on_updated)
        workspace.analyses.changed.connect(self._on_analysis)
        workspace.state.changed.connect(self._on_view_changed)
        self.fill()

    def _lay_out(self) -> None:
        research = QLabel(tr("RESEARCH USE ONLY - not for diagnosis"))
        research.setObjectName("researchUse")
        row = QHBoxLayout()
        for widget in (QLabel(tr("Lesion")), self.lesion, QLabel(tr("Compare with")), self.earlier):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.keep)
        row.addWidget(research)
        blend = QHBoxLayout()
        blend.addWidget(QLabel(tr("Later")))
        blend.addWidget(self.fade, 1)
        blend.addWidget(QLabel(tr("Earlier")))
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self.place)
        layout.addWidget(self.view, 3)
        layout.addLayout(blend)
        layout.addWidget(self.doubt)
        layout.addWidget(self.table, 2)

    def _keep(self) -> None:
        """Ask for a folder, and write the time lines of the shown lesion's patient into it."""
        if self.key is None or not self._pictures:
            return
        first = self._pictures[0]
        title = tr("In which folder? The pictures stay where they are.")
        name = QFileDialog.getExistingDirectory(self, title, str(first.path.parent))
        if name:
            path = timelinefile.file_in(Path(name), first.lesion.patient.strip())
            pictures = timelinefile.capture(self._workspace.documents, self.key[0])
            self._workspace.jobs.run(timelinefile.save, pictures, path, then=self._on_kept, failed=self._on_not_kept)

    def _on_kept(self, path: Path) -> None:
        self.place.setText(tr("Kept as {path}; File > Open files opens it again.").format(path=path))

    def _on_not_kept(self, error: SegxError) -> None:
        self.place.setText(told(error))

    # -- which lesion, and its pictures ----------------------------------------------------------

    def fill(self) -> None:
        """List the lesions of the open pictures, that of the current one first."""
        known, before = lesions_of(self._workspace.documents), self.key
        current = self._workspace.documents.current
        if before not in known and current is not None:
            before = current.lesion.key
        self._known = {key: [d.number for d in pictures] for key, pictures in known.items()}
        self._scales = {d.number: d.lesion.calibration for d in self._workspace.documents}
        self.lesion.clear()
        for key, pictures in known.items():
            words = tr("{lesion} ({count} pictures)").format(lesion=title_of(pictures[0]), count=len(pictures))
            self.lesion.addItem(words, key)
        # Qt finds no tuple in a list of its own.
        self.lesion.setCurrentIndex(next((i for i, key in enumerate(known) if key == before), 0))
        self.keep.setEnabled(bool(known))
        self._show_lesion()

    @property
    def key(self) -> Key | None:
        """The lesion that is shown."""
        data = self.lesion.currentData()
        return None if data is None else (data[0], data[1])

    def _show_lesion(self) -> None:
        """Show the chosen lesion's pictures, the row that was chosen still chosen, else the last."""
        before = self._later
        self._pictures = lesions_of(self._workspace.documents).get(self.key, []) if self.key is not None else []
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._pictures))
        for row in range(len(self._pictures)):
            self._write(row)
        self.table.resizeRowsToContents()
        self.table.blockSignals(False)
        if not self._pictures:
            self.doubt.setText(
                tr("Give pictures the same patient and lesion (Tools > Lesions, Whose and where) to see them here.")
            )
            self.view.show_parts([])
            self.place.clear()
            return
        sites = dict.fromkeys(site_words(d.lesion.site) for d in self._pictures if d.lesion.site is not None)
        self.place.setText(tr("Place: {place}").format(place="; ".join(sites) or site_words(None)))
        missing = [d for d in self._pictures if d.number not in self.visits and d.number not in self._problems]
        view, analyses = self._workspace.state.view, self._workspace.analyses
        self._regions |= {d.number: d.region for d in missing}
        self.watch.start(missing, view.method, analyses.bundle)
        same = next((row for row, d in enumerate(self._pictures) if d is before), len(self._pictures) - 1)
        self.table.blockSignals(True)
        self.table.setCurrentCell(same, 0)
        self.table.blockSignals(False)
        self._choose_row()

    def _choose_row(self) -> None:
        """Offer the pictures before the chosen one, the first of all by default, and compare."""
        row = self.table.currentRow()
        self.earlier.clear()
        for document in self._pictures:
            if document is not self._later:
                self.earlier.addItem(_day(document), document.number)
        self.earlier.setCurrentIndex(max(0, row - 1) if self.earlier.count() else -1)
        self._compare()

    @property
    def _later(self) -> Document | None:
        row = self.table.currentRow()
        return self._pictures[row] if 0 <= row < len(self._pictures) else None

    @property
    def _earlier(self) -> Document | None:
        return next((d for d in self._pictures if d.number == self.earlier.currentData()), None)

    # -- comparing -------------------------------------------------------------------------------

    def _compare(self) -> None:
        earlier, later = self._earlier, self._later
        self.comparison = None
        self.view.lay_over(None, 0)
        if later is None:
            return
        if earlier is None:
            self.doubt.setText(tr("There is only one picture of this lesion yet."))
        first = self.visits.get(earlier.number) if earlier is not None else None
        second = self.visits.get(later.number)
        waiting = tr("Looking at the image …")
        parts = [(_day(d), v.picture if v else None, "" if v else waiting) for d, v in ((later, second),)]
        if earlier is not None:
            parts.insert(0, (_day(earlier), first.picture if first else None, "" if first else waiting))
        self.view.show_parts(parts)
        if earlier is not None and first is not None and second is not None:
            self.doubt.setText(tr("Laying the pictures on each other …"))
            self.watch.compare(earlier, first, later, second)

    def _on_compared(self, earlier: Document, later: Document, comparison: Comparison) -> None:
        if earlier is not self._earlier or later is not self._later:
            return
        self.comparison = comparison
        first, second, trust = self.visits[earlier.number], self.visits[later.number], comparison.registration.trust
        refused = tr("The pictures could not be laid on each other.")
        shown = comparison.later if trust is not Trust.NONE else second.picture
        title = _day(later) if trust is Trust.NONE else tr("{day}, laid on the earlier one").format(day=_day(later))
        difference = tr("Difference (bright: changed)") if trust is not Trust.NONE else tr("Difference")
        self.view.show_parts(
            [
                (_day(earlier), first.picture, ""),
                (title, shown, ""),
                (difference, comparison.difference, refused if comparison.difference is None else ""),
            ]
        )
        self.fade.setEnabled(trust is not Trust.NONE)
        self._fade()
        self.doubt.setText(self._words(comparison, earlier, later))

    def _words(self, comparison: Comparison, earlier: Document, later: Document) -> str:
        registration = comparison.registration
        figures = tr("correlation of details {correlation}, overlap {overlap}").format(
            correlation=decimal(registration.correlation, ".2f"), overlap=percent(registration.overlap)
        )
        if registration.trust is Trust.NONE:
            words = [
                tr(
                    "No registered view: the pictures do not fit each other ({figures}). They may show another lesion."
                ).format(figures=figures)
            ]
        else:
            sentence = {
                Trust.GOOD: tr("The pictures fit each other: {figures}, turned by {turn}°, scale {scale}."),
                Trust.DOUBTFUL: tr(
                    "Doubtful: {figures}, turned by {turn}°, scale {scale}. Check that both show the same lesion."
                ),
            }[registration.trust]
            words = [
                sentence.format(
                    figures=figures, turn=f"{registration.turn:.0f}", scale=decimal(registration.scale, ".2f")
                )
            ]
        if not (self._is_hidden(earlier) or self._is_hidden(later)):
            if comparison.area_ratio is not None:
                change = 100 * (comparison.area_ratio - 1)
                by = tr("by the registration's scale") if comparison.by_registration else tr("in millimetres")
                words.append(tr("Area of the region: {change} % ({by}).").format(change=f"{change:+.0f}", by=by))
            else:
                words.append(tr("No change of area: a scale is missing and the pictures do not fit well enough."))
            if comparison.colour_change is not None:
                words.append(
                    tr("Colour against the skin around: {change} CIELAB units apart.").format(
                        change=f"{comparison.colour_change:.0f}"
                    )
                )
        return " ".join(words)

    def _fade(self) -> None:
        earlier, comparison = self._earlier, self.comparison
        good = comparison is not None and comparison.later is not None and earlier is not None
        picture = self.visits[earlier.number].picture if good and earlier is not None else None
        self.view.lay_over(picture, self.fade.value() / 100)

    # -- the table -------------------------------------------------------------------------------

    def _is_hidden(self, document: Document) -> bool:
        return self._workspace.state.view.read_first and document.impression is None

    def _write(self, row: int) -> None:
        document = self._pictures[row]
        texts = [_day(document), *[""] * 7]
        visit = None if self._is_hidden(document) else self.visits.get(document.number)
        if document.number in self._problems:
            texts[_FINDING] = self._problems[document.number]
        if visit is not None:
            texts = self._texts(document, visit)
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            if column == _DAY and document.thumbnail is not None:
                picture, icon = QPixmap.fromImage(to_qimage(document.thumbnail)), QIcon()
                for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # the chosen one keeps its colours
                    icon.addPixmap(picture, mode)
                item.setIcon(icon)
            self.table.setItem(row, column, item)

    def _texts(self, document: Document, visit: Visit) -> list[str]:
        texts = [_day(document), *[""] * 7]
        shape, summary = visit.shape, visit.summary
        if shape is not None:
            texts[_AREA] = f"{plain(shape.area)} {shape.unit}²"
            texts[_DIAMETER] = f"{plain(shape.diameter)} {shape.unit}"
        texts[_COLOURS] = ", ".join(tr(colour) for colour in visit.colours)
        texts[_FINDING] = summary.finding
        texts[_BADGE] = tr(WORDS[summary.badge]) if summary.badge is not None else ""
        first = self.visits.get(self._pictures[0].number)
        if first is not None and document is not self._pictures[0] and not self._is_hidden(self._pictures[0]):
            if shape is not None and first.shape is not None and shape.unit == first.shape.unit == "mm":
                texts[_CHANGE] = f"{100 * (shape.area / first.shape.area - 1):+.0f} %"
            elif shape is not None:
                texts[_CHANGE] = tr("needs a scale in both")
            if visit.tint is not None and first.tint is not None:
                texts[_TINT] = f"{visit.tint.apart(first.tint):.0f} (CIELAB)"
        return texts

    def _rewrite(self) -> None:
        self.table.blockSignals(True)
        for row in range(len(self._pictures)):
            self._write(row)
        self.table.blockSignals(False)

    # -- what is told ----------------------------------------------------------------------------

    def _on_found(self, document: Document, visit: Visit) -> None:
        self.visits[document.number] = visit
        self._rewrite()
        if document in (self._earlier, self._later):
            self._compare()

    def _on_failed(self, document: Document, sentence: str) -> None:
        self._problems[document.number] = sentence
        self._rewrite()

    def _on_updated(self, document: Document) -> None:
        shown = any(document is d for d in self._pictures)
        if shown and document.lesion.calibration != self._scales.get(document.number, document.lesion.calibration):
            self.visits.pop(document.number, None)
        now = {key: [d.number for d in ds] for key, ds in lesions_of(self._workspace.documents).items()}
        if now != self._known or (shown and document.number not in self.visits):
            self._known = now
            self.fill()
        elif shown:
            self._rewrite()
        self._scales[document.number] = document.lesion.calibration

    def _on_analysis(self, document: Document) -> None:
        """Look again at a picture whose region the reader changed."""
        known = document.number in self.visits and any(document is d for d in self._pictures)
        done = document.analysis is not None and document.analysis.complete
        if known and done and self._regions.get(document.number) is not document.region:
            del self.visits[document.number]
            self._show_lesion()

    def _on_view_changed(self, changed: set[str]) -> None:
        if "read_first" in changed:
            self._rewrite()
            self._compare()

    def _open(self, item: QTableWidgetItem) -> None:
        if 0 <= item.row() < len(self._pictures):
            self._workspace.look_at(self._pictures[item.row()])

    def done(self, result: int) -> None:
        """Close, and look at no more."""
        self.watch.stop()
        super().done(result)


def _day(document: Document) -> str:
    return date_text(document.lesion.taken.replace("-", "")) or tr("day not stated")
