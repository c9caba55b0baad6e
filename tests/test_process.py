"""What is set for the whole process, before the libraries that ask for it are imported."""

import importlib.machinery
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from segx_viewer import bindings, process

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


def said(code: str, surroundings: dict[str, str]) -> str:
    """Run a program; return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], env=surroundings, check=True, capture_output=True, text=True)
    return done.stdout.strip()


STATE = """
import json, os, sys, threading
def state():
    return [dict(os.environ), sys.getswitchinterval(), [str(f) for f in sys.meta_path], repr(sys.excepthook)]
before = state()
import segx_viewer
assert state() == before, "importing the package changed the process"
import segx_viewer.api
ours = {"GOMP_SPINCOUNT", "NPY_DISABLE_CPU_FEATURES", "POT_BACKEND_DISABLE_PYTORCH", "HF_HUB_OFFLINE"}
assert not ours & set(os.environ) - set(before[0]), "importing the Python interface changed the environment"
assert state()[1:] == before[1:], "importing the Python interface changed the process"
print(json.dumps(sorted(m for m in sys.modules if m.split(".")[0] in ("torch", "timm", "PySide6"))))
"""


def test_importing_the_package_changes_nothing(tmp_path):
    """Neither environment, nor turns of the threads, nor import finders, nor stand-ins for modules."""
    done = subprocess.run([sys.executable, "-c", STATE], env=BARE, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_a_program_sets_what_it_wants_and_leaves_out_what_it_is_told_to():
    code = "import os; from segx_viewer import process; process.begin(); print(os.environ.get('GOMP_SPINCOUNT'))"
    for without, expected in (("", "20000"), ("plain-sort, calm-threads", "None")):
        surroundings = {**BARE, process.SWITCH: without}
        assert said(code, surroundings) == expected


def test_what_is_set_already_stays():
    code = "import os; from segx_viewer import process; process.begin(); print(os.environ['GOMP_SPINCOUNT'])"
    surroundings = {**BARE, "GOMP_SPINCOUNT": "7"}
    assert said(code, surroundings) == "7"


@pytest.mark.parametrize(("left_out", "read"), [("", False), ("lean-bindings", True)])
def test_the_bindings_read_no_sources(left_out, read):
    code = (
        "import linecache; from segx_viewer import process; from PySide6.QtWidgets import QApplication;"
        "process.begin_window(); import colorsys;"
        "print(any('colorsys.py' in name for name in linecache.cache))"
    )
    assert said(code, {**BARE, process.SWITCH: left_out}) == str(read)


EXPLAINED = """
import sys
from segx_viewer import process
process.begin_window()
from PySide6.QtCore import QObject, QSize
names = ["shibokensupport.signature." + name for name in ("parser", "layout", "lib.pyi_generator")]
def executed():
    return [len(vars(sys.modules[name])) > 20 for name in names]
before, text = executed(), []
for wrong in (lambda: QSize("wide"), lambda: QObject(colour="red"), lambda: QSize().scaled(1)):
    try:
        wrong()
    except (TypeError, AttributeError) as error:
        text.append(str(error))
