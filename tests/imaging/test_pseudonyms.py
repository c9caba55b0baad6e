"""Copies of the same patient stay one patient, those of two stay two, and all of them are valid DICOM."""

import re
import shutil
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from segx_viewer.errors import ExportError, ImageReadError
from segx_viewer.imaging.burned_in import Box
from segx_viewer.imaging.privacy import Action, Dates, Disguise, deidentify, deidentify_file, find_identity
from segx_viewer.imaging.pseudonyms import Key, kept_key, new_key, read_key, shifted
from segx_viewer.imaging.reader import read_image

RAMP = np.arange(120, dtype=np.uint16).reshape(12, 10)
KEY = Key(bytes(range(32)))
DCIODVFY = shutil.which("dciodvfy")
WHO = {"PatientName": "Miller^John", "PatientID": "4711", "PatientBirthDate": "19500401"}


@pytest.fixture
def copy(make_dicom, tmp_path):
    """Return a function that makes a file and returns its de-identified copy."""

    def make(disguise=Disguise(KEY), stored=RAMP, blanked=(), **header):  # noqa: B008
        path = make_dicom(stored, f"{len(list(tmp_path.iterdir()))}.dcm", **header)
        target = path.with_suffix(".copy")
        deidentify_file(path, target, blanked, disguise)
        return pydicom.dcmread(target)

    return make


def errors(path):
    run = subprocess.run([DCIODVFY, str(path)], capture_output=True, text=True, errors="replace", check=False)
    lines = re.sub(r"\d+(\.\d+){2,}|2\.25\.\d+|(?<=UID )0\b", "UID", run.stderr + run.stdout).splitlines()
    return {line for line in lines if line.startswith(("Error", "Abort"))}


def test_a_patient_has_one_pseudonym_and_two_patients_have_two(copy):
    first = copy(**WHO)
    again = copy(**WHO | {"PatientName": "MILLER^JOHN"})  # as another machine wrote it
    other = copy(**WHO | {"PatientID": "4712"})
    elsewhere = copy(**WHO, IssuerOfPatientID="another hospital")
    assert first.PatientID == again.PatientID == str(first.PatientName)
    assert len({first.PatientID, other.PatientID, elsewhere.PatientID}) == 3
    assert copy(Disguise(new_key()), **WHO).PatientID != first.PatientID


def test_patients_without_an_id_are_not_made_one(copy):
    named = [copy(PatientName=name, PatientID="") for name in ("Miller^John", "Miller^John", "Doe^Jane")]
    assert named[0].PatientID == named[1].PatientID != named[2].PatientID
    nameless = [copy(PatientID="") for _ in range(2)]  # two studies
    assert nameless[0].PatientID != nameless[1].PatientID
    assert all(dataset.PatientID for dataset in nameless)


def test_uids_are_the_same_in_every_copy_with_the_key(copy):
    uids = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4", "SOPInstanceUID": "1.2.3.4.5"}
    first, again = copy(**uids), copy(**uids)
    for keyword in uids:
        assert first[keyword].value == again[keyword].value != uids[keyword]
        assert first[keyword].value.is_valid
    assert copy(Disguise(new_key()), **uids).SOPInstanceUID != first.SOPInstanceUID
    assert first.SOPClassUID == "1.2.840.10008.5.1.4.1.1.1.1"
    assert KEY.uid("1.2.840.10008.1.4.1.1") == "1.2.840.10008.1.4.1.1"  # a well-known frame of reference


def test_dates_are_emptied(copy):
    dates = {
        "StudyDate": "20240301",
        "SeriesDate": "20240301",
        "ContentDate": "20240302",
        "AcquisitionDate": "20240301",
    }
    times = {"StudyTime": "101112", "ContentTime": "101112", "AcquisitionDateTime": "20240301101112"}
    dataset = copy(**WHO, **dates, **times)
    assert not [e for e in dataset.iterall() if e.VR in ("DA", "DT", "TM") and e.value]
    assert dataset.StudyDate == ""
    assert dataset.LongitudinalTemporalInformationModified == "REMOVED"


def test_dates_are_shifted_by_as_many_days_for_a_patient(copy):
    visits = [("20240301", "101112"), ("20240401", "235959"), ("20230228", "000000")]
    copies = [
        copy(
            Disguise(KEY, Dates.SHIFT), **WHO, StudyDate=day, StudyTime=time, AcquisitionDateTime=f"{day}{time}.5+0100"
        )
        for day, time in visits
    ]
    pairs = zip(copies, visits, strict=True)
    (by,) = {date.fromisoformat(made.StudyDate) - date.fromisoformat(day) for made, (day, _) in pairs}
    assert -3650 <= by.days <= -1
    assert [c.StudyTime for c in copies] == [time for _, time in visits]
    assert copies[0].AcquisitionDateTime == f"{copies[0].StudyDate}101112.5+0100"
    assert copies[0].PatientBirthDate == ""
    assert copies[0].LongitudinalTemporalInformationModified == "MODIFIED"
    assert [c.CodeValue for c in copies[0].DeidentificationMethodCodeSequence] == ["113100", "113107"]
    other = copy(Disguise(KEY, Dates.SHIFT), **WHO | {"PatientID": "4712"}, StudyDate="20240301")
    assert other.StudyDate != copies[0].StudyDate


