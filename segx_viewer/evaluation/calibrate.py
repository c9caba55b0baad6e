"""The badge's calibration: from validation images to a probability that a prediction is correct.

A logistic regression on named features, chosen among nested sets of them by grouped cross-validation. It begins with
the classifier's own confidence in its answer, and takes on what lowers the loss for certain (paired bootstrap by
group); forward passes must save more. Alignments have to earn their place like anything else: SegU is shown either way.
Every step's figures are kept, those that did not help too. Of several findings, each that is stated is an answer.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from segx_viewer.errors import DataError
from segx_viewer.evaluation.fitted import FitFigures, Fitted, ProvenLevels, StepFigures
from segx_viewer.evaluation.levels import fit_levels, level_data, proven_levels
from segx_viewer.evaluation.statistics import Resampler
from segx_viewer.explain.promises import Danger, Subgroup
from segx_viewer.inference.features import COUNTERFACTUAL_FEATURES, VIEW_FEATURES

FOLDS = 10
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
HIGH_ACCURACY, MODERATE_ACCURACY = 0.95, 0.75
CONFIDENCE = 0.95
WORTH_A_PASS = 0.05
"""Share of the log loss that further forward passes must save; less is not worth a slower answer."""

SIMPLEST = "max-softmax"
"""The set of features that the others must do better than."""

ALIGNMENT_FEATURES = ("iou", "auitc", "dice", "relevance_mass", "mass_lift", "relevance_rank", "pixel_auc", "pointing")
REGION_FEATURES = ("map_strength", "map_peak", "map_spread", "region_area", "region_confidence", "region_edge")
CONFIDENCE_FEATURES = ("max_softmax", "entropy", "margin", "energy")
FINDING_FEATURES = ("max_softmax", "above_cut_off", "entropy", "energy")
"""The same of one of several findings."""


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationData:
    """Answers on validation images, as they are and changed, that the gate accepts and SegU can speak about.

    One answer for each image; of several findings, one for each that is stated.

    Attributes
    ----------
    features : mapping of str to ndarray (N,)
    correct : ndarray (N,) bool
    groups : ndarray (N,) of str
        Lesion or person.
    changed : ndarray (N,) bool
        Whether the image was changed at random.
    predicted, truth : ndarray (N,) of str
        Class codes; a truth of several findings is the stated one if it is there, else "".
    attributes : tuple of mappings (N,)
        Of each image, such as how its label was settled.
    """

    features: Mapping[str, NDArray[np.float64]] = field(repr=False)
    correct: NDArray[np.bool_]
    groups: NDArray[np.str_]
    changed: NDArray[np.bool_]
    predicted: NDArray[np.str_] = field(default_factory=lambda: np.array([], str))
    truth: NDArray[np.str_] = field(default_factory=lambda: np.array([], str))
    attributes: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, answers: "Sequence[JudgedAnswer]") -> "CalibrationData":
        """Return answers, of which there is one at least, as columns."""
        return cls(
            {name: np.array([a.features[name] for a in answers], np.float64) for name in answers[0].features},
            np.array([a.correct for a in answers]),
            np.array([a.group for a in answers]),
            np.array([a.changed for a in answers]),
            np.array([a.predicted for a in answers]),
            np.array([a.truth for a in answers]),
            tuple(a.attributes for a in answers),
        )


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """One answer that the badge may be fitted on, on an image as it is or changed at random.

    Attributes
    ----------
    predicted, truth : str
        Class codes; a truth of several findings is the stated one if it is there, else the first, "" of none.
    gate_distance : float
        Of the input gate; None where it measures none.
    attributes : mapping
        Of the image, as its data set tells them.
    """

    image_id: str
    changed: bool
    group: str
    correct: bool
    predicted: str
    truth: str
    features: Mapping[str, float]
    gate_distance: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, code: str, codes: Sequence[str], features: Mapping[str, float], *, image_id: str, group: str,
        changed: bool = False, gate_distance: float | None = None, attributes: Mapping[str, str] | None = None,
    ) -> "JudgedAnswer":  # fmt: skip
        """Judge the answer `code` by an image's true `codes`."""
        truth = code if code in codes else next(iter(codes), "")
        return cls(image_id, changed, group, code in codes, code, truth, features, gate_distance, attributes or {})


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


