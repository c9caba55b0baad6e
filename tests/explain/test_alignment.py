"""Every formula against hand-computed cases, and against scikit-learn or a slow plain version on random maps."""

import math
from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import f1_score, jaccard_score, roc_auc_score

from segx_viewer.explain.alignment import (
    ALIGNMENTS,
    COSTLY,
    alignment,
    all_alignments,
    auitc,
    iou,
    iou_curve,
)
from segx_viewer.explain.ranking import MapOnRegion, Region
from segx_viewer.explain.segx import segx_map, top


def plain_curve(E, R):
    """METHODS, word by word."""
    E = E.astype(np.float64)
    curve = []
    for n in range(1, 100):
        selected = np.percentile(E, 100 - n) < E
        curve.append((selected & R).sum() / (selected | R).sum())
    return np.array(curve)


def plain_auitc(E, R):
    curve = plain_curve(E, R)
    return sum((a + b) / 2 for a, b in pairwise(curve)) / 98


@pytest.fixture
def by_hand():
    """100 pixels with the values 1..100, row by row; the region is the last 20 pixels and the first one."""
    E = np.arange(1.0, 101.0).reshape(10, 10)
    R = E > 80
    R[0, 0] = True
    return E, R


def test_by_hand(by_hand):
    found = {name: a.value for name, a in all_alignments(*by_hand).items()}
    assert found["iou"] == pytest.approx(5 / 21)
    assert found["dice"] == pytest.approx(2 * 5 / (5 + 21))
    inside = sum(range(81, 101)) + 1
    assert found["relevance_mass"] == pytest.approx(inside / 5050)
    assert found["mass_lift"] == pytest.approx(inside / 5050 / 0.21)
    assert found["relevance_rank"] == pytest.approx(20 / 21)  # the 21 highest: 80..100
    # 20 pixels of R outrank all 79 outside, one outranks none.
    assert found["pixel_auc"] == pytest.approx(20 / 21)
    assert found["pointing"] == 1
    curve = [min(n, 20) / (n + 21 - min(n, 20)) for n in range(1, 100)]
    assert found["auitc"] == pytest.approx((sum(curve) - curve[0] / 2 - curve[-1] / 2) / 98)


def test_curve_equals_the_plain_definition(cases):
    for E, R in cases:
        np.testing.assert_array_equal(iou_curve(E, R), plain_curve(E, R))


def test_auitc_equals_the_plain_definition(cases):
    for E, R in cases:
        assert auitc(E, R) == pytest.approx(plain_auitc(E, R), rel=1e-12)


def test_against_scikit_learn(cases):
    for E, R in cases:
        found = all_alignments(E, R, skip=COSTLY)
        selected, truth = top(E, 5).ravel(), R.ravel()
        assert found["iou"].value == pytest.approx(jaccard_score(truth, selected))
        assert found["dice"].value == pytest.approx(f1_score(truth, selected))
        assert found["pixel_auc"].value == pytest.approx(roc_auc_score(truth, E.ravel()))
        assert found["relevance_mass"].value == pytest.approx(np.average(truth, weights=E.ravel()), rel=1e-6)


def test_relevance_rank_without_ties_is_the_papers(rng):
    for _ in range(20):
        E = rng.permutation(300).reshape(20, 15).astype(np.float64)
        R = rng.random(E.shape) < 0.3
        highest = np.argsort(-E, axis=None)[: R.sum()]
        assert alignment("relevance_rank", E, R).value == pytest.approx(R.ravel()[highest].mean())


def test_relevance_rank_with_ties_is_the_mean_over_their_orders():
    E = np.array([[3.0, 1.0, 1.0, 1.0, 0.0]])
    R = np.array([[True, True, False, False, False]])
    # One place left for three tied pixels, one of them in R.
    assert alignment("relevance_rank", E, R).value == pytest.approx((1 + 1 / 3) / 2)


@pytest.mark.parametrize(("region", "value"), [([1, 0, 0], 0.0), ([1, 1, 0], 0.0), ([0, 1, 1], 1.0)])
def test_pointing_needs_every_shared_maximum_inside(region, value):
    assert alignment("pointing", np.array([[1.0, 2.0, 2.0]]), np.array([region], bool)).value == value