def test_a_date_that_is_none_is_emptied_and_the_versions_of_code_tables_do_not_tell_the_shift(copy):
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "T-D3000", "SRT", "Chest"
    code.ContextGroupVersion = "20020904000000"
    dataset = copy(Disguise(KEY, Dates.SHIFT), **WHO, StudyDate="00010101", AnatomicRegionSequence=[code])
    assert not dataset.StudyDate
    assert dataset.AnatomicRegionSequence[0].ContextGroupVersion == "19000101000000"
    assert [shifted(value, -1) for value in ("nonsense", "20241301", "2024", "")] == [""] * 4


def test_the_preview_says_what_becomes_of_dates(make_dicom):
    dataset = pydicom.dcmread(make_dicom(RAMP, **WHO, StudyDate="20240301", StudyTime="101112"))
    actions = {f.tag: f.action for f in find_identity(dataset, Disguise(KEY, Dates.SHIFT))}
    assert (actions["(0008,0020)"], actions["(0008,0030)"]) == (Action.SHIFT, Action.KEEP)
    assert {f.tag: f.action for f in find_identity(dataset)}["(0008,0020)"] is Action.EMPTY


def test_an_overlay_goes_with_all_of_its_group(copy):
    overlay = {0x0010: ("US", 12), 0x0011: ("US", 10), 0x0040: ("CS", "G"), 0x0050: ("SS", [1, 1])}
    texts = {0x0022: ("LO", "Miller, seen by Dr. House"), 0x1500: ("LO", "MILLER"), 0x3000: ("OW", bytes(16))}

    def add(group):
        def write(dataset):
            for element, (vr, value) in (overlay | texts).items():
                dataset.add_new((group, element), vr, value)

        return write

    dataset = Dataset()
    dataset.PatientID = "1"
    for group in (0x6000, 0x6002, 0x601E, 0x5000):
        add(group)(dataset)
    deidentify(dataset)
    assert [e.tag for e in dataset if e.tag.group & 0xFF00 in (0x5000, 0x6000)] == []


@pytest.mark.parametrize("kept_in", ["pixels", "nothing"])
def test_an_overlay_in_the_pixels_bits_goes(make_dicom, tmp_path, kept_in):
    drawn = np.zeros(RAMP.shape, np.uint16)
    drawn[3:6, 2:8] = 1 << 12
    path = make_dicom(RAMP | drawn, BitsStored=12)
    dataset = pydicom.dcmread(path)
    if kept_in == "pixels":
        dataset.add_new((0x6000, 0x0102), "US", 12)
    dataset.save_as(path)
    deidentify_file(path, tmp_path / "copy.dcm")
    values = np.frombuffer(pydicom.dcmread(tmp_path / "copy.dcm").PixelData, np.uint16).reshape(RAMP.shape)
    assert np.array_equal(values, RAMP if kept_in == "pixels" else RAMP | drawn)


def test_elements_that_nobody_knows_go(copy, make_dicom, tmp_path):
    path = make_dicom(RAMP)
    dataset = pydicom.dcmread(path)
    dataset.add_new((0x0008, 0x7FFE), "LO", "Miller")
    dataset.save_as(path)
    deidentify_file(path, tmp_path / "copy.dcm")
    assert b"Miller" not in (tmp_path / "copy.dcm").read_bytes()


@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize("blanked", [(), (Box(0, 0, 3, 3),)])
def test_the_number_of_frames_is_kept(copy, frames, blanked):
    stored = np.repeat(RAMP[None].astype(np.uint8), frames, 0)
    dataset = copy(stored=stored if frames > 1 else stored[0], blanked=blanked, NumberOfFrames=frames)
    assert dataset.NumberOfFrames == frames
    assert dataset.pixel_array.shape == (stored.shape if frames > 1 else stored.shape[1:])


