import numpy as np
import pytest

from segx_viewer.errors import DataError
from segx_viewer.evaluation.calibrate import (
    ALIGNMENT_FEATURES,
    CONFIDENCE_FEATURES,
    FINDING_FEATURES,
    REGION_FEATURES,
    SIMPLEST,
    CalibrationData,
    calibrate,
    choose,
    choose_levels,
    expected_calibration_error,
    promised_levels,
)
from segx_viewer.evaluation.plain import plain
from segx_viewer.explain.calibration import Calibration
from segx_viewer.inference.evidence import VIEW_FEATURES


def drawn_data(n=1200, seed=0):
    """Correctness depends on max_softmax and on auitc; the other features are noise."""
    rng = np.random.default_rng(seed)
    names = (*CONFIDENCE_FEATURES, *ALIGNMENT_FEATURES, "predicted a", "predicted b")
    features = {name: rng.normal(size=n) for name in names}
    z = 2 + 1.5 * features["max_softmax"] + 1.5 * features["auitc"]
    correct = rng.random(n) < 1 / (1 + np.exp(-z))
    groups, changed = np.array([f"g{i // 2}" for i in range(n)]), np.arange(n) % 2 == 1
    return CalibrationData(features, correct, groups, changed), 1 / (1 + np.exp(-z))


def test_calibration_finds_what_carries_information():
    data, truth = drawn_data()
    table = plain(calibrate(data, ("flip_h",), "drawn, validation part"))
    steps = {s["name"]: s for s in table["steps"]}
    assert steps["max-softmax + cAUITC"]["auroc"] > steps["max-softmax"]["auroc"] + 0.05
    assert sum(s["chosen"] for s in table["steps"]) == 1
    assert table["extra_passes"] == 0, "no feature here costs a forward pass"
    fitted = Calibration.from_manifest(table)
    p = np.array([fitted.probability({k: v[i] for k, v in data.features.items()}) for i in range(300)])
    assert np.abs(p - truth[:300]).mean() < 0.05


@pytest.mark.parametrize(("weight", "passes"), [(2.0, 3), (0.02, 0)])
def test_forward_passes_are_spent_only_where_they_help(weight, passes):
    rng = np.random.default_rng(4)
    drawn, _ = drawn_data(3000)
    views = {name: rng.normal(size=3000) for name in (*REGION_FEATURES, *VIEW_FEATURES)}
    z = 2 + drawn.features["max_softmax"] + weight * views["views_mean"]
    data = CalibrationData(
        {**drawn.features, **views}, rng.random(3000) < 1 / (1 + np.exp(-z)), drawn.groups, drawn.changed
    )
    table = plain(calibrate(data, ("flip_h", "flip_v", "zoom"), "drawn, validation part"))
    assert table["extra_passes"] == passes
    assert {step["passes"] for step in table["steps"]} == {0, 3}
    assert not {*table["features"]} & {*ALIGNMENT_FEATURES}, "an alignment that tells nothing here has no place"


def test_changed_images_teach_what_images_as_they_are_cannot():
    drawn, _ = drawn_data(4000)
    rng = np.random.default_rng(5)
    # Changed images are right less often than their confidence says.
    z = 2 + 1.5 * drawn.features["max_softmax"] - 1.5 * drawn.changed
    correct = rng.random(4000) < 1 / (1 + np.exp(-z))
    data = CalibrationData(drawn.features, correct, drawn.groups, drawn.changed)
    fits = {(f["fitted"], f["judged"]): f for f in plain(calibrate(data, (), "drawn"))["fitted_on"]}
    assert abs(fits["as they are", "as they are"]["too_sure"]) < 0.02
    assert fits["as they are", "changed"]["too_sure"] > 0.15
    both = fits["as they are and changed", "changed"]
    assert both["too_sure"] < fits["as they are", "changed"]["too_sure"] - 0.05
    assert both["log_loss"] < fits["as they are", "changed"]["log_loss"]


