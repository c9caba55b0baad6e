"""The badge's calibration: from validation images to a probability that a prediction is correct.

A logistic regression on named features, chosen among nested sets of them by grouped cross-validation. The badge
speaks of prediction and explanation, so the set holds alignments of SegU; forward passes are spent only where they
help. Every step's figures are kept, those that did not help too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segx_viewer.errors import DataError
from segx_viewer.inference.evidence import COUNTERFACTUAL_FEATURES, VIEW_FEATURES

FOLDS = 10
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
HIGH_ACCURACY, MODERATE_ACCURACY = 0.95, 0.75
CONFIDENCE = 0.95
ALIGNMENT_FEATURES = ("iou", "auitc", "dice", "relevance_mass", "mass_lift", "relevance_rank", "pixel_auc", "pointing")
REGION_FEATURES = ("map_strength", "map_peak", "map_spread", "region_area", "region_confidence", "region_edge")
CONFIDENCE_FEATURES = ("max_softmax", "entropy", "margin", "energy")


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationData:
    """Validation images that the gate accepts and SegU can speak about.

    Attributes
    ----------
    features : mapping of str to ndarray (N,)
    correct : ndarray (N,) bool
    groups : ndarray (N,) of str
        Lesion or person.
    """

    features: Mapping[str, NDArray[np.float64]] = field(repr=False)
    correct: NDArray[np.bool_]
    groups: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Step:
    """One set of features and how well it tells right from wrong, out of fold."""

    name: str
    features: tuple[str, ...]
    auroc: float
    log_loss: float
    ece: float
    strength: float
    passes: int


def calibrate(data: CalibrationData, views: Sequence[str], set_name: str) -> dict[str, Any]:
    """Fit the calibration and return the manifest's `[calibration]` table.

    Parameters
    ----------
    data : CalibrationData
    views : sequence of str
        Test-time views behind the features, stored for prediction.
    set_name : str
        The validation data in words, shown with the badge.

    Returns
    -------
    dict
        As `explain.calibration.Calibration.from_manifest` reads it, plus `steps` and `extra_passes`.

    Raises
    ------
    DataError
        If there are too few images or mistakes to fit on.
    """
    mistakes = int((~data.correct).sum())
    if min(mistakes, len(data.correct) - mistakes) < FOLDS:
        raise DataError(f"{len(data.correct)} images with {mistakes} mistakes are too few to calibrate on.")
    steps, scores = zip(
        *(_fit_out_of_fold(name, names, data, len(views)) for name, names in feature_sets(data)), strict=True
    )
    step, out_of_fold = _cheapest_of_the_best(steps, scores, data.correct)
    high, moderate = choose_levels(out_of_fold, data.correct)
    model = _model(step.strength).fit(_matrix(data, step.features), data.correct)
    scaler, regression = model[0], model[1]
    levels = np.where(out_of_fold >= high, 2, np.where(out_of_fold >= moderate, 1, 0))
    return {
        "features": list(step.features),
        "mean": _rounded(scaler.mean_),
        "scale": _rounded(scaler.scale_),
        "coefficients": _rounded(regression.coef_[0]),
        "intercept": round(float(regression.intercept_[0]), 6),
        "levels": {"high": round(high, 4), "moderate": round(moderate, 4)},
        "set": set_name,
        "views": list(views),
        "extra_passes": step.passes,
        "figures": {
            "images": len(data.correct),
            "accuracy": round(float(data.correct.mean()), 4),
            "error detection AUROC, out of fold": round(step.auroc, 4),
            "ECE, out of fold": round(step.ece, 4),
            **{
                f"{name} correct": round(float(data.correct[levels == k].mean()), 4)
                for k, name in enumerate(("LOW", "MODERATE", "HIGH"))
                if (levels == k).any()
            },
        },
        "steps": [
            {"name": s.name, "features": len(s.features), "auroc": round(s.auroc, 4), "log_loss": round(s.log_loss, 4),
             "ece": round(s.ece, 4), "passes": s.passes, "chosen": s is step}
            for s in steps
        ],
    }  # fmt: skip


def feature_sets(data: CalibrationData) -> list[tuple[str, tuple[str, ...]]]:
    """Return the nested sets of features that are compared, with a name for each."""
    predicted = tuple(sorted(name for name in data.features if name.startswith("predicted ")))
    confidence = CONFIDENCE_FEATURES + predicted
    explained = confidence + ALIGNMENT_FEATURES + REGION_FEATURES
    sets = [
        ("max-softmax", ("max_softmax",)),
        ("SegU: cIoU alone", ("iou",)),
        ("SegU: cAUITC alone", ("auitc",)),
        ("SegU: all alignments", ALIGNMENT_FEATURES),
        ("max-softmax + cAUITC", ("max_softmax", "auitc")),
        ("confidence and class", confidence),
        ("+ alignments and map strength", explained),
        ("confidence and class + counterfactuals", confidence + COUNTERFACTUAL_FEATURES),
        ("confidence and class + views", confidence + VIEW_FEATURES),
        ("+ alignments + counterfactuals", explained + COUNTERFACTUAL_FEATURES),
        ("+ alignments + views", explained + VIEW_FEATURES),
        ("confidence, class, counterfactuals, views", confidence + COUNTERFACTUAL_FEATURES + VIEW_FEATURES),
        ("all", explained + COUNTERFACTUAL_FEATURES + VIEW_FEATURES),
    ]
    return [(name, names) for name, names in sets if all(n in data.features for n in names)]


def choose_levels(probability: NDArray[np.float64], correct: NDArray[np.bool_]) -> tuple[float, float]:
    """Choose the badge's operating points from out-of-fold probabilities.

    Returns
    -------
    high, moderate : float
        `high` is the lowest probability above which the share of correct predictions is at least 95 % with 95 %
        confidence (one-sided Clopper-Pearson); 1 when there is none. `moderate` is the lowest one such that the
        predictions between it and `high` are at least 75 % correct.
    """
    order = np.argsort(-probability, kind="stable")
    p, hits = probability[order], np.cumsum(correct[order])
    counts = np.arange(1, len(p) + 1)
    high, taken = 1.0, 0
    for n in range(len(p), 0, -1):
        if n < len(p) and p[n] == p[n - 1]:
            continue  # a threshold cannot part equal probabilities
        test = binomtest(int(hits[n - 1]), n)
        if test.proportion_ci(2 * CONFIDENCE - 1, "exact").low >= HIGH_ACCURACY:
            high, taken = float(p[n - 1]), n
            break
    before = hits[taken - 1] if taken else 0
    share = (hits[taken:] - before) / np.maximum(counts[taken:] - taken, 1)
    enough = np.flatnonzero((share >= MODERATE_ACCURACY) & (counts[taken:] - taken >= 20))
    moderate = float(p[taken + enough[-1]]) if len(enough) else high
    return high, moderate


def expected_calibration_error(probability: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 15) -> float:
    """Return the ECE with equal-width bins (Guo 2017), 0..1."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = [abs(probability[place == b].sum() - correct[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(probability))


