"""Fitting prediction sets and levels on calibration images, which chose nothing (METHODS: promises).

Numbers for `segx_viewer.explain.promises`. All bounds count one image of each lesion, person or group: images of the
same one are no further evidence.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from segx_viewer.domain.result import GateLevel, Level
from segx_viewer.evaluation.fitted import FittedPromises, FittedSets, Missed
from segx_viewer.evaluation.results import DangerFigures, Interval, NotKept, SetFigures, Sides, sides_of
from segx_viewer.evaluation.rows import ImageRow, SetRow
from segx_viewer.explain.promises import NEVER, ClassConditionalSets, Danger, FindingSets, Levels

CONFIDENCE = 0.95
"""Of every bound."""
HIGH_ERROR, MODERATE_ERROR = 0.05, 0.20
"""Errors that the levels may have at most."""
SET_CONFIDENCES = (0.95, 0.90)
"""Of the prediction sets."""
STRICTEST, STEP = 0.2, 0.01
"""Shares of the calibration images: the first set that is tested, and by how much the next one is larger."""


def upper_bound(errors: float, images: float, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided upper confidence bound of a share (Clopper and Pearson 1934); 1 without images.

    Images that are not independent may count as a part of one.

    Examples
    --------
    >>> round(upper_bound(0, 59), 4)
    0.0495
    """
    return 1.0 if errors >= images else float(beta.ppf(confidence, errors + 1, images - errors))


def conformal_quantile(scores: NDArray[np.float64], confidence: float) -> float:
    """Return the ceil((n + 1) * confidence)-th smallest score; infinite where there are too few for a promise.

    Examples
    --------
    >>> conformal_quantile(np.arange(1.0, 20.0), 0.95), conformal_quantile(np.arange(1.0, 19.0), 0.95)
    (19.0, inf)
    """
    # Rounded: 20 * 0.95 is 19, though binary fractions make it a little more.
    rank = math.ceil(round((len(scores) + 1) * confidence, 9))
    return NEVER if rank > len(scores) else float(np.sort(scores)[rank - 1])


def class_conditional_sets(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], confidence: float
) -> ClassConditionalSets:
    """Fit sets on calibration images' probabilities (N, K) and true classes (N,)."""
    return ClassConditionalSets(
        confidence,
        tuple(conformal_quantile(1 - probabilities[truth == k, k], confidence) for k in range(probabilities.shape[1])),
    )


def finding_sets(probabilities: NDArray[np.float64], truth: NDArray[np.bool_], confidence: float) -> FindingSets:
    """Fit two-sided sets on calibration images' probabilities and findings, (N, K) each."""
    columns = range(probabilities.shape[1])
    return FindingSets(
        confidence,
        tuple(conformal_quantile(1 - probabilities[truth[:, k], k], confidence) for k in columns),
        tuple(conformal_quantile(probabilities[~truth[:, k], k], confidence) for k in columns),
    )


def lax_threshold(
    scores: NDArray[np.float64], wrong: NDArray[np.bool_], most: float, groups: NDArray[np.str_] | None = None
) -> float:
    """Return the lowest score above which the error is at most `most`, with 95 % confidence.

    Answers of one group, where groups are named, count together as one: several findings of a person are no
    independent evidence.

    Fixed-sequence testing (Angelopoulos 2021): sets {score >= t} are tested from strict to lax, by sizes that no label
    has a say in, until one fails; the last that passed is taken. Infinite where the first one fails.
    """
    order = np.argsort(-scores, kind="stable")
    errors = np.cumsum(wrong[order])
    # Fewer images than this pass with no error at all.
    fewest = math.ceil(math.log(1 - CONFIDENCE) / math.log(1 - most))
    passed = NEVER
    for size in _sizes(scores[order], fewest):
        share = 1.0 if groups is None else len(np.unique(groups[order][:size])) / size
        if upper_bound(share * int(errors[size - 1]), share * size) > most:
            break
        passed = float(scores[order][size - 1])
    return passed


def careful_threshold(
    scores: NDArray[np.float64], predicted: Sequence[str], truth: Sequence[str], danger: Danger
) -> float:
    """Return the lowest score from which an answer of `danger.called` may be HIGH; infinite where none may."""
    concerned = np.isin(np.asarray(truth), danger.truth)
    images = int(concerned.sum())
    missed = np.sort(scores[concerned & np.isin(np.asarray(predicted), danger.called)])[::-1]
    allowed = -1
    while upper_bound(allowed + 1, images) <= danger.bound and allowed + 1 <= danger.most * images:
        allowed += 1
    if allowed < 0:
        return NEVER
    # Just above the first miss that is one too many.
    return float(np.nextafter(missed[allowed], np.inf)) if len(missed) > allowed else 0.0


