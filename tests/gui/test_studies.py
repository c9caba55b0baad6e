from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from segx_viewer.app.model.grouping import group_path


def tree(item) -> dict:
    return {item.child(i).text(0): tree(item.child(i)) for i in range(item.childCount())}


@pytest.fixture
def shown(window):
    return lambda: tree(window.studies.invisibleRootItem())


def test_pictures_stand_under_their_folder(qtbot, window, pictures, shown):
    window.open_paths(pictures)
    qtbot.waitUntil(lambda: all(d.thumbnail is not None for d in window.workspace.documents) and bool(shown()))
    (folder,) = shown()
    assert folder == "pictures"
    assert "red.png\n200 x 150 px" in shown()[folder]


def test_dicom_stands_under_patient_study_and_series(qtbot, window, shown):
    window.open_paths([Path(get_testdata_file("CT_small.dcm", download=False))])
    qtbot.waitUntil(lambda: "CompressedSamples, CT1" in shown())
    (patient,) = shown()
    assert patient == "CompressedSamples, CT1"
    (study,) = shown()[patient]
    assert study.startswith("2004-01-19")
    (series,) = shown()[patient][study]
    assert series.startswith("CT")


def test_hiding_the_patient_hides_the_name_in_the_tree(qtbot, window, shown):
    window.open_paths([Path(get_testdata_file("CT_small.dcm", download=False))])
    qtbot.waitUntil(lambda: "CompressedSamples, CT1" in shown())
    window.commands.run("identity")
    assert "CompressedSamples" not in str(shown())
    window.commands.run("identity")
    assert "CompressedSamples, CT1" in shown()


def test_closing_the_last_image_of_a_group_removes_the_group(qtbot, opened, shown):
    opened.commands.run("close")
    assert shown() == {}


def test_two_patients_of_one_name_stay_apart():
    from dataclasses import replace

    import numpy as np

    from segx_viewer.app.model.documents import Document
    from segx_viewer.domain.image import MedicalImage, PatientIdentity, PhotometricInterpretation, SourceInfo

    header = MedicalImage(
        np.zeros((1, 1), np.float32),
        "CR",
        PhotometricInterpretation.MONOCHROME2,
        SourceInfo(None, study_uid="1.2", series_uid="1.2.3"),
        identity=PatientIdentity("Doe, Jane", "A"),
    )
    one = Document(1, Path("a.dcm"), header=header)
    other = Document(2, Path("b.dcm"), header=replace(header, identity=PatientIdentity("Doe, Jane", "B")))
    assert group_path(one)[0][0] != group_path(other)[0][0]
    assert group_path(one)[0][1] == group_path(other)[0][1]
