import numpy as np
import pytest

from segx_viewer.app.kit.qimage import to_array, to_qimage


@pytest.mark.parametrize("width", [1, 3, 5, 64])
def test_colours_survive_any_width(width):
    array = np.random.default_rng(1).integers(0, 256, (7, width, 3), dtype=np.uint8)
    assert np.array_equal(to_array(to_qimage(array)), array)


def test_grey_becomes_three_equal_channels():
    array = np.arange(15, dtype=np.uint8).reshape(3, 5)
    assert np.array_equal(to_array(to_qimage(array)), np.repeat(array[:, :, None], 3, axis=2))


def test_a_view_with_gaps_is_taken_as_it_looks():
    array = np.arange(60, dtype=np.uint8).reshape(6, 10)[::2, 1::3]
    assert np.array_equal(to_array(to_qimage(array))[..., 0], array)


def test_the_picture_outlives_its_array():
    array = np.full((50, 50, 3), 99, np.uint8)
    image = to_qimage(array)
    array[:] = 0
    del array
    assert to_array(image).min() == 99


def test_transparency_is_premultiplied():
    pixel = np.array([[[200, 100, 0, 128]]], np.uint8)
    colour = to_qimage(pixel).pixelColor(0, 0)
    assert colour.alpha() == 128
    assert abs(colour.red() - 200) <= 2


@pytest.mark.parametrize("array", [np.zeros((2, 2), np.float32), np.zeros((2, 2, 2), np.uint8), np.zeros(4, np.uint8)])
def test_what_is_no_picture_is_refused(array):
    with pytest.raises(ValueError, match="not a picture"):
        to_qimage(array)