def fit_levels(
    scores: NDArray[np.float64],
    predicted: Sequence[str],
    truth: Sequence[str],
    groups: Sequence[str],
    dangers: Sequence[Danger] = (),
    *,
    several: bool = False,
) -> Levels:
    """Fit the badge's levels on calibration images.

    Parameters
    ----------
    scores : ndarray (N,)
        The badge's probability of being correct, or any score that rises with it.
    predicted, truth : sequence of str (N,)
        Class codes.
    groups : sequence of str (N,)
        Lesion, person or group; the first image of each counts.
    dangers : sequence of Danger
        Of several findings there are none: what is not stated is never HIGH.
    several : bool
        Whether answers are findings that are stated: the first of each group and finding counts, and those of one
        group together as one.
    """
    of, names = np.asarray(groups), np.asarray(predicted)
    kept = np.array([f"{g}\0{n}" for g, n in zip(of, names, strict=True)]) if several else of
    first = np.sort(np.unique(kept, return_index=True)[1])
    s, p, t = scores[first], names[first], np.asarray(truth)[first]
    together = of[first] if several else None
    careful: dict[str, float] = {}
    for danger in () if several else dangers:
        least = careful_threshold(s, list(p), list(t), danger)
        careful |= {code: max(least, careful.get(code, least)) for code in danger.called}
    may = np.array([score >= careful.get(code, -math.inf) for score, code in zip(s, p, strict=True)])
    # The bound holds with and without what is not HIGH for being careful. Tested without it alone, the surest benign
    # answers would make room for other answers of low scores; with it alone, what is left could be wrong more often.
    high = max(
        lax_threshold(s, p != t, HIGH_ERROR, together),
        lax_threshold(s[may], (p != t)[may], HIGH_ERROR, None if together is None else together[may]),
    )
    # Likewise for MODERATE, with the HIGH answers and without: those would make room for answers that are wrong twice
    # as often as is promised, and a reader takes the promise for the answers that say MODERATE.
    rest = ~(may & (s >= high))
    moderate = max(
        lax_threshold(s, p != t, MODERATE_ERROR, together),
        lax_threshold(s[rest], (p != t)[rest], MODERATE_ERROR, None if together is None else together[rest]),
    )
    return Levels(high, moderate, careful)


def fit_promises(
    p: NDArray[np.float64], labels: NDArray[np.bool_], levels: Levels, cut_offs: NDArray[np.float64] | None
) -> FittedPromises:
    """Fit prediction sets of every confidence on calibration images.

    Parameters
    ----------
    p : ndarray (N, K)
        Probabilities.
    labels : ndarray (N, K) bool
        Which classes are true.
    levels : Levels
    cut_offs : ndarray (K,), optional
        Of several findings, from where each is stated; None where classes exclude each other.
    """
    if cut_offs is None:
        quantiles = [class_conditional_sets(p, labels.argmax(1), confidence) for confidence in SET_CONFIDENCES]
        return FittedPromises(len(p), levels, sets=tuple(FittedSets(s.confidence, s.quantiles) for s in quantiles))
    both = [finding_sets(p, labels, confidence) for confidence in SET_CONFIDENCES]
    findings = tuple(FittedSets(f.confidence, present=f.present, absent=f.absent) for f in both)
    return FittedPromises(len(p), levels, miss_rates(p > cut_offs, labels), findings)