def test_perfect_map_scores_best():
    R = np.zeros((20, 20), bool)
    R[4:9, 6:12] = True
    found = all_alignments(R.astype(np.float32), R)
    assert found["relevance_mass"].value == 1
    assert found["relevance_rank"].value == 1
    assert found["pixel_auc"].value == 1
    assert found["pointing"].value == 1
    assert found["mass_lift"].value == pytest.approx(400 / 30)


def test_every_value_lies_in_its_range(cases):
    for E, R in cases:
        for name, found in all_alignments(E, R, skip=("emd",)).items():
            measure = ALIGNMENTS[name]
            if found.value is None:
                assert found.reason
                assert name in ("hd95", "assd")
            else:
                assert measure.low <= found.value <= measure.high


def test_segx_raises_alignment_of_a_leaking_map(disc):
    E, R = disc
    assert iou(segx_map(E, R), R) >= iou(E, R)
    assert auitc(segx_map(E, R), R) > auitc(E, R)
    assert alignment("relevance_mass", segx_map(E, R), R).value == 1


@pytest.mark.parametrize(
    ("E", "R", "words"),
    [
        (np.ones((4, 4)), np.eye(4, dtype=bool), "flat"),
        (np.zeros((4, 4)), np.eye(4, dtype=bool), "flat"),
        (np.eye(4), np.zeros((4, 4), bool), "empty"),
        (np.where(np.eye(4), np.nan, 1.0), np.eye(4, dtype=bool), "not finite"),
        (np.where(np.eye(4), np.inf, 1.0), np.eye(4, dtype=bool), "not finite"),
    ],
)
def test_undefined_is_said_never_zero(E, R, words):
    found = all_alignments(E, R)
    assert list(found) == list(ALIGNMENTS)
    for value in found.values():
        assert value.value is None
        assert words in value.reason
    assert iou_curve(E, R) is None
    assert auitc(E, R) is None


def test_pixel_auc_of_a_full_region_is_undefined(by_hand):
    found = all_alignments(by_hand[0], np.ones((10, 10), bool), skip=COSTLY)
    assert found["pixel_auc"].value is None
    assert "whole image" in found["pixel_auc"].reason
    assert found["relevance_mass"].value == 1


@pytest.mark.parametrize(
    ("E", "R", "words"),
    [
        (np.eye(4), np.ones((4, 3), bool), "shape"),
        (np.eye(4), np.ones((4, 4), int), "boolean"),
        (-np.eye(4), np.ones((4, 4), bool), "negative"),
    ],
)
def test_wrong_input_is_an_error(E, R, words):
    with pytest.raises(ValueError, match=words):
        all_alignments(E, R)


def test_skip_leaves_out_and_keeps_the_order(by_hand):
    assert list(all_alignments(*by_hand, skip=COSTLY)) == [name for name in ALIGNMENTS if name not in COSTLY]


def test_chance_is_what_random_maps_score(rng):
    R = np.zeros((100, 100), bool)
    R[20:60, 30:70] = True
    runs = [all_alignments(rng.random(R.shape), R, skip=COSTLY) for _ in range(30)]
    for name, found in runs[0].items():
        values = [run[name].value for run in runs]
        tolerance = max(4 * np.std(values) / math.sqrt(len(values)), 2e-3)  # 2e-3: first order in 1 / image size
        assert found.chance == pytest.approx(np.mean(values), abs=tolerance), name


def test_the_table_speaks_to_people():
    for name, measure in ALIGNMENTS.items():
        assert measure.name == name
        assert measure.label
        assert measure.paper
        assert measure.sentence.endswith(".")
        assert measure.low < measure.high
        assert (measure.chance is None) == (name in COSTLY)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_thresholds_are_numpys_percentiles(rng, dtype):
    for steps in (0, 3, 1000):
        E = rng.random((23, 31)).astype(dtype)
        E = np.round(E * steps) / dtype(steps) if steps else E
        pair = MapOnRegion(E, Region(np.eye(23, 31, dtype=bool)))
        for percent in (np.arange(1, 100), 5, 100 * pair.region.share, 0.01, 100):
            np.testing.assert_array_equal(pair.cut_off(percent), np.percentile(E.astype(np.float64), 100 - percent))
