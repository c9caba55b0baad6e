import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segx_viewer.domain.result import Certainty, GateLevel, GateVerdict, Level, Segmentation
from segx_viewer.errors import ModelError
from segx_viewer.explain.alignment import ALIGNMENTS, COSTLY, all_alignments, auitc, iou, iou_curve
from segx_viewer.explain.promises import Levels
from segx_viewer.explain.segu import (
    NO_EXPLANATION,
    NO_LEVEL,
    NOT_CALIBRATED,
    NOT_PREDICTED,
    Calibration,
    assess,
    assess_maps,
    unjudged,
)

ACCEPTED = GateVerdict(GateLevel.ACCEPTED)
ADULT = "Adult: this model was trained on children's radiographs."
TABLE = {
    "features": ["auitc", "max_softmax"],
    "mean": [0.3, 0.7],
    "scale": [0.1, 0.2],
    "coefficients": [1.0, 0.5],
    "intercept": 0.25,
    "levels": {"high": 0.9, "moderate": 0.6},
    "set": "validation split of HAM10000, 1,500 images",
    "figures": {"auroc": 0.8},
}


@pytest.fixture
def calibration():
    return Calibration.from_manifest(TABLE)


def segmented(mask):
    return Segmentation(mask.astype(np.float32), 0.5, mask)


def test_values_are_those_of_the_original_map(disc):
    E, R = disc
    found = assess(E, segmented(R), ACCEPTED)
    assert found.c_iou == iou(E, R)
    assert found.c_auitc == auitc(E, R)
    assert found.alignments == all_alignments(E, R)
    assert found.auitc_curve == tuple(iou_curve(E, R))
    assert found.outside == pytest.approx(float(E[~R].sum() / E.sum()))


def test_without_calibration_nothing_is_claimed(disc):
    E, R = disc
    found = assess(R + E, segmented(R), ACCEPTED)
    assert found.c_auitc > 0.25
    assert found.probability_correct is None
    assert found.level is Level.LOW
    assert found.reason == NOT_CALIBRATED


def test_calibrated_probability_by_hand(disc, calibration):
    E, R = disc
    found = assess(E, segmented(R), ACCEPTED, calibration=calibration, features={"max_softmax": 0.9})
    z = 0.25 + (auitc(E, R) - 0.3) / 0.1 * 1.0 + (0.9 - 0.7) / 0.2 * 0.5
    assert found.probability_correct == pytest.approx(1 / (1 + math.exp(-z)))
    assert found.reason == ""


@pytest.mark.parametrize(
    ("intercept", "level"), [(-50.0, Level.LOW), (-0.5, Level.LOW), (0.5, Level.MODERATE), (50.0, Level.HIGH)]
)
def test_levels_follow_the_probability(disc, intercept, level):
    E, R = disc
    c = Calibration(("auitc",), (0.0,), (1.0,), (0.0,), intercept, high=0.9, moderate=0.6)
    assert assess(E, segmented(R), ACCEPTED, calibration=c).level is level


def test_levels_begin_at_their_cut_offs(calibration):
    assert calibration.level(0.9) is Level.HIGH
    assert calibration.level(0.8999) is Level.MODERATE
    assert calibration.level(0.6) is Level.MODERATE
    assert calibration.level(0.5999) is Level.LOW


def test_a_bundle_without_any_level_says_so_instead_of_calling_the_finding_low(disc, calibration):
    E, R = disc
    with_none, with_moderate = (
        assess(
            E, segmented(R), ACCEPTED,
            calibration=replace(calibration, promised=Levels(math.inf, moderate)), features={"max_softmax": 0.9},
        )
        for moderate in (math.inf, 1.0)
    )  # fmt: skip
    assert (with_none.level, with_none.reason) == (Level.LOW, NO_LEVEL)
    assert (with_moderate.level, with_moderate.reason) == (Level.LOW, "")


def test_calibration_equals_scikit_learn(rng):
    X, y = rng.random((200, 2)), rng.random(200) < 0.6
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    c = Calibration(
        ("a", "b"),
        tuple(model[0].mean_),
        tuple(model[0].scale_),
        tuple(model[1].coef_[0]),
        float(model[1].intercept_[0]),
        high=0.9,
        moderate=0.6,
    )
    ours = [c.probability({"a": a, "b": b}) for a, b in X]
    np.testing.assert_allclose(ours, model.predict_proba(X)[:, 1])


def test_only_the_predicted_class_gets_a_probability(disc, calibration):
    E, R = disc
    found = assess(E, segmented(R), ACCEPTED, calibration=calibration, features={"max_softmax": 0.9}, predicted=False)
    assert found.probability_correct is None
    assert (found.level, found.reason) == (Level.LOW, NOT_PREDICTED)


def test_a_missing_feature_is_a_model_error(disc, calibration):
    E, R = disc
    with pytest.raises(ModelError, match="max_softmax"):
        assess(E, segmented(R), ACCEPTED, calibration=calibration)


@pytest.mark.parametrize("value", [None, math.nan])
def test_an_undefined_feature_gives_no_probability(disc, calibration, value):
    E, R = disc
    found = assess(E, segmented(R), ACCEPTED, calibration=calibration, features={"max_softmax": value})
    assert found.probability_correct is None
    assert found.level is Level.LOW
    assert "max_softmax" in found.reason