def calibrate(data: CalibrationData, views: Sequence[str], set_name: str, *, settled: str = "") -> Fitted:
    """Fit the calibration and return what goes into the manifest's `[calibration]` table.

    Parameters
    ----------
    data : CalibrationData
    views : sequence of str
        Test-time views behind the features, stored for prediction.
    set_name : str
        The validation data in words, shown with the badge.
    settled : str
        Name of the set of features to use, where the images may not choose one (METHODS: promises); see `choose`.

    Raises
    ------
    DataError
        If there are too few images or mistakes to fit on.
    """
    unchanged = data.correct[~data.changed]
    mistakes = int((~unchanged).sum())
    if min(mistakes, len(unchanged) - mistakes) < FOLDS:
        raise DataError(f"{len(unchanged)} images with {mistakes} mistakes are too few to calibrate on.")
    steps, scores = _all_steps(data, len(views))
    chosen = [s.name for s in steps].index(settled) if settled else _earned(steps, scores, data)
    step, out_of_fold = steps[chosen], scores[chosen]
    high, moderate = choose_levels(out_of_fold, data.correct, data.groups)
    model = _model(step.strength).fit(_matrix(data, step.features), data.correct)
    scaler, regression = model[0], model[1]
    levels = np.where(out_of_fold >= high, 2, np.where(out_of_fold >= moderate, 1, 0))
    return Fitted(
        features=step.features,
        mean=_rounded(scaler.mean_),
        scale=_rounded(scaler.scale_),
        coefficients=_rounded(regression.coef_[0]),
        intercept=round(float(regression.intercept_[0]), 6),
        levels={"high": round(high, 4), "moderate": round(moderate, 4)},
        measured_on=set_name,
        views=tuple(views),
        extra_passes=step.passes,
        figures={
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
        steps=tuple(
            StepFigures(s.name, len(s.features), round(s.auroc, 4), round(s.log_loss, 4), round(s.ece, 4), s.passes,
                        chosen=s is step)
            for s in steps
        ),
        fitted_on=_compare_fits(data, step, out_of_fold),
    )  # fmt: skip


def choose(data: CalibrationData, views: int) -> str:
    """Return the name of the set of features that earns its place on images that are fitted on nowhere else.

    `SIMPLEST` where there are too few of them, or too few mistakes.
    """
    unchanged = data.correct[~data.changed]
    mistakes = int((~unchanged).sum())
    if min(mistakes, len(unchanged) - mistakes) < FOLDS:
        return SIMPLEST
    steps, scores = _all_steps(data, views)
    return steps[_earned(steps, scores, data)].name


def promised_levels(
    data: CalibrationData, name: str, dangers: Sequence[Danger] = (), subgroups: Sequence[Subgroup] = ()
) -> ProvenLevels:
    """Fit levels that keep a promise, also within each subgroup, for a calibration with the named set of features.

    Each image is scored by a fit without its group; those as they are count.
    """
    _, scores = _fit_out_of_fold(name, dict(feature_sets(data))[name], data, 0)
    plain = ~data.changed
    within = [(one, np.array([one.holds(of) for of in data.attributes], bool)[plain]) for one in subgroups]
    judged = level_data(
        scores[plain],
        list(data.predicted[plain]),
        list(data.truth[plain]),
        list(data.groups[plain]),
        within,
        several="above_cut_off" in data.features,
    )
    return proven_levels(judged, fit_levels(judged, dangers))


def fitted_digest(manifest: Mapping[str, object], *, reference: bool = True) -> str:
    """Return the SHA-256 of what `calibrate` wrote into a manifest: an evaluation of other values is out of date.

    Without the `reference` that later images are compared with, which may be added after an evaluation: no figure
    hangs on it.
    """
    fitted = {name: manifest.get(name) for name in ("gate", "calibration")}
    if not reference and isinstance(calibration := fitted["calibration"], Mapping):
        fitted["calibration"] = {name: value for name, value in calibration.items() if name != "reference"}
    return hashlib.sha256(json.dumps(fitted, sort_keys=True).encode()).hexdigest()


def feature_sets(data: CalibrationData) -> list[tuple[str, tuple[str, ...]]]:
    """Return the nested sets of features that are compared, with a name for each."""
    predicted = tuple(sorted(name for name in data.features if name.startswith("predicted ")))
    several = "above_cut_off" in data.features
    own = FINDING_FEATURES if several else CONFIDENCE_FEATURES
    confidence = own + predicted
    explained = confidence + ALIGNMENT_FEATURES + REGION_FEATURES
    sets = [
        (SIMPLEST, ("max_softmax",)),
        ("distance from the cut-off", ("above_cut_off",)),
        ("SegU: cIoU alone", ("iou",)),
        ("SegU: cAUITC alone", ("auitc",)),
        ("SegU: all alignments", ALIGNMENT_FEATURES),
        ("max-softmax + cAUITC", ("max_softmax", "auitc")),
        ("distance from the cut-off + cAUITC", ("above_cut_off", "auitc")),
        ("max-softmax + all alignments", ("max_softmax", *ALIGNMENT_FEATURES)),
        ("confidence", own),
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


def choose_levels(
    probability: NDArray[np.float64], correct: NDArray[np.bool_], groups: NDArray[np.str_]
) -> tuple[float, float]:
    """Choose the badge's operating points from out-of-fold probabilities.

    Parameters
    ----------
    groups : ndarray (N,)
        Images of the same lesion or person, or made from the same image, are one piece of evidence together.

    Returns
    -------
    high, moderate : float
        `high` is the lowest probability above which the share of correct predictions is at least 95 % with 95 %
        confidence (one-sided Clopper-Pearson, as if there were as many images as groups); 1 when there is none.
        `moderate` is the lowest one such that the predictions between it and `high`, of 20 groups or more, are at
        least 75 % correct.
    """
    order = np.argsort(-probability, kind="stable")
    p, counts = probability[order], np.arange(1, len(order) + 1)
    hits = np.cumsum(correct[order])
    first = np.zeros(len(order), bool)
    first[np.unique(groups[order], return_index=True)[1]] = True
    weight = np.cumsum(first) / counts  # of an image, so that all together count as often as there are groups
    sure = beta.ppf(1 - CONFIDENCE, hits * weight, (counts - hits) * weight + 1) >= HIGH_ACCURACY
    separable = np.append(p[1:] != p[:-1], True)  # a threshold cannot part equal probabilities
    proven = np.flatnonzero(sure & separable)
    taken = int(proven[-1]) + 1 if len(proven) else 0
    high = float(p[taken - 1]) if taken else 1.0
    before = hits[taken - 1] if taken else 0
    share = (hits[taken:] - before) / np.maximum(counts[taken:] - taken, 1)
    enough = np.flatnonzero((share >= MODERATE_ACCURACY) & (np.cumsum(first[taken:]) >= 20) & separable[taken:])
    moderate = float(p[taken + enough[-1]]) if len(enough) else high
    return high, moderate


def expected_calibration_error(probability: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 15) -> float:
    """Return the ECE with equal-width bins (Guo 2017), 0..1."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = [abs(probability[place == b].sum() - correct[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(probability))


def _all_steps(data: CalibrationData, views: int) -> tuple[list[Step], list[NDArray[np.float64]]]:
    """Fit every set of features; return the steps and their out-of-fold probabilities."""
    fitted = [_fit_out_of_fold(name, names, data, views) for name, names in feature_sets(data)]
    return [step for step, _ in fitted], [scores for _, scores in fitted]


def _earned(steps: Sequence[Step], scores: Sequence[NDArray[np.float64]], data: CalibrationData) -> int:
    """Return the place of the step that is used: the simplest one, unless a dearer one is better for certain.

    From cheap to dear, a step takes the place of the one before where the 95 % interval of the difference of their log
    losses, paired, lies above 0; where it needs more forward passes, it must save `WORTH_A_PASS` as well.
    """
    resampler = Resampler(np.unique(data.groups, return_inverse=True)[1])
    losses = [-np.log(np.clip(np.where(data.correct, p, 1 - p), 1e-12, 1)) for p in scores]
    order = sorted(range(len(steps)), key=lambda i: (steps[i].passes, len(steps[i].features), i))
    taken = [step.name for step in steps].index(SIMPLEST)
    for place in order:
        gain = resampler.mean(losses[taken] - losses[place])
        passes = steps[place].passes > steps[taken].passes
        if gain.low > 0 and not (passes and gain.value < WORTH_A_PASS * losses[taken].mean()):
            taken = place
    return taken


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


def _compare_fits(data: CalibrationData, step: Step, out_of_fold: NDArray[np.float64]) -> tuple[FitFigures, ...]:
    """Judge the chosen features on either kind of image, out of fold, fitted without and with the changed ones."""
    X, unchanged = _matrix(data, step.features), np.zeros_like(out_of_fold)
    for inside, outside in GroupKFold(FOLDS).split(X, groups=data.groups):
        inside = inside[~data.changed[inside]]
        model = _model(step.strength).fit(X[inside], data.correct[inside])
        unchanged[outside] = model.predict_proba(X[outside])[:, 1]
    rows = []
    for name, p in (("as they are", unchanged), ("as they are and changed", out_of_fold)):
        for kind, judged in (("as they are", ~data.changed), ("changed", data.changed)):
            if judged.any():
                loss = float(log_loss(data.correct[judged], p[judged], labels=[False, True]))
                error = expected_calibration_error(p[judged], data.correct[judged])
                too_sure = float((p[judged] - data.correct[judged]).mean())
                rows.append(FitFigures(name, kind, round(loss, 4), round(error, 4), round(too_sure, 4)))
    return tuple(rows)


def _model(strength: float) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))


def _matrix(data: CalibrationData, names: Sequence[str]) -> NDArray[np.float64]:
    return np.stack([data.features[name] for name in names], axis=1)


def _passes(names: Sequence[str], views: int) -> int:
    """Forward passes that features cost: two for the counterfactuals, one per view."""
    return 2 * bool({*names} & {*COUNTERFACTUAL_FEATURES}) + views * bool({*names} & {*VIEW_FEATURES})


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(v), 6) for v in values)
