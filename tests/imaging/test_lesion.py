"""Shape and colours of regions whose figures are known."""

import numpy as np
import pytest

from segx_viewer.imaging.lesion import colours_of, seen_colours, shape_of


def disc(radius: float, shape=(200, 220), centre=(100, 110)) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.hypot(y - centre[0], x - centre[1]) <= radius


def box(height: int, width: int) -> np.ndarray:
    mask = np.zeros((120, 140), bool)
    mask[20 : 20 + height, 30 : 30 + width] = True
    return mask


def test_a_disc_has_its_area_diameter_and_no_asymmetry():
    shape = shape_of(disc(60), (0.05, 0.05), "mm")
    assert shape.unit == "mm"
    assert shape.area == pytest.approx(np.pi * 3**2, rel=0.01)
    assert shape.diameter == pytest.approx(6, rel=0.02)
    assert shape.compactness == pytest.approx(1, abs=0.05)
    assert shape.solidity > 0.97
    assert shape.axes == 0
    assert not shape.cut


def test_a_rectangle_has_its_diagonal_and_area():
    shape = shape_of(box(30, 40))
    assert shape.area == 1200
    assert shape.diameter == pytest.approx(50, abs=0.01)
    assert shape.compactness == pytest.approx(140**2 / (4 * np.pi * 1200), rel=0.06)
    assert max(shape.asymmetry) < 0.05


def test_pixels_that_are_no_squares_are_counted_as_they_are():
    shape = shape_of(box(30, 40), (0.2, 0.1), "mm")
    assert shape.area == pytest.approx(24)
    assert shape.diameter == pytest.approx(np.hypot(6, 4), rel=0.01)


def test_half_a_disc_is_symmetric_about_one_axis_only():
    half = disc(60)
    half[:100] = False
    assert shape_of(half).axes == 1


@pytest.mark.parametrize("turn", [0, 1])
def test_a_shape_without_any_symmetry_is_asymmetric_on_both_axes(turn):
    mask = box(20, 80)
    mask[40:80, 30:50] = True  # an L with unequal arms
    assert shape_of(np.rot90(mask, turn)).axes == 2


def test_a_ragged_border_is_less_compact_and_less_solid_than_a_smooth_one():
    y, x = np.mgrid[:200, :220]
    angle = np.arctan2(y - 100, x - 110)
    ragged = np.hypot(y - 100, x - 110) <= 50 + 18 * np.sin(9 * angle)
    smooth, rough = shape_of(disc(50)), shape_of(ragged)
    assert rough.compactness > 1.5 * smooth.compactness
    assert rough.solidity < 0.85


def test_a_region_at_the_edge_is_said_to_be_cut():
    assert shape_of(disc(60, centre=(100, 20))).cut
    assert shape_of(np.zeros((5, 5), bool)) is None
    assert shape_of(np.ones((1, 1), bool)).area == 1


def test_large_regions_are_folded_as_small_ones():
    small, large = disc(30, (100, 100), (50, 50)), disc(900, (2000, 2000), (1000, 1000))
    small[:50], large[:1000] = False, False
    for a, b in zip(shape_of(small).asymmetry, shape_of(large).asymmetry, strict=True):
        assert a == pytest.approx(b, abs=0.03)


def test_colours_that_are_there_are_suggested_and_only_inside_the_region():
    picture = np.full((100, 100, 3), (240, 235, 230), np.uint8)  # white outside
    picture[30:70, 30:50] = (80, 48, 34)
    picture[30:70, 50:60] = (100, 114, 134)
    picture[30:70, 60:70] = (22, 18, 18)
    mask = np.zeros((50, 50), bool)
    mask[15:35, 15:35] = True
    shares = colours_of(picture, mask)
    assert seen_colours(shares) == ("dark brown", "blue-grey", "black")
    assert shares["dark brown"] == pytest.approx(0.5, abs=0.05)
    assert sum(shares.values()) == pytest.approx(1)


def test_too_little_of_a_colour_is_not_suggested():
    picture = np.full((100, 100, 3), (80, 48, 34), np.uint8)
    picture[:2, :50] = (200, 60, 60)
    assert seen_colours(colours_of(picture, np.ones((100, 100), bool))) == ("dark brown",)
