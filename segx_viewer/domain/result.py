"""What an analysis found. Frozen; the analysis grows by `dataclasses.replace`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import read_only
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage

MapKey = tuple[str, int]
"""Key of maps and certainties: (method, class index)."""


class Activation(StrEnum):
    """How logits become probabilities: one of several classes, or each class on its own."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"


class Target(StrEnum):
    """What the gradients of a map are of: a class's logit, or its probability."""

    LOGIT = "logit"
    PROBABILITY = "probability"


class Level(StrEnum):
    """Level of the certainty badge."""

    HIGH = "HIGH"
    MODERATE = "MODERATE"
    LOW = "LOW"
    ABSTAIN = "ABSTAIN"


class GateLevel(StrEnum):
    """Verdict of the input gate."""

    ACCEPTED = "accepted"
    OUTSIDE = "outside the training population"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """Whether the image is one that the bundle can speak about.

    `reason` is a sentence for the reader, empty when accepted; `score` is the distance of the classifier's features
    from the training population (higher is farther), None where only header rules were used.
    """

    level: GateLevel
    reason: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class.

    Attributes
    ----------
    code : str
        As in the data set.
    label : str
        For people.
    threshold : float
        Cut-off of multi-label predictions: the class is found when its probability lies above.
    region : str
        Name of the region that its explanation is compared with; "" is the bundle's main region.
    """

    code: str
    label: str
    threshold: float = 0.5
    region: str = ""


@dataclass(frozen=True, slots=True)
class LevelRecord:
    """How often a badge's level was right, on so many images."""

    level: Level
    correct: float
    images: int


@dataclass(frozen=True, slots=True)
class LevelPromise:
    """That answers of a level are right in a share of at least `right`, 0..1, among images of a kind.

    Attributes
    ----------
    among : str
        Those images in words, in the plural; "" for all.
    kept : bool
        False where test images refuted it.
    """

    level: Level
    right: float
    among: str = ""
    kept: bool = True


@dataclass(frozen=True, slots=True)
class BadgeRecord:
    """What a bundle's badge was fitted on, and how it did on images that it was not fitted on.

    Attributes
    ----------
    fitted_on, measured_on : str
        The images in words; empty where the badge was not fitted, or not measured.
    levels : tuple of LevelRecord
    auroc, auroc_confidence : float or None
        How well the badge's probability, and the network's own confidence alone, tell right from wrong, 0..1.
    gain_low : float or None
        Lower end of the 95 % interval of their difference; at 0 and below, nothing certain is gained.
    segu_adds : bool or None
        Whether SegU's alignments tell something of right and wrong that the confidence does not; None: not measured.
    promises : tuple of LevelPromise
        Those that are to hold among images of some kinds too, and those that test images refuted.
    """

    fitted_on: str = ""
    measured_on: str = ""
    levels: tuple[LevelRecord, ...] = ()
    auroc: float | None = None
    auroc_confidence: float | None = None
    gain_low: float | None = None
    segu_adds: bool | None = None
    promises: tuple[LevelPromise, ...] = ()


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """Which model spoke: name, title for people, version, SHA-256 of the bundle, word for its region.

    `methods` are the attribution methods that can explain it, the preferred one first; empty means all. `badge` tells
    what its badge rests on.
    """

    name: str
    title: str
    version: str
    digest: str
    region: str = "region"
    licence: str = ""
    methods: tuple[str, ...] = ()
    badge: BadgeRecord = field(default=BadgeRecord(), repr=False)


