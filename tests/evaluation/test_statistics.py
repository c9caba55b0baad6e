import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, roc_auc_score

from segx_viewer.evaluation.calibrate import expected_calibration_error
from segx_viewer.evaluation.plain import plain
from segx_viewer.evaluation.results import Interval
from segx_viewer.evaluation.statistics import (
    Resampler,
    aurc,
    auroc,
    balanced_accuracy,
    brier,
    by_chance,
    compare,
    macro_auroc,
    risk_coverage,
)


def test_interval_covers_and_shrinks_with_more_groups():
    rng = np.random.default_rng(0)
    widths = []
    for n in (50, 800):
        values = rng.normal(3, 1, n)
        estimate = Resampler(np.arange(n)).mean(values)
        assert estimate.value == pytest.approx(values.mean())
        assert estimate.low < 3 < estimate.high
        assert estimate.n == n
        widths.append(estimate.high - estimate.low)
        assert widths[-1] == pytest.approx(2 * 1.96 * values.std() / np.sqrt(n), rel=0.15)
    assert widths[1] < widths[0] / 3


def test_groups_are_drawn_whole():
    """Ten groups of a hundred equal images hold ten independent values, not a thousand."""
    values = np.repeat(np.arange(10.0), 100)
    by_group = Resampler(np.repeat(np.arange(10), 100)).mean(values)
    by_image = Resampler(np.arange(1000)).mean(values)
    assert by_group.high - by_group.low > 5 * (by_image.high - by_image.low)


def test_undefined_values_are_left_out_and_counted():
    values = np.array([1.0, np.nan, 3.0, 5.0])
    estimate = Resampler(np.arange(4)).mean(values, np.array([True, True, True, False]))
    assert estimate.value == 2
    assert estimate.n == 2


def test_against_scikit_learn_and_scipy():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 200)
    p = rng.dirichlet(np.ones(3), 200)
    assert macro_auroc(p, truth) == pytest.approx(roc_auc_score(truth, p, multi_class="ovr"))
    assert balanced_accuracy(p.argmax(1), truth) == pytest.approx(balanced_accuracy_score(truth, p.argmax(1)))
    correct = rng.random(200) < 0.7
    assert brier(p[:, 0], correct) == pytest.approx(brier_score_loss(correct, p[:, 0]))
    assert auroc(p[:, 0], correct) == pytest.approx(roc_auc_score(correct, p[:, 0]))
    found = compare(p[:, 0], correct)
    assert found["p"] == pytest.approx(mannwhitneyu(p[correct, 0], p[~correct, 0]).pvalue)


def test_risk_coverage_by_hand():
    score = np.array([0.9, 0.1, 0.8, 0.5])
    correct = np.array([True, False, True, False])
    coverage, risk = risk_coverage(score, correct)
    assert coverage == pytest.approx([0.25, 0.5, 0.75, 1])
    assert risk == pytest.approx([0, 0, 1 / 3, 1 / 2])
    assert aurc(score, correct) == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_auroc_is_undefined_with_one_kind_only():
    assert np.isnan(auroc(np.array([0.1, 0.2]), np.array([True, True])))


def test_mean_of_resamples_is_that_of_the_drawn_images():
    """The product of counts and values is the mean over the very draws that other figures see."""
    rng = np.random.default_rng(2)
    values, groups = rng.normal(size=60), rng.integers(0, 15, 60)
    values[::7] = np.nan
    resampler = Resampler(groups, resamples=50)
    fast, slow = resampler.mean(values), resampler.estimate(lambda i: float(np.nanmean(values[i])))
    assert (fast.value, fast.low, fast.high) == pytest.approx((slow.value, slow.low, slow.high))
    assert fast.n == 51


def test_auroc_counts_ties_half():
    rng = np.random.default_rng(3)
    score, positive = rng.integers(0, 5, 100).astype(float), rng.random(100) < 0.4
    assert auroc(score, positive) == pytest.approx(roc_auc_score(positive, score))


def test_undefined_figures_are_said_to_be():
    figure = Resampler(np.arange(3)).mean(np.full(3, np.nan)).rounded()
    assert plain(figure) == {"value": None, "low": None, "high": None, "n": 0}
    assert str(figure) == "undefined, n 0"
    assert str(Interval(0.5, 0.25, 0.75, 4)) == "0.500 (0.250 to 0.750), n 4"


def test_figure_by_chance_is_that_of_exact_probabilities():
    p = np.random.default_rng(3).random(600)
    found = by_chance(brier, p)
    # E[(p - y)^2] = p (1 - p) for y drawn with probability p.
    assert found.value == pytest.approx((p * (1 - p)).mean(), abs=2e-3)
    assert found.low < found.value < found.high
    sure = by_chance(expected_calibration_error, np.ones(50))
    assert (sure.low, sure.high) == (0, 0), "certainties have no luck"
    few, many = (by_chance(expected_calibration_error, np.random.default_rng(4).random(n)).value for n in (100, 1600))
    assert few == pytest.approx(4 * many, rel=0.3), "by the root of the number of images"
