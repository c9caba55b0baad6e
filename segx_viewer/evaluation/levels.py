"""Fitting the badge's levels on calibration images, which chose nothing (METHODS: promises).

Thresholds for `segx_viewer.explain.promises.Levels`. All bounds count one image of each lesion, person or group: images
of the same one are no further evidence.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from segx_viewer.domain.result import Level
from segx_viewer.evaluation.fitted import LevelProof, ProvenLevels, ProvenWithin
from segx_viewer.explain.promises import HIGH_ERROR, MODERATE_ERROR, NEVER, Danger, Levels, Subgroup

CONFIDENCE = 0.95
"""Of every bound."""
PROMISED = {Level.HIGH: HIGH_ERROR, Level.MODERATE: MODERATE_ERROR}
"""What each level promises: the share of its answers that may be wrong."""
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


def fewest_images(most: float, errors: int = 0) -> int:
    """Return how many images prove, with so many of them wrong, that at most a share `most` is.

    Examples
    --------
    >>> fewest_images(0.05), fewest_images(0.20), fewest_images(0.05, errors=1)
    (59, 14, 93)
    """
    return next(n for n in itertools.count(errors + 1) if upper_bound(errors, n) <= most)


@dataclass(frozen=True, slots=True, eq=False)
class LevelData:
    """Answers on calibration images, one of each lesion, person or group, that levels are fitted on.

    Attributes
    ----------
    scores : ndarray (N,)
        The badge's probability of being correct, or any score that rises with it.
    predicted, truth : ndarray (N,) of str
        Class codes.
    groups : ndarray (N,) of str or None
        Whose answers count together as one: several findings of a person are no independent evidence.
    within : tuple of (Subgroup, ndarray (N,) bool)
        Which answers belong to each subgroup.
    """

    scores: NDArray[np.float64]
    predicted: NDArray[np.str_]
    truth: NDArray[np.str_]
    groups: NDArray[np.str_] | None = None
    within: tuple[tuple[Subgroup, NDArray[np.bool_]], ...] = ()

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which answers are wrong."""
        return self.predicted != self.truth

    def only(self, chosen: NDArray[np.bool_]) -> "LevelData":
        """Return the chosen answers."""
        groups = None if self.groups is None else self.groups[chosen]
        within = tuple((subgroup, belongs[chosen]) for subgroup, belongs in self.within)
        return LevelData(self.scores[chosen], self.predicted[chosen], self.truth[chosen], groups, within)

    def threshold(self, level: Level, least: float = -math.inf) -> float:
        """Return the lowest score, `least` or more, above which HIGH or MODERATE keeps its bounds."""
        within = [(belongs, subgroup.most(level)) for subgroup, belongs in self.within]
        return lax_threshold(self.scores, self.wrong, PROMISED[level], self.groups, within, least)


def lax_threshold(
    scores: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    most: float,
    groups: NDArray[np.str_] | None = None,
    within: Sequence[tuple[NDArray[np.bool_], float]] = (),
    least: float = -math.inf,
) -> float:
    """Return the lowest score above which the error is at most `most`, with 95 % confidence, also in every subgroup.

    Answers of one group, where groups are named, count together as one: several findings of a person are no
    independent evidence.

    Fixed-sequence testing (Angelopoulos 2021): sets {score >= t} are tested from strict to lax, by sizes that no label
    has a say in, until one fails; the last that passed is taken. Infinite where none passes.

    Parameters
    ----------
    within : sequence of (ndarray (N,) bool, float)
        Which answers belong to each subgroup, and the error that it may have at most. A set passes only when the bound
        holds on all of its answers and on those in every subgroup, and fails as soon as one does not: an
        intersection-union test, whose level needs no correction for the number of bounds (Berger 1982, Technometrics
        24(4):295). A subgroup is tested once a fifth of its answers lie above t, as the whole is, and so many that a
        single mistake does not refuse it; a set before that does not pass. No label has a say in that either.
    least : float
        Lower scores are refused already.
    """
    order = np.argsort(-scores, kind="stable")
    parts = [
        (belongs, its_most, max(fewest_images(its_most, errors=1), STRICTEST * _count(np.flatnonzero(belongs), groups)))
        for belongs, its_most in within
    ]
    passed = NEVER
    for size in _sizes(scores[order], fewest_images(most)):
        above, lowest = order[:size], float(scores[order[size - 1]])
        tested = [(_bound_of(above, wrong, groups)[1], most)]
        for belongs, its_most, needed in parts:
            count, bound = _bound_of(above[belongs[above]], wrong, groups)
            tested += [(bound, its_most)] if count >= needed else []
        if lowest < least or any(bound > allowed for bound, allowed in tested):
            break
        if len(tested) > len(parts):
            passed = lowest
    return passed


def _bound_of(
    chosen: NDArray[np.int64], wrong: NDArray[np.bool_], groups: NDArray[np.str_] | None
) -> tuple[float, float]:
    """Return as how many the chosen answers count, and the upper bound of the share of them that is wrong."""
    size, count = len(chosen), _count(chosen, groups)
    errors = int(wrong[chosen].sum())
    return count, upper_bound(errors * count / size if size else 0, count)


def _count(chosen: NDArray[np.int64], groups: NDArray[np.str_] | None) -> int:
    return len(chosen) if groups is None else len(np.unique(groups[chosen]))


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


