"""The marked images of a worklist, exported: a table, and what the run wrote for them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.errors import SegxError

if TYPE_CHECKING:
    from segx_viewer.app.jobs.worklists import Worklists
    from segx_viewer.cohort.marks import Mark
    from segx_viewer.cohort.results import Result


class WorklistExport(Dialog):
    """Asks where to, and what: nothing that names a patient is written unless it is ticked."""

    def __init__(
        self,
        workspace: Workspace,
        lists: "Worklists",
        results: "Sequence[Result]",
        marks: "Mapping[str, Mark]",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export marked images"))
        self._workspace, self._lists, self._results, self._marks = workspace, lists, results, marks
        self.target = QLineEdit()
        self.target.setPlaceholderText(tr("a folder of its own"))
        browse = QPushButton(tr("Browse …"))
        browse.clicked.connect(self._browse)
        self.reports = QCheckBox(tr("Reports and JSON"))
        if lists.identity:
            self.reports.setText(tr("Reports and JSON, which hold identities in this run"))
        self.reports.setChecked(not lists.identity)
        self.notes = QCheckBox(tr("Notes as they were written, which may name patients"))
        self.sentence = QLabel(tr("Marked images: {count}. Research use only.").format(count=len(results)))
        self.sentence.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.write)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.target, 1)
        row.addWidget(browse)
        column = QVBoxLayout(self)
        column.addWidget(self.sentence)
        column.addLayout(row)
        for widget in (self.reports, self.notes, buttons):
            column.addWidget(widget)
        self.target.textChanged.connect(lambda text: self.start.setEnabled(bool(text.strip())))
        self.start.setEnabled(False)
        self.resize(520, self.sizeHint().height())

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.windowTitle(), self.target.text())
        if name:
            self.target.setText(name)

    def write(self) -> None:
        """Write it beside the window, and close when it is done."""
        target = Path(self.target.text().strip())
        self.start.setEnabled(False)
        self._workspace.jobs.run(
            self._lists.export,
            self._results,
            self._marks,
            target,
            self.reports.isChecked(),
            self.notes.isChecked(),
            then=self._on_written,
            failed=self._on_failed,
        )

    def _on_written(self, copied: int) -> None:
        text = tr("Marked images exported: {count}, with {files} files of their own.")
        self._workspace.say(text.format(count=len(self._results), files=copied))
        self.accept()

    def _on_failed(self, error: SegxError) -> None:
        self.sentence.setText(told(error))
        self.start.setEnabled(True)