@dataclass(frozen=True, slots=True)
class PredictionSet:
    """The classes that cannot be ruled out at a confidence, where exactly one applies (METHODS: prediction sets).

    Attributes
    ----------
    confidence : float
        0.95, say: of the images of each class, at least this share has it in its set.
    classes : tuple of int
        Most probable first. Empty: the image is unusual for the model.
    without_promise : tuple of int
        Classes with too few calibration images; they are always in the set.
    not_kept : tuple of int
        Classes that were in their set less often than promised, for certain, on the model's test images.
    """

    confidence: float
    classes: tuple[int, ...]
    without_promise: tuple[int, ...] = ()
    not_kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingSet:
    """For each of several findings, whether "present" and whether "absent" cannot be ruled out at a confidence.

    Both: undecided. Neither: the image is unusual for the model, as far as this finding goes. `not_kept` as of a
    `PredictionSet`, on either side.
    """

    confidence: float
    present: tuple[bool, ...]
    absent: tuple[bool, ...]
    not_kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MissRate:
    """How often a finding was not stated at its cut-off: the share `missed`, 0..1, of the `images` that show it."""

    missed: float
    images: int


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Class scores. `logits` and `probabilities` are (K,) float32.

    `sets` is what the bundle promises about them, at one or more confidences, the surest first; empty without a
    promise. `missed` tells for each of several findings how often it goes unsaid (None: no image showed it); it is
    empty where that was not measured.
    """

    classes: tuple[ClassInfo, ...]
    logits: NDArray[np.float32] = field(repr=False)
    probabilities: NDArray[np.float32]
    activation: Activation = Activation.SOFTMAX
    sets: tuple[PredictionSet | FindingSet, ...] = ()
    missed: tuple[MissRate | None, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "logits", read_only(self.logits, np.float32))
        object.__setattr__(self, "probabilities", read_only(self.probabilities, np.float32))

    @property
    def top(self) -> int:
        """Index of the leading class: the most probable one of those found, or of all where none is."""
        return self.ranking[0]

    @property
    def ranking(self) -> tuple[int, ...]:
        """Class indices, those found first, most probable first."""
        order = [int(i) for i in np.argsort(-self.probabilities, kind="stable")]
        if self.activation is Activation.SIGMOID:
            order.sort(key=lambda k: not self.is_above(k))
        return tuple(order)

    @property
    def findings(self) -> tuple[int, ...]:
        """Indices of the classes found, most probable first.

        The most probable class where exactly one applies; where each stands for itself, those above their cut-offs,
        which may be none.
        """
        if self.activation is Activation.SOFTMAX:
            return (self.top,)
        return tuple(k for k in self.ranking if self.is_above(k))

    @property
    def none_of_them(self) -> float | None:
        """Probability that none of several findings is there, as if each came by itself; None where one class applies.

        The product of what is left to each, 0..1: findings come together, so that it is a little too low.
        """
        if self.activation is Activation.SOFTMAX:
            return None
        return float(np.prod(1 - self.probabilities.astype(np.float64)))

    def is_above(self, class_index: int) -> bool:
        """Whether a class's probability lies above its cut-off."""
        return bool(self.probabilities[class_index] > self.classes[class_index].threshold)


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """The clinically relevant region on the model-input grid.

    Attributes
    ----------
    probability : ndarray, shape (h, w), float32, 0..1
    threshold : float
    mask : ndarray, shape (h, w), bool
        ``probability > threshold``, unless `edited`.
    edited : bool
        The mask was drawn or changed by the reader.
    name : str
        Word for the region, "" where the bundle's own says it all.
    """

    probability: NDArray[np.float32] = field(repr=False)
    threshold: float
    mask: NDArray[np.bool_] = field(repr=False)
    edited: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "probability", read_only(self.probability, np.float32))
        object.__setattr__(self, "mask", read_only(self.mask, np.bool_))

    @property
    def area_fraction(self) -> float:
        """Share of the image that the mask covers, 0..1."""
        return np.count_nonzero(self.mask) / self.mask.size