text.append(QSize.scaled.__doc__)
from PySide6.support.signature import get_signature
text.append(str(get_signature(QSize.scaled)))
from PySide6.support.signature.lib.pyi_generator import generate_pyi
text.append(f"{generate_pyi.__module__} {executed()}")
print(before, text)
"""


def test_what_explains_the_bindings_functions_is_executed_when_it_is_used():
    version = tuple(map(int, importlib.metadata.version("PySide6-Essentials").split(".")[:2]))
    before, _, explained = said(EXPLAINED, BARE).partition("] ")
    plainly_before, _, plainly = said(EXPLAINED, {**BARE, process.SWITCH: "lean-bindings"}).partition("] ")
    assert explained == plainly
    assert "scaled(self, w: int, h: int" in explained
    assert plainly_before == "[True, True, True"
    if version >= (6, 11):  # earlier ones import it elsewhere, and are left as they are
        assert before == "[False, False, False"


def test_a_module_that_was_put_off_is_executed_once_by_whoever_needs_it_first():
    executed, at_once = [], threading.Barrier(4, timeout=60)

    class Loader:
        @staticmethod
        def exec_module(module):
            executed.append(module.__spec__.name)
            if len(executed) == 1:
                raise OSError("not yet")
            time.sleep(0.01)  # the others come meanwhile
            assert not hasattr(module, "answer")  # its own look at what it does not have yet
            module.answer = 42

    later = bindings._Later(Loader())
    spec = importlib.machinery.ModuleSpec("put.off", later)
    module = importlib.util.module_from_spec(spec)
    later.exec_module(module)
    spec.name = "published.elsewhere"
    assert executed == []
    with pytest.raises(OSError, match="not yet"):
        module.answer  # noqa: B018 - asking is what is tried
    found = []

    def ask():
        at_once.wait()
        found.append(module.answer)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, executed, spec.name) == ([42] * 4, ["put.off"] * 2, "published.elsewhere")
    with pytest.raises(AttributeError):
        module.question  # noqa: B018


def test_a_finder_of_ours_asks_only_those_behind_it(monkeypatch):
    """Two finders that each ask all others would ask each other for ever."""
    finders = [process._LeanFinder("colorsys", lambda loader: loader) for _ in range(2)]
    monkeypatch.setattr(sys, "meta_path", [*finders, *sys.meta_path])
    assert importlib.util.find_spec("colorsys").origin.endswith("colorsys.py")


@pytest.mark.parametrize(("left_out", "asked"), [("", [{-3: 2**20}]), ("steady-threshold", [])])
def test_the_window_lets_the_system_have_back_what_large_pictures_took(monkeypatch, left_out, asked):
    monkeypatch.setenv(process.SWITCH, left_out)
    monkeypatch.setattr(process.sys, "setswitchinterval", lambda _seconds: None)
    monkeypatch.setattr(process, "begin", lambda: None)
    told: list[dict[int, int]] = []
    monkeypatch.setattr(process, "_set_malloc", told.append)
    process.begin_window()
    assert told == asked


@pytest.mark.parametrize(("left_out", "asked"), [("", [{-8: 1}]), ("one-heap", [])])
def test_the_threads_of_a_single_analysis_share_one_heap(monkeypatch, left_out, asked):
    monkeypatch.setenv(process.SWITCH, left_out)
    told: list[dict[int, int]] = []
    monkeypatch.setattr(process, "_set_malloc", told.append)
    process.share_heap()
    assert told == asked


@pytest.mark.parametrize(("left_out", "asked"), [("", [{-3: 2**25, -1: 2**26}]), ("keep-little", [])])
def test_the_process_that_decodes_keeps_little_of_what_pictures_took(monkeypatch, left_out, asked):
    monkeypatch.setenv(process.SWITCH, left_out)
    told: list[dict[int, int]] = []
    monkeypatch.setattr(process, "_set_malloc", told.append)
    process.keep_little_memory()
    assert told == asked


def test_the_window_takes_short_turns_unless_told_not_to(monkeypatch):
    before = sys.getswitchinterval()
    monkeypatch.setattr(os, "environ", os.environ.copy())
    try:
        monkeypatch.setenv(process.SWITCH, "short-turns")
        process.begin_window()
        assert sys.getswitchinterval() == before
        monkeypatch.delenv(process.SWITCH)
        process.begin_window()
        assert sys.getswitchinterval() == pytest.approx(0.0005)
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize(("family", "badly"), [("25", True), ("26", False)])
def test_only_zen_4_sorts_without_its_long_vectors(monkeypatch, tmp_path, family, badly):
    told = tmp_path / "cpuinfo"
    told.write_text(f"vendor_id\t: AuthenticAMD\ncpu family\t: {family}\nflags\t: avx2 avx512vl\n")
    monkeypatch.setattr(process, "CPU_FACTS", told)
    assert process._sorts_badly() is badly


@pytest.mark.parametrize(("without", "found"), [("", "[]"), ("lean-transport", "['sklearn']")])
def test_the_transport_solver_brings_no_learning_library(without, found):
    pytest.importorskip("sklearn")
    code = (
        "import sys; from segx_viewer import process; assert process.import_transport().emd2\n"
        "print(sorted({'sklearn'} & set(sys.modules)))"
    )
    surroundings = {**BARE, process.SWITCH: without, "POT_BACKEND_DISABLE_PYTORCH": "1"}
    assert said(code, surroundings) == found


@pytest.mark.parametrize(
    ("without", "brought"),
    [("", "[]"), ("lean-dicom", "['gdcm', 'pydicom.data', 'pydicom.examples', 'requests', 'tqdm']")],
)
def test_importing_pydicom_brings_nothing_that_reading_does_not_need(without, brought):
    pytest.importorskip("requests")
    pytest.importorskip("tqdm")
    code = (
        "import sys; from segx_viewer import process; process.begin(); import pydicom\n"
        "print(sorted({'gdcm', 'pydicom.data', 'pydicom.examples', 'requests', 'tqdm'} & set(sys.modules)))"
    )
    assert said(code, {**BARE, process.SWITCH: without}) == brought


def test_an_uncompressed_file_is_read_without_decoders_and_pillow(tmp_path):
    code = f"""
