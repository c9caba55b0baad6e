"""The Model Manager: what it lists, adds, compares and removes."""

import contextlib
import io
import re
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import timm
from PIL import Image
from PySide6.QtWidgets import QCheckBox, QLabel, QMessageBox, QWidget
from safetensors.torch import save_file

from segx_viewer.app.dialogs import modeljobs
from segx_viewer.app.dialogs.calibration import CalibrationDialog
from segx_viewer.app.dialogs.modelfields import FIELDS, by_fields
from segx_viewer.app.dialogs.modelform import ModelForm
from segx_viewer.app.dialogs.modelmanager import Comparison, ModelManager, TrialDialog
from segx_viewer.app.jobs.analyses import Analyses
from segx_viewer.app.jobs.engine import Capabilities
from segx_viewer.app.jobs.jobs import Jobs
from segx_viewer.app.model.documents import Documents
from segx_viewer.app.model.viewstate import ViewState
from segx_viewer.bundles import offer
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cli.models import _changes as changes_of
from segx_viewer.cli.parser import build_parser
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder, user_models_folder
from tests.bundles import zoo

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


def test_the_form_speaks_of_its_fields_where_the_command_line_has_options(manager, qtbot, tmp_path, monkeypatch):
    save_file(timm.create_model("test_efficientnet", num_classes=2).state_dict(), tmp_path / "mine.safetensors")
    seen, left = [], {"architecture": "", "classes": "a, b"}

    def filled_in(form):
        seen.append((form.wrong.text(), form.focusWidget()))
        form.source.setText(str(tmp_path / "mine.safetensors"))
        form.architecture.setEditText(left["architecture"])
        form.classes.setText(left["classes"])
        form.segmenter.setEditText("dermoscopy-ham10000")
        seen[-1] = (*seen[-1], form.architecture, form.classes)
        return ModelForm.DialogCode.Rejected if len(seen) == 3 else ModelForm.DialogCode.Accepted

    def again(form):
        answer = filled_in(form)
        left.update(architecture="timm/test_efficientnet", classes="")
        return answer

    monkeypatch.setattr(ModelForm, "exec", again)
    manager._add()
    qtbot.waitUntil(lambda: len(seen) == 3, timeout=120_000)
    (_, *_), (no_architecture, field, architecture, _), (no_classes, last, _, classes) = seen
    assert no_architecture.endswith('its weights do not tell it: "Architecture".')
    assert field in (architecture, architecture.lineEdit())
    assert no_classes.endswith('in the order of its outputs ("Classes, with cut-offs").')
    assert last is classes


def test_fields_have_the_names_that_the_form_shows(manager):
    form = ModelForm(manager, [], None)
    shown = {label.text() for label in form.findChildren(QLabel)} | {box.text() for box in form.findChildren(QCheckBox)}
    assert set(FIELDS.values()) <= shown
    assert set(FIELDS) <= set(re.findall(r"--[a-z-]+", _help_of_add()))


def _help_of_add():
    with pytest.raises(SystemExit), contextlib.redirect_stdout(io.StringIO()) as said:
        build_parser("models").parse_args(["models", "add", "--help"])
    return said.getvalue()


def test_commands_of_other_programs_stay_as_they_are():
    said = "a.h5 is a Keras model: python -m tf2onnx.convert --opset 17 --output model.onnx --keras a.h5."
    assert by_fields(said) == said


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
    titles = [label.text() for label in comparison.findChildren(QLabel) if label.objectName() == "title"]
    versions = [BundleStore(device="cpu").get(name).info.version for name in manager.chosen()]
    assert all(title.endswith(f" {version}") for title, version in zip(titles, versions, strict=True)), titles
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