def test_what_the_calibration_needs_is_not_skipped(disc):
    E, R = disc
    c = Calibration(("hd95",), (0.0,), (1.0,), (-1.0,), 0.0, high=0.9, moderate=0.6)
    found = assess(E, segmented(R), ACCEPTED, calibration=c, skip=COSTLY)
    assert found.probability_correct is not None
    assert set(ALIGNMENTS) - set(found.alignments) == {"assd", "emd"}


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (GateVerdict(GateLevel.REFUSED, "This is a leg, not a chest."), "This is a leg, not a chest."),
        (GateVerdict(GateLevel.OUTSIDE, ADULT), ADULT),
        (GateVerdict(GateLevel.OUTSIDE), "The image is outside the training population."),
    ],
)
def test_the_gate_makes_it_abstain_but_values_stay(disc, calibration, gate, words):
    E, R = disc
    found = assess(E, segmented(R), gate, calibration=calibration, features={"max_softmax": 1.0})
    assert found.level is Level.ABSTAIN
    assert found.reason == words
    assert found.probability_correct is None
    assert found.c_auitc == auitc(E, R)


@pytest.mark.parametrize("calibrated", [True, False])
@pytest.mark.parametrize(("pixels", "abstains"), [(0, True), (9, True), (10, False)])
def test_an_empty_or_tiny_region_abstains(rng, calibration, calibrated, pixels, abstains):
    mask = np.zeros((100, 100), bool)
    mask.ravel()[:pixels] = True
    found = assess(
        rng.random(mask.shape),
        segmented(mask),
        ACCEPTED,
        calibration=calibration if calibrated else None,
        features={"max_softmax": 0.5},
    )
    assert (found.level is Level.ABSTAIN) == abstains
    if abstains:
        assert found.probability_correct is None
        assert found.reason == (
            "The region covers less than 0.1 % of the image." if pixels else "No region was found in the image."
        )


@pytest.mark.parametrize(
    ("A", "words"), [(np.zeros((9, 9)), "flat"), (np.full((9, 9), np.nan), "finite"), (np.full((9, 9), 2.0), "flat")]
)
def test_a_map_that_says_nothing_abstains(A, words):
    found = assess(A, segmented(np.eye(9, dtype=bool)), ACCEPTED)
    assert found.level is Level.ABSTAIN
    assert words in found.reason
    assert (found.c_iou, found.c_auitc, found.outside, found.auitc_curve) == (None, None, None, ())


def test_all_reasons_are_given():
    found = assess(np.zeros((9, 9)), segmented(np.zeros((9, 9), bool)), GateVerdict(GateLevel.OUTSIDE, ADULT))
    assert found.reason.startswith(ADULT)
    assert "No region" in found.reason
    assert "flat" in found.reason


def test_the_badges_own_values_cannot_be_skipped(disc):
    with pytest.raises(ValueError, match="auitc"):
        assess(disc[0], segmented(disc[1]), ACCEPTED, skip=("auitc",))


def test_several_maps_equal_one_call_each(rng, disc, calibration):
    E, R = disc
    maps = np.stack([E, E[::-1], np.zeros_like(E), rng.random(E.shape).astype(np.float32)])
    settings = {"calibration": calibration, "features": {"max_softmax": 0.7}, "spacing_mm": (0.5, 0.4)}
    together = assess_maps(maps, segmented(R), ACCEPTED, predicted=1, **settings)
    alone = [assess(A, segmented(R), ACCEPTED, predicted=k == 1, **settings) for k, A in enumerate(maps)]
    assert together == alone
    assert [found.probability_correct is not None for found in together] == [False, True, False, False]


def test_manifest_is_read_completely(calibration):
    assert calibration.features == ("auitc", "max_softmax")
    assert Calibration.from_manifest({}) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scale": [0.1, 0.0]}, "scale"),
        ({"mean": [0.1]}, "one mean"),
        ({"features": []}, "one mean"),
        ({"features": "auitc"}, "list of names"),
        ({"features": [1, 2]}, "list of names"),
        ({"coefficients": [1.0, math.nan]}, "finite"),
        ({"intercept": "much"}, "wrong value"),
        ({"levels": {"high": 0.5, "moderate": 0.6}}, "levels"),
        ({"levels": {"high": 0.5}}, "moderate"),
    ],
)
def test_a_wrong_manifest_is_a_model_error(change, words):
    with pytest.raises(ModelError, match=words):
        Calibration.from_manifest(TABLE | change)


@pytest.mark.parametrize("name", [name for name in TABLE if name not in ("figures", "set")])
def test_a_missing_entry_is_named(name):
    with pytest.raises(ModelError, match=name):
        Calibration.from_manifest({key: value for key, value in TABLE.items() if key != name})


def test_a_map_that_explains_nothing_has_no_certainty():
    certainty = Certainty(0.5, 0.4, {}, 0.9, Level.HIGH, outside=0.2, auitc_curve=(0.1,) * 99)
    found = unjudged(certainty)
    assert (found.level, found.reason) == (Level.ABSTAIN, NO_EXPLANATION)
    assert (found.c_iou, found.c_auitc, found.probability_correct, found.outside) == (None,) * 4
    assert found.auitc_curve == ()
