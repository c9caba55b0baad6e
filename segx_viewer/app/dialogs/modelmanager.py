"""The installed models: add, verify, remove, compare two on the current image, and where they run."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.dialogs import modeljobs
from segx_viewer.app.dialogs.modelfields import by_fields
from segx_viewer.app.dialogs.modelform import ModelForm
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ConsentNeededError, SegxError

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore

_NAME = Qt.ItemDataRole.UserRole


Asked = TypeVar("Asked")


class ModelManager(Dialog):
    """Lists the models; everything slow happens in the thread of the models."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Models"))
        self.resize(760, 460)
        self._workspace = workspace
        self._models: dict[str, modeljobs.Model] = {}
        self._form: ModelForm | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Models"))
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setWordWrap(True)
        self.list.setToolTip(tr("Choose two models to compare them"))
        self.list.itemSelectionChanged.connect(self._follow)
        self.details = QLabel()
        self.details.setWordWrap(True)
        self.details.setMinimumWidth(320)
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.device = QComboBox()
        for name, text in modeljobs.DEVICES.items():
            self.device.addItem(tr(text), name)
        self.device.setAccessibleName(tr("Models run on"))
        self.device.activated.connect(lambda _row: self._use(self.device.currentData()))
        self.add = self._button(tr("Add …"), self._add)
        self.verify = self._button(tr("Verify"), lambda: self._ask(modeljobs.verify, self._show_models))
        self.remove = self._button(tr("Remove"), self._remove)
        self.compare = self._button(tr("Compare"), self._compare)
        self.calibrate = self._button(tr("Calibrate …"), self._calibrate)
        self._lay_out()
        self._ask(modeljobs.models, self._show_models)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.addWidget(self.details)
        right.addStretch(1)
        right.addWidget(self.note)
        middle = QHBoxLayout()
        middle.addWidget(self.list, 2)
        middle.addLayout(right, 3)
        bottom = QHBoxLayout()
        for button in (self.add, self.verify, self.remove, self.compare, self.calibrate):
            bottom.addWidget(button)
        bottom.addStretch(1)
        bottom.addWidget(QLabel(tr("Models run on")))
        bottom.addWidget(self.device)
        column = QVBoxLayout(self)
        column.addLayout(middle, 1)
        column.addLayout(bottom)
        self._follow()

    @staticmethod
    def _button(text: str, handler: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda *_: handler())
        return button

    # -- what is asked for -----------------------------------------------------------------------

    def chosen(self) -> list[str]:
        """Names of the chosen models."""
        return [item.data(_NAME) for item in self.list.selectedItems()]

    def _ask(
        self,
        job: "Callable[[BundleStore], Asked]",
        then: "Callable[[Asked], None]",
        failed: Callable[[SegxError], None] | None = None,
    ) -> None:
        """Do something with the store of models."""
        self.setEnabled(False)
        self.note.setText(tr("One moment …"))
        self._workspace.analyses.with_models(job, then, failed or self._show_failure)

    def _add(self) -> None:
        self._form = ModelForm(self, list(self._models), self._image())
        self._fill_in()

    def _fill_in(self) -> None:
        """Show the form, with what was typed in it before."""
        form = self._form
        if form is not None and form.exec() == QDialog.DialogCode.Accepted:
            self.try_model(form.answers())
        else:
            self._form = None

    def try_model(self, answers: dict[str, object], *, allow_pickle: bool = False) -> None:
        """Try a model and show what it says of an image, before it is installed; a pickle is asked about first."""
        job = partial(modeljobs.try_model, answers, allow_pickle=allow_pickle)
        self._ask(job, self._show_trial, partial(self._ask_consent, answers, self.try_model))

    def _show_trial(self, trial: modeljobs.Trial) -> None:
        self.setEnabled(True)
        self.note.setText("")
        dialog = TrialDialog(self, trial)
        answer = dialog.exec()
        if answer == TrialDialog.INSTALL:
            self._ask(partial(modeljobs.install, trial), self._show_changed_models)
            return
        modeljobs.discard(trial)
        if answer == TrialDialog.CHANGE:
            self._fill_in()
        else:
            self._form = None

    def add_model(self, answers: dict[str, object], *, allow_pickle: bool = False) -> None:
        """Try a model and install it; a pickle is asked about first."""
        job = partial(modeljobs.add, answers, allow_pickle=allow_pickle)
        self._ask(job, self._show_changed_models, partial(self._ask_consent, answers, self.add_model))

    def _use(self, device: str) -> None:
        self._ask(partial(modeljobs.use, device), self._show_models)

    def _remove(self) -> None:
        names = self.chosen()
        question = tr("Remove {names}? The files are deleted.").format(names=", ".join(names))
        if QMessageBox.question(self, tr("Models"), question) == QMessageBox.StandardButton.Yes:
            self._ask(partial(modeljobs.remove, names), self._show_changed_models)

    def _compare(self) -> None:
        image = self._image()
        if image is not None:  # else there is no such button
            self._ask(partial(modeljobs.compare, image, self.chosen()), self._show_comparison)

    def _calibrate(self) -> None:
        from segx_viewer.app.dialogs.calibration import CalibrationDialog

        (name,) = self.chosen()
        CalibrationDialog(self._workspace, name, self._models[name].title, self).open()

    # -- what comes back -------------------------------------------------------------------------

    def _show_models(self, answer: modeljobs.Answer) -> None:
        self.setEnabled(True)
        self._models, device, message = answer
        self._fill(device)
        self.note.setText(message)

    def _show_changed_models(self, answer: modeljobs.Answer) -> None:
        self._form = None
        self._show_models(answer)
        self._workspace.prepare()

    def _show_comparison(self, sides: list[modeljobs.Side]) -> None:
        self.setEnabled(True)
        self.note.setText("")
        Comparison(self, sides).open()

    def _show_failure(self, error: SegxError) -> None:
        self.setEnabled(True)
        self.note.setText(told(error))

    def _ask_consent(self, answers: dict[str, object], again: Callable[..., None], error: SegxError) -> None:
        self._show_failure(error)
        self.note.setText(by_fields(told(error)))
        if isinstance(error, ConsentNeededError):
            yes = QMessageBox.StandardButton.Yes
            if QMessageBox.question(self, tr("Models"), f"{told(error)}\n\n{tr('Read it?')}") == yes:
                again(answers, allow_pickle=True)
        elif self._form is not None:
            self._form.tell(by_fields(told(error)), self._form.meant(str(error)))
            self._fill_in()

    def _fill(self, device: str) -> None:
        chosen = self.chosen()
        blocker = QSignalBlocker(self.list)
        self.list.clear()
        for name, model in self._models.items():
            item = QListWidgetItem(tr(model.title))
            item.setData(_NAME, name)
            self.list.addItem(item)
            item.setSelected(name in chosen)
        del blocker
        self.device.setCurrentIndex(max(0, self.device.findData(device)))
        self._follow()

    def _follow(self) -> None:
        names = self.chosen()
        self.details.setText(self._models[names[0]].details if len(names) == 1 else "")
        self.remove.setEnabled(bool(names) and all(self._models[name].own for name in names))
        self.calibrate.setEnabled(len(names) == 1 and self._models[names[0]].own)
        self.compare.setEnabled(len(names) == 2 and self._image() is not None)

    def _image(self) -> MedicalImage | None:
        document = self._workspace.documents.current
        return document.image if document is not None else None