import sys
from segx_viewer import process; process.begin()
import pydicom
from pathlib import Path
from segx_viewer.imaging.dicom import read_native_dicom
data = pydicom.Dataset()
data.file_meta = pydicom.dataset.FileMetaDataset()
data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", pydicom.uid.generate_uid()
data.Modality, data.PhotometricInterpretation, data.SamplesPerPixel = "DX", "MONOCHROME2", 1
data.Rows = data.Columns = 4
data.BitsAllocated = data.BitsStored = 8
data.HighBit, data.PixelRepresentation, data.PixelData = 7, 0, bytes(range(16))
path = Path({str(tmp_path / "SYNTHETIC.dcm")!r})
pydicom.dcmwrite(path, data, enforce_file_format=True)
image, _ = read_native_dicom(path)
assert image.pixels.ravel().tolist() == list(range(16))
heavy = {{"PIL", "gdcm", "jpeg_ls", "openjpeg", "pylibjpeg"}}
print(sorted(name for name in sys.modules if name.startswith("pydicom.pix") or name.partition(".")[0] in heavy))
assert (pydicom.dcmread(path).pixel_array == image.pixels).all()
assert len(pydicom.config.pixel_data_handlers) == 6
assert all(handler.is_available() in (True, False) for handler in pydicom.config.pixel_data_handlers)
assert pydicom.pixel_data_handlers.numpy_handler.get_pixeldata(pydicom.dcmread(path)).tolist() == list(range(16))
"""
    assert said(code, BARE) == "[]"


def test_what_pydicom_was_imported_without_is_there_when_it_is_used():
    code = """
import sys
from segx_viewer import process; process.begin()
import pydicom
from pydicom.pixels import decoders, pixel_array
from pydicom.pixels.decoders import gdcm as plugin
from pydicom.uid import JPEG2000
assert plugin.HAVE_GDCM and "gdcm" in decoders.JPEG2000Decoder.available_plugins
import gdcm, requests, tqdm
assert plugin.GDCM_VERSION == tuple(map(int, gdcm.Version.GetVersion().split(".")))
from pydicom.data import get_testdata_file
path = get_testdata_file("examples_jpeg2k.dcm")
assert (pixel_array(path, decoding_plugin="gdcm") == pixel_array(path, decoding_plugin="pylibjpeg")).all()
assert pydicom.examples.ct.Rows == 128 and pydicom.data.get_palette_files("pet.dcm")
from pydicom.pixels import apply_color_lut
print(apply_color_lut(pydicom.examples.ct.pixel_array % 256, palette="PET").shape)
"""
    assert said(code, BARE) == "(128, 128, 3)"


def test_a_pydicom_that_asks_for_more_is_imported_as_it_is(tmp_path):
    folder = tmp_path / "pydicom"
    folder.mkdir()
    (folder / "__init__.py").write_text("from pydicom import later\n")
    (folder / "later.py").write_text("from pydicom import pixels; WORD = pixels.nothing_of_that_kind\n")
    (folder / "pixels").mkdir()
    (folder / "pixels/__init__.py").write_text("import gdcm; nothing_of_that_kind = gdcm.nothing_of_that_kind\n")
    (tmp_path / "gdcm.py").write_text("nothing_of_that_kind = 'there'\n")
    (tmp_path / "python_gdcm-3.0.24.dist-info").mkdir()
    (tmp_path / "python_gdcm-3.0.24.dist-info" / "METADATA").write_text("Name: python-gdcm\nVersion: 3.0.24\n")
    code = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
from segx_viewer import process; process.begin()
import pydicom
print(pydicom.later.WORD, pydicom.__file__)
"""
    assert said(code, BARE).split() == ["there", str(folder / "__init__.py")]


@pytest.mark.parametrize(("without", "rests"), [("", True), ("no-collecting", False)])
def test_the_collector_rests_while_a_program_imports_and_works_again_after_it(without, rests):
    code = """
import gc
from segx_viewer import process
with process.importing():
    during = gc.isenabled(), gc.get_freeze_count()
print(during == (False, 0), gc.isenabled(), gc.get_freeze_count() > 1000)
gc.disable()
with process.importing():
    pass
print(gc.isenabled())
"""
    assert said(code, {**BARE, process.SWITCH: without}).split() == [str(rests), "True", str(rests), "False"]


