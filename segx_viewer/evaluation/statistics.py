"""Statistics of the evaluation: intervals by resampling lesions or persons, error detection, calibration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score

RESAMPLES = 1000
SEED = 2025


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval and the number of images behind it."""

    value: float
    low: float
    high: float
    n: int

    def to_dict(self) -> dict[str, float | int]:
        """Return rounded plain values."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4), "n": self.n}


class Resampler:
    """Draws groups (lesions, persons) with replacement; the same seed draws the same groups for every figure.

    Parameters
    ----------
    groups : ndarray (N,)
        The group of each image.
    """

    def __init__(self, groups: NDArray[Any], resamples: int = RESAMPLES, seed: int = SEED) -> None:
        _, codes = np.unique(groups, return_inverse=True)
        self.size = len(codes)
        members = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[members], np.arange(codes.max() + 1 if self.size else 0))
        blocks = np.split(members, starts[1:]) if self.size else []
        rng = np.random.default_rng(seed)
        self._draws = [
            np.concatenate([blocks[i] for i in rng.integers(0, len(blocks), len(blocks))]) for _ in range(resamples)
        ] if blocks else []  # fmt: skip

    def estimate(self, figure: Callable[[NDArray[np.int64]], float], *, over: int | None = None) -> Estimate:
        """Return a figure of image indices with its percentile interval; resamples where it is undefined are left out.

        `over` is the number of images to state, if not all.
        """
        value = figure(np.arange(self.size))
        drawn = np.array([figure(draw) for draw in self._draws])
        drawn = drawn[np.isfinite(drawn)]
        low, high = np.percentile(drawn, (2.5, 97.5)) if len(drawn) else (np.nan, np.nan)
        return Estimate(float(value), float(low), float(high), self.size if over is None else over)

    def mean(self, values: NDArray[np.float64], where: NDArray[np.bool_] | None = None) -> Estimate:
        """Return the mean of the finite values, of those images where `where` is true."""
        usable = np.isfinite(values) if where is None else np.isfinite(values) & where

        def figure(index: NDArray[np.int64]) -> float:
            chosen = index[usable[index]]
            return float(values[chosen].mean()) if len(chosen) else float("nan")

        return self.estimate(figure, over=int(usable.sum()))


def auroc(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Return the ROC AUC, NaN where there is only one kind or a score is not finite."""
    finite = np.isfinite(score)
    score, positive = score[finite], positive[finite]
    if positive.all() or not positive.any():
        return float("nan")
    return float(roc_auc_score(positive, score))


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