def miss_rates(stated: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Missed:
    """Return of each finding's images the share on which it is not stated.

    Parameters
    ----------
    stated, truth : ndarray (N, K)
    """
    images = truth.sum(0)
    missed = (truth & ~stated).sum(0)
    shares = tuple(round(float(m / n), 4) if n else 0.0 for m, n in zip(missed, images, strict=True))
    return Missed(shares, tuple(int(n) for n in images))


def _sizes(descending: NDArray[np.float64], fewest: int) -> list[int]:
    """Sizes of the sets to be tested, from strict to lax, none of which parts equal scores."""
    count = len(descending)
    if count < fewest:
        return []
    wanted = np.arange(max(fewest, STRICTEST * count), count + 1, max(1.0, STEP * count)).astype(int)
    last = np.append(descending[1:] != descending[:-1], True)
    ends = np.flatnonzero(last) + 1
    return sorted({int(ends[np.searchsorted(ends, size)]) for size in (*wanted, count)})


def coverage(rows: Sequence[ImageRow], codes: Sequence[str]) -> tuple[SetFigures, ...]:
    """Measure the promise of the prediction sets: how often each class was in its set, on images that the gate accepts.

    Parameters
    ----------
    codes : sequence of str
        The bundle's classes.

    Returns
    -------
    tuple of SetFigures
        For each confidence: per class the share covered with its 95 % interval (Clopper and Pearson), and how large
        the sets are. A class without promise is covered always and says so by its share of 1.
    """
    judged = [row for row in rows if row.gate == GateLevel.ACCEPTED.value and row.sets]
    places = range(len(judged[0].sets) if judged else 0)
    return tuple(_set_figures([(row.sets[place], row.truth) for row in judged], codes) for place in places)


def _set_figures(judged: Sequence[tuple[SetRow, Sequence[str]]], codes: Sequence[str]) -> SetFigures:
    """Return the figures of sets of one confidence, each with the classes that are true."""
    first = judged[0][0]
    if first.classes is None:
        return SetFigures(first.confidence, len(judged), {code: _sides(judged, code) for code in codes})
    held = [(one.classes or (), truth) for one, truth in judged]
    sizes = np.array([len(classes) for classes, _ in held])
    return SetFigures(
        first.confidence,
        len(judged),
        {code: _covered([code in classes for classes, truth in held if code in truth]) for code in codes},
        mean_size=round(float(sizes.mean()), 3),
        empty=round(float((sizes == 0).mean()), 4),
        full=round(float((sizes == len(codes)).mean()), 4),
    )


def _sides(judged: Sequence[tuple[SetRow, Sequence[str]]], code: str) -> Sides:
    held = [(code in (one.present or ()), code in (one.absent or ()), code in truth) for one, truth in judged]
    return Sides(
        present=_covered([present for present, _, is_there in held if is_there]),
        absent=_covered([absent for _, absent, is_there in held if not is_there]),
        undecided=round(float(np.mean([present and absent for present, absent, _ in held])), 4),
    )


def dangerous(rows: Sequence[ImageRow], dangers: Sequence[Danger]) -> tuple[DangerFigures, ...]:
    """Measure how often a dangerous error carries HIGH, on images that the gate accepts.

    Returns
    -------
    tuple of DangerFigures
        For each danger the share of the images of `truth` that are called one of `called` with HIGH, with its 95 %
        interval (Clopper and Pearson), together and per class of `truth`.
    """
    judged = [row for row in rows if row.gate == GateLevel.ACCEPTED.value]
    measured = []
    for danger in dangers:
        hits = {
            code: [
                row.predicted in danger.called and row.level == Level.HIGH.value for row in judged if code in row.truth
            ]
            for code in danger.truth
        }
        together = _covered([hit for some in hits.values() for hit in some])
        per_class = {code: _covered(some) for code, some in hits.items()}
        measured.append(DangerFigures(danger.truth, danger.called, danger.bound, together, per_class))
    return tuple(measured)


def not_kept(measured: Sequence[SetFigures]) -> list[NotKept]:
    """Return the classes that `coverage` refutes a promise for: the share's interval lies below what was promised.

    Of several findings, on either side. Confidences whose promises are all kept are left out.
    """
    found = []
    for sets in measured:
        codes = tuple(
            code
            for code, share in sets.per_class.items()
            if any(refuted(side, sets.confidence) for side in sides_of(share).values())
        )
        if codes:
            found.append(NotKept(sets.confidence, codes))
    return found


def refuted(share: Interval, confidence: float) -> bool:
    """Whether a share with its interval refutes the promise of a confidence; False where there were no images."""
    return bool(share.n) and share.high is not None and share.high < confidence


def _covered(hits: Sequence[bool]) -> Interval:
    n, k = len(hits), sum(hits)
    low = 0.0 if k == 0 else float(beta.ppf(0.025, k, n - k + 1))
    high = 1.0 if k == n else float(beta.ppf(0.975, k + 1, n - k))
    return Interval(round(k / n, 4) if n else None, round(low, 4), round(high, 4), n)
