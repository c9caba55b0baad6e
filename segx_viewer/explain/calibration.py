"""From alignments to a probability that the prediction is correct: a logistic regression stored with the model."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from segx_viewer.domain.result import Level
from segx_viewer.domain.tables import as_float, as_floats, as_table, as_texts
from segx_viewer.errors import ModelError
from segx_viewer.explain.promises import Levels


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression fitted on a validation split.

    p = 1 / (1 + exp(-(intercept + sum(coefficients * (features - mean) / scale))))

    Attributes
    ----------
    features : tuple of str
        Names of the inputs: alignments, or other scores of the prediction.
    mean, scale, coefficients : tuple of float
        One per feature.
    intercept : float
    high, moderate : float
        Probabilities from which the badge says HIGH and MODERATE, where nothing is promised.
    promised : Levels or None
        Levels that keep a promise, fitted on images that chose nothing; they take the place of the others.

    Examples
    --------
    >>> c = Calibration(("auitc",), (0.2,), (0.1,), (1.0,), 0.0, high=0.9, moderate=0.6)
    >>> round(c.probability({"auitc": 0.4}), 3)
    0.881
    >>> c.level(0.881)
    <Level.MODERATE: 'MODERATE'>
    """

    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    high: float
    moderate: float
    promised: Levels | None = field(default=None)

    def __post_init__(self) -> None:
        count = len(self.features)
        if not count or any(len(row) != count for row in (self.mean, self.scale, self.coefficients)):
            raise ModelError("The calibration needs one mean, scale and coefficient for each of its features.")
        if not all(map(math.isfinite, (*self.mean, *self.scale, *self.coefficients, self.intercept))):
            raise ModelError("The calibration has figures that are not finite.")
        if min(self.scale) <= 0:
            raise ModelError("The calibration has a scale that is not above 0.")
        if not 0 <= self.moderate <= self.high <= 1:
            raise ModelError("The calibration's levels must lie between 0 and 1, moderate not above high.")

    @classmethod
    def from_manifest(cls, table: Mapping[str, object], promised: Levels | None = None) -> "Calibration | None":
        """Read a bundle's `[calibration]` table; None when it is empty.

        Raises
        ------
        ModelError
            If an entry is missing or has a wrong value; the message names it.
        """
        if not table:
            return None
        try:
            levels = as_table(table["levels"])
            return cls(
                features=_names(table["features"]),
                mean=as_floats(table["mean"]),
                scale=as_floats(table["scale"]),
                coefficients=as_floats(table["coefficients"]),
                intercept=as_float(table["intercept"]),
                high=as_float(levels["high"]),
                moderate=as_float(levels["moderate"]),
                promised=promised,
            )
        except KeyError as error:
            raise ModelError(f"The calibration has no entry {error}.") from error
        except (TypeError, ValueError) as error:
            raise ModelError(f"The calibration has a wrong value: {error}.") from error

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the probability that the prediction is correct, 0..1.

        Raises
        ------
        ModelError
            If a feature is missing.
        """
        missing = [name for name in self.features if name not in features]
        if missing:
            raise ModelError(f"The calibration needs {', '.join(missing)}, which this analysis does not have.")
        rows = zip(self.features, self.mean, self.scale, self.coefficients, strict=True)
        z = self.intercept + sum(weight * (features[name] - mean) / scale for name, mean, scale, weight in rows)
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))

    def level(self, probability: float, predicted: str = "") -> Level:
        """Return the badge's level for a calibrated probability of a predicted class, by its code."""
        if self.promised is not None:
            return self.promised.of(probability, predicted)
        if probability >= self.high:
            return Level.HIGH
        return Level.MODERATE if probability >= self.moderate else Level.LOW


def _names(features: object) -> tuple[str, ...]:
    try:
        return as_texts(features)
    except TypeError as error:
        raise ModelError("The calibration's features must be a list of names.") from error
