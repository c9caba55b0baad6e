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
from segx_viewer.evaluation.results import Interval, Joined, SeguAdds
from segx_viewer.evaluation.rows import Answer, ImageRow, answers
from segx_viewer.evaluation.second import AGREEMENT_OF_ANSWERS, AGREEMENT_OF_MAPS
from segx_viewer.evaluation.statistics import Resampler, auroc
from segx_viewer.inference.features import COUNTERFACTUAL_FEATURES

FOLDS = 5
STRENGTH = 0.1
CONFIDENCE = ("max_softmax",)
COUNTERFACTUALS = COUNTERFACTUAL_FEATURES
RUNNER_UP = ("runner_up_auitc", "auitc_lead")
"""Agreement of the runner-up class's map with the region, and by how much that of the predicted class is greater."""


def segu_adds(rows: Sequence[ImageRow], method: str) -> SeguAdds | None:
    """Return error-detection AUROCs of confidence, of all alignments and of both, and of what else was tried.

    Of those joined with the confidence, also the gain above it (paired bootstrap by group). None where there are too
    few answers or mistakes.
    """
    judged = [answer for answer in answers(rows, method) if _is_complete(answer)]
    if not judged:
        return None
    correct = np.array([answer.correct for answer in judged])
    groups = np.unique([answer.group for answer in judged], return_inverse=True)[1]
    if min(int(correct.sum()), int((~correct).sum())) < FOLDS or len(np.unique(groups)) < FOLDS:
        return None
    known = [_known(answer) for answer in judged]
    table = {name: np.array([values[name] for values in known]) for name in _common(known)}
    resampler = Resampler(groups)
    confidence = table["max_softmax"]
    scores = {"max-softmax": Joined(_auroc(confidence, correct, resampler))}
    sets = {"alignments": ALIGNMENT_FEATURES, "counterfactual filling": COUNTERFACTUALS, "runner-up": RUNNER_UP,
            "agreement of a second network's map": AGREEMENT_OF_MAPS,
            "a second network's answer": AGREEMENT_OF_ANSWERS}  # fmt: skip
    for name, features in sets.items():
        if not {*features} <= table.keys():
            continue
        alone = _joined(table, features, correct, groups)
        both = _joined(table, (*CONFIDENCE, *features), correct, groups)
        scores[name] = Joined(_auroc(alone, correct, resampler))
        scores[f"max-softmax + {name}"] = Joined(
            _auroc(both, correct, resampler), _gain(both, confidence, correct, resampler)
        )
    by_itself = {name: _auroc(table[name], correct, resampler) for name in ALIGNMENT_FEATURES}
    # A score that is low on right answers tells as much as one that is high on them.
    most = max(by_itself, key=lambda name: abs((by_itself[name].value or 0.5) - 0.5))
    return SeguAdds(len(judged), int((~correct).sum()), by_itself, most, scores)


def adds_nothing(added: SeguAdds | None) -> bool | None:
    """Whether SegU adds nothing certain to the confidence; None where it was not measured."""
    joined = added.scores.get("max-softmax + alignments") if added else None
    gain = joined.gain if joined else None
    return None if gain is None or gain.low is None else gain.low <= 0


def _is_complete(answer: Answer) -> bool:
    return {*CONFIDENCE, *ALIGNMENT_FEATURES} <= _known(answer).keys()


def _known(answer: Answer) -> dict[str, float]:
    """Return an answer's scores by their names, those that are defined."""
    aligned = {name: answer.segu.get(name) for name in ALIGNMENT_FEATURES}
    known = {**answer.evidence, **answer.second, **aligned}
    own, other = answer.segu.get("auitc"), answer.runner_up
    if other is not None and other.auitc is not None and own is not None:
        known |= {"runner_up_auitc": other.auitc, "auitc_lead": own - other.auitc}
    return {name: value for name, value in known.items() if value is not None}


def _common(known: Sequence[Mapping[str, float]]) -> list[str]:
    """Names that every answer has."""
    return [name for name in known[0] if all(name in other for other in known)]


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


def _auroc(score: NDArray[np.float64], correct: NDArray[np.bool_], resampler: Resampler) -> Interval:
    return resampler.estimate(lambda drawn: auroc(score[drawn], correct[drawn])).rounded()


def _gain(
    score: NDArray[np.float64], base: NDArray[np.float64], correct: NDArray[np.bool_], resampler: Resampler
) -> Interval:
    def difference(drawn: NDArray[np.int64]) -> float:
        return auroc(score[drawn], correct[drawn]) - auroc(base[drawn], correct[drawn])

    return resampler.estimate(difference).rounded()
