import math
from dataclasses import replace

import numpy as np
import pytest

from segx_viewer.app.model.annotations import Annotation, Kind, measured, roi_mask
from segx_viewer.domain.image import (
    CalibratedRegion,
    MedicalImage,
    PhotometricInterpretation,
    PixelSpacing,
    SourceInfo,
    SpacingOrigin,
)

VALUES = np.arange(100 * 80, dtype=np.float32).reshape(100, 80)


@pytest.fixture
def image() -> MedicalImage:
    return MedicalImage(VALUES, "CR", PhotometricInterpretation.MONOCHROME2, SourceInfo(None))


@pytest.fixture
def spaced(image) -> MedicalImage:
    return replace(image, spacing=PixelSpacing(0.5, 0.25, SpacingOrigin.CALIBRATED))


def test_a_length_is_in_pixels_without_spacing_and_in_mm_with_it(image, spaced):
    line = Annotation(Kind.LENGTH, ((10, 10), (40, 50)))
    assert measured(line, image) == "50.0 px"
    assert measured(line, spaced) == f"{math.hypot(30 * 0.25, 40 * 0.5):.1f} mm"


def test_a_length_at_the_detector_says_so(spaced):
    at_detector = replace(spaced, spacing=PixelSpacing(1, 1, SpacingOrigin.DETECTOR))
    assert measured(Annotation(Kind.LENGTH, ((0, 0), (3, 4))), at_detector) == "5.0 mm at the detector"


def test_an_angle_takes_the_spacing_into_account(image, spaced):
    corner = Annotation(Kind.ANGLE, ((10, 0), (0, 0), (10, 10)))
    assert measured(corner, image) == "45.0°"
    assert measured(corner, spaced) == f"{math.degrees(math.atan2(5, 2.5)):.1f}°"


def test_a_rectangle_gives_mean_sd_and_area(image, spaced):
    box = Annotation(Kind.RECTANGLE, ((30, 40), (10, 20)))  # drawn backwards
    part = VALUES[20:40, 10:30]
    text = measured(box, spaced)
    assert f"mean {part.mean():.4g}" in text
    assert f"SD {part.astype(np.float64).std():.3g}" in text
    assert "area 50 mm²" in text
    assert "area 400 px²" in measured(box, image)


def test_an_ellipse_holds_the_pixels_within_it():
    _, inside = roi_mask(Annotation(Kind.ELLIPSE, ((10, 10), (50, 70))), VALUES.shape)
    assert inside.sum() == pytest.approx(math.pi * 20 * 30, rel=0.01)
    assert not inside[0, 0]


def test_a_region_beyond_the_edge_counts_only_what_is_there(image):
    where, inside = roi_mask(Annotation(Kind.RECTANGLE, ((70, 90), (95, 120))), VALUES.shape)
    assert VALUES[where][inside].size == 10 * 10


def test_half_an_annotation_measures_nothing(image):
    assert measured(Annotation(Kind.ANGLE, ((0, 0), (1, 1))), image) == ""


def test_a_stated_aspect_counts_for_angles_and_areas_without_a_spacing(image):
    high = replace(image, pixel_aspect=4 / 3)  # as Pixel Aspect Ratio 4\\3 says
    assert measured(Annotation(Kind.ANGLE, ((10, 0), (0, 0), (10, 10))), high) == "53.1°"
    assert measured(Annotation(Kind.LENGTH, ((0, 0), (0, 30))), high) == "40.0 px"
    assert measured(Annotation(Kind.LENGTH, ((0, 0), (30, 0))), high) == "30.0 px"
    assert "area 533.3 px²" in measured(Annotation(Kind.RECTANGLE, ((10, 20), (30, 40))), high)


def test_a_disc_of_tall_pixels_measures_the_same_in_all_directions(image):
    tall = replace(image, spacing=PixelSpacing(0.4, 0.2, SpacingOrigin.CALIBRATED))
    across, down = ((10, 30), (50, 30)), ((30, 20), (30, 40))  # a disc of 8 mm
    assert measured(Annotation(Kind.LENGTH, across), tall) == measured(Annotation(Kind.LENGTH, down), tall) == "8.0 mm"
    assert "area 50.27 mm²" in measured(Annotation(Kind.ELLIPSE, ((10, 20), (50, 40))), tall)


def test_a_magnified_length_is_told_for_detector_and_body(spaced):
    magnified = replace(spaced, spacing=PixelSpacing(1, 1, SpacingOrigin.DETECTOR, 1.25))
    line = Annotation(Kind.LENGTH, ((0, 0), (12, 16)))
    assert measured(line, magnified) == "20.0 mm at the detector, about 16.0 mm in the body"


def test_a_length_of_unknown_origin_says_so(spaced):
    copied = replace(spaced, spacing=PixelSpacing(1, 1, SpacingOrigin.UNKNOWN))
    assert measured(Annotation(Kind.LENGTH, ((0, 0), (3, 4))), copied) == "5.0 mm of unknown origin"


def test_outside_a_calibrated_region_lengths_and_areas_are_in_pixels(spaced):
    inside = CalibratedRegion((0, 0, 40, 40), spaced.spacing)
    image = replace(spaced, regions=(inside,))
    assert measured(Annotation(Kind.LENGTH, ((10, 10), (20, 10))), image) == "2.5 mm"
    assert measured(Annotation(Kind.LENGTH, ((10, 10), (50, 10))), image).endswith("px")
    assert "px²" in measured(Annotation(Kind.RECTANGLE, ((10, 10), (50, 50))), image)
