"""The networks for the only file of a run are loaded while the program imports."""

import json
import subprocess
import sys
import threading

import numpy as np
import pydicom
import pytest

from segx_viewer.cli import main
from segx_viewer.cli.ahead import begin_loading
from segx_viewer.imaging.dicom import read_header
from segx_viewer.inference.input_gate import likeliest, ranks

GRAPHS = ("classifier graph", "segmenter graph")


def loaded(store):
    """Return what was loaded once the thread that does it has ended."""
    for thread in threading.enumerate():
        if thread.name == "networks":
            thread.join(120)
    return {name for name in store.bundles() if all(store.has(name, graph) for graph in GRAPHS)}


@pytest.fixture
def radiograph(tmp_path):
    path = tmp_path / "SYNTHETIC.dcm"
    rows, columns = np.mgrid[:300, :280]
    values = (2000 + 1500 * np.sin(rows / 40) * np.cos(columns / 30)).astype(np.uint16)
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", pydicom.uid.generate_uid()
    data.Modality, data.PhotometricInterpretation = "DX", "MONOCHROME2"
    data.SamplesPerPixel, data.PixelRepresentation = 1, 0
    data.Rows, data.Columns = values.shape
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.PixelData = values.tobytes()
    pydicom.dcmwrite(path, data, enforce_file_format=True)
    return path


def test_a_radiograph_has_its_networks_loaded_without_having_been_asked_for(radiograph):
    store = begin_loading([str(radiograph)], None, None, "auto")
    header, _ = read_header(radiograph)
    first = ranks(store, header)[0][0].info.name
    assert likeliest(store, header) == first
    assert loaded(store) == {first}


def test_the_bundle_asked_for_is_the_one_that_is_loaded(radiograph):
    store = begin_loading([str(radiograph)], "dermoscopy-ham10000", None, "cpu")
    assert loaded(store) == {"dermoscopy-ham10000"}


def test_for_a_file_that_no_bundle_takes_nothing_is_loaded(radiograph):
    data = pydicom.dcmread(radiograph)
    data.Modality = "CT"
    data.save_as(radiograph)
    assert loaded(begin_loading([str(radiograph)], None, None, "auto")) == set()


def test_an_unknown_bundle_is_complained_of_later(radiograph):
    assert loaded(begin_loading([str(radiograph)], "lost", None, "auto")) == set()


def test_folders_pictures_several_files_and_other_devices_are_left_to_the_run(radiograph, tmp_path):
    picture = tmp_path / "SYNTHETIC.png"
    picture.write_bytes(b"no picture")
    for files in ([], [str(tmp_path)], [str(picture)], [str(radiograph)] * 2, [str(tmp_path / "lost.dcm")]):
        assert begin_loading(files, None, None, "auto") is None
    assert begin_loading([str(radiograph)], None, None, "cuda") is None


def test_what_was_loaded_ahead_gives_the_same_results(radiograph, tmp_path):
    assert main(["analyze", str(radiograph), "--out", str(tmp_path / "alone")]) == 0
    listed = tmp_path / "list.txt"
    listed.write_text(str(radiograph), encoding="utf-8")
    assert main(["analyze", "--list", str(listed), "--out", str(tmp_path / "listed")]) == 0
    both = [json.loads(next((tmp_path / name).glob("0*.json")).read_text("utf-8")) for name in ("alone", "listed")]
    assert both[0]["prediction"] == both[1]["prediction"]
    assert both[0]["input_check"] == both[1]["input_check"]


def test_a_run_over_an_uncompressed_file_imports_no_decoders(radiograph, tmp_path):
    script = f"""
import sys
from segx_viewer.cli import main
code = main(["analyze", {str(radiograph)!r}, "--out", {str(tmp_path / "out")!r}])
heavy = {{"gdcm", "jpeg_ls", "openjpeg", "pylibjpeg", "rich", "scipy", "torch"}}
print(sorted(name for name in sys.modules if name.startswith("pydicom.pix") or name.partition(".")[0] in heavy))
sys.exit(code)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
    assert list((tmp_path / "out").glob("0*.png"))
