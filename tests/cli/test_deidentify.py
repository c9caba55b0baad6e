"""Whole folders of de-identified copies from the command line."""

import csv
import io
import stat
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from segx_viewer.cli import main
from segx_viewer.errors import DiskFullError
from segx_viewer.paths import pseudonym_key_file


def write(path: Path, patient: str, instance: str, *, text: str = "", **header: object) -> Path:
    """Write a radiograph whose pixels may name somebody too."""
    picture = Image.new("L", (400, 300), 40)
    if text:
        ImageDraw.Draw(picture).text((20, 20), text, fill=250, font_size=22)
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", instance
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"1.2.3.{len(patient)}", "1.2.3.4"
    ds.PatientName, ds.PatientID, ds.StudyDate, ds.Modality = f"{patient}^X", patient, "20240301", "DX"
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.Rows, ds.Columns, ds.PixelData = 7, 300, 400, np.asarray(picture).tobytes()
    for keyword, value in header.items():
        setattr(ds, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def hospital(tmp_path):
    """A folder with two patients, three files, a text file and one damaged file; the key lies elsewhere."""
    folder = tmp_path / "in"
    write(folder / "miller" / "1.dcm", "MILLER", "1.2.1")
    write(folder / "miller" / "2.dcm", "MILLER", "1.2.2", text="MILLER JOHN 12345")
    write(folder / "doe" / "1.dcm", "DOE-JANE", "1.2.5")
    (folder / "notes.txt").write_text("MILLER was here")
    return folder


@pytest.fixture
def deidentify(tmp_path):
    def run(*names, out="out", options=()):
        return main(
            ["deidentify", *map(str, names), "--out", str(tmp_path / out), "--key", str(tmp_path / "key"), *options]
        )

    return run


def copies(folder: Path) -> list[Dataset]:
    return [pydicom.dcmread(path) for path in sorted(folder.rglob("*.dcm"))]


def test_a_folder_becomes_copies_in_which_nobody_is_named(hospital, deidentify, tmp_path, capsys):
    assert deidentify(hospital) == 0
    error = capsys.readouterr().err
    assert "3 file(s) of 2 patient(s) copied, 1 skipped" in error
    assert "1 line(s) of text blanked. Pictures of this kind may hold more: look at it." in error
    made = copies(tmp_path / "out")
    assert len(made) == 3
    assert len({dataset.PatientID for dataset in made}) == 2
    assert len({dataset.StudyInstanceUID for dataset in made}) == 2
    assert all(dataset.pixel_array.max() == 40 for dataset in made)
    for path in (tmp_path / "out").rglob("*"):
        assert not {"MILLER", "DOE"} & set(str(path).upper().replace("/", "-").split("-"))
        if path.is_file():
            assert path.suffix == ".dcm"
            assert b"MILLER" not in path.read_bytes()
            assert path.parts[-3] == pydicom.dcmread(path).PatientID


def test_blanked_without_a_look_the_copy_does_not_say_that_it_is_clean(hospital, deidentify, tmp_path):
    write(hospital / "miller" / "3.dcm", "MILLER", "1.2.3", text="MILLER JOHN 12345", BurnedInAnnotation="YES")
    assert deidentify(hospital) == 0
    assert {dataset.get("BurnedInAnnotation") for dataset in copies(tmp_path / "out")} == {None, "YES"}


def test_later_copies_with_the_key_fit_the_earlier_ones(hospital, deidentify, tmp_path):
    assert deidentify(hospital / "miller" / "1.dcm", out="a") == 0
    assert deidentify(hospital, out="b") == 0
    (first,) = (tmp_path / "a").rglob("*.dcm")
    assert (tmp_path / "b" / first.relative_to(tmp_path / "a")).read_bytes() == first.read_bytes()
    (tmp_path / "key").unlink()
    assert deidentify(hospital, out="c") == 0
    pseudonyms = {dataset.PatientID for dataset in copies(tmp_path / "c")}
    assert not pseudonyms & {dataset.PatientID for dataset in copies(tmp_path / "b")}


def test_the_key_is_kept_in_the_data_folder_unless_named(hospital, tmp_path):
    assert main(["deidentify", str(hospital), "--out", str(tmp_path / "out")]) == 0
    assert pseudonym_key_file().is_file()


def test_dates_are_shifted_on_request(hospital, deidentify, tmp_path):
    assert deidentify(hospital) == 0
    assert deidentify(hospital, out="shifted", options=["--dates", "shift"]) == 0
    assert {dataset.StudyDate for dataset in copies(tmp_path / "out")} == {""}
    shifted = {(dataset.PatientID, dataset.StudyDate) for dataset in copies(tmp_path / "shifted")}
    assert len(shifted) == 2
    assert all("2014" <= date[:4] <= "2024" for _, date in shifted)


@pytest.mark.parametrize(("choice", "code", "count"), [("blank", 0, 3), ("skip", 1, 2), ("keep", 0, 3)])
def test_what_becomes_of_text_is_chosen(hospital, deidentify, tmp_path, choice, code, count):
    assert deidentify(hospital, options=["--text", choice]) == code
    made = copies(tmp_path / "out")
    assert len(made) == count
    assert (max(dataset.pixel_array.max() for dataset in made) == 250) == (choice == "keep")


def test_a_file_that_states_text_which_is_not_found_is_left_out(deidentify, tmp_path, capsys):
    path = write(tmp_path / "in" / "1.dcm", "MILLER", "1.2.1", BurnedInAnnotation="YES")
    assert deidentify(path) == 1
    assert "states that text is burned in, and none was found" in capsys.readouterr().err
    assert not copies(tmp_path / "out")


def test_fine_anatomy_of_a_slice_is_not_taken_for_text(deidentify, tmp_path):
    header = {"Modality": "CT", "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"]}
    path = write(tmp_path / "in" / "1.dcm", "MILLER", "1.2.1", text="MILLER JOHN 12345", **header)
    assert deidentify(path) == 0
    (made,) = copies(tmp_path / "out")
    assert made.pixel_array.max() == 250