def level_data(
    scores: NDArray[np.float64],
    predicted: Sequence[str],
    truth: Sequence[str],
    groups: Sequence[str],
    within: Sequence[tuple[Subgroup, NDArray[np.bool_]]] = (),
    *,
    several: bool = False,
) -> LevelData:
    """Return the answers that levels are fitted on: the first of each lesion, person or group.

    Parameters
    ----------
    scores, predicted, truth, within
        See `LevelData`.
    groups : sequence of str (N,)
        Lesion, person or group.
    several : bool
        Whether answers are findings that are stated: the first of each group and finding counts, and those of one
        group together as one.
    """
    of, names = np.asarray(groups), np.asarray(predicted)
    kept = np.array([f"{g}\0{n}" for g, n in zip(of, names, strict=True)]) if several else of
    first = np.sort(np.unique(kept, return_index=True)[1])
    together = of[first] if several else None
    parts = tuple((subgroup, belongs[first]) for subgroup, belongs in within)
    return LevelData(scores[first], names[first], np.asarray(truth)[first], together, parts)


def fit_levels(data: LevelData, dangers: Sequence[Danger] = ()) -> Levels:
    """Fit the badge's levels.

    Parameters
    ----------
    data : LevelData
    dangers : sequence of Danger
        Of several findings there are none: what is not stated is never HIGH.
    """
    careful: dict[str, float] = {}
    for danger in () if data.groups is not None else dangers:
        least = careful_threshold(data.scores, list(data.predicted), list(data.truth), danger)
        careful |= {code: max(least, careful.get(code, least)) for code in danger.called}
    may = data.scores >= np.array([careful.get(code, -math.inf) for code in data.predicted])
    # The bound holds with and without what is not HIGH for being careful. Tested without it alone, the surest benign
    # answers would make room for other answers of low scores; with it alone, what is left could be wrong more often.
    high = _fit_level(Level.HIGH, data, may)
    # Likewise for MODERATE, with the HIGH answers and without: those would make room for answers that are wrong twice
    # as often as is promised, and a reader takes the promise for the answers that say MODERATE.
    moderate = _fit_level(Level.MODERATE, data, ~(may & (data.scores >= high)))
    return Levels(high, moderate, careful)


def _fit_level(level: Level, data: LevelData, may: NDArray[np.bool_]) -> float:
    """Return the threshold of a level: on all answers and on those that may say so, and within each subgroup of these.

    In a subgroup the bound need not hold with the others too: the whole has to, which keeps low scores out.
    """
    said = data.only(may)
    least = max(replace(part, within=()).threshold(level) for part in (data, said))
    return said.threshold(level, least) if data.within else least


def proven_levels(data: LevelData, levels: Levels) -> ProvenLevels:
    """Return levels with what the calibration images prove of them, also within each subgroup (`LevelData.within`)."""
    given = np.array([levels.of(float(s), str(p)).value for s, p in zip(data.scores, data.predicted, strict=True)])

    def proofs(mask: NDArray[np.bool_], most: Callable[[Level], float]) -> tuple[LevelProof, ...]:
        return tuple(
            _proof(data, mask & (given == level.value), level, most(level))
            for level in PROMISED
            if math.isfinite(levels.threshold(level))
        )

    within = tuple(
        ProvenWithin(one.attribute, one.values, one.label, one.high_error, one.moderate_error,
                     int(belongs.sum()), proofs(belongs, one.most))
        for one, belongs in data.within
    )  # fmt: skip
    return ProvenLevels(levels, proofs(np.ones(len(data.scores), bool), PROMISED.__getitem__), within)


def _proof(data: LevelData, chosen: NDArray[np.bool_], level: Level, most: float) -> LevelProof:
    bound = _bound_of(np.flatnonzero(chosen), data.wrong, data.groups)[1]
    return LevelProof(level.value, most, int(chosen.sum()), int(data.wrong[chosen].sum()), round(bound, 4))


def level_sentences(fitted: ProvenLevels) -> list[str]:
    """Say of each level what calibration images prove of it, or why it does not exist."""
    lines = []
    for level, most in PROMISED.items():
        told = [
            f"{where}{one.errors} of {one.images} wrong, at most {one.upper:.1%}"
            for where, proofs in (("", fitted.proven), *((f"among {w.label} ", w.levels) for w in fitted.within))
            for one in proofs
            if one.level == level.value
        ]
        lines.append(f"{level.value}, wrong in at most {most:.0%}: {'; '.join(told) or lacking(fitted.within, level)}")
    return lines


def lacking(within: Sequence[ProvenWithin], level: Level) -> str:
    """Say why a level does not exist."""
    few = [
        f"{one.images} {one.label}, where {fewest} are needed"
        for one in within
        if one.images < (fewest := fewest_images(one.most(level), errors=1))
    ]
    return f"no such level: {'; '.join(few) or 'too few images, or too many mistakes'}"


def _sizes(descending: NDArray[np.float64], fewest: int) -> list[int]:
    """Sizes of the sets to be tested, from strict to lax, none of which parts equal scores."""
    count = len(descending)
    if count < fewest:
        return []
    wanted = np.arange(max(fewest, STRICTEST * count), count + 1, max(1.0, STEP * count)).astype(int)
    last = np.append(descending[1:] != descending[:-1], True)
    ends = np.flatnonzero(last) + 1
    return sorted({int(ends[np.searchsorted(ends, size)]) for size in (*wanted, count)})
