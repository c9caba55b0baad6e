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
        assert len({item.path.parent.parent for item in found}) == 1
        assert all(item.path.read_bytes() == b"x" for item in found)
        unpacked = found[0].path.parent.parent
        assert unpacked.parent == opened._folder
    assert not unpacked.exists()
    assert [p.name for p in tmp_path.rglob("*")] == ["x.zip"]


def test_what_is_unpacked_has_the_name_that_people_know(tmp_path):
    names = ["a/bad.jpg", "b/bad.jpg", "c/BAD.jpg", "c\\d\\other.jpg", "d/con.jpg", "d/what?.jpg", f"d/{'x' * 250}.jpg"]
    archive = archive_of(tmp_path / "a.zip", dict.fromkeys(names, b"x"))
    with Containers() as opened:
        found = list(opened.open(archive))
        assert [item.path.name for item in found] == [
            *("bad.jpg", "bad.jpg", "BAD.jpg", "other.jpg"),
            *("000004.jpg", "000005.jpg", "000006.jpg"),
        ]
        assert len({str(item.path).casefold() for item in found}) == len(names)
        assert {item.place for item in found} == {archive}


def test_archives_in_a_folder_are_opened_and_archives_in_them_are_not(tmp_path):
    inner = archive_of(tmp_path / "inner.zip", {"deep.png": b"x"}).read_bytes()
    (tmp_path / "inner.zip").unlink()
    (tmp_path / "below").mkdir()
    archive = archive_of(tmp_path / "below" / "A.ZIP", {"one.png": b"x", "inner.zip": inner})
    archive_of(tmp_path / "letter.docx", {"logo.png": b"x"})
    (tmp_path / "note.zip").write_text("a text that is called so")
    with Containers() as opened:
        labels = [(item.label, item.named, item.problem) for item in opened.open(tmp_path)]
    assert labels == [
        (str(tmp_path / "letter.docx"), False, ""),
        (str(tmp_path / "note.zip"), False, ""),
        (f"{archive}!one.png", False, ""),
        (f"{archive}!inner.zip", False, ""),
    ]


def test_an_archive_in_a_folder_that_cannot_be_opened_costs_its_own_files_only(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "_LARGEST_ARCHIVE", 50_000)
    archive_of(tmp_path / "1-bomb.zip", {str(n): bytes(10_000) for n in range(10)})
    whole = archive_of(tmp_path / "2.zip", {"one.png": b"x"})
    (tmp_path / "3-half.zip").write_bytes(whole.read_bytes()[:40])
    with Containers() as opened:
        bomb, good, half = opened.open(tmp_path)
    assert "more than there is room for" in bomb.problem
    assert (good.label, good.problem) == (f"{whole}!one.png", "")
    assert half.problem.startswith("3-half.zip could not be unpacked")
    assert bomb.named  # it has failed, rather than being no image
    assert half.named


def test_an_archive_with_a_password_says_so(tmp_path):
    archive = archive_of(tmp_path / "locked.zip", {"one.png": b"x"})
    content = bytearray(archive.read_bytes())
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(start) + flags] |= 1
    archive.write_bytes(content)
    with Containers() as opened:
        with pytest.raises(ImageReadError, match=r"locked\.zip asks for a password"):
            list(opened.open(archive))
        assert "asks for a password" in next(opened.open(tmp_path)).problem


def test_a_member_that_is_too_large_is_told_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "_LARGEST_MEMBER", 1000)
    archive = archive_of(tmp_path / "a.zip", {"s/large.dcm": bytes(2000), "small.dcm": b"x"})
    with Containers() as opened:
        large, small = opened.open(archive)
    assert (large.label, large.problem) == (f"{archive}!s/large.dcm", "large.dcm is larger than 2 GB.")
    assert not small.problem


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
