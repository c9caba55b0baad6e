"""Which window a CT section without one is first shown with."""

import numpy as np
import pytest

from segx_viewer.imaging.display import default_voi
from segx_viewer.imaging.reader import read_image

AIR_AND_BONE = np.array([[-1000, 0, 60], [300, 1200, -800]], np.int16)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ({"BodyPartExamined": "CHEST"}, "Mediastinum"),
        ({"BodyPartExamined": "CHEST", "SeriesDescription": "Lung 1.0 B70f"}, "Lung"),
        ({"BodyPartExamined": "HEAD"}, "Brain"),
        ({"BodyPartExamined": "HEAD", "SeriesDescription": "bone"}, "Bone"),
        ({"BodyPartExamined": "ABDOMEN"}, "Abdomen"),
        ({"BodyPartExamined": "LEFT KNEE"}, "Bone"),
        ({"StudyDescription": "CT Thorax nativ"}, "Mediastinum"),
        ({}, "Abdomen"),
    ],
)
def test_the_part_of_the_body_decides(make_dicom, header, name):
    voi = default_voi(read_image(make_dicom(AIR_AND_BONE, Modality="CT", **header)))
    assert voi.explanation == name


def test_a_window_of_the_file_comes_first(make_dicom):
    voi = default_voi(read_image(make_dicom(AIR_AND_BONE, Modality="CT", WindowCenter=1, WindowWidth=2)))
    assert (voi.center, voi.width) == (1, 2)


@pytest.mark.parametrize(
    ("stored", "header"),
    [
        (AIR_AND_BONE, {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
        (np.abs(AIR_AND_BONE), {}),
        (AIR_AND_BONE, {"Modality": "MR"}),
    ],
)
def test_localisers_and_other_values_have_none(make_dicom, stored, header):
    voi = default_voi(read_image(make_dicom(stored, **{"Modality": "CT", **header})))
    assert voi.explanation == "Automatic"
