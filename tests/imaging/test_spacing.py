"""What a pixel's size is known from, and where in the picture it holds."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from segx_viewer.domain.image import SpacingOrigin
from segx_viewer.imaging.reader import read_image

PICTURE = np.zeros((60, 100), np.uint8)
CM, SECONDS, CM_PER_SECOND = 3, 4, 7


def region(box, delta=0.02, units=(CM, CM), kind=1) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat = kind
    item.RegionLocationMinX0, item.RegionLocationMinY0, item.RegionLocationMaxX1, item.RegionLocationMaxY1 = box
    item.PhysicalUnitsXDirection, item.PhysicalUnitsYDirection = units
    item.PhysicalDeltaX, item.PhysicalDeltaY = delta, delta
    return item


def ultrasound(make_dicom, *regions, **header):
    return read_image(make_dicom(PICTURE, Modality="US", SequenceOfUltrasoundRegions=Sequence(regions), **header))


def test_one_region_gives_its_scale_inside_it(make_dicom):
    image = ultrasound(make_dicom, region((10, 10, 89, 49)))
    assert (image.spacing.row, image.spacing.column, image.spacing.origin) == (0.2, 0.2, SpacingOrigin.SCALE)
    assert image.spacing_at([(20, 20), (80, 40)]) == image.spacing
    assert image.spacing_at([(20, 20), (95, 40)]) is None


def test_several_regions_of_one_scale_are_measured_across(make_dicom):
    image = ultrasound(make_dicom, region((0, 0, 49, 59)), region((50, 0, 99, 59)))
    assert image.spacing_at([(10, 30), (90, 30)]).row == 0.2


def test_regions_of_two_scales_are_not_measured_across(make_dicom):
    image = ultrasound(make_dicom, region((0, 0, 29, 59), 0.05), region((30, 0, 99, 59), 0.02))
    assert image.spacing.row == 0.2  # that of the larger one
    assert image.spacing_at([(1, 1), (20, 50)]).row == 0.5
    assert image.spacing_at([(10, 30), (90, 30)]) is None


def test_a_doppler_spectrum_beside_the_picture_has_no_lengths(make_dicom):
    image = ultrasound(make_dicom, region((0, 0, 99, 29)), region((0, 30, 99, 59), 0.5, (SECONDS, CM_PER_SECOND), 3))
    assert image.spacing_at([(10, 10), (90, 20)]).row == 0.2
    assert image.spacing_at([(10, 40), (90, 50)]) is None


def test_a_region_comes_before_pixel_spacing(make_dicom):
    assert ultrasound(make_dicom, region((0, 0, 99, 59)), PixelSpacing=[0.7, 0.7]).spacing.row == 0.2


def test_without_a_region_in_lengths_pixel_spacing_stays(make_dicom):
    image = ultrasound(make_dicom, region((0, 0, 99, 59), 1, (SECONDS, CM_PER_SECOND)), PixelSpacing=[0.7, 0.7])
    assert image.spacing_at([(1, 1), (99, 1)]).row == 0.7


@pytest.mark.parametrize("header", [{"Modality": "OT"}, {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "Modality": "DX"}])
def test_the_spacing_of_a_secondary_capture_is_of_unknown_origin(make_dicom, header):
    header["PixelSpacing"] = [0.2, 0.2]
    assert read_image(make_dicom(PICTURE, **header)).spacing.origin is SpacingOrigin.UNKNOWN
    stated = read_image(make_dicom(PICTURE, PixelSpacingCalibrationType="GEOMETRY", **header))
    assert stated.spacing.origin is SpacingOrigin.CALIBRATED


@pytest.mark.parametrize(("factor", "expected"), [(1.25, 1.25), (1.0, None), (0.5, None), (50, None), (None, None)])
def test_the_estimated_magnification_goes_with_a_spacing_at_the_detector(make_dicom, factor, expected):
    header = {} if factor is None else {"EstimatedRadiographicMagnificationFactor": factor}
    assert read_image(make_dicom(PICTURE, ImagerPixelSpacing=[0.2, 0.2], **header)).spacing.magnification == expected


def test_a_calibrated_spacing_is_not_magnified_again(make_dicom):
    header = {"PixelSpacing": [0.16, 0.16], "ImagerPixelSpacing": [0.2, 0.2]}
    image = read_image(make_dicom(PICTURE, EstimatedRadiographicMagnificationFactor=1.25, **header))
    assert image.spacing.magnification is None
