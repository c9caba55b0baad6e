"""De-identified copies of a whole folder or archive."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.dialogs.disguiseform import DisguiseForm, disguise_of
from segx_viewer.app.dialogs.working import WorkingDialog
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.privacy import limits
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled, SegxError

if TYPE_CHECKING:
    from segx_viewer.reporting.copies import Copied

_TEXT = {
    "blank": mark("Blank what looks like text in a picture"),
    "skip": mark("Leave out files that have or may have text in their picture"),
    "keep": mark("Do not look for text in pictures"),
}


class Order(NamedTuple):
    """An order to copy a folder without identity: from where to where, the key, what becomes of dates and text."""

    source: Path
    target: Path
    key: Path
    dates: str
    text: str


class FolderCopies(WorkingDialog):
    """Asks for two folders and how, writes the copies, and lists what deserves a look."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.setWindowTitle(tr("De-identified copies of a folder"))
        self.resize(760, 560)
        current = workspace.documents.current
        folder = str(current.path.parent) if current is not None else str(settings.settings().value("last_folder", ""))
        self.source, self.target = QLineEdit(folder), QLineEdit()
        self.target.setPlaceholderText(tr("a folder of its own"))
        self.disguise = DisguiseForm()
        self.text = QComboBox()
        for name, words in _TEXT.items():
            self.text.addItem(tr(words), name)
        self.progress, self.outcomes = QProgressBar(), QListWidget()
        self.outcomes.setWordWrap(True)
        self.outcomes.itemActivated.connect(self._open)
        self.sentence = QLabel(
            tr(
                "The originals stay as they are. The search for text finds typed letters and is no proof: look at the "
                "copies that are listed below; a double click opens one."
            )
        )
        self.sentence.setWordWrap(True)
        form = self.disguise.form
        form.insertRow(0, tr("Originals"), self._with_button(self.source))
        form.insertRow(1, tr("Copies"), self._with_button(self.target))
        form.insertRow(2, tr("Text"), self.text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.start = buttons.addButton(tr("Write copies"), QDialogButtonBox.ButtonRole.ActionRole)
        self.start.clicked.connect(self.write)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.disguise)
        layout.addWidget(self.sentence)
        layout.addWidget(self.progress)
        layout.addWidget(self.outcomes, 1)
        layout.addWidget(buttons)
        self.progress.hide()
        self.target.textChanged.connect(lambda _text: self._follow())
        self.source.textChanged.connect(lambda _text: self._follow())
        self._follow()

    def _with_button(self, line: QLineEdit) -> QHBoxLayout:
        browse = QPushButton(tr("Browse …"))
        browse.clicked.connect(lambda: self._browse(line))
        row = QHBoxLayout()
        row.addWidget(line, 1)
        row.addWidget(browse)
        return row

    def _browse(self, line: QLineEdit) -> None:
        name = QFileDialog.getExistingDirectory(self, self.windowTitle(), line.text())
        if name:
            line.setText(name)

    def _follow(self) -> None:
        named = self.source.text().strip() and self.target.text().strip()
        same = named and Path(self.source.text()).resolve() == Path(self.target.text()).resolve()
        self.start.setEnabled(bool(named) and not same and not self._running)

    def write(self) -> None:
        """Write the copies, beside the window."""
        self.disguise.remember()
        order = Order(
            Path(self.source.text().strip()),
            Path(self.target.text().strip()),
            self.disguise.key,
            self.disguise.dates,
            self.text.currentData(),
        )
        self.outcomes.clear()
        self._begin_work()
        self._follow()
        self.progress.setRange(0, 0)
        self.progress.show()
        jobs = self._workspace.jobs
        jobs.run(_copy, order, self._token, jobs.teller(self._on_step), then=self._on_done, failed=self._on_failed)

    def _on_step(self, done: int, total: int, copied: "Copied") -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        words = copied.problem or copied.note
        if words and not copied.skipped:
            item = QListWidgetItem(f"{Path(copied.label).name}: {words}", self.outcomes)
            item.setToolTip(copied.label)
            item.setData(Qt.ItemDataRole.UserRole, str(copied.target or ""))

    def _open(self, item: QListWidgetItem) -> None:
        if copy := item.data(Qt.ItemDataRole.UserRole):
            self._workspace.opener.open([Path(copy)])

    def _on_done(self, count: Counter[str]) -> None:
        words = tr("Copied: {copied} (patients: {patients}). Failed: {failed}. Not DICOM: {skipped}.")
        self._end(words.format(**{name: count[name] for name in ("copied", "patients", "failed", "skipped")}))

    def _on_failed(self, error: SegxError) -> None:
        self._end(tr("Cancelled.") if isinstance(error, AnalysisCancelled) else told(error))

    def _end(self, sentence: str) -> None:
        self._running = False
        self.progress.hide()
        self.sentence.setText(sentence)
        self._workspace.say(sentence)
        self._follow()


def _copy(order: Order, token: CancelToken, tell: "Callable[[int, int, Copied], None]") -> Counter[str]:
    from segx_viewer.imaging.containers import Containers
    from segx_viewer.reporting.copies import Text, copy_files

    if not order.source.exists():
        raise SegxError(tr("{path} does not exist.").format(path=order.source))
    target = order.target.resolve()
    count: Counter[str] = Counter()
    patients = set()
    with Containers() as containers:
        files = [f for f in containers.open(order.source) if not f.place.resolve().is_relative_to(target)]
        disguise = disguise_of(order.key, order.dates)
        copies = copy_files(files, order.target, disguise, Text(order.text), limits())
        for number, copied in enumerate(copies, 1):
            tell(number, len(files), copied)
            count["copied" if copied.target else "skipped" if copied.skipped else "failed"] += 1
            patients |= {copied.pseudonym} if copied.target else set()
            token.raise_if_cancelled()
    count["patients"] = len(patients)
    return count
