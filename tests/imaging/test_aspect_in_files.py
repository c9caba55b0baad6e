"""Pixels that are not square: what the file says of them."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from segx_viewer.imaging.reader import read_image

RAMP = np.arange(12 * 10, dtype=np.uint16).reshape(12, 10)


def item(**values):
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


ULTRASOUND = item(
    RegionSpatialFormat=1, RegionDataType=1, RegionLocationMinX0=0, RegionLocationMinY0=0, RegionLocationMaxX1=9,
    RegionLocationMaxY1=11, PhysicalUnitsXDirection=3, PhysicalUnitsYDirection=3, PhysicalDeltaX=0.02,
    PhysicalDeltaY=0.04,
)  # fmt: skip


@pytest.mark.parametrize(
    ("header", "stretch"),
    [
        ({"PixelSpacing": [0.4, 0.2], "Modality": "MR"}, (2, 1)),
        ({"PixelSpacing": [0.2, 0.4], "Modality": "MR"}, (1, 2)),
        ({"ImagerPixelSpacing": [0.3, 0.2]}, (1.5, 1)),
        ({"NominalScannedPixelSpacing": [0.3, 0.2]}, (1.5, 1)),
        ({"PixelAspectRatio": [4, 3]}, (4 / 3, 1)),
        ({"PixelAspectRatio": [3, 4]}, (1, 4 / 3)),
        ({"PixelAspectRatio": [4, 3], "PixelSpacing": [0.2, 0.4], "Modality": "MR"}, (1, 2)),  # measured counts
        ({"SequenceOfUltrasoundRegions": [ULTRASOUND], "Modality": "US"}, (2, 1)),
        ({"SharedFunctionalGroupsSequence": [item(PixelMeasuresSequence=[item(PixelSpacing=[5, 1])])]}, (5, 1)),
        ({"PixelSpacing": [0.2, 0.20001], "Modality": "MR"}, (1, 1)),
        ({"PixelAspectRatio": [1, 1]}, (1, 1)),
        ({"PixelAspectRatio": [0, 3]}, (1, 1)),
        ({"PixelAspectRatio": [1, 3000]}, (1, 1)),
        ({"PixelAspectRatio": 4}, (1, 1)),
        ({}, (1, 1)),
    ],
)
def test_what_makes_the_pixels_square(make_dicom, header, stretch):
    assert read_image(make_dicom(RAMP, **header)).stretch == pytest.approx(stretch)
