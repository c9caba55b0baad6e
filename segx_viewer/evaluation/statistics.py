"""Statistics of the evaluation: intervals by resampling lesions or persons, error detection, calibration."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu, rankdata

from segx_viewer.evaluation.results import Interval

RESAMPLES = 1000
SEED = 2025


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval and the number of images behind it."""

    value: float
    low: float
    high: float
    n: int

    def rounded(self) -> Interval:
        """Return it as an evaluation states it: to four decimals, None where undefined."""
        return Interval(rounded(self.value), rounded(self.low), rounded(self.high), self.n)


class Resampler:
    """Draws groups (lesions, persons) with replacement; the same seed draws the same groups for every figure.

    Parameters
    ----------
    groups : ndarray (N,)
        The group of each image.
    """

    def __init__(self, groups: NDArray[np.generic], resamples: int = RESAMPLES, seed: int = SEED) -> None:
        _, codes = np.unique(groups, return_inverse=True)
        self.size = len(codes)
        members = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[members], np.arange(codes.max() + 1 if self.size else 0))
        blocks = np.split(members, starts[1:]) if self.size else []
        rng = np.random.default_rng(seed)
        self._draws = [
            np.concatenate([blocks[i] for i in rng.integers(0, len(blocks), len(blocks))]) for _ in range(resamples)
        ] if blocks else []  # fmt: skip
        # How often each image was drawn, for figures that are sums: one product instead of a loop.
        counts = [np.bincount(draw, minlength=self.size) for draw in self._draws]
        self._counts = np.array(counts, np.float64).reshape(len(counts), self.size)

    def estimate(self, figure: Callable[[NDArray[np.int64]], float], *, over: int | None = None) -> Estimate:
        """Return a figure of image indices with its percentile interval; resamples where it is undefined are left out.

        `over` is the number of images to state, if not all.
        """
        value = figure(np.arange(self.size))
        drawn = np.array([figure(draw) for draw in self._draws])
        return _estimate(value, drawn, self.size if over is None else over)

    def mean(self, values: NDArray[np.float64], where: NDArray[np.bool_] | None = None) -> Estimate:
        """Return the mean of the finite values, of those images where `where` is true."""
        usable = np.isfinite(values) if where is None else np.isfinite(values) & where
        n = int(usable.sum())
        if not n:
            return Estimate(float("nan"), float("nan"), float("nan"), 0)
        counts = self._counts[:, usable]
        taken = counts.sum(1)
        drawn = (counts @ values[usable])[taken > 0] / taken[taken > 0]
        return _estimate(float(values[usable].mean()), drawn, n)


def _estimate(value: float, drawn: NDArray[np.float64], n: int) -> Estimate:
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.percentile(drawn, (2.5, 97.5)) if len(drawn) else (np.nan, np.nan)
    return Estimate(float(value), float(low), float(high), n)


def rounded(value: float) -> float | None:
    """Return a figure to four decimals, None where it is undefined."""
    return round(value, 4) if np.isfinite(value) else None


def auroc_of_drawn(score: NDArray[np.float64], positive: NDArray[np.bool_], drawn: NDArray[np.int64]) -> float:
    """Return the ROC AUC of the drawn images: with the first two given by `partial`, a `Resampler`'s figure."""
    return auroc(score[drawn], positive[drawn])


def auroc(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Return the ROC AUC, NaN where there is only one kind; scores that are not finite are left out.

    By ranks (Mann-Whitney), ties count half: the same as scikit-learn's, at a tenth of the time.
    """
    finite = np.isfinite(score)
    score, positive = score[finite], positive[finite]
    ones = int(positive.sum())
    zeros = len(positive) - ones
    if not ones or not zeros:
        return float("nan")
    return float((rankdata(score)[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def aurc(score: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Return the area under the risk-coverage curve (Geifman 2017): mean risk over all coverages."""
    return float(risk_coverage(score, correct)[1].mean())


def risk_coverage(
    score: NDArray[np.float64], correct: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (coverage, risk): the share of mistakes among the most certain images, for every number of them."""
    order = np.argsort(-score, kind="stable")
    counts = np.arange(1, len(score) + 1)
    return counts / len(score), np.cumsum(~correct[order]) / counts


def brier(probability: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Return the Brier score of the probability of being correct."""
    return float(((probability - correct) ** 2).mean())


def by_chance(
    figure: Callable[[NDArray[np.float64], NDArray[np.bool_]], float], probability: NDArray[np.float64]
) -> Estimate:
    """Return what a figure of calibration would be if every probability were exact: mean and 95 % interval.

    Outcomes are drawn with the stated probabilities, each image's for itself (after Broecker and Smith 2007). A figure
    such as the ECE is above 0 by chance alone, the more so the fewer images there are.
    """
    rng = np.random.default_rng(SEED)
    drawn = np.array([figure(probability, rng.random(len(probability)) < probability) for _ in range(RESAMPLES)])
    return _estimate(float(drawn.mean()), drawn, len(probability))


def balanced_accuracy(predicted: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    """Return the mean recall of the classes that occur."""
    return float(np.mean([(predicted[truth == k] == k).mean() for k in np.unique(truth)]))


def macro_auroc(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Return the mean one-against-the-rest AUROC of the classes that occur."""
    areas = [auroc(probabilities[:, k], truth == k) for k in range(probabilities.shape[1])]
    defined = [area for area in areas if np.isfinite(area)]
    return float(np.mean(defined)) if defined else float("nan")


def compare(values: NDArray[np.float64], correct: NDArray[np.bool_]) -> dict[str, float]:
    """Compare certainties of correct and incorrect predictions: means, and a two-sided Mann-Whitney p."""
    finite = np.isfinite(values)
    right, wrong = values[finite & correct], values[finite & ~correct]
    if not len(right) or not len(wrong):
        return {}
    p = mannwhitneyu(right, wrong, alternative="two-sided").pvalue
    return {"correct": round(float(right.mean()), 4), "incorrect": round(float(wrong.mean()), 4), "p": float(p)}