def test_a_model_is_shown_on_an_image_before_it_is_installed(manager, qtbot, tmp_path, monkeypatch):
    save_file(timm.create_model("test_efficientnet", num_classes=2).state_dict(), tmp_path / "mine.safetensors")
    shown, answers = [], [TrialDialog.CHANGE, TrialDialog.INSTALL]

    def filled_in(form):
        form.source.setText(str(tmp_path / "mine.safetensors"))
        form.name.setText("mine")
        form.architecture.setEditText("timm/test_efficientnet")
        form.classes.setText("a=First, b=Second")
        form.segmenter.setEditText("dermoscopy-ham10000")
        return ModelForm.DialogCode.Accepted

    def looked_at(dialog):
        labels = dialog.findChildren(QLabel)
        shown.append((any(not label.pixmap().isNull() for label in labels), " ".join(label.text() for label in labels)))
        assert not (user_models_folder() / "mine").exists(), "not yet"
        return answers[len(shown) - 1]

    monkeypatch.setattr(ModelForm, "exec", filled_in)
    monkeypatch.setattr(TrialDialog, "exec", looked_at)
    manager._add()
    qtbot.waitUntil(lambda: "Added mine" in manager.note.text(), timeout=240_000)
    assert [picture for picture, _ in shown] == [True, True]
    assert "First" in shown[0][1]
    assert "licence of the weights is not stated" in shown[0][1]
    assert [p.name for p in user_models_folder().iterdir()] == ["mine"], "nothing is left of what was tried"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [("mean", "a b c", "a b c: 1 or 3 numbers"), ("input_size", "224", "224: 2 numbers"),
     ("channels", "lungs=x", "are no channels"), ("classes", "a>2", "is not a probability")],
)  # fmt: skip
def test_what_cannot_be_read_is_told_where_it_stands(manager, field, text, said):
    form = ModelForm(manager, [], None)
    getattr(form, field).setText(text)
    form.accept()
    assert form.result() != ModelForm.DialogCode.Accepted
    assert said in form.wrong.text()
    getattr(form, field).clear()
    form.accept()
    assert form.result() == ModelForm.DialogCode.Accepted


def test_classes_have_regions_of_their_own_in_the_form(manager):
    form = ModelForm(manager, [], None)
    form.classes.setText("eff=Effusion, card=Cardiomegaly>0.5@heart")
    form.channels.setText("lungs=0,1; heart=2")
    answers = form.answers()
    assert answers["classes"] == ["eff=Effusion", "card=Cardiomegaly>0.5@heart"]
    assert answers["changes"]["regions"] == [
        {"name": "lungs", "channels": [0, 1]}, {"name": "heart", "channels": [2]}
    ]  # fmt: skip
    assert answers["changes"]["region"] == "lungs"


def test_calibrating_says_what_it_did_and_can_be_cancelled(manager, qtbot, tmp_path, monkeypatch):
    from segx_viewer.evaluation import own

    calls = []

    def fit(folder, data, *, report, cancel, on_progress):
        calls.append((folder.name, data))
        report("HIGH, wrong in at most 5%: promised")
        on_progress(0.5)
        if len(calls) == 2:
            while not cancel.cancelled:
                time.sleep(0.01)
            cancel.raise_if_cancelled()

    monkeypatch.setattr(own, "fit_own", fit)
    monkeypatch.setattr("segx_viewer.app.dialogs.calibration.RECIPE", "none.toml")
    manager._workspace.jobs = manager._workspace.analyses._jobs
    dialog = CalibrationDialog(manager._workspace, "dermoscopy-ham10000", "Skin", manager)
    dialog.data.setText(str(tmp_path))
    dialog.begin.click()
    qtbot.waitUntil(lambda: "is calibrated" in dialog.said.toPlainText(), timeout=60_000)
    assert "HIGH, wrong in at most 5%: promised" in dialog.said.toPlainText()
    assert calls == [("dermoscopy-ham10000", tmp_path)]
    dialog.begin.click()
    qtbot.waitUntil(lambda: dialog.bar.value() == 500, timeout=60_000)
    assert not dialog.begin.isEnabled()
    dialog.stop.click()
    qtbot.waitUntil(lambda: "as it was" in dialog.said.toPlainText(), timeout=60_000)
    assert dialog.begin.isEnabled()


def test_a_model_that_was_trained_here_keeps_its_calibration(manager, qtbot, tmp_path):
    manager._workspace.jobs = manager._workspace.analyses._jobs
    dialog = CalibrationDialog(manager._workspace, "dermoscopy-ham10000", "Skin", manager)
    dialog.data.setText(str(tmp_path))
    dialog.begin.click()
    qtbot.waitUntil(lambda: "would take the place of that" in dialog.said.toPlainText(), timeout=60_000)


