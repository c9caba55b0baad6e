"""What is set for the whole process, before the libraries that ask for it are imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BARE = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT") if name in os.environ}
"""Without the variables that tests and continuous integration set: ONNX Runtime is quiet where it sees those."""

WAYS = {
    "the classifier's runtime": "import segx_viewer.networks.compiled",
    "a user's ONNX model": "import segx_viewer.networks.programs",
    "the Python interface": "import segx_viewer as sx; sx.analyze; import segx_viewer.networks.runtime",
    "the command line": "from segx_viewer.cli import main; main(['models', 'list']); import onnxruntime",
    "the window": "from segx_viewer.app.application import make_application as m; m(); import onnxruntime",
}


def run(code: str, home: Path) -> str:
    """Run a program in a new, empty home folder; return what it left of the runtime's device id and event store."""
    surroundings = {**BARE, "HOME": str(home), "LOCALAPPDATA": str(home), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", code], env=surroundings, check=True, timeout=300, capture_output=True)
    return " ".join(path.name for path in sorted(home.rglob("*onnxruntime*")))


@pytest.mark.parametrize("way", WAYS)
def test_onnx_runtime_writes_neither_a_device_id_nor_events(way, tmp_path):
    assert run(WAYS[way], tmp_path) == ""


def test_children_are_told_too(tmp_path):
    code = """
import subprocess, sys
from segx_viewer import process
process.send_nothing()
subprocess.run([sys.executable, "-c", "import onnxruntime"], check=True)
"""
    assert run(code, tmp_path) == ""


def test_onnx_runtime_is_imported_in_one_place_only():
    package = Path(sys.modules["segx_viewer"].__file__).parent
    importing = [p.name for p in package.rglob("*.py") if "\nimport onnxruntime" in p.read_text(encoding="utf-8")]
    assert importing == ["runtime.py"]
