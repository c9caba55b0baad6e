"""Prediction sets and levels that keep a promise, run from the numbers that a bundle stores (METHODS: promises).

The numbers are fitted on calibration images, which chose neither network, epoch, features nor thresholds
(`segx_viewer.evaluation.promises`). The promise holds for images like those.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.result import FindingSet, Level, MissRate, PredictionSet
from segx_viewer.domain.tables import Table, as_float, as_floats, as_table, as_tables
from segx_viewer.errors import ModelError

NEVER = math.inf
"""A level's threshold that no score reaches: the level does not exist for this bundle."""
HIGH_ERROR, MODERATE_ERROR = 0.05, 0.20
"""Errors that the levels may have at most."""


@dataclass(frozen=True, slots=True)
class Danger:
    """An error that must stay rare among answers of level HIGH.

    Attributes
    ----------
    truth, called : tuple of str
        Class codes: an image of one of `truth` that is called one of `called`.
    most : float
        Largest share of the images of `truth` on which that may happen on the calibration part.
    bound : float
        Largest upper confidence bound of that share.
    """

    truth: tuple[str, ...]
    called: tuple[str, ...]
    most: float = 0.02
    bound: float = 0.05


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Images within which a level has to keep its bound too, as among all images.

    A user's image need not tell whether it belongs to them: levels stay thresholds of the score.

    Attributes
    ----------
    attribute : str
        Of a data set's images, such as how the label was settled.
    values : tuple of str
        Images with any of these, taken together.
    label : str
        Those images in words, in the plural, such as "lesions that were cut out".
    high_error, moderate_error : float
        Errors that HIGH and MODERATE may have among them at most.
    """

    attribute: str
    values: tuple[str, ...]
    label: str
    high_error: float = HIGH_ERROR
    moderate_error: float = MODERATE_ERROR

    def holds(self, attributes: Mapping[str, str]) -> bool:
        """Whether an image with these attributes is one of them.

        Examples
        --------
        >>> Subgroup("dx_type", ("histo", "confocal"), "lesions that were looked into").holds({"dx_type": "histo"})
        True
        """
        return attributes.get(self.attribute) in self.values

    def most(self, level: Level) -> float:
        """Return the error that HIGH or MODERATE may have among them at most."""
        return self.high_error if level is Level.HIGH else self.moderate_error


@dataclass(frozen=True, slots=True)
class ClassConditionalSets:
    """Split conformal prediction, each class by itself (Mondrian; Vovk 2012, Angelopoulos and Bates 2023).

    Attributes
    ----------
    confidence : float
        Above 0, below 1.
    quantiles : tuple of float
        For each class the largest 1 - probability that keeps it in the set; infinite where its calibration images
        are too few.
    not_kept : tuple of int
        Classes whose promise test images have refuted.

    Examples
    --------
    >>> sets = ClassConditionalSets(0.9, (0.5, 0.8, math.inf))
    >>> sets.of(np.float32([0.55, 0.40, 0.05]))
    PredictionSet(confidence=0.9, classes=(0, 1, 2), without_promise=(2,), not_kept=())
    """

    confidence: float
    quantiles: tuple[float, ...]
    not_kept: tuple[int, ...] = ()

    def of(self, probabilities: NDArray[np.floating]) -> PredictionSet:
        """Return the set of an image with class probabilities (K,)."""
        kept = [
            int(k) for k in np.argsort(-probabilities, kind="stable") if self.holds(int(k), float(probabilities[k]))
        ]
        return PredictionSet(self.confidence, tuple(kept), self.without_promise, self.not_kept)

    def holds(self, k: int, probability: float) -> bool:
        """Whether a class of this probability belongs to the set."""
        return 1 - probability <= self.quantiles[k]

    @property
    def without_promise(self) -> tuple[int, ...]:
        """Classes that always belong to the set, because too few calibration images show them."""
        return tuple(k for k, q in enumerate(self.quantiles) if math.isinf(q))


@dataclass(frozen=True, slots=True)
class FindingSets:
    """The same for several findings at once: each is present, absent, undecided (both) or unusual (neither).

    Attributes
    ----------
    present, absent : tuple of float
        For each finding the largest 1 - p, and the largest p, that keep "present" and "absent".
    not_kept : tuple of int
        Findings whose promise test images have refuted, on either side.
    """

    confidence: float
    present: tuple[float, ...]
    absent: tuple[float, ...]
    not_kept: tuple[int, ...] = ()

    def of(self, probabilities: NDArray[np.floating]) -> FindingSet:
        """Return what cannot be ruled out for the findings of an image with probabilities (K,)."""
        p = [float(value) for value in probabilities]
        return FindingSet(
            self.confidence,
            tuple(1 - value <= limit for value, limit in zip(p, self.present, strict=True)),
            tuple(value <= limit for value, limit in zip(p, self.absent, strict=True)),
            self.not_kept,
        )


@dataclass(frozen=True, slots=True)
class Levels:
    """From a score to a level, by thresholds that hold a bound on the error (Angelopoulos 2021, Learn then Test).

    Attributes
    ----------
    high, moderate : float
        Scores from which the level holds; infinite where it does not exist for the bundle.
    careful : mapping of str to float
        Class codes whose answer is dangerous when it is wrong, and the score from which it may be HIGH.
    """

    high: float
    moderate: float
    careful: Mapping[str, float] = field(default_factory=dict)

    @property
    def none(self) -> bool:
        """Whether no level exists for the bundle, so that LOW says nothing about an image."""
        return math.isinf(self.high) and math.isinf(self.moderate)

    def threshold(self, level: Level) -> float:
        """Return the score from which HIGH or MODERATE holds."""
        return self.high if level is Level.HIGH else self.moderate

    def of(self, score: float, predicted: str) -> Level:
        """Return the level of a score for a predicted class.

        Examples
        --------
        >>> levels = Levels(0.9, 0.6, {"nv": 0.97})
        >>> levels.of(0.95, "mel").value, levels.of(0.95, "nv").value, levels.of(0.5, "mel").value
        ('HIGH', 'MODERATE', 'LOW')
        """
        if score >= max(self.high, self.careful.get(predicted, self.high)):
            return Level.HIGH
        return Level.MODERATE if score >= self.moderate else Level.LOW


@dataclass(frozen=True, slots=True)
class Promises:
    """What a bundle promises: prediction sets at one or more confidences, the surest first, and the badge's levels.

    `missed` tells of each of several findings how often it was not stated on calibration images that show it.
    """

    levels: Levels
    sets: tuple[ClassConditionalSets | FindingSets, ...] = ()
    missed: tuple[MissRate | None, ...] = ()

    def of(self, probabilities: NDArray[np.floating]) -> tuple[PredictionSet | FindingSet, ...]:
        """Return the sets of an image with class probabilities (K,)."""
        return tuple(one.of(probabilities) for one in self.sets)

    @classmethod
    def from_manifest(
        cls, table: Mapping[str, object], codes: Sequence[str], not_kept: Sequence[tuple[float, str]] = ()
    ) -> "Promises | None":
        """Read a bundle's `[promises]` table for its class codes; None when it is empty.

        Parameters
        ----------
        not_kept : sequence of (float, str)
            Confidences, each with the code of a class that test images refuted it for.

        Raises
        ------
        ModelError
            If an entry is missing or has a wrong value; the message names it.
        """
        if not table:
            return None
        try:
            levels = as_table(table["levels"])
            careful = {code: as_float(t) for code, t in as_table(levels.get("careful", {})).items()}
            unknown = sorted(set(careful) - set(codes))
            if unknown:
                raise ModelError(f"The promises name a class {unknown[0]}, which the model does not have.")

            def refuted(row: Table) -> tuple[int, ...]:
                return tuple(k for k, code in enumerate(codes) if (_confidence(row), code) in not_kept)

            sets = tuple(
                ClassConditionalSets(_confidence(row), _numbers(row["quantiles"], codes), refuted(row))
                for row in as_tables(table.get("sets", ()))
            )
            findings = tuple(
                FindingSets(
                    _confidence(row), _numbers(row["present"], codes), _numbers(row["absent"], codes), refuted(row)
                )
                for row in as_tables(table.get("findings", ()))
            )
            kept = Levels(as_float(levels["high"]), as_float(levels["moderate"]), careful)
            return cls(kept, (*sets, *findings), _missed(as_table(table.get("missed", {})), codes))
        except KeyError as error:
            raise ModelError(f"The promises have no entry {error}.") from error
        except (TypeError, ValueError) as error:
            raise ModelError(f"The promises have a wrong value: {error}.") from error


def _confidence(row: Table) -> float:
    confidence = as_float(row["confidence"])
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    return confidence


def _missed(table: Table, codes: Sequence[str]) -> tuple[MissRate | None, ...]:
    if not table:
        return ()
    shares, images = _numbers(table["shares"], codes), _numbers(table["images"], codes)
    return tuple(MissRate(share, int(n)) if n else None for share, n in zip(shares, images, strict=True))


def _numbers(values: object, codes: Sequence[str]) -> tuple[float, ...]:
    numbers = as_floats(values)
    if len(numbers) != len(codes) or any(math.isnan(value) for value in numbers):
        raise ValueError("one number for each class")
    return numbers