def test_a_damaged_file_costs_no_other_and_is_named(hospital, deidentify, tmp_path, capsys):
    whole = (hospital / "doe" / "1.dcm").read_bytes()
    (hospital / "doe" / "2.dcm").write_bytes(whole[:-5000])
    assert deidentify(hospital, hospital / "notes.txt", hospital / "missing.dcm") == 1
    error = capsys.readouterr().err
    for name in ("2.dcm", "notes.txt", "missing.dcm"):
        assert [line for line in error.splitlines() if line.startswith("failed") and name in line]
    assert len(copies(tmp_path / "out")) == 3
    assert not list((tmp_path / "out").rglob(".part-*"))


def test_the_same_instance_twice_is_two_files(hospital, deidentify, tmp_path):
    write(hospital / "miller" / "again.dcm", "MILLER", "1.2.1")
    assert deidentify(hospital) == 0
    assert len(copies(tmp_path / "out")) == 4


def test_copies_below_the_originals_are_not_copied_again(hospital, deidentify):
    for _ in range(2):
        assert deidentify(hospital, out="in/copies") == 0
    assert len(copies(hospital / "copies")) == 3


def test_who_is_who_is_written_for_the_user_alone(hospital, deidentify, tmp_path):
    table = tmp_path / "who.csv"
    assert deidentify(hospital, options=["--table", str(table)]) == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    assert {(row["patient_id"], row["pseudonym"]) for row in rows} == {
        (row["patient_id"], pydicom.dcmread(row["copy"]).PatientID) for row in rows
    }
    assert {row["patient_id"] for row in rows} == {"MILLER", "DOE-JANE"}
    if sys.platform != "win32":
        assert stat.S_IMODE(table.stat().st_mode) == stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_what_is_named_wrongly_is_told_before_anything_is_copied(hospital, deidentify, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    empty = tmp_path / "empty"
    empty.mkdir()
    cases = [
        (deidentify(), 2, "name a FILE"),
        (deidentify(hospital, out="file"), 2, "is a file, not a folder"),
        (deidentify(hospital, out="in"), 2, "is the folder of the originals"),
        (deidentify(hospital, options=["--table", str(tmp_path / "out" / "who.csv")]), 2, "keep it elsewhere"),
        (deidentify(hospital, options=["--key", str(empty)]), 2, "is a folder; name a file"),
        (deidentify(hospital, options=["--key", str(tmp_path / "file")]), 1, "is not a key"),
        (deidentify(empty), 1, "There is no file to copy"),
        (deidentify(tmp_path / "*.nothing"), 1, "No file matches"),
    ]
    lines = [line for line in capsys.readouterr().err.splitlines() if line]
    assert [code for code, _, _ in cases] == [expected for _, expected, _ in cases]
    assert len(lines) == len(cases)
    for line, (_, _, words) in zip(lines, cases, strict=True):
        assert words in line
    assert not (tmp_path / "out").exists()


def test_a_full_disk_stops_the_run_and_what_is_done_is_told(hospital, deidentify, tmp_path, capsys, monkeypatch):
    from segx_viewer.imaging import privacy

    save, done = privacy._save, []

    def full(dataset, target):
        if done:
            raise DiskFullError(f"{target} could not be written: the disk is full.")
        done.append(save(dataset, target))

    monkeypatch.setattr(privacy, "_save", full)
    table = tmp_path / "who.csv"
    assert deidentify(hospital, options=["--table", str(table)]) == 1
    error = capsys.readouterr().err
    assert "the disk is full" in error.splitlines()[-1]
    assert "Traceback" not in error
    assert len(table.read_text("utf-8-sig").splitlines()) == 2
