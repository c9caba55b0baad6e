"""De-identification, tried on a file that has every element of the profile's table."""

import re

import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from segx_viewer.errors import ExportError, ImageReadError
from segx_viewer.imaging.privacy import Action, BurnedIn, burned_in, deidentify, deidentify_file, find_identity
from segx_viewer.imaging.reader import read_image

RAMP = np.arange(120, dtype=np.uint16).reshape(12, 10)
SECRET = "SECRETNAME"
BY_VR = {
    "AE": SECRET,
    "AS": "077Y",
    "CS": SECRET,
    "DA": "19770707",
    "DS": "7777.5",
    "DT": "19770707070707",
    "IS": "777777",
    "LO": SECRET,
    "LT": SECRET,
    "PN": f"{SECRET}^X",
    "SH": SECRET,
    "ST": SECRET,
    "TM": "070707",
    "UC": SECRET,
    "UI": "1.2.777.777.777",
    "UR": f"http://{SECRET}.org",
    "UT": SECRET,
    "OB": SECRET.encode(),
    "OW": SECRET.encode(),
    "UN": SECRET.encode(),
    "FD": 77777.0,
    "FL": 77777.0,
    "SL": 77777,
    "UL": 77777,
    "US": 7777,
    "SS": 7777,
}
TRACES = [SECRET.encode(), b"19770707", b"1.2.777.777.777", b"077Y"]


def table() -> list[tuple[int, ...]]:
    """Elements of table E.1-1 that can stand in a file's data set, one for each repeating group."""
    from dicomanonymizer.simpledicomanonymizer import initialize_actions

    tags = [tag for tag in initialize_actions("dicomfields_2026c") if tag[0] not in {0x0000, 0x0002}]
    return [(tag[0], tag[1] or 0x0010) if len(tag) == 4 else tag for tag in tags]  # no group lengths


def fill(dataset: Dataset) -> None:
    """Add every element of the table; sequences get an item with a name in it."""
    for tag in table():
        try:
            vr = dictionary_VR(tag)
        except KeyError:
            vr = "LO"  # of a newer edition than pydicom's dictionary
        vr = vr.split(" or ")[0]
        if vr == "SQ":
            item = Dataset()
            item.PatientName = SECRET
            dataset.add(DataElement(tag, "SQ", [item]))
        else:
            dataset.add(DataElement(tag, vr, BY_VR[vr]))


@pytest.fixture
def full_file(make_dicom):
    path = make_dicom(RAMP)
    dataset = pydicom.dcmread(path)
    fill(dataset)
    nested = Dataset()
    fill(nested)
    dataset.add(DataElement(0x00082112, "SQ", [nested]))  # Source Image Sequence: kept, so its items must be cleaned
    dataset.private_block(0x0099, SECRET, create=True).add_new(1, "LO", SECRET)
    nested.private_block(0x0099, "x", create=True).add_new(1, "LO", SECRET)
    dataset.file_meta.SourceApplicationEntityTitle = SECRET
    dataset.preamble = SECRET.encode().ljust(128, b"\0")
    dataset.save_as(path)
    return path


def test_every_element_of_the_table_is_cleaned(full_file, tmp_path, say):
    original = full_file.read_bytes()
    assert all(trace in original for trace in TRACES)
    findings = deidentify_file(full_file, tmp_path / "clean.dcm")
    clean = (tmp_path / "clean.dcm").read_bytes()
    assert [trace for trace in TRACES if trace in clean] == []

    listed = {f.tag.lower() for f in findings}
    for tag in table():
        assert f"({tag[0]:04x},{tag[1]:04x})" in listed
    dataset = pydicom.dcmread(tmp_path / "clean.dcm")
    assert dataset.PatientIdentityRemoved == "YES"
    assert dataset.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert not [e for e in dataset.iterall() if e.tag.is_private]
    assert np.array_equal(read_image(tmp_path / "clean.dcm").pixels, RAMP)
    image = read_image(tmp_path / "clean.dcm")
    assert image.identity.name == image.identity.patient_id
    assert re.fullmatch("P-[A-Z2-7]{10}", image.identity.patient_id)
    assert image.identity.birth_date == ""
    assert image.acquisition.age_years is None  # the profile's dummy dates are not taken for a newborn's
    actions = [f.action for f in findings if " > " not in f.path]
    counts = ", ".join(f"{actions.count(action)} {action.value}" for action in Action)
    tags = sorted({f"{f.tag} {f.action.value}" for f in findings})
    say(f"de-identification of a file with all {len(table())} elements of table E.1-1: {counts}")
    for start in range(0, len(tags), 5):
        say("  " + ", ".join(tags[start : start + 5]))


def test_preview_changes_nothing(full_file):
    before = full_file.read_bytes()
    dataset = pydicom.dcmread(full_file)
    preview = find_identity(dataset)
    assert dataset == pydicom.dcmread(full_file)
    assert SECRET not in repr(preview[0])
    assert any(f.value.startswith(SECRET) for f in preview)
    assert preview == deidentify(dataset)
    assert full_file.read_bytes() == before


def test_same_uid_stays_the_same(make_dicom, tmp_path):
    study, series = "1.2.3.4", "1.2.3.4.5"
    cleaned = []
    for name in ("a.dcm", "b.dcm"):
        path = make_dicom(RAMP, name, StudyInstanceUID=study, SeriesInstanceUID=series)
        deidentify_file(path, tmp_path / f"clean-{name}")
        cleaned.append(pydicom.dcmread(tmp_path / f"clean-{name}"))
    assert cleaned[0].StudyInstanceUID == cleaned[1].StudyInstanceUID != study
    assert cleaned[0].SOPInstanceUID != cleaned[1].SOPInstanceUID


def test_the_original_is_never_overwritten(make_dicom):
    path = make_dicom(RAMP)
    with pytest.raises(ExportError, match="is the original"):
        deidentify_file(path, path)


def test_what_cannot_be_read_is_not_written(tmp_path):
    (tmp_path / "x").write_bytes(b"no DICOM here")
    with pytest.raises(ImageReadError, match="was not de-identified"):
        deidentify_file(tmp_path / "x", tmp_path / "y")
    assert not (tmp_path / "y").exists()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"BurnedInAnnotation": "YES"}, BurnedIn.YES),
        ({"BurnedInAnnotation": "NO", "Modality": "US"}, BurnedIn.NO),
        ({"Modality": "US"}, BurnedIn.UNKNOWN),
        ({"Modality": "CR"}, BurnedIn.NO),
    ],
)
def test_burned_in(header, expected):
    dataset = Dataset()
    for keyword, value in header.items():
        setattr(dataset, keyword, value)
    assert burned_in(dataset) is expected
