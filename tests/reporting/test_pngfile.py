"""PNG files of RGB pictures: what every reader sees, and what is noticed when it is read back."""

import io
import zlib

import cv2
import numpy as np
import pytest

from segx_viewer.reporting import pngfile

SHAPES = [(1, 1), (1, 70), (64, 5), (65, 3), (200, 333)]


def drawn(shape, seed=0):
    """Noise below, one colour above: rows that differ, and rows that do not."""
    picture = np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)
    picture[: shape[0] // 2] = (20, 200, 90)
    return picture


def written(picture):
    file = io.BytesIO()
    pngfile.write_rgb(file, picture)
    return file.getvalue()


@pytest.fixture(params=["ISA-L", "zlib"])
def packer(request, monkeypatch):
    if request.param == "zlib":
        monkeypatch.setattr(pngfile, "packer", zlib)
    elif pngfile.packer is zlib:
        pytest.skip("not built for this platform")


@pytest.mark.usefixtures("packer")
@pytest.mark.parametrize("shape", SHAPES)
def test_another_reader_sees_the_same_picture(shape):
    picture = drawn(shape)
    data = written(picture)
    assert np.array_equal(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB), picture)
    assert pngfile.shows(io.BytesIO(data), picture)


def test_a_part_of_a_larger_picture_is_written_as_it_is():
    picture = drawn((90, 80))[5:80, 7:60]
    assert np.array_equal(cv2.imdecode(np.frombuffer(written(picture), np.uint8), cv2.IMREAD_COLOR_RGB), picture)


@pytest.mark.usefixtures("packer")
@pytest.mark.parametrize("shape", SHAPES)
def test_one_wrong_value_anywhere_is_noticed(shape):
    picture = drawn(shape)
    data = written(picture)
    for at in ((0, 0, 0), (-1, -1, 2), (shape[0] // 2, shape[1] // 2, 1)):
        other = picture.copy()
        other[at] ^= 1
        assert not pngfile.shows(io.BytesIO(data), other)
    assert not pngfile.shows(io.BytesIO(data), picture[:, ::-1]) or shape[1] == 1
    assert not pngfile.shows(io.BytesIO(data), np.concatenate([picture, picture[-1:]]))


@pytest.mark.usefixtures("packer")
def test_a_damaged_file_is_noticed_wherever_the_damage_is():
    picture = drawn((40, 30))
    data = written(picture)
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 16
        assert not pngfile.shows(io.BytesIO(damaged), picture), place
    for end in range(0, len(data), 7):
        assert not pngfile.shows(io.BytesIO(data[:end]), picture), end