def test_too_few_mistakes_are_an_error():
    data, _ = drawn_data(60)
    data = CalibrationData(data.features, np.ones(60, bool), data.groups, data.changed)
    with pytest.raises(DataError, match="0 mistakes"):
        calibrate(data, (), "drawn")


def test_levels_hold_what_they_promise():
    rng = np.random.default_rng(1)
    p = rng.random(5000)
    correct = rng.random(5000) < p
    high, moderate = choose_levels(p, correct, np.arange(5000))
    assert 0.85 < high < 0.99
    assert correct[p >= high].mean() >= 0.95
    between = (p < high) & (p >= moderate)
    assert correct[between].mean() >= 0.75 - 1e-9
    assert moderate < high


def test_no_high_level_without_enough_evidence():
    p = np.linspace(0.5, 1, 20)
    assert choose_levels(p, np.ones(20, bool), np.arange(20))[0] == 1.0, (
        "20 of 20 do not prove 95 % with 95 % confidence"
    )
    p = np.linspace(0.5, 1, 80)
    assert choose_levels(p, np.ones(80, bool), np.arange(80))[0] == 0.5
    assert choose_levels(p, np.ones(80, bool), np.arange(80) // 4)[0] == 1.0, "four images of a lesion are one"


def test_equal_probabilities_are_never_parted():
    p = np.repeat([0.9, 0.8], 200)
    correct = np.ones(400, bool)
    correct[200:] = np.arange(200) >= 40  # the share at 0.8 and above is 90 %, and 95 % only for a part of the equals
    assert choose_levels(p, correct, np.arange(400))[0] == 0.9
    correct[200:] = np.arange(200) < 100  # the first of the equals are right, half of all of them
    assert choose_levels(p, correct, np.arange(400)) == (0.9, 0.9)


def test_expected_calibration_error_by_hand():
    p = np.array([0.9, 0.9, 0.9, 0.9, 0.2, 0.2])
    correct = np.array([1, 1, 1, 0, 0, 1], bool)
    # Bin of 0.9: |3.6 - 3| = 0.6; bin of 0.2: |0.4 - 1| = 0.6; over 6.
    assert expected_calibration_error(p, correct) == pytest.approx(1.2 / 6)


def findings_data(n=600, seed=3):
    """Two findings of each person: right where they lie far above their cut-off; nothing else tells."""
    rng = np.random.default_rng(seed)
    names = (*FINDING_FEATURES, *ALIGNMENT_FEATURES)
    features = {name: rng.normal(size=n) for name in names}
    features |= {f"predicted {c}": (np.arange(n) % 2 == k).astype(float) for k, c in enumerate("ab")}
    correct = rng.random(n) < 1 / (1 + np.exp(-1 - 3 * features["above_cut_off"]))
    groups, predicted = np.array([f"g{i // 2}" for i in range(n)]), np.array(["a", "b"] * (n // 2))
    truth = np.where(correct, predicted, "")
    return CalibrationData(features, correct, groups, np.zeros(n, bool), predicted, truth)


def test_features_are_chosen_on_images_that_are_fitted_on_nowhere_else():
    data = findings_data()
    assert choose(data, 0) == "distance from the cut-off", "the cheapest that tells right from wrong"
    few = CalibrationData(*(rows_of(getattr(data, f), 12) for f in
                            ("features", "correct", "groups", "changed", "predicted", "truth")))  # fmt: skip
    assert choose(few, 0) == SIMPLEST, "twelve answers choose nothing"


def rows_of(column, n):
    return {name: values[:n] for name, values in column.items()} if isinstance(column, dict) else column[:n]


def test_levels_of_findings_count_each_person_once():
    data = findings_data(2000)
    levels = promised_levels(data, "distance from the cut-off").levels
    assert 0.8 < levels.high < 1
    doubled = CalibrationData(data.features, data.correct, np.array([f"g{i // 40}" for i in range(2000)]), data.changed,
                              data.predicted, data.truth)  # fmt: skip
    assert promised_levels(doubled, "distance from the cut-off").levels.high > levels.high, "fifty persons prove less"
