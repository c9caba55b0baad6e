import cv2
import numpy as np
import pytest

from segx_viewer.domain.geometry import Placement

SHAPES = [(150, 200), (4000, 6000), (1955, 1841), (224, 224), (97, 1031)]
FITS = [Placement.stretch, Placement.letterbox]


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("corner", [(0.15, 0.1), (0.15, 0.9), (0.85, 0.1), (0.85, 0.9)])
def test_hot_spot_comes_back_to_its_place(fit, shape, corner):
    """A spot in the image, placed and brought back, lies where it was: each corner, non-square too."""
    placement = fit(shape, (224, 224))
    at = np.array(corner) * shape
    y, x = np.ogrid[: shape[0], : shape[1]]
    spread = max(shape) / 30
    spot = np.exp(-(((y + 0.5 - at[0]) ** 2 + (x + 0.5 - at[1]) ** 2) / (2 * spread**2))).astype(np.float32)
    back = placement.to_image(placement.place(spot))
    assert back.shape == shape
    peak = (back >= 0.9 * back.max()).nonzero()
    found = np.array([peak[0].mean() + 0.5, peak[1].mean() + 0.5])
    # Half an input pixel, in image pixels, each way.
    tolerance = 0.75 / np.array(placement.scale) + 0.75
    assert (np.abs(found - at) <= tolerance).all(), (found, at, tolerance)


@pytest.mark.parametrize("fit", FITS)
def test_points_go_there_and_back(fit):
    placement = fit((480, 640), (224, 192))
    x, y = placement.to_image_xy(placement.to_input((123.25, 77.5)))
    assert (x, y) == pytest.approx((123.25, 77.5))


def test_to_image_agrees_with_opencv_resize_when_stretched():
    """The same convention as cv2.resize: pixel centres at half-integers."""
    small = np.random.default_rng(0).random((16, 24), dtype=np.float32)
    placement = Placement.stretch((61, 77), (16, 24))
    expected = cv2.resize(small, (77, 61), interpolation=cv2.INTER_LINEAR)
    # warpAffine interpolates with 1/32 pixel steps
    assert np.abs(placement.to_image(small) - expected).max() < 0.04


def test_mask_stays_boolean_and_letterbox_padding_is_left_out():
    placement = Placement.letterbox((100, 200), (64, 64))
    mask = np.zeros((64, 64), bool)
    mask[:16] = True  # only the padding above the picture
    assert not placement.to_image(mask).any()
    assert placement.to_image(~mask).all()


def test_another_resolution_shows_the_same_field_of_view():
    placement = Placement.stretch((300, 400), (8, 8))
    ramp = np.tile(np.arange(8, dtype=np.float32), (8, 1))
    assert placement.to_image(ramp, (30, 40)).mean() == pytest.approx(placement.to_image(ramp).mean(), abs=1e-2)


def test_a_map_of_another_grid_is_refused():
    with pytest.raises(ValueError, match="input grid"):
        Placement.stretch((10, 10), (8, 8)).to_image(np.zeros((9, 8), np.float32))


@pytest.mark.parametrize("stretch", [(2.0, 1.0), (1.0, 4 / 3)])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_letterbox_makes_pixels_square_that_are_not(shape, stretch):
    placement = Placement.letterbox(shape, (224, 224), stretch)
    assert placement.scale[0] / placement.scale[1] == pytest.approx(stretch[0] / stretch[1])
    top_left, bottom_right = placement.to_input((0, 0)), placement.to_input((shape[1], shape[0]))
    assert np.add(top_left, bottom_right) == pytest.approx((224, 224))  # in the middle
    assert max(np.subtract(bottom_right, top_left)) == pytest.approx(224)
    assert placement.to_image_xy(placement.to_input((3.5, 7.25))) == pytest.approx((3.5, 7.25))