class TrialDialog(Dialog):
    """What a model says of the image it was tried on, with its map and region: to be installed, changed or left."""

    INSTALL, CHANGE = 1, 2

    def __init__(self, parent: QWidget, trial: modeljobs.Trial) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Try a model"))
        title = QLabel(trial.side.model)
        title.setObjectName("title")
        title.setWordWrap(True)
        picture = QLabel()
        picture.setPixmap(trial.side.pixmap())
        picture.setAccessibleName(tr("The map within the region, on the image it was tried on"))
        words = QLabel(trial.side.words())
        notes = QLabel("\n\n".join(map(told, trial.notes)))
        notes.setObjectName("muted")
        for label in (words, notes):
            label.setWordWrap(True)
            label.setMinimumWidth(320)
        right = QVBoxLayout()
        right.addWidget(words)
        right.addWidget(notes)
        right.addStretch(1)
        middle = QHBoxLayout()
        middle.addWidget(picture)
        middle.addLayout(right, 1)
        question = QLabel(tr("Is this the picture as the model should see it, and the region that is meant?"))
        question.setWordWrap(True)
        buttons = QDialogButtonBox()
        self.install = buttons.addButton(tr("Install"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.change = buttons.addButton(tr("Back to the form"), QDialogButtonBox.ButtonRole.ActionRole)
        leave = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.install.clicked.connect(lambda: self.done(self.INSTALL))
        self.change.clicked.connect(lambda: self.done(self.CHANGE))
        leave.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(title)
        column.addLayout(middle, 1)
        column.addWidget(question)
        column.addWidget(buttons)


class Comparison(Dialog):
    """What two models say about the same image."""

    def __init__(self, parent: QWidget, sides: list[modeljobs.Side]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare two models"))
        row = QHBoxLayout(self)
        for side in sides:
            column = QVBoxLayout()
            title = QLabel(side.model)
            title.setObjectName("title")
            title.setWordWrap(True)
            picture = QLabel()
            picture.setPixmap(side.pixmap())
            words = QLabel(side.words())
            words.setWordWrap(True)
            for widget in (title, picture, words):
                column.addWidget(widget)
            column.addStretch(1)
            row.addLayout(column)
