"""What is fitted, as a bundle's manifest holds it: the tables `[calibration]` and `[promises]`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from segx_viewer.evaluation.plain import Key, LeftOut
from segx_viewer.explain.promises import Levels, Subgroup


@dataclass(frozen=True, slots=True)
class StepFigures:
    """A set of features as the manifest tells of it: how many there are, what they tell, what they cost."""

    name: str
    features: int
    auroc: float
    log_loss: float
    ece: float
    passes: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FitFigures:
    """How a fit on one kind of images ("as they are", "as they are and changed") does on another kind."""

    fitted: str
    judged: str
    log_loss: float
    ece: float
    too_sure: float


@dataclass(frozen=True, slots=True)
class Reference:
    """A score on images as they are, which later images are compared with."""

    mean: float
    deviation: float
    images: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """The manifest's `[calibration]` table, as `explain.calibration.Calibration.from_manifest` reads it.

    Attributes
    ----------
    mean, scale, coefficients, intercept : tuples of float, float
        Of the logistic regression on `features`, which are brought to mean 0 and deviation 1 before.
    views : tuple of str
        Test-time views behind the features.
    extra_passes : int
        Forward passes that the features cost.
    figures : mapping
        In words, for the badge's details.
    steps, fitted_on
        Every set of features that was tried, and what changed images teach.
    """

    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    levels: Mapping[str, float]
    measured_on: Annotated[str, Key("set")]
    views: tuple[str, ...]
    extra_passes: int
    figures: Mapping[str, float]
    steps: tuple[StepFigures, ...]
    fitted_on: tuple[FitFigures, ...]
    chosen_on: LeftOut[str] = None
    reference: LeftOut[Mapping[str, Reference]] = None


@dataclass(frozen=True, slots=True)
class FittedSets:
    """Prediction sets of one confidence as the manifest holds them: `quantiles`, or both sides of several findings."""

    confidence: float
    quantiles: LeftOut[tuple[float, ...]] = None
    present: LeftOut[tuple[float, ...]] = None
    absent: LeftOut[tuple[float, ...]] = None


@dataclass(frozen=True, slots=True)
class Missed:
    """Of the images of each finding, the share on which it is not stated, and how many there are."""

    shares: tuple[float, ...]
    images: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LevelProof:
    """What calibration images, all or those of a subgroup, prove of a level.

    Attributes
    ----------
    most : float
        Share of its answers that may be wrong, 0..1.
    images, errors : int
        Its answers on one image of each lesion, person or group, and how many of them are wrong.
    upper : float
        The 95 % upper confidence bound of the share that is wrong (Clopper and Pearson 1934).
    """

    level: str
    most: float
    images: int
    errors: int
    upper: float


@dataclass(frozen=True, slots=True)
class ProvenWithin(Subgroup):
    """A subgroup within which the levels keep their bounds too, with what its calibration images prove.

    Attributes
    ----------
    images : int
        How many there are on the calibration part, counted as in `LevelProof`.
    levels : tuple of LevelProof
        Those that exist.
    """

    images: int = 0
    levels: tuple[LevelProof, ...] = ()

    @property
    def subgroup(self) -> Subgroup:
        """Return it without what is proven."""
        return Subgroup(self.attribute, self.values, self.label, self.high_error, self.moderate_error)


@dataclass(frozen=True, slots=True)
class ProvenLevels:
    """Levels, and what calibration images prove of those that exist: all images, and within each subgroup."""

    levels: Levels
    proven: tuple[LevelProof, ...] = ()
    within: tuple[ProvenWithin, ...] = ()


@dataclass(frozen=True, slots=True)
class FittedPromises:
    """The manifest's `[promises]` table, as `explain.promises.Promises.from_manifest` reads it."""

    images: int
    levels: Levels
    missed: LeftOut[Missed] = None
    findings: LeftOut[tuple[FittedSets, ...]] = None
    sets: LeftOut[tuple[FittedSets, ...]] = None
    proven: LeftOut[tuple[LevelProof, ...]] = None
    within: LeftOut[tuple[ProvenWithin, ...]] = None
