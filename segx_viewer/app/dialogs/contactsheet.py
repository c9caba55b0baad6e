"""The contact sheet: all open images at once, each with its finding and badge, sorted by risk or doubt."""

from collections import Counter
from pathlib import PurePath

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.canvas.badge import WORDS, paint_badge
from segx_viewer.app.dialogs.exportdialog import ExportDialog
from segx_viewer.app.jobs.survey import Summary, Survey
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import theme
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.documents import Document
from segx_viewer.domain.result import Level

_SIDE = 132  # px of a thumbnail
_CELL = QSize(_SIDE + 40, _SIDE + 80)  # room for three lines
_BADGE = 30
_DOUBT = (None, Level.ABSTAIN, Level.LOW, Level.MODERATE, Level.HIGH)
_SORT_MS = 400  # images that come one after the other move the others no more often
OPENED, NAME, DOUBT, SCORE = "opened", "name", "doubt", "score"
ALL = ("all", "")
FOLDER, PATIENT = "folder", "patient"
_LETTERS = 16  # of a choice that are always seen
_MOST_OF_IT = 0.8  # of the window below, from which on the sheet hides what is opened
_LONGEST = 40  # letters of a folder's or a patient's name in the list


class ContactSheet(Dialog):
    """Thumbnails in rows; a double click or Enter shows an image in the window.

    While results are hidden until the reader has noted an impression, they are hidden here as well.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Contact sheet"))
        self.resize(1000, 700)
        self._workspace = workspace
        self._documents = [d for d in workspace.documents if d.frame == 0 or d.leads]
        self._read_first = workspace.state.view.read_first
        self._is_over = False
        self._items: dict[int, QListWidgetItem] = {}
        self.summaries: dict[int, Summary] = {}
        self.which = QComboBox()
        self.which.setAccessibleName(tr("Show"))
        self.which.activated.connect(lambda _index: self._choose())
        self.report = QPushButton(tr("Report of these …"))
        self.report.clicked.connect(self._report)
        self.order = QComboBox()
        self.order.setAccessibleName(tr("Order"))
        for box in (self.which, self.order):  # long names must not make the window wider than a small screen
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(_LETTERS)
        for text, data in ((tr("As opened"), OPENED), (tr("Name"), NAME), (tr("Most doubtful first"), DOUBT)):
            self.order.addItem(text, (data, ""))
        self.order.activated.connect(lambda _index: self.sort())
        self.totals = QLabel()
        self.totals.setObjectName("muted")
        self.totals.setWordWrap(True)
        self.stop = QPushButton(tr("Stop"))
        self.list = QListWidget()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(QSize(_SIDE, _SIDE))
        self.list.setGridSize(_CELL)
        self.list.setWordWrap(True)
        self.list.setAccessibleName(tr("Contact sheet"))
        self.list.itemActivated.connect(self._open)
        research = QLabel(tr("RESEARCH USE ONLY - not for diagnosis"))
        research.setObjectName("researchUse")
        row = QHBoxLayout()
        for label, box in ((tr("Show"), self.which), (tr("Order"), self.order)):
            row.addWidget(QLabel(label))
            row.addWidget(box, 1)
        row.addWidget(research)
        below = QHBoxLayout()
        below.addWidget(self.totals, 1)
        below.addWidget(self.stop)
        below.addWidget(self.report)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addLayout(below)
        column.addWidget(self.list, 1)
        self._later = QTimer(self, singleShot=True, interval=_SORT_MS)
        self._later.timeout.connect(self.sort)
        for document in self._documents:
            self._items[document.number] = QListWidgetItem()
            self.list.addItem(self._items[document.number])
            self._write(document)
        self._offer()
        workspace.documents.updated.connect(self._on_updated)
        workspace.documents.described.connect(self._on_described)
        workspace.opener.draw_all(self._documents)
        self.survey = Survey(workspace.jobs, workspace.analyses.engine, self)
        self.survey.found.connect(self._on_found)
        self.survey.ended.connect(self._count)
        self.stop.clicked.connect(self._stop)
        self.survey.start(self._documents, workspace.state.view.method, workspace.analyses.bundle)
        self._count()
        self.list.setCurrentRow(0)  # where the keys begin

    def sort(self) -> None:
        """Put the images into the order that is chosen, the chosen image still chosen."""
        self._later.stop()
        kind, label = self.order.currentData()
        ranks = {d.number: self._rank(d, kind, label) for d in self.documents}
        chosen = self.list.currentItem()
        while self.list.count():
            self.list.takeItem(0)
        for number in sorted(ranks, key=ranks.__getitem__):
            self.list.addItem(self._items[number])
        if chosen is not None:
            self.list.setCurrentItem(chosen)

    @property
    def documents(self) -> list[Document]:
        """The images that are shown: all, or those of one folder or patient."""
        chosen = self.which.currentData() or ALL
        return [d for d in self._documents if chosen == ALL or chosen in _groups(d)]

    def _offer(self) -> None:
        """Offer the folders and patients that the images are of; what is chosen stays chosen."""
        counts = Counter(group for document in self._documents for group in _groups(document))
        kinds = Counter(kind for kind, _ in counts)
        groups = [group for group in sorted(counts, key=lambda g: (g[0], g[1].casefold())) if kinds[group[0]] > 1]
        groups += [group for group in counts if group[0] == PATIENT and group not in groups]
        words = {ALL: tr("All images")}
        texts = {FOLDER: tr("Folder {name} ({count})"), PATIENT: tr("Patient {name} ({count})")}
        for kind, name in groups:
            shown = PurePath(name).name or name if kind == FOLDER else name
            words[kind, name] = texts[kind].format(name=shown[:_LONGEST], count=counts[kind, name])
        if [self.which.itemText(i) for i in range(self.which.count())] == list(words.values()):
            return
        before = self.which.currentData()
        self.which.clear()
        for group, text in words.items():
            self.which.addItem(text, group)
        self.which.setCurrentIndex(next((i for i, group in enumerate(words) if group == before), 0))

    def _on_described(self, _documents: list[Document]) -> None:
        self._offer()

    def _choose(self) -> None:
        self.sort()
        self._count()

    def _report(self) -> None:
        """Ask for a report with a page for each image that is shown."""
        ExportDialog(self._workspace, self, self.documents).open()

    def _rank(self, document: Document, kind: str, label: str) -> tuple[float, float, str]:
        """Return what an image is sorted by; one that is not analysed yet comes last."""
        summary = self._shown(document)
        if kind == NAME:
            return 0, 0, document.name.casefold()
        if kind == OPENED:
            return 0, document.number, ""
        if summary is None:
            return 9, document.number, ""
        if kind == DOUBT:
            return _DOUBT.index(summary.level), summary.right if summary.right is not None else 0, document.name
        if label not in summary.scores:
            return 8, document.number, ""
        return 0, -summary.scores[label], document.name

    def _shown(self, document: Document) -> Summary | None:
        """Return what may be shown of an image's results."""
        if self._workspace.state.view.read_first and document.impression is None:
            return None
        return self.summaries.get(document.number)

    def _on_found(self, document: Document, summary: Summary) -> None:
        self.summaries[document.number] = summary
        known = {self.order.itemData(index) for index in range(self.order.count())}
        if self._shown(document) is not None:
            for label in sorted(summary.scores):
                if (SCORE, label) not in known:
                    self.order.addItem(tr("Highest score first: {finding}").format(finding=tr(label)), (SCORE, label))
        self._write(document)
        self._count()
        if self.order.currentData()[0] in (DOUBT, SCORE) and not self._later.isActive():
            self._later.start()

    def _on_updated(self, document: Document) -> None:
        if document.number in self._items:
            self._write(document)
            self._offer()

    def _write(self, document: Document) -> None:
        item, summary = self._items[document.number], self._shown(document)
        lines = [document.name]
        if summary is not None and summary.level is not None:
            lines += [summary.finding] if summary.finding else []
            lines += [tr(WORDS[summary.badge])] if summary.badge is not None else []
        elif summary is not None:
            lines.append(tr("not analysed"))
        item.setText("\n".join(lines))
        item.setSizeHint(_CELL)
        item.setToolTip(
            "\n".join([*lines, *([told(summary.reason)] if summary is not None and summary.reason else [])])
        )
        item.setData(Qt.ItemDataRole.UserRole, document.number)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(lines))
        picture = _picture(document, summary.badge if summary is not None else None)
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)  # else Qt tints it, and a tinted lesion misleads
        item.setIcon(icon)

    def _count(self) -> None:
        """Say how many images there are of each badge, and how many are not analysed yet."""
        documents = self.documents
        shown = [summary for d in documents if (summary := self._shown(d)) is not None]
        levels = Counter(summary.level for summary in shown if not summary.nothing)
        nothing = sum(summary.nothing for summary in shown)
        parts = [tr("{count} images").format(count=len(documents))]
        parts += [f"{tr(WORDS[level])}: {levels[level]}" for level in WORDS if levels[level]]
        if nothing:
            parts.append(f"{tr('no finding above its cut-off')}: {nothing}")
        if levels[None]:
            parts.append(tr("not analysed: {count}").format(count=levels[None]))
        if self.survey.left:
            parts.append(tr("still to come: {count}").format(count=self.survey.left))
        self.totals.setText("  ·  ".join(parts))
        self.stop.setVisible(self.survey.left > 0)

    def _stop(self) -> None:
        self.survey.stop()
        self._count()

    def _open(self, item: QListWidgetItem) -> None:
        document = self._workspace.documents.by_number(item.data(Qt.ItemDataRole.UserRole))
        if document is None:
            return
        self._workspace.look_at(document)
        below = self.parentWidget()
        if below is not None and _covers(self, below):  # nothing of what was chosen would be seen
            self.hide()
            self._workspace.say(tr("View > Contact sheet shows the sheet again."))

    @property
    def is_current(self) -> bool:
        """Whether it is not closed, and one that is opened now would show the same."""
        listed = [d for d in self._workspace.documents if d.frame == 0 or d.leads]
        same = self._documents == listed and self._read_first == self._workspace.state.view.read_first
        return same and not self._is_over

    def done(self, result: int) -> None:
        """Close, and analyse no more."""
        self._is_over = True
        self.survey.stop()
        super().done(result)