def test_left_justified_pixels_stay_what_they_are_when_parts_are_blanked(make_dicom, tmp_path):
    path = make_dicom(RAMP << 4, BitsStored=12)
    dataset = pydicom.dcmread(path)
    dataset.HighBit = 15
    dataset.save_as(path)
    deidentify_file(path, tmp_path / "copy.dcm", (Box(0, 0, 3, 3),))
    copied = pydicom.dcmread(tmp_path / "copy.dcm")
    assert (copied.HighBit, copied.BitsStored) == (11, 12)
    assert np.array_equal(copied.pixel_array[3:], RAMP[3:])


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("lacking", ["preamble", "meta", "SOPInstanceUID", "SOPClassUID"])
def test_files_without_what_a_file_must_have(make_dicom, tmp_path, lacking, syntax):
    path = make_dicom(RAMP, syntax=syntax, **WHO)
    dataset = pydicom.dcmread(path)
    if lacking in ("preamble", "meta"):
        raw = path.read_bytes()
        meta_end = 132 + 12 + dataset.file_meta.FileMetaInformationGroupLength
        path.write_bytes(raw[132:] if lacking == "preamble" else raw[meta_end:])
    else:
        del dataset[lacking]
        dataset.save_as(path)
    deidentify_file(path, tmp_path / "copy.dcm", disguise=Disguise(KEY))
    copied = pydicom.dcmread(tmp_path / "copy.dcm")
    assert copied.file_meta.MediaStorageSOPInstanceUID == copied.SOPInstanceUID
    assert copied.file_meta.MediaStorageSOPClassUID == copied.SOPClassUID
    assert b"Miller" not in (tmp_path / "copy.dcm").read_bytes()
    assert np.array_equal(read_image(tmp_path / "copy.dcm").pixels, RAMP)
    deidentify_file(path, tmp_path / "again.dcm", disguise=Disguise(KEY))
    assert (tmp_path / "again.dcm").read_bytes() == (tmp_path / "copy.dcm").read_bytes()


SAMPLES = (
    *("CT_small.dcm", "MR_small.dcm", "examples_overlay.dcm", "examples_ybr_color.dcm", "SC_rgb.dcm", "693_J2KI.dcm"),
    *("reportsi.dcm", "rtplan.dcm", "liver_1frame.dcm", "emri_small.dcm", "JPEG2000.dcm", "waveform_ecg.dcm"),
)


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (Debian package dicom3tools) is not installed")
@pytest.mark.parametrize("dates", Dates)
@pytest.mark.parametrize("name", SAMPLES)
def test_dciodvfy_finds_no_error_that_the_original_has_not(tmp_path, name, dates):
    original = get_testdata_file(name, download=False)
    if original is None:
        pytest.skip(f"{name} is not among the files of pydicom here")
    deidentify_file(Path(original), tmp_path / "copy.dcm", disguise=Disguise(KEY, dates))
    assert errors(tmp_path / "copy.dcm") - errors(original) == set()


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (Debian package dicom3tools) is not installed")
@pytest.mark.parametrize("dates", Dates)
def test_the_copy_of_a_valid_radiograph_is_valid(make_dicom, tmp_path, dates):
    header = {
        **WHO, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1", "Modality": "CR", "Manufacturer": "X", "PatientSex": "M",
        "StudyDate": "20240301", "StudyTime": "101112", "SeriesDate": "20240301", "ContentDate": "20240301",
        "ContentTime": "101112", "AcquisitionDate": "20240301", "InstanceCreationDate": "20240301",
        "DateOfLastDetectorCalibration": "20240101", "StudyID": "1", "AccessionNumber": "A1",
        "ReferringPhysicianName": "House^Gregory", "SeriesNumber": 1, "InstanceNumber": 1, "ViewPosition": "PA",
        "BodyPartExamined": "CHEST", "ImageType": ["ORIGINAL", "PRIMARY"], "PatientOrientation": ["L", "F"],
        "PatientAge": "074Y", "OperatorsName": "Who^Knows", "BitsStored": 12, "SpecificCharacterSet": "ISO_IR 100",
    }  # fmt: skip
    path = make_dicom(RAMP, **header)
    assert errors(path) == set()
    deidentify_file(path, tmp_path / "copy.dcm", disguise=Disguise(KEY, dates))
    assert errors(tmp_path / "copy.dcm") == set()


def test_a_key_is_kept_for_its_owner_and_read_again(tmp_path):
    path = tmp_path / "keys" / "mine.key"
    key = kept_key(path)
    assert kept_key(path) == read_key(path) == key
    assert key.secret.hex() not in repr(key)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"mine", b"segx-viewer pseudonym key 1\nabcd\n", b"\xff\xfe", bytes(200)])
def test_another_file_is_no_key_and_stays(tmp_path, content):
    path = tmp_path / "mine.key"
    path.write_bytes(content)
    with pytest.raises(ImageReadError, match="is not a key"):
        kept_key(path)
    assert path.read_bytes() == content


def test_a_key_that_cannot_be_kept_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises((ExportError, ImageReadError), match="could not be"):
        kept_key(tmp_path / "file" / "mine.key")


def test_a_compressed_copy_stays_compressed(make_dicom, tmp_path):
    path = make_dicom(RAMP)
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(path)
    deidentify_file(path, tmp_path / "copy.dcm")
    assert pydicom.dcmread(tmp_path / "copy.dcm").file_meta.TransferSyntaxUID == RLELossless
    assert np.array_equal(read_image(tmp_path / "copy.dcm").pixels, RAMP)
