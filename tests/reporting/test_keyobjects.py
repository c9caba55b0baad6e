"""Key Object Selections: one for each study, with its own patient, valid by dciodvfy where it is installed."""

import io
import shutil
import subprocess
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from segx_viewer.domain.image import MedicalImage, SourceInfo
from segx_viewer.errors import ExportError
from segx_viewer.imaging.reader import read_image
from segx_viewer.reporting.dicom.keyobjects import key_objects

DCIODVFY, DSRDUMP = shutil.which("dciodvfy"), shutil.which("dsrdump")


@pytest.fixture
def image(tmp_path):
    def make(number, study, patient, **changes):
        dataset = pydicom.Dataset()
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, f"1.2.9.{number}"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, f"{study}.1"
        dataset.SpecificCharacterSet = "ISO_IR 100"
        dataset.PatientName, dataset.PatientID, dataset.Modality = f"Mönch^{patient}", patient, "CT"
        dataset.Rows, dataset.Columns = 8, 8
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
        dataset.PixelData = np.arange(64, dtype=np.uint16).tobytes()
        for keyword, value in changes.items():
            setattr(dataset, keyword, value)
        path = tmp_path / f"{number}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        return read_image(path)

    return make


def test_each_study_has_a_document_of_its_own_with_its_own_patient(image):
    marked = [image(1, "1.2.5", "A"), image(2, "1.2.6", "B"), image(3, "1.2.5", "A"), image(4, "1.2.6", "B")]
    made = key_objects(marked)
    assert [(one.study_uid, one.images) for one in made] == [
        ("1.2.5", ("1.2.9.1", "1.2.9.3")),
        ("1.2.6", ("1.2.9.2", "1.2.9.4")),
    ]
    for one, patient in zip(made, "AB", strict=True):
        dataset = pydicom.dcmread(io.BytesIO(one.data))
        assert (dataset.StudyInstanceUID, dataset.PatientID, dataset.Modality) == (one.study_uid, patient, "KO")
        assert str(dataset.PatientName) == f"Mönch^{patient}"
        named = [item.ReferencedSOPSequence[0] for item in dataset.ContentSequence if "ReferencedSOPSequence" in item]
        assert tuple(item.ReferencedSOPInstanceUID for item in named) == one.images
        (evidence,) = dataset.CurrentRequestedProcedureEvidenceSequence
        assert evidence.StudyInstanceUID == one.study_uid
        listed = [item for series in evidence.ReferencedSeriesSequence for item in series.ReferencedSOPSequence]
        assert {item.ReferencedSOPInstanceUID for item in listed} == set(one.images)


def test_the_same_study_uid_of_two_patients_is_two_documents(image):
    made = key_objects([image(1, "1.2.5", "A"), image(2, "1.2.5", "B")])
    assert [pydicom.dcmread(io.BytesIO(one.data)).PatientID for one in made] == ["A", "B"]


def test_the_document_is_of_interest_and_reads_elsewhere(image, tmp_path):
    (one,) = key_objects([image(1, "1.2.5", "A"), image(2, "1.2.5", "A")])
    path = tmp_path / "ko.dcm"
    path.write_bytes(one.data)
    read = hd.ko.KeyObjectSelectionDocument.from_dataset(pydicom.dcmread(path))
    assert read.ConceptNameCodeSequence[0].CodeMeaning == "Of Interest"
    assert read.resolve_reference("1.2.9.2") == ("1.2.5", "1.2.5.1", "1.2.9.2")
    if DCIODVFY is not None:
        done = subprocess.run([DCIODVFY, str(path)], capture_output=True, text=True, errors="replace", check=False)
        assert [line for line in (done.stderr + done.stdout).splitlines() if line.startswith(("Error", "Abort"))] == []
    if DSRDUMP is not None:
        assert subprocess.run([DSRDUMP, str(path)], capture_output=True, check=False).returncode == 0


def test_two_frames_of_a_file_are_one_object(image):
    marked = image(1, "1.2.5", "A", NumberOfFrames=2, PixelData=np.zeros(128, np.uint16).tobytes())
    (one,) = key_objects([marked, marked])
    assert one.images == ("1.2.9.1",)


def test_pictures_are_left_out_and_alone_are_told(image):
    picture = MedicalImage(np.zeros((4, 4), np.float32), "", "MONOCHROME2", source=SourceInfo(Path("a.png")))
    assert len(key_objects([picture, image(1, "1.2.5", "A")])) == 1
    with pytest.raises(ExportError, match="none of the marked images"):
        key_objects([picture])
