"""The Model Manager: what it lists, adds, compares and removes."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import timm
from PySide6.QtWidgets import QMessageBox
from safetensors.torch import save_file

from segx_viewer.app.dialogs.modelform import ModelForm
from segx_viewer.app.dialogs.modelmanager import Comparison, ModelManager
from segx_viewer.app.jobs.analyses import Analyses
from segx_viewer.app.jobs.engine import Capabilities
from segx_viewer.app.jobs.jobs import Jobs
from segx_viewer.app.model.documents import Documents
from segx_viewer.app.model.viewstate import ViewState
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder, user_models_folder

pytestmark = pytest.mark.skipif(
    not (models_folder() / "dermoscopy-ham10000" / "bundle.toml").is_file(),
    reason="the bundled models are not in this checkout",
)


class RealStore:
    """An engine with the real store of models."""

    def __init__(self):
        self.store = BundleStore(device="cpu")

    def capabilities(self):
        return Capabilities((), ())


@pytest.fixture
def manager(qtbot):
    """The dialog, on a thread of its own, with a lesion open."""
    from PySide6.QtWidgets import QWidget

    jobs = Jobs()
    image = MedicalImage(
        draw_lesion((150, 200)), "", PhotometricInterpretation.RGB, SourceInfo(Path("SYNTHETIC lesion.png"))
    )
    window = QWidget()
    qtbot.addWidget(window)
    prepared = []
    workspace = SimpleNamespace(
        analyses=Analyses(Documents(), ViewState(), jobs, RealStore()),
        documents=SimpleNamespace(current=SimpleNamespace(image=image)),
        prepare=lambda: prepared.append(True),
    )
    dialog = ModelManager(workspace, window)
    dialog.prepared = prepared
    qtbot.waitUntil(dialog.isEnabled, timeout=60_000)
    yield dialog
    jobs.stop()


def choose(dialog, *names):
    for row in range(dialog.list.count()):
        item = dialog.list.item(row)
        item.setSelected(item.data(256) in names)


def test_what_was_typed_stays_when_something_is_wrong(manager, qtbot, tmp_path, monkeypatch):
    save_file(timm.create_model("test_efficientnet", num_classes=2).state_dict(), tmp_path / "mine.safetensors")
    seen = []

    def filled_in(form):
        seen.append((form.source.text(), form.mean.text(), form.wrong.text()))
        form.source.setText(str(tmp_path / "mine.safetensors"))
        form.name.setText("mine")
        form.architecture.setEditText("timm/test_efficientnet")
        form.classes.setText("a, b, c")
        form.mean.setText("0.5 0.5 0.5")
        form.segmenter.setEditText("dermoscopy-ham10000")
        return ModelForm.DialogCode.Accepted if len(seen) == 1 else ModelForm.DialogCode.Rejected

    monkeypatch.setattr(ModelForm, "exec", filled_in)
    manager._add()
    qtbot.waitUntil(lambda: len(seen) == 2, timeout=120_000)
    source, mean, wrong = seen[1]
    assert (source, mean) == (str(tmp_path / "mine.safetensors"), "0.5 0.5 0.5")
    assert "the weights do not fit" in wrong
    assert wrong == manager.note.text()


def test_the_form_has_what_the_command_line_has(manager):
    form = ModelForm(manager, [], None)
    form.mean.setText("0.5, 0.5 0.5")
    form.crop.setText("0.9")
    form.colour.setCurrentText("bgr")
    form.output.setCurrentText("probabilities")
    form.channels.setText("1 2")
    changes = form.answers()["changes"]
    assert changes["preprocessing.mean"] == [0.5] * 3
    assert (changes["preprocessing.crop"], changes["preprocessing.colour"]) == (0.9, "bgr")
    assert changes["classifier.output"] == "probabilities"
    assert changes["regions"] == [{"name": "region", "channels": [1, 2]}]


def test_a_model_is_added_compared_verified_and_removed(manager, qtbot, tmp_path, monkeypatch):
    packaged = sorted(path.parent.name for path in models_folder().glob("*/bundle.toml"))
    assert {"chest-pneumonia", "dermoscopy-ham10000"} <= {*packaged}
    assert [manager.list.item(row).data(256) for row in range(manager.list.count())] == packaged
    save_file(timm.create_model("test_efficientnet", num_classes=2).state_dict(), tmp_path / "mine.safetensors")
    form = ModelForm(manager, ["dermoscopy-ham10000"], None)
    form.source.setText(str(tmp_path / "mine.safetensors"))
    form.name.setText("mine")
    form.architecture.setEditText("timm/test_efficientnet")
    form.classes.setText("a=First, b=Second>0.4")
    form.input_size.setText("64 x 64")
    form.segmenter.setEditText("dermoscopy-ham10000")
    manager.add_model(form.answers())
    qtbot.waitUntil(manager.isEnabled, timeout=120_000)
    assert "Added mine" in manager.note.text(), manager.note.text()
    assert manager.prepared == [True], "the menus follow"
    choose(manager, "mine")
    assert "First, Second" in manager.details.text()
    assert manager.remove.isEnabled()
    choose(manager, "dermoscopy-ham10000")
    assert not manager.remove.isEnabled(), "packaged models stay"
    choose(manager, "mine", "dermoscopy-ham10000")
    manager.compare.click()
    qtbot.waitUntil(lambda: bool(manager.findChildren(Comparison)), timeout=120_000)
    (comparison,) = manager.findChildren(Comparison)
    assert comparison.isVisible()
    comparison.close()
    manager.verify.click()
    qtbot.waitUntil(manager.isEnabled, timeout=60_000)
    assert "as they were installed" in manager.note.text()
    choose(manager, "mine")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    manager.remove.click()
    qtbot.waitUntil(manager.isEnabled, timeout=60_000)
    assert not (user_models_folder() / "mine").exists()
    assert np.array_equal(manager.prepared, [True, True])


def test_what_does_not_work_is_told_and_not_installed(manager, qtbot, tmp_path):
    form = ModelForm(manager, [], None)
    form.source.setText(str(tmp_path / "none.safetensors"))
    manager.add_model(form.answers())
    qtbot.waitUntil(manager.isEnabled, timeout=60_000)
    assert "There is no file" in manager.note.text()
