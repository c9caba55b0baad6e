"""Archives and DICOMDIRs of strangers: nothing is written or looked for outside, damage costs one sentence."""

import io
import zipfile

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from segx_viewer.errors import ImageReadError
from segx_viewer.imaging import containers
from segx_viewer.imaging.containers import Containers


def archive_of(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_names_that_lead_out_of_the_folder(tmp_path):
    names = ["../../escaped.png", "/absolute/escaped.png", "C:\\escaped.png", "a/../../escaped.png"]
    archive = archive_of(tmp_path / "x.zip", dict.fromkeys(names, b"x"))
    with Containers() as opened:
        found = list(opened.open(archive))
        assert len(found) == len(names)
        assert len({item.path.parent for item in found}) == 1
        assert all(item.path.read_bytes() == b"x" for item in found)
        unpacked = found[0].path.parent
    assert not unpacked.exists()
    assert [p.name for p in tmp_path.rglob("*")] == ["x.zip"]


def test_an_archive_that_grows_too_large(tmp_path, monkeypatch):
    archive = archive_of(tmp_path / "bomb.zip", {str(n): bytes(10_000) for n in range(10)})
    monkeypatch.setattr(containers, "_LARGEST_ARCHIVE", 50_000)
    with Containers() as opened:
        with pytest.raises(ImageReadError, match="more than there is room for"):
            list(opened.open(archive))
        assert not list(opened._folder.iterdir())


def test_damaged_archives(tmp_path):
    buffer = io.BytesIO()
    rng = np.random.default_rng(1)
    with zipfile.ZipFile(buffer, "w") as archive:
        for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
            archive.writestr(f"{method}.bin", bytes(rng.integers(0, 4, 300, np.uint8)), method)
    path, refused = tmp_path / "damaged.zip", 0
    for index in range(400):
        data = bytearray(buffer.getvalue())
        for at in np.random.default_rng(index).integers(0, len(data), 3):
            data[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(data)
        with Containers() as opened:
            try:
                list(opened.open(path))
            except ImageReadError:
                refused += 1
    assert refused > 100


@pytest.mark.filterwarnings("ignore:Invalid value:UserWarning", "ignore:The value length:UserWarning")
@pytest.mark.parametrize("stated", [["..", "SECRET"], "/etc/passwd", "\\\\server\\share\\x", [".", "X"], "C:\\X"])
def test_a_dicomdir_stays_in_its_folder(tmp_path, stated):
    dataset = pydicom.dcmread(get_testdata_file("DICOMDIR"))
    records = Dataset(), Dataset()
    records[0].ReferencedFileID, records[1].ReferencedFileID = stated, ["SERIES", "IMAGE1"]
    dataset.DirectoryRecordSequence = records
    dataset.save_as(tmp_path / "DICOMDIR")
    with Containers() as opened:
        found = list(opened.open(tmp_path / "DICOMDIR"))
    assert [item.path for item in found] == [tmp_path / "SERIES" / "IMAGE1"]
