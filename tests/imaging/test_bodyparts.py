"""Parts and views of the body, as headers word them."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from segx_viewer.imaging.bodyparts import body_region, projection
from segx_viewer.imaging.reader import read_image

SMALL = np.zeros((4, 6), np.uint8)


def view_code(value: str, meaning: str) -> Sequence:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return Sequence([item])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"ViewPosition": "PA"}, "frontal"),
        ({"ViewPosition": "AP"}, "frontal"),
        ({"ViewPosition": "LL"}, "lateral"),
        ({"ViewPosition": "LLAT"}, "lateral"),
        ({"ViewPosition": "LEFT LATERAL"}, "lateral"),
        ({"ViewPosition": "LATERO-MEDIAL"}, "lateral"),
        ({"ViewPosition": "LAO"}, "oblique"),
        ({"ViewPosition": "PA OBLIQUE"}, "oblique"),
        ({"ViewCodeSequence": view_code("399173006", "left lateral")}, "lateral"),
        ({"ViewCodeSequence": view_code("399173006", "linksseitig")}, "lateral"),
        ({"ViewCodeSequence": view_code("399135007", "left anterior oblique")}, "oblique"),
        ({"ViewCodeSequence": view_code("272479007", "postero-anterior")}, "frontal"),
        ({"PatientOrientation": ["A", "F"]}, "lateral"),
        ({"PatientOrientation": ["P", "F"]}, "lateral"),
        ({"PatientOrientation": ["L", "F"]}, "frontal"),
        ({"ViewPosition": "PA", "PatientOrientation": ["A", "F"]}, "frontal"),
        ({"Modality": "US", "ViewPosition": "LL"}, ""),
        ({}, ""),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
@pytest.mark.expects_warnings
def test_views(make_dicom, header, expected):
    assert read_image(make_dicom(SMALL, **header)).acquisition.projection == expected


@pytest.mark.parametrize(
    "stated",
    ["CHEST", "Thorax", "LUNGS", "TÓRAX", "TORACE", "POUMON", "BRUSTKORB", "胸部", "грудная клетка", "PORT CHEST"],
)
def test_a_chest_is_one_in_many_languages(stated):
    assert body_region(stated) == "CHEST"


@pytest.mark.parametrize(
    ("stated", "region"),
    [("LEFT KNEE", "LEG"), ("SCHÄDEL", "HEAD"), ("CSPINE", "SPINE"), ("EXTREMITY", "ARM"), ("頭部", "HEAD")],
)
def test_other_parts_are_known_too(stated, region):
    assert body_region(stated) == region


@pytest.mark.parametrize("stated", ["", "UNKNOWN", "OTHER", "WHOLEBODY", "???", "12"])
def test_words_that_say_nothing_name_nothing(stated):
    assert body_region(stated) == ""


def test_nothing_says_nothing():
    assert projection("") == ""
    assert projection("", "", ("F", "L")) == ""
