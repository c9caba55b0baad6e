import numpy as np
import pytest

from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, PixelSpacing, SourceInfo, SpacingOrigin
from segx_viewer.domain.planes import nearest, reference_line
from segx_viewer.domain.slices import SlicePosition

AXIAL = {"rows": (1.0, 0.0, 0.0), "columns": (0.0, 1.0, 0.0)}
SAGITTAL = {"rows": (0.0, 1.0, 0.0), "columns": (0.0, 0.0, -1.0)}


def image(directions, position, frame="1.2.3", step=2.0) -> MedicalImage:
    place = SlicePosition(**directions, position=position, frame_of_reference=frame)
    spacing = PixelSpacing(step, step, SpacingOrigin.CALIBRATED)
    grey = PhotometricInterpretation.MONOCHROME2
    return MedicalImage(np.zeros((50, 100), np.float32), "MR", grey, SourceInfo(None), spacing=spacing, place=place)


def test_an_axial_slice_is_a_level_line_in_a_sagittal_image():
    # 10 mm below the sagittal image's first row, whose pixels are 2 mm high: the centre of its sixth row.
    sagittal, axial = image(SAGITTAL, (50.0, 0.0, 100.0)), image(AXIAL, (0.0, 0.0, 90.0))
    line = reference_line(sagittal, axial)
    assert line is not None
    (x0, y0), (x1, y1) = sorted(line)
    assert (y0, y1) == pytest.approx((5.5, 5.5))
    assert (x0, x1) == pytest.approx((0.0, 50.0))  # as far as the axial image reaches: 50 rows of 2 mm


def test_a_sagittal_image_is_an_upright_line_in_an_axial_slice():
    line = reference_line(image(AXIAL, (0.0, 0.0, 90.0)), image(SAGITTAL, (50.0, 0.0, 100.0)))
    assert line is not None
    assert [x for x, _ in line] == pytest.approx([25.5, 25.5])


@pytest.mark.parametrize(
    "other",
    [
        image(AXIAL, (0.0, 0.0, 95.0)),  # parallel
        image(SAGITTAL, (50.0, 0.0, 100.0), frame="9.9"),  # of another space
        image(SAGITTAL, (50.0, 0.0, 100.0), frame=""),
        image(SAGITTAL, (50.0, 0.0, 1000.0)),  # does not reach so far
    ],
)
def test_where_images_do_not_meet_there_is_no_line(other):
    assert reference_line(image(AXIAL, (0.0, 0.0, 90.0)), other) is None


def test_the_nearest_slice_is_found_by_position_not_by_number():
    places = [image(AXIAL, (0.0, 0.0, z)).place for z in (0.0, 5.0, 10.0)]
    assert nearest(places, image(AXIAL, (3.0, 3.0, 6.0)).place) == 1
    assert nearest(places, image(SAGITTAL, (0.0, 0.0, 6.0)).place) is None
    assert nearest(places, image(AXIAL, (0.0, 0.0, 6.0), frame="9.9").place) is None
