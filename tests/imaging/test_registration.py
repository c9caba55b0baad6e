"""Pictures of one drawn lesion, moved by known amounts, and pictures of others."""

import cv2
import numpy as np
import pytest

from segx_viewer.imaging.change import difference, tint_of
from segx_viewer.imaging.registration import Trust, covered, laid_on, register
from segx_viewer.imaging.synthetic import draw_lesion


def moved(picture: np.ndarray, degrees: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    h, w = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -degrees, scale)
    matrix[:, 2] += shift
    return cv2.warpAffine(picture, matrix, (w, h), borderMode=cv2.BORDER_REFLECT)


@pytest.fixture(scope="module")
def lesion() -> np.ndarray:
    return draw_lesion((450, 600), seed=3)


@pytest.mark.parametrize(
    ("degrees", "scale", "shift"), [(0, 1.0, (0, 0)), (4, 1.05, (18, -11)), (-25, 0.9, (30, 20)), (90, 1.0, (5, 5))]
)
def test_a_picture_that_was_moved_is_found_where_it_is(lesion, degrees, scale, shift):
    found = register(lesion, moved(lesion, degrees, scale, shift))
    assert found.trust is Trust.GOOD
    assert found.turn == pytest.approx(degrees, abs=1)
    assert found.scale == pytest.approx(scale, rel=0.02)
    back = laid_on(moved(lesion, degrees, scale, shift), found, lesion.shape[:2])
    both = covered(lesion.shape[:2], found, lesion.shape[:2])
    assert np.abs(back.astype(int) - lesion)[both].mean() < 4


def test_pictures_of_other_sizes_and_light_are_laid_on_each_other(lesion):
    darker = np.clip(lesion * 0.8 + 10, 0, 255).astype(np.uint8)
    small = cv2.resize(moved(darker, 5, 1.0, (10, 5)), (300, 225), interpolation=cv2.INTER_AREA)
    found = register(lesion, small)
    assert found.trust is Trust.GOOD
    assert found.scale == pytest.approx(0.5, rel=0.03)


@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_pictures_of_other_lesions_are_never_good(lesion, seed):
    found = register(lesion, draw_lesion((450, 600), seed=seed))
    assert found.trust is not Trust.GOOD
    assert found.correlation < 0.5


def test_pictures_without_anything_in_them_have_no_registration(lesion):
    plain = np.full((450, 600, 3), 180, np.uint8)
    assert register(lesion, plain).trust is Trust.NONE
    assert register(plain, plain).trust is Trust.NONE
    noise = np.random.default_rng(1).integers(0, 255, (450, 600, 3), np.uint8)
    assert register(lesion, noise).trust is Trust.NONE


def test_the_same_pictures_give_the_same_answer(lesion):
    other = moved(lesion, 7, 1.0, (3, 4))
    first, second = register(lesion, other), register(lesion, other)
    assert np.array_equal(first.matrix, second.matrix)
    assert first.correlation == second.correlation


def test_the_difference_shows_what_grew_and_not_another_light(lesion):
    both = np.ones(lesion.shape[:2], bool)
    darker = np.clip(lesion * 0.85 + 4, 0, 255).astype(np.uint8)
    assert difference(lesion, darker, both).mean() < 3
    grown = lesion.copy()
    cv2.circle(grown, (100, 100), 30, (70, 40, 30), -1)
    values = difference(lesion, grown, both)
    assert values[90:110, 90:110].mean() > 5 * values[300:, 400:].mean()
    both[:, :200] = False
    assert difference(lesion, grown, both)[:, :200].max() == 0


def test_a_lesions_colour_is_taken_against_its_skin():
    picture = np.full((100, 100, 3), (220, 170, 150), np.uint8)
    mask = np.zeros((100, 100), bool)
    mask[40:60, 40:60] = True
    picture[mask] = (90, 60, 50)
    first = tint_of(picture, mask)
    assert first.lightness < -30
    assert first.apart(first) == 0
    lighter = picture.copy()
    lighter[mask] = (150, 110, 95)
    assert 10 < first.apart(tint_of(lighter, mask)) < 40
    assert tint_of(picture, np.ones((100, 100), bool)) is None
    assert tint_of(picture, np.zeros((100, 100), bool)) is None