LENDER = "dermoscopy-ham10000"
FORM = {
    "--architecture": lambda form, words: form.architecture.setEditText(words[0]),
    "--classes": lambda form, words: form.classes.setText(", ".join(words)),
    "--mean": lambda form, words: form.mean.setText(" ".join(words)),
    "--std": lambda form, words: form.std.setText(" ".join(words)),
    "--interpolation": lambda form, words: form.interpolation.setCurrentText(words[0]),
    "--input": lambda form, words: form.input_size.setText(" x ".join(words)),
    "--activation": lambda form, words: form.activation.setCurrentText(words[0]),
    "--head-activation": lambda form, words: form.head.setCurrentText(words[0]),
    "--highest": lambda form, words: form.highest.setText(words[0]),
    "--channels": lambda form, words: form.channels.setText(" ".join(words)),
    "--colour": lambda form, words: form.colour.setCurrentText(words[0]),
    "--segmenter-activation": lambda form, words: form.segmenter_activation.setCurrentText(words[0]),
    "--take": lambda form, words: form.take.setText(words[0]),
}


def filled(form, made):
    """Fill a form with what is typed for a kind of file on the command line; return what is not in the form."""
    form.source.setText(str(made.source))
    form.name.setText("mine")
    form.segmenter.setEditText(made.segmenter[1])
    at = [i for i, word in enumerate(made.typed) if word.startswith("--")]
    left = []
    for begin, end in zip(at, [*at, len(made.typed)][1:], strict=True):
        if made.typed[begin] in FORM:
            FORM[made.typed[begin]](form, made.typed[begin + 1 : end])
        else:
            left.append(made.typed[begin])
    form.accept()
    assert form.result() == ModelForm.DialogCode.Accepted, form.wrong.text()
    return left


@pytest.mark.filterwarnings("ignore")  # the libraries' own
@pytest.mark.parametrize("kind", zoo.KINDS, ids=lambda kind: kind.name)
def test_the_form_offers_what_the_command_line_does(qtbot, tmp_path, kind):
    """The offer is the same, for every kind of file; what becomes of it is tried in `tests/bundles/test_zoo.py`."""
    if not kind.possible:
        pytest.skip(f"{kind.needs} is not installed")
    made = kind.make(tmp_path)
    window = QWidget()
    qtbot.addWidget(window)
    form = ModelForm(window, [LENDER], None)
    assert filled(form, made) in ([], ["--allow-pickle"]), "a pickle is asked about when it is read"
    answers, installed = form.answers(), {LENDER: models_folder() / LENDER}
    changes = {**answers["changes"], "classes": answers["classes"] and offer.classes_of(answers["classes"])}
    typed = build_parser().parse_args(
        ["models", "add", str(made.source), "--name", "mine", *made.typed, *made.segmenter]
    )
    ours = offer.compose(answers["source"], changes, installed, segmenter=answers["segmenter"])
    theirs = offer.compose(typed.source, changes_of(typed), installed, segmenter=typed.segmenter)
    assert ours == theirs


@pytest.mark.filterwarnings("ignore")  # the libraries' own
@pytest.mark.parametrize(
    "name",
    ["timm hub folder, safetensors", "torchvision, fc as several layers", "torch.export, dictionary",
     "ONNX, bytes in", "transformers folder, ResNet"],
)  # fmt: skip
def test_a_kind_of_file_comes_through_the_form(manager, tmp_path, name):
    """What is typed on the command line can be typed in the form, and the probabilities are the library's own."""
    (kind,) = (k for k in zoo.KINDS if k.name == name)
    if not kind.possible:
        pytest.skip(f"{kind.needs} is not installed")
    made = kind.make(tmp_path)
    picture = zoo.drawn_picture(tmp_path / "picture.png")
    form = ModelForm(manager, ["dermoscopy-ham10000"], read_image(picture))
    form.on_image.setChecked(True)
    assert filled(form, made) == []
    trial = modeljobs.try_model(form.answers(), BundleStore(device="cpu"))
    try:
        expected = made.expected(Image.open(picture).convert("RGB"))
        np.testing.assert_allclose(trial.side.analysis.prediction.probabilities, expected, atol=1e-4)
        assert all(e.saliency_map.any() for e in trial.side.analysis.explanations.values())
    finally:
        modeljobs.discard(trial)