def test_the_transport_solver_alone_is_the_library_s():
    code = """
import sys
import numpy as np
from segx_viewer import process
rng = np.random.default_rng(3)
a, b, cost = rng.random(30), rng.random(20), rng.random((30, 20))
a, b = a / a.sum(), b / b.sum()
alone = process.import_transport()
assert not {"ot", "scipy"} & {name.partition(".")[0] for name in sys.modules}
import ot
assert alone is not ot
print(alone.emd2(a, b, cost, numItermax=10**6) == ot.emd2(a, b, cost, numItermax=10**6))
print(ot.emd2_1d(np.arange(3.0), np.arange(3.0) + 1, metric="cityblock"))
"""
    assert said(code, BARE).split() == ["True", "1.0"]


END = """
import atexit, sys, tempfile, threading, time, weakref
atexit.register(print, "registered first")
import logging
from concurrent.futures import ThreadPoolExecutor
from segx_viewer import process
class Left:
    def __del__(self):
        print("taken apart")
left = Left()
folder = tempfile.TemporaryDirectory(prefix="segx-viewer-end-", dir=sys.argv[1])
pool = ThreadPoolExecutor(1)
threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
pool.submit(lambda: (time.sleep(0.1), print("job")))
atexit.register(print, "registered last")
print("end", end=" ")
process.leave(7)
"""


@pytest.mark.parametrize(("without", "after"), [("", []), ("quick-end", ["taken apart"])])
def test_a_command_ends_at_once_when_all_is_done_that_was_to_be_done(tmp_path, without, after):
    done = subprocess.run([sys.executable, "-c", END, str(tmp_path)], env={**BARE, process.SWITCH: without},
                          check=False, capture_output=True, text=True, timeout=60)  # fmt: skip
    lines = ["end job", "thread", "registered last", "registered first", *after]
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (7, lines, "")
    assert list(tmp_path.iterdir()) == []


def test_a_program_whose_reader_has_gone_ends_as_python_ends_it():
    code = "import sys; from segx_viewer import process; sys.stdin.readline(); print('much'); process.leave(0)"
    kept = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], env=BARE, stdin=kept, stdout=kept, stderr=kept) as program:
        program.stdout.close()
        _, told = program.communicate(b"go on\n", timeout=60)
    assert program.returncode == 120
    assert b"BrokenPipeError" in told


@pytest.mark.parametrize(("words", "code"), [(("models", "list"), 0), (("models", "lost"), 2)])
def test_a_command_s_exit_code_is_the_program_s(words, code):
    done = subprocess.run([sys.executable, "-m", "segx_viewer", *words], env=BARE, check=False, capture_output=True)
    assert done.returncode == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("words", ["--version", "analyze --help", "models list"])
def test_an_output_that_was_not_written_is_told_in_one_sentence(words):
    program = f"'{sys.executable}' -m segx_viewer {words}"
    for place, told in ((">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")):
        done = subprocess.run(["sh", "-c", f"{program} {place}"], env=BARE, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (1, f"segx-viewer: {told}.\n")


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a POSIX shell does")
def test_streams_that_were_closed_lend_their_numbers_to_no_file(tmp_path):
    code = (
        "import sys; from segx_viewer import process; process.fill_streams()\n"
        "with open(sys.argv[1], 'w') as file: file.write(str(file.fileno()))\n"
        "print('lost', file=sys.stderr); process.leave(0)"
    )
    closed = ["sh", "-c", '"$@" <&- >&- 2>&-', "sh", sys.executable, "-c", code, str(tmp_path / "told")]
    assert subprocess.run(closed, env=BARE, check=False).returncode == 0
    assert int((tmp_path / "told").read_text()) > 2


def test_every_trick_is_asked_for_by_its_name_and_says_what_it_is():
    package = Path(sys.modules["segx_viewer"].__file__).parent
    text = "".join(p.read_text(encoding="utf-8") for p in package.rglob("*.py"))
    for name, trick in process.TRICKS.items():
        assert f'wanted("{name}")' in text
        assert all((trick.does, trick.why, trick.gain))


def test_the_process_is_touched_in_one_place_only():
    """Environment, switch interval, import finders, stand-ins and the allocator; a child's own start is its own."""
    package = Path(sys.modules["segx_viewer"].__file__).parent
    marks = ("os.environ.set", "os.environ.update", "os.environ[", "setswitchinterval", "sys.meta_path",
             "sys.modules.update", "mallopt", "malloc_trim")  # fmt: skip
    allowed = {"process.py", "_decoder_process.py", "screenshots.py"}
    found = {
        p.name for p in package.rglob("*.py") if any(mark in p.read_text(encoding="utf-8") for mark in marks)
    } - allowed
    assert found == set()