@dataclass(frozen=True, slots=True)
class Alignment:
    """One alignment's value, or None with the reason why it is undefined; `chance` is what a random map would score."""

    value: float | None
    reason: str = ""
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Certainty:
    """SegU: how well explanation and region agree (METHODS: certainty of a prediction).

    Attributes
    ----------
    c_iou, c_auitc : float or None
        0..1, of the ORIGINAL map and the predicted mask; None when undefined.
    alignments : mapping of str to Alignment
        Every alignment of `explain.alignment`, by name.
    probability_correct : float or None
        Calibrated probability that the prediction is correct; None where no calibration applies.
    level : Level
    reason : str
        Why the badge abstains or was lowered; empty otherwise.
    outside : float or None
        Share of the attribution outside the region (leakage), 0..1.
    auitc_curve : tuple of float
        IoU of top(A, n) and the region for n = 1..99; empty when undefined.
    evidence : mapping of str to float
        What else the calibration looked at: the classifier's own confidence, counterfactuals, test-time views.
    """

    c_iou: float | None
    c_auitc: float | None
    alignments: Mapping[str, Alignment] = field(repr=False)
    probability_correct: float | None
    level: Level
    reason: str = ""
    outside: float | None = None
    auitc_curve: tuple[float, ...] = field(default=(), repr=False)
    evidence: Mapping[str, float] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two independent halves of a random method's samples give the same map.

    Attributes
    ----------
    samples : int
        Of both halves together; the map is made of all.
    rank_correlation : float
        Spearman's, of the two halves' maps, -1..1.
    top_overlap : float
        IoU of their 5 % most relevant pixels, 0..1.
    enough : bool
        Whether they agreed before the budget of samples ended.
    """

    samples: int
    rank_correlation: float
    top_overlap: float
    enough: bool


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """One class explained by one method: the map, the region it is compared with, SegX and SegU.

    Attributes
    ----------
    method : str
        A name of `domain.methods`.
    target_layer : str or None
        None for methods that ask for none.
    class_index : int
    target : Target
    saliency_map : ndarray, shape (h, w), float32, >= 0
        On the model-input grid, never normalised.
    seconds : float
    region : Segmentation or None
        Of this class; None where none is known.
    segx : ndarray, shape (h, w), float32, or None
        The map within the region, 0 outside.
    certainty : Certainty or None
        None until it is assessed.
    agreement : Agreement or None
        Of a method that draws at random; None for the others.
    """

    method: str
    target_layer: str | None
    class_index: int
    target: Target
    saliency_map: NDArray[np.float32] = field(repr=False)
    seconds: float = 0.0
    region: Segmentation | None = field(default=None, repr=False)
    segx: NDArray[np.float32] | None = field(default=None, repr=False)
    certainty: Certainty | None = None
    agreement: Agreement | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "saliency_map", read_only(self.saliency_map, np.float32))
        if self.segx is not None:
            object.__setattr__(self, "segx", read_only(self.segx, np.float32))

    @property
    def key(self) -> MapKey:
        """(method, class index)."""
        return self.method, self.class_index

    @property
    def restricted(self) -> NDArray[np.float32]:
        """The map within the region, where one is known. Raises `ValueError` for an explanation without."""
        if self.segx is None:
            raise ValueError("the explanation has no region yet")
        return self.segx

    @property
    def assessed(self) -> Certainty:
        """The certainty of an explanation that was assessed. Raises `ValueError` for another one."""
        if self.certainty is None:
            raise ValueError("the explanation has not been assessed yet")
        return self.certainty


@dataclass(frozen=True, slots=True, eq=False)
class Refused:
    """An end without a prediction: the input gate let the image not pass."""

    verdict: GateVerdict


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """The outcome of an analysis that was not refused: the prediction, the main region, and every region by name."""

    prediction: Prediction
    region: Segmentation
    regions: Mapping[str, Segmentation] = field(repr=False)


def _frozen(mapping: Mapping) -> Mapping:  # type: ignore[type-arg]
    return MappingProxyType(dict(mapping))


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """All that is known about one image so far. Missing stages are None or empty mappings.

    `explanations` are keyed (method, class index).
    `timings` are seconds by stage name; `versions` name the libraries that computed the result.
    `also_fits`: the other bundles that fit the image as well by its header and accept it too, where the image chose.
    `segmentation` is the main region; `regions` holds further ones by name, for bundles whose classes have their own.
    """

    image: MedicalImage
    bundle: BundleInfo
    placement: Placement
    gate: GateVerdict
    generation: int = 0
    prediction: Prediction | None = None
    segmentation: Segmentation | None = None
    explanations: Mapping[MapKey, Explanation] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    regions: Mapping[str, Segmentation] = field(default_factory=dict, repr=False)
    also_fits: tuple[BundleInfo, ...] = ()

    def __post_init__(self) -> None:
        for name in ("explanations", "timings", "versions", "regions"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))

    @property
    def end(self) -> Refused | Predicted | None:
        """How the analysis ended: refused, or predicted; None while it is not far enough to know."""
        if self.prediction is not None and self.segmentation is not None:
            return Predicted(self.prediction, self.segmentation, self.regions)
        return Refused(self.gate) if self.complete and self.prediction is None else None

    @property
    def predicted(self) -> Predicted:
        """The end of an analysis that has predicted. Raises `ValueError` for another one."""
        end = self.end
        if not isinstance(end, Predicted):
            raise ValueError("the analysis has no prediction, or no region yet")  # noqa: TRY004 - no fault of a type
        return end

    def with_explanations(self, *made: Explanation) -> "Analysis":
        """Return the analysis with explanations added, or in the place of those of the same method and class."""
        return replace(self, explanations={**self.explanations, **{e.key: e for e in made}})

    def certainty_of(self, key: MapKey | None) -> Certainty | None:
        """Return an explanation's certainty, None where there is none."""
        explanation = self.explanations.get(key) if key is not None else None
        return explanation.certainty if explanation is not None else None

    def badges(self, method: str) -> dict[int, Level]:
        """Return the level of every class that is stated and explained by a method, by class index."""
        levels = {}
        for k in self.prediction.findings if self.prediction is not None else ():
            certainty = self.certainty_of((method, k))
            if certainty is not None:
                levels[k] = certainty.level
        return levels

    def region_for(self, class_index: int) -> Segmentation | None:
        """Return the region that a class's explanation is compared with; None before the segmentation is done."""
        if self.prediction is None or self.segmentation is None:
            return self.segmentation
        return self.regions.get(self.prediction.classes[class_index].region, self.segmentation)

    def seen_for(self, class_index: int) -> "Analysis":
        """Return the analysis as one class's explanation sees it: its region is the main one, and has its name."""
        region = self.region_for(class_index)
        word = region.name if region is not None else ""
        if region is self.segmentation and word in ("", self.bundle.region):
            return self
        return replace(self, segmentation=region, bundle=replace(self.bundle, region=word or self.bundle.region))


def level_so_far(analysis: Analysis | None, key: MapKey | None) -> Level | None:
    """Return the badge's level as far as it is known: the gate's word comes before the explanation's.

    None while nothing is known. Where it is `Level.ABSTAIN`, the network's scores are no statement of the program.
    """
    if analysis is None:
        return None
    certainty = analysis.certainty_of(key)
    if certainty is not None:
        return certainty.level
    return Level.ABSTAIN if analysis.gate.level is not GateLevel.ACCEPTED else None


def stated(analysis: Analysis, key: MapKey | None) -> tuple[int, ...] | None:
    """Return the classes that the program states of an image, most probable first.

    The predicted class where exactly one applies; of several findings those above their cut-offs, without those that
    the badge of the key's method abstains from.

    Returns
    -------
    tuple of int, or None
        Empty where no finding lies above its cut-off; None where no statement is made.
    """
    prediction = analysis.prediction
    if prediction is None:
        return None
    level = level_so_far(analysis, key)  # counts for those that have no badge of their own, too
    badges = analysis.badges(key[0]) if key is not None else {}
    found = tuple(k for k in prediction.findings if badges.get(k, level) is not Level.ABSTAIN)
    if found:
        return found
    return None if prediction.findings or level is Level.ABSTAIN else ()