def _groups(document: Document) -> set[tuple[str, str]]:
    """Return the folder that an image lies in and the patient that it is of: as the file says, or else the reader."""
    groups = {(FOLDER, document.place)}
    identity = document.header.identity if document.header is not None else None
    patient = (identity.name or identity.patient_id) if identity is not None else ""
    patient = patient.replace("^", " ").strip() or document.lesion.patient.strip()
    return groups | {(PATIENT, patient)} if patient else groups


def _picture(document: Document, level: Level | None) -> QPixmap:
    """Return an image's thumbnail in a square, the badge in its corner."""
    canvas = QPixmap(_SIDE, _SIDE)
    canvas.fill(theme.colour("raised"))
    painter = QPainter(canvas)
    if document.thumbnail is not None:
        thumbnail = QPixmap.fromImage(to_qimage(document.thumbnail)).scaled(
            _SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        painter.drawPixmap((_SIDE - thumbnail.width()) // 2, (_SIDE - thumbnail.height()) // 2, thumbnail)
    if level is not None:
        corner = QRectF(_SIDE - _BADGE, _SIDE - _BADGE, _BADGE, _BADGE)
        painter.fillRect(corner, theme.colour("panel"))
        paint_badge(painter, corner.adjusted(6, 6, -6, -6), level)
    painter.end()
    return canvas


def _covers(above: QWidget, below: QWidget) -> bool:
    """Whether a window hides most of another one."""
    hidden = above.frameGeometry().intersected(below.frameGeometry())
    return hidden.width() * hidden.height() > _MOST_OF_IT * below.width() * below.height()
