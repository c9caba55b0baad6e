"""Prediction sets: fitting them on calibration images, which chose nothing, and whether what is promised is kept.

Numbers for `segx_viewer.explain.promises` (METHODS: promises). Levels are fitted in `evaluation.levels`.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from segx_viewer.domain.result import GateLevel, Level
from segx_viewer.domain.tables import Table
from segx_viewer.evaluation.fitted import FittedPromises, FittedSets, Missed, ProvenLevels
from segx_viewer.evaluation.levels import PROMISED
from segx_viewer.evaluation.plain import restored
from segx_viewer.evaluation.results import (
    DangerFigures,
    Interval,
    LevelFigures,
    NotKept,
    SetFigures,
    Sides,
    sides_of,
)
from segx_viewer.evaluation.rows import ImageRow, SetRow, answers
from segx_viewer.explain.promises import NEVER, ClassConditionalSets, Danger, FindingSets

SET_CONFIDENCES = (0.95, 0.90)
"""Of the prediction sets."""


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


def fit_promises(
    p: NDArray[np.float64], labels: NDArray[np.bool_], levels: ProvenLevels, cut_offs: NDArray[np.float64] | None
) -> FittedPromises:
    """Fit prediction sets of every confidence on calibration images.

    Parameters
    ----------
    p : ndarray (N, K)
        Probabilities.
    labels : ndarray (N, K) bool
        Which classes are true.
    levels : ProvenLevels
    cut_offs : ndarray (K,), optional
        Of several findings, from where each is stated; None where classes exclude each other.
    """
    if cut_offs is None:
        quantiles = [class_conditional_sets(p, labels.argmax(1), confidence) for confidence in SET_CONFIDENCES]
        sets = tuple(FittedSets(s.confidence, s.quantiles) for s in quantiles)
        return FittedPromises(len(p), levels.levels, sets=sets, proven=levels.proven, within=levels.within or None)
    both = [finding_sets(p, labels, confidence) for confidence in SET_CONFIDENCES]
    findings = tuple(FittedSets(f.confidence, present=f.present, absent=f.absent) for f in both)
    missed = miss_rates(p > cut_offs, labels)
    return FittedPromises(len(p), levels.levels, missed, findings, proven=levels.proven, within=levels.within or None)


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


def fitted_promises(table: Table) -> FittedPromises | None:
    """Return a manifest's `[promises]`; None where nothing is promised. Raises `TypeError` or `ValueError`."""
    return restored(FittedPromises, table) if table else None


def level_promises(rows: Sequence[ImageRow], promises: FittedPromises | None) -> tuple[LevelFigures, ...]:
    """Measure the promise of each level that exists, on images that the gate accepts.

    Returns
    -------
    tuple of LevelFigures
        Of all images, and within each subgroup that the bundle promises it for, the share of the level's answers that
        are right with its 95 % interval (Clopper and Pearson).
    """
    if promises is None:
        return ()
    judged = [answer for answer in answers(rows) if answer.gate == GateLevel.ACCEPTED.value]
    within = [one.subgroup for one in promises.within or ()]
    return tuple(
        LevelFigures(
            level.value,
            round(1 - (most if subgroup is None else subgroup.most(level)), 4),
            _covered(
                [
                    answer.correct
                    for answer in judged
                    if answer.level == level.value and (subgroup is None or subgroup.holds(answer.attributes))
                ]
            ),
            subgroup,
        )
        for level, most in PROMISED.items()
        if math.isfinite(promises.levels.threshold(level))
        for subgroup in (None, *within)
    )


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


def level_refuted(measured: LevelFigures) -> bool:
    """Whether images refute what a level promises."""
    return refuted(measured.right, measured.promised)


def refuted(share: Interval, confidence: float) -> bool:
    """Whether a share with its interval refutes the promise of a confidence; False where there were no images."""
    return bool(share.n) and share.high is not None and share.high < confidence


def _covered(hits: Sequence[bool]) -> Interval:
    n, k = len(hits), sum(hits)
    low = 0.0 if k == 0 else float(beta.ppf(0.025, k, n - k + 1))
    high = 1.0 if k == n else float(beta.ppf(0.975, k + 1, n - k))
    return Interval(round(k / n, 4) if n else None, round(low, 4), round(high, 4), n)