def _cheapest_of_the_best(
    steps: Sequence[Step], scores: Sequence[NDArray[np.float64]], correct: NDArray[np.bool_]
) -> tuple[Step, NDArray[np.float64]]:
    """Return the best of the cheapest steps that lose to the best one by no more than a standard error.

    The one-standard-error rule (Breiman et al. 1984), on each image's difference in log loss, with forward passes as
    what is saved. Steps without alignments only show what these add.
    """
    eligible = [i for i, step in enumerate(steps) if {*step.features} & {*ALIGNMENT_FEATURES}]
    losses = [-np.log(np.clip(np.where(correct, p, 1 - p), 1e-12, 1)) for p in scores]
    best = min(eligible, key=lambda i: steps[i].log_loss)

    def as_good(i: int) -> bool:
        excess = losses[i] - losses[best]
        return bool(excess.mean() <= excess.std(ddof=1) / np.sqrt(len(excess)))

    chosen = min((i for i in eligible if as_good(i)), key=lambda i: (steps[i].passes, steps[i].log_loss))
    return steps[chosen], scores[chosen]


def _fit_out_of_fold(
    name: str, names: tuple[str, ...], data: CalibrationData, views: int
) -> tuple[Step, NDArray[np.float64]]:
    X, candidates = _matrix(data, names), []
    for strength in STRENGTHS:
        p = cross_val_predict(
            _model(strength), X, data.correct, groups=data.groups, cv=GroupKFold(FOLDS), method="predict_proba"
        )[:, 1]
        candidates.append((log_loss(data.correct, p), strength, p))
    loss, strength, p = min(candidates, key=lambda c: c[0])
    step = Step(name, names, float(roc_auc_score(data.correct, p)), float(loss),
                expected_calibration_error(p, data.correct), strength, _passes(names, views))  # fmt: skip
    return step, p


def _model(strength: float) -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))


def _matrix(data: CalibrationData, names: Sequence[str]) -> NDArray[np.float64]:
    return np.stack([data.features[name] for name in names], axis=1)


def _passes(names: Sequence[str], views: int) -> int:
    """Forward passes that features cost: two for the counterfactuals, one per view."""
    return 2 * bool({*names} & {*COUNTERFACTUAL_FEATURES}) + views * bool({*names} & {*VIEW_FEATURES})


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [round(float(v), 6) for v in values]
