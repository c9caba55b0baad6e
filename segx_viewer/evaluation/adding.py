"""What SegU adds to the classifier's own confidence in telling right from wrong, on images that nothing was fitted on.

The alignments are joined by a logistic regression that is fitted and judged across groups within the test part, so that
their case is put as well as it can be: what does not help then does not help.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segx_viewer.evaluation.calibrate import ALIGNMENT_FEATURES
from segx_viewer.evaluation.collect import Row, answers
from segx_viewer.evaluation.second import AGREEMENT_OF_ANSWERS, AGREEMENT_OF_MAPS
from segx_viewer.evaluation.statistics import Figures, Resampler, auroc
from segx_viewer.inference.features import COUNTERFACTUAL_FEATURES

FOLDS = 5
STRENGTH = 0.1
CONFIDENCE = ("max_softmax",)
COUNTERFACTUALS = COUNTERFACTUAL_FEATURES
RUNNER_UP = ("runner_up_auitc", "auitc_lead")
"""Agreement of the runner-up class's map with the region, and by how much that of the predicted class is greater."""


def segu_adds(rows: Sequence[Row], method: str) -> Figures:
    """Return error-detection AUROCs of confidence, of all alignments and of both, and of what else was tried.

    Returns
    -------
    dict
        `n`, `mistakes`; by set of scores its `auroc` and, of those joined with the confidence, `gain` above it (paired
        bootstrap by group); `alone`: AUROC of each alignment, and `carried_by`, the one that tells most. {} where
        there are too few answers or mistakes.
    """
    judged = [row for row in answers(rows, method) if _features(row, method) is not None]
    if not judged:
        return {}
    correct = np.array([bool(row["correct"]) for row in judged])
    groups = np.unique([row["group"] for row in judged], return_inverse=True)[1]
    if min(int(correct.sum()), int((~correct).sum())) < FOLDS or len(np.unique(groups)) < FOLDS:
        return {}
    table = {name: np.array([_known(row, method)[name] for row in judged]) for name in _common(judged, method)}
    resampler = Resampler(groups)
    confidence = table["max_softmax"]
    found: Figures = {"n": len(judged), "mistakes": int((~correct).sum())}
    found["max-softmax"] = {"auroc": _auroc(confidence, correct, resampler)}
    sets = {"alignments": ALIGNMENT_FEATURES, "counterfactual filling": COUNTERFACTUALS, "runner-up": RUNNER_UP,
            "agreement of a second network's map": AGREEMENT_OF_MAPS,
            "a second network's answer": AGREEMENT_OF_ANSWERS}  # fmt: skip
    for name, features in sets.items():
        if not {*features} <= table.keys():
            continue
        alone = _joined(table, features, correct, groups)
        both = _joined(table, (*CONFIDENCE, *features), correct, groups)
        found[name] = {"auroc": _auroc(alone, correct, resampler)}
        found[f"max-softmax + {name}"] = {
            "auroc": _auroc(both, correct, resampler),
            "gain": _gain(both, confidence, correct, resampler),
        }
    found["alone"] = {name: _auroc(table[name], correct, resampler) for name in ALIGNMENT_FEATURES}
    # A score that is low on right answers tells as much as one that is high on them.
    found["carried_by"] = max(found["alone"], key=lambda name: abs((found["alone"][name]["value"] or 0.5) - 0.5))
    return found


def adds_nothing(found: Figures) -> bool | None:
    """Whether SegU adds nothing certain to the confidence; None where it was not measured."""
    gain = found.get("max-softmax + alignments", {}).get("gain")
    return None if gain is None or gain["low"] is None else bool(gain["low"] <= 0)


def _features(row: Row, method: str) -> dict[str, float] | None:
    known = _known(row, method)
    return known if {*CONFIDENCE, *ALIGNMENT_FEATURES} <= known.keys() else None


def _known(row: Row, method: str) -> dict[str, float]:
    segu = row["methods"][method]["segu"]
    known = {**row["evidence"], **row.get("second", {}), **{name: segu.get(name) for name in ALIGNMENT_FEATURES}}
    second = row["methods"][method].get("runner_up")
    if second is not None and second.get("auitc") is not None and segu.get("auitc") is not None:
        known |= {"runner_up_auitc": second["auitc"], "auitc_lead": segu["auitc"] - second["auitc"]}
    return {name: value for name, value in known.items() if value is not None}


def _common(rows: Sequence[Row], method: str) -> list[str]:
    """Names that every row has."""
    names = [_known(row, method).keys() for row in rows]
    return [name for name in names[0] if all(name in other for other in names)]


def _joined(
    table: Mapping[str, NDArray[np.float64]],
    features: Sequence[str],
    correct: NDArray[np.bool_],
    groups: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return out-of-fold probabilities of being right."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
    X = np.stack([table[name] for name in features], axis=1)
    cv = GroupKFold(FOLDS)
    told: NDArray[np.float64] = cross_val_predict(model, X, correct, groups=groups, cv=cv, method="predict_proba")
    return told[:, 1]


def _auroc(score: NDArray[np.float64], correct: NDArray[np.bool_], resampler: Resampler) -> Figures:
    return resampler.estimate(lambda drawn: auroc(score[drawn], correct[drawn])).to_dict()


def _gain(
    score: NDArray[np.float64], base: NDArray[np.float64], correct: NDArray[np.bool_], resampler: Resampler
) -> Figures:
    def difference(drawn: NDArray[np.int64]) -> float:
        return auroc(score[drawn], correct[drawn]) - auroc(base[drawn], correct[drawn])

    return resampler.estimate(difference).to_dict()
