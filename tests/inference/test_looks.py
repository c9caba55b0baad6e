"""What a picture looks like as a whole: colours, polarity, seams."""

import cv2
import numpy as np
import pytest

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.evaluation.fit_gate import thresholds
from segx_viewer.imaging.margins import content_box
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.looks import EXCHANGED, INVERTED, MONTAGE, Looks, balance, fit, reduced, seams
from segx_viewer.inference.predictor import place


def skin(seed):
    """A drawn lesion with the light and colour of a device of its own."""
    rng = np.random.default_rng(seed)
    picture = draw_lesion((120, 160)).astype(np.float32)
    picture = np.roll(picture, rng.integers(-20, 20, 2), (0, 1)) * rng.uniform(0.9, 1.1, 3) + rng.normal(
        0, 4, picture.shape
    )
    return np.clip(picture, 0, 255).astype(np.uint8)


def film(seed):
    """Two dark lungs on a bright body."""
    rng = np.random.default_rng(seed)
    picture = np.repeat(np.linspace(220, 120, 140).astype(np.uint8)[:, None], 120, axis=1)
    for x in (35, 85):
        cv2.ellipse(picture, (x + int(rng.integers(-4, 5)), 70), (18, 45), 0, 0, 360, int(rng.integers(30, 60)), -1)
    return np.repeat(cv2.GaussianBlur(picture, (0, 0), 3)[..., None], 3, axis=2)


@pytest.fixture(scope="module")
def dermoscopy():
    return Looks.of(fit([skin(n) for n in range(60)], colour=True)[0], {})


@pytest.fixture(scope="module")
def chest():
    return Looks.of(*fit([film(n) for n in range(60)], colour=False))


def test_pictures_like_those_learned_from_pass(dermoscopy, chest):
    assert [dermoscopy.refusal(skin(n)) for n in range(100, 110)] == [""] * 10
    assert [chest.refusal(film(n)) for n in range(100, 110)] == [""] * 10


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_exchanged_colours_are_told(dermoscopy, order):
    assert dermoscopy.refusal(skin(200)[..., list(order)]) == EXCHANGED


def test_inverted_colours_are_told(dermoscopy):
    assert dermoscopy.refusal(255 - skin(200)) == INVERTED


def test_an_inverted_film_is_told_by_its_light(chest):
    assert chest.refusal(255 - film(200)) == INVERTED


@pytest.mark.parametrize("draw", [skin, film])
def test_a_montage_of_four_is_told(dermoscopy, chest, draw):
    looks = dermoscopy if draw is skin else chest
    parts = [draw(n) for n in range(300, 304)]
    montage = np.vstack([np.hstack(parts[:2]), np.hstack(parts[2:])])
    framed = [cv2.copyMakeBorder(part[3:-3, 3:-3], 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=(255,) * 3) for part in parts]
    with_gaps = np.vstack([np.hstack(framed[:2]), np.hstack(framed[2:])])
    assert looks.refusal(with_gaps) == MONTAGE
    if draw is film:  # drawn lesions have much the same skin around them
        assert looks.refusal(montage) == MONTAGE
    assert sum(seams(reduced(montage))) > sum(seams(reduced(parts[0])))


def test_other_colours_that_nothing_explains_are_unusual_only(dermoscopy):
    green = (skin(1) * np.array([0.5, 1.0, 0.2])).astype(np.uint8)
    assert not dermoscopy.is_usual(green)


def test_without_measured_looks_nothing_is_judged():
    assert Looks().refusal(255 - skin(1)) == ""
    assert Looks().is_usual(skin(1)[..., ::-1])


def test_balance_by_hand():
    picture = np.full((2, 2, 3), (100, 50, 49), np.uint8)
    assert balance(picture) == pytest.approx({"red_blue": 51 / 200, "red_green": 50 / 200, "green_blue": 1 / 200})


@pytest.mark.parametrize("value", [0, 255, 128])
def test_a_frame_of_any_colour_is_cut_off(value):
    picture = skin(5)
    framed = cv2.copyMakeBorder(picture, 14, 20, 0, 9, cv2.BORDER_CONSTANT, value=(value,) * 3)
    rows, columns = content_box(framed)
    assert (rows, columns) == (slice(14, 14 + 120), slice(0, 160))


def test_a_frame_survives_jpeg_and_lies_within_bars_of_another_colour():
    framed = cv2.copyMakeBorder(skin(5), 24, 24, 24, 24, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    barred = cv2.copyMakeBorder(framed, 0, 0, 40, 40, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    again = cv2.imdecode(cv2.imencode(".jpg", barred, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_COLOR)
    rows, columns = content_box(again)
    assert abs(rows.start - 24) <= 2
    assert abs(columns.start - 64) <= 2
    assert abs(rows.stop - 144) <= 2
    assert abs(columns.stop - 224) <= 2


@pytest.mark.parametrize("picture", [np.zeros((50, 60), np.uint8), np.full((50, 60, 3), 255, np.uint8)])
def test_a_blank_picture_is_left_whole(picture):
    assert content_box(picture) == (slice(0, 50), slice(0, 60))


def test_a_picture_without_margins_is_left_whole():
    assert content_box(skin(9)) == (slice(0, 120), slice(0, 160))


def test_no_class_is_turned_away_more_often_than_it_may():
    rng = np.random.default_rng(0)
    common, rare = rng.normal(1.0, 0.1, 2000), rng.normal(1.4, 0.1, 100)
    classes = np.array(["nv"] * 2000 + ["mel"] * 100)
    outside, refuse = thresholds(np.concatenate([common, rare]), classes)
    assert (rare >= outside).mean() <= 0.04
    assert refuse >= outside
    plain = np.quantile(np.concatenate([common, rare]), 0.98)
    assert (rare >= plain).mean() > 0.2, "two in a hundred of all are a third of the rare ones"


def test_what_a_picture_shows_counts_without_its_frame():
    how = Preprocessing((96, 96), margins="cut")
    picture = skin(3)
    framed = cv2.copyMakeBorder(picture, 14, 14, 19, 19, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    plain, _ = place(picture, how)
    cut, placement = place(framed, how)
    assert np.abs(cut.astype(int) - plain).max() <= 3
    assert placement.to_image_xy((0.0, 0.0)) == pytest.approx((19, 14))
    back = placement.to_image(np.ones((96, 96), np.float32))
    assert back.shape == framed.shape[:2]
    assert back[:13].max() == 0, "nothing is known of the frame"
    assert back[15:-15, 20:-20].min() == 1
    kept, _ = place(framed, Preprocessing((96, 96)))
    assert kept[:5].max() == 0
