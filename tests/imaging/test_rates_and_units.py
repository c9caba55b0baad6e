import numpy as np
import pytest

from segx_viewer.imaging.reader import read_image

FILM = np.zeros((3, 4, 5), np.uint8)


@pytest.mark.parametrize(
    ("header", "rate"),
    [
        ({}, None),
        ({"FrameTime": "40"}, 25.0),
        ({"FrameTimeVector": ["0", "50", "50"]}, 20.0),
        ({"CineRate": "12", "FrameTime": "40"}, 12.0),
        ({"RecommendedDisplayFrameRate": "15", "CineRate": "12"}, 15.0),
        ({"FrameTime": "0"}, None),
        ({"CineRate": "100000", "FrameTime": "40"}, 25.0),
    ],
)
def test_a_film_states_its_rate(make_dicom, header, rate):
    assert read_image(make_dicom(FILM, **header)).source.frame_rate == rate


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ({"Modality": "CT", "RescaleSlope": "1", "RescaleIntercept": "-1024"}, "HU"),
        ({"Modality": "CT"}, ""),
        ({"Modality": "CT", "RescaleSlope": "1", "RescaleIntercept": "0", "RescaleType": "US"}, ""),
        ({"Modality": "PT", "RescaleSlope": "2", "RescaleIntercept": "0", "Units": "BQML"}, "BQML"),
        ({"RescaleSlope": "2", "RescaleIntercept": "0"}, ""),
    ],
)
def test_values_have_the_unit_that_the_file_states(make_dicom, header, unit):
    assert read_image(make_dicom(FILM[0], **header)).unit == unit
