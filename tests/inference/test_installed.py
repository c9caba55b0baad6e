"""An installation without torch: the default analysis works, and what does not says so in one sentence."""

import os
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.methods import COMBINED, METHODS
from segx_viewer.errors import ModelError
from segx_viewer.inference import installed, roads
from segx_viewer.inference.cam import LINEAR_METHODS

PROJECT = Path(__file__).resolve().parents[2]
WITHOUT = """
import sys
for name in ("torch", "torchvision", "timm", "segmentation_models_pytorch", "captum", "onnx"):
    sys.modules[name] = None  # importing it raises what importing a library that is not installed raises
"""
ANALYZE = WITHOUT + "from segx_viewer.cli import main; sys.exit(main(sys.argv[1:]))"


def analysed(*argv):
    done = subprocess.run([sys.executable, "-c", ANALYZE, *map(str, argv)], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip().splitlines()


@pytest.fixture
def picture(tmp_path):
    from segx_viewer.imaging.synthetic import draw_lesion
    from segx_viewer.reporting.png import write_png

    write_png(draw_lesion((300, 400)), tmp_path / "SYNTHETIC.png")
    return tmp_path / "SYNTHETIC.png"


@pytest.fixture
def no_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)


def test_the_default_analysis_and_every_method_of_that_kind_work(picture, tmp_path):
    argv = [word for name in LINEAR_METHODS for word in ("--method", name)]
    code, told = analysed("analyze", picture, "--out", tmp_path / "out", *argv)
    assert code == 0, told
    (record,) = (tmp_path / "out").glob("*.json")
    assert all(f'"{name}"' in record.read_text() for name in LINEAR_METHODS)


def test_a_method_that_needs_torch_is_told_before_anything_is_read(tmp_path):
    code, told = analysed("analyze", tmp_path / "none.png", "--out", tmp_path / "out", "--method", "scorecam")
    assert code == 2
    assert told == ["segx-viewer: Score-CAM needs torch, which this installation lacks; the full installation has it."]


@pytest.mark.parametrize("argv", [("--as-published",), ("--device", "cuda")])
def test_what_else_needs_torch_is_told_in_one_sentence(picture, tmp_path, argv):
    code, told = analysed("analyze", picture, "--out", tmp_path / "out", *argv)
    assert code in (1, 2)
    assert any("This needs torch, which this installation lacks" in line for line in told)
    assert not any("Traceback" in line for line in told)


def test_the_window_analyses_and_knows_which_methods_are_beyond_it(picture, tmp_path):
    code = """
from pathlib import Path
from PySide6.QtCore import QTimer
from segx_viewer.app.application import make_application
app = make_application(["segx-viewer"])
from segx_viewer.app.window import Window
window = Window()
window.fill()
window.show()
analyses = window.workspace.analyses
def finished(progress):
    if progress is None and analyses.current is not None and analyses.current.complete:
        print(sorted(k[0] for k in analyses.current.explanations), len(analyses.beyond))
        window.close()
        app.quit()
analyses.progress.connect(finished)
analyses.failed.connect(lambda sentence: sys.exit(sentence))
QTimer.singleShot(90_000, lambda: sys.exit("no answer"))
window.workspace.prepare()
window.open_paths([Path(sys.argv[1])])
app.exec()
"""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code, str(picture)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["['gradcam']", str(len(METHODS | COMBINED) - len(LINEAR_METHODS))]


def test_with_torch_nothing_is_beyond():
    assert installed.has_torch()
    assert installed.beyond(METHODS) == ()


def test_without_torch_a_damaged_graph_is_told_and_not_made_anew(no_torch, tiny_models, tmp_path, monkeypatch):
    monkeypatch.setattr(roads, "_renew", lambda *_: pytest.fail("it was made anew"))

    def damaged(*_):
        raise ModelError("the file does not match its checksum")

    store = BundleStore()
    monkeypatch.setattr(store, "graph", damaged)
    with pytest.raises(ModelError, match="checksum"):
        roads.ready_runner(store, "dermoscopy-ham10000")


def test_the_recipe_leaves_out_the_learning_libraries_and_nothing_else():
    spec = spec_from_file_location("without_torch", PROJECT / "packaging/without_torch.py")
    recipe = module_from_spec(spec)
    spec.loader.exec_module(recipe)
    everything = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    left_out = [line for line in everything if line not in recipe.requirements()]
    assert len(left_out) == len(recipe.LEFT_OUT)
    assert {line.split(">")[0] for line in left_out} == recipe.LEFT_OUT
