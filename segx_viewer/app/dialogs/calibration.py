"""Explain > Calibrate this model: levels, prediction sets and an input gate from labelled images."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.jobs.jobs import CHECKS
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled, SegxError

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore


RECIPE = "recipe.toml"
"""Lies beside a model that was trained and calibrated by this program."""


class CalibrationDialog(Dialog):
    """Asks for labelled images, calibrates beside the window, and shows which promises there were enough images for."""

    def __init__(self, workspace: Workspace, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Calibrate a model"))
        self.setMinimumWidth(680)
        self._workspace, self._name = workspace, name
        self._cancel: CancelToken | None = None
        head = QLabel(tr(title))
        head.setObjectName("title")
        words = QLabel(
            tr(
                "Choose images that the model did not learn from: a folder with a folder for each class, or a CSV with "
                "the columns image and class, and where they are known group (person or lesion) and mask (white where "
                "the region is). Nothing is promised that they are too few for."
            )
        )
        words.setWordWrap(True)
        self.data = QLineEdit()
        self.data.setAccessibleName(tr("Folder or CSV"))
        self.data.setPlaceholderText(tr("Folder or CSV"))
        self.data.textChanged.connect(lambda _text: self._follow())
        self.folder, self.table = QPushButton(tr("Folder …")), QPushButton(tr("CSV …"))
        self.folder.clicked.connect(self._choose_folder)
        self.table.clicked.connect(self._choose_table)
        chosen = QHBoxLayout()
        chosen.addWidget(self.data, 1)
        chosen.addWidget(self.folder)
        chosen.addWidget(self.table)
        self.published = QCheckBox(tr("Only as published: cut-offs of the best F1, images for Gradient SHAP"))
        self.published.setToolTip(
            tr("What SegX's reference fits: 50 images are kept in the model's folder, as the network sees them.")
        )
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.hide()
        self.said = QPlainTextEdit()
        self.said.setReadOnly(True)
        self.said.setAccessibleName(tr("Report"))
        self.said.setMinimumHeight(190)
        note = QLabel(tr("Research use only. What is promised holds for images like these."))
        note.setObjectName("muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.begin = buttons.addButton(tr("Calibrate"), QDialogButtonBox.ButtonRole.ActionRole)
        self.stop = buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.ActionRole)
        self.begin.clicked.connect(self.calibrate)
        self.stop.clicked.connect(self._stop)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(head)
        column.addWidget(words)
        column.addLayout(chosen)
        column.addWidget(self.published)
        column.addWidget(self.bar)
        column.addWidget(self.said, 1)
        column.addWidget(note)
        column.addWidget(buttons)
        self.finished.connect(lambda _result: self._stop())
        self._follow()

    def calibrate(self) -> None:
        """Begin."""
        self.said.clear()
        self.bar.setValue(0)
        self._cancel = CancelToken()
        tell = self._workspace.jobs.teller
        job = partial(
            _calibrate,
            self._name,
            Path(self.data.text().strip()).expanduser(),
            self.published.isChecked(),
            self._cancel,
            tell(self._say),
            tell(self._on_progress),
        )
        analyses = self._workspace.analyses
        analyses.with_models(job, self._on_done, self._on_failure, lane=CHECKS, cancel=self._cancel)
        self._follow()

    def _choose_folder(self) -> None:
        if path := QFileDialog.getExistingDirectory(self, tr("Choose a folder")):
            self.data.setText(path)

    def _choose_table(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose a file"), "", f"{tr('Tables')} (*.csv)")
        if path:
            self.data.setText(path)

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()
            self.stop.setEnabled(False)

    def _follow(self) -> None:
        runs = self._cancel is not None
        for part in (self.data, self.folder, self.table, self.published):
            part.setEnabled(not runs)
        self.begin.setEnabled(not runs and bool(self.data.text().strip()))
        self.stop.setEnabled(runs)
        self.bar.setVisible(runs)

    def _say(self, line: str) -> None:
        words = line.lstrip()
        self.said.appendPlainText(line.removesuffix(words) + told(words))

    def _on_progress(self, fraction: float) -> None:
        self.bar.setValue(round(fraction * 1000))

    def _on_done(self, _answer: object) -> None:
        self._cancel = None
        self._say(tr("The model is calibrated."))
        self._follow()
        self._workspace.prepare()
        current = self._workspace.analyses.current
        if current is not None and current.bundle.name == self._name:
            self._workspace.analyses.analyse()

    def _on_failure(self, error: SegxError) -> None:
        self._cancel = None
        cancelled = tr("Cancelled; the model is as it was.")
        self._say(cancelled if isinstance(error, AnalysisCancelled) else told(error))
        self._follow()


def _calibrate(
    name: str,
    data: Path,
    published: bool,
    cancel: CancelToken,
    say: Callable[[str], None],
    tell: Callable[[float], None],
    store: "BundleStore",
) -> None:
    """In the checks' thread."""
    try:
        module = import_module(f"segx_viewer.evaluation.{'published' if published else 'own'}")
    except ModuleNotFoundError as error:
        raise SegxError(f"Calibrating needs {error.name}: pip install 'segx-viewer[train]'.") from error
    if not data.exists():
        raise SegxError(f"There is no file or folder {data}.")
    bundle = store.get(name)
    if (bundle.folder / RECIPE).is_file():
        raise SegxError(
            f"{bundle.info.title} was calibrated where it was trained; images of your own would take the place of that."
        )
    fit = module.fit_published if published else module.fit_own
    fit(bundle.folder, data, report=say, cancel=cancel, on_progress=tell)
    store.refresh()
