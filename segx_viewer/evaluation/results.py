"""What an evaluation finds: the figures that `evaluation.json` holds and that cards and reports show.

Fields are named as the file's keys. Those with a default may be missing from files of older evaluations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from segx_viewer.evaluation.plain import Emptied, Key, LeftOut, Merged
from segx_viewer.explain.promises import Subgroup

CLASSIFICATION_FIGURES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_auroc": "macro AUROC",
    "mean_auroc": "mean AUROC of the findings",
    "auroc_no_finding": "AUROC of no finding",
    "auroc_normal_against_rest": "AUROC, healthy against the rest",
}
"""The classification's figures by their keys, in words."""

CALIBRATION_FIGURES = {
    "ece": "ECE of the badge's probability",
    "ece_by_chance": "ECE that exact probabilities would have by chance",
    "too_sure": "badge's mean probability minus the share of correct predictions",
}
"""The calibration's figures by their keys, in words."""

REGION_FIGURES = {
    "dice": "Dice of the region",
    "dice_with_region": "Dice of the region where there is one",
    "left_empty": "nothing marked where there is none",
}
"""The segmenter's figures by their keys, in words."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure to four decimals with its 95 % interval and the number of images behind it; None where undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int = 0

    def __str__(self) -> str:
        """Return it as cards and reports say it."""
        if self.value is None:
            return f"undefined, n {self.n}"
        if self.low is None or self.high is None:
            return f"{self.value:.3f}, n {self.n}"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}), n {self.n}"


@dataclass(frozen=True, slots=True)
class Share:
    """A share 0..1 of `n` answers; None of none."""

    value: float | None
    n: int


def in_words(figures: object, words: Mapping[str, str]) -> list[tuple[str, Interval]]:
    """Return the figures that are there, with the words for each, in the words' order."""
    held = ((text, getattr(figures, key, None)) for key, text in words.items())
    return [(text, figure) for text, figure in held if isinstance(figure, Interval)]


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Shares 0..1 and AUROC of one of several classes that exclude each other, of which there are `n` images."""

    label: str
    n: int
    recall: float | None
    precision: float | None
    auroc: float | None


@dataclass(frozen=True, slots=True)
class FindingFigures:
    """Shares 0..1 and AUROC of one of several findings, which `n` images show; it is stated above its cut-off."""

    label: str
    n: int
    cut_off: float
    auroc: Interval
    recall: float | None
    specificity: float | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class Within:
    """Figures of the images that have one value of an attribute, such as a view or a source."""

    n: int
    accuracy: LeftOut[Interval] = None
    recall: LeftOut[Mapping[str, float | None]] = None
    mean_auroc: LeftOut[Interval] = None
    auroc_no_finding: LeftOut[Interval] = None


@dataclass(frozen=True, slots=True)
class WithoutFinding:
    """Images that show no finding, and on what share of them none is stated."""

    n: int
    nothing_stated: float | None


@dataclass(frozen=True, slots=True)
class Classification:
    """How well the classifier does, by class; of several findings, by finding.

    Attributes
    ----------
    confusion : tuple of tuples of int
        Images of each class (row) by what they are called (column).
    within : mapping
        By attribute and value.
    """

    n: int = 0
    accuracy: LeftOut[Interval] = None
    balanced_accuracy: LeftOut[Interval] = None
    macro_auroc: LeftOut[Interval] = None
    mean_auroc: LeftOut[Interval] = None
    auroc_no_finding: LeftOut[Interval] = None
    without_finding: LeftOut[WithoutFinding] = None
    per_class: Mapping[str, FindingFigures | ClassFigures] = field(default_factory=dict)
    confusion: LeftOut[tuple[tuple[int, ...], ...]] = None
    within: Mapping[str, Mapping[str, Within]] = field(default_factory=dict)
    auroc_normal_against_rest: LeftOut[Interval] = None


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """How well the segmenter does on one data set; apart where the references of some images are empty."""

    dice: Interval
    iou: Interval
    dice_with_region: LeftOut[Interval] = None
    left_empty: LeftOut[Interval] = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A measure of the original map, of SegX, and of their difference image by image."""

    original: Interval
    segx: Interval
    difference: Interval


@dataclass(frozen=True, slots=True)
class PairPerClass(Pair):
    """A measure of all images, and apart by true class."""

    per_class: Mapping[str, Pair] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapFigures:
    """Maps of one method against the reference masks.

    Attributes
    ----------
    curves : mapping
        "original" and "segx": mean IoU at the top 1 to 99 % of the map.
    """

    undefined: int
    without_reference: int
    iou: PairPerClass
    auitc: PairPerClass
    auitc_segx_with_spoilt_region: LeftOut[Mapping[str, Interval]] = None
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """How well a score tells right from wrong.

    Attributes
    ----------
    correct, incorrect : float
        Its means.
    p : float
        Two-sided Mann-Whitney.
    """

    correct: LeftOut[float] = None
    incorrect: LeftOut[float] = None
    p: LeftOut[float] = None
    auroc: Interval = Interval(None, None, None)
    aurc: float | None = None
    auroc_above_max_softmax: LeftOut[Interval] = None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers whose stated probability lies in one of ten bins of equal width."""

    start: Annotated[float, Key("from")]
    n: int
    stated: float
    correct: float


@dataclass(frozen=True, slots=True)
class LevelsWithin:
    """Of `n` answers on images that have one value of an attribute, the share that is right at each level."""

    n: int
    levels: Merged[Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """How honest the badge's probability is, and how many answers are right at each level.

    Attributes
    ----------
    within : mapping
        By attribute and value.
    """

    n: int = 0
    abstained: int = 0
    bins: str = ""
    ece: LeftOut[Interval] = None
    ece_by_chance: LeftOut[Interval] = None
    too_sure: LeftOut[Interval] = None
    ece_max_softmax: LeftOut[Interval] = None
    brier: LeftOut[Interval] = None
    levels: Mapping[str, Interval] = field(default_factory=dict)
    within: LeftOut[Mapping[str, Mapping[str, LevelsWithin]]] = None
    reliability: tuple[ReliabilityBin, ...] = ()


@dataclass(frozen=True, slots=True)
class Sides:
    """How often the truth about one of several findings was in its set.

    Of the images that show it (`present`), of those that do not (`absent`), and the share of sets that hold both and so
    decide nothing (`undecided`).
    """

    present: Interval
    absent: Interval
    undecided: LeftOut[float] = None


def sides_of(share: Sides | Interval) -> dict[str, Interval]:
    """Return a finding's two shares by their names, or a class's only one under ""."""
    return {"present": share.present, "absent": share.absent} if isinstance(share, Sides) else {"": share}


@dataclass(frozen=True, slots=True)
class SetFigures:
    """How often prediction sets of one confidence held the truth, and how large they are."""

    confidence: float
    n: int = 0
    per_class: Mapping[str, Sides | Interval] = field(default_factory=dict)
    mean_size: LeftOut[float] = None
    empty: LeftOut[float] = None
    full: LeftOut[float] = None


@dataclass(frozen=True, slots=True)
class NotKept:
    """Classes whose promise at a confidence the images refute."""

    confidence: float
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """How often answers of a level were right that promises a share of at least `promised`.

    Attributes
    ----------
    within : Subgroup or None
        The images that the promise is about; None for all.
    """

    level: str
    promised: float
    right: Interval
    within: LeftOut[Subgroup] = None


@dataclass(frozen=True, slots=True)
class DangerFigures:
    """How often images of `truth` are called one of `called` with HIGH, which was to stay below `bound`."""

    truth: tuple[str, ...]
    called: tuple[str, ...]
    bound: float
    together: Interval
    per_class: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Joined:
    """How well scores, joined by a regression, tell right from wrong, and by how much better than the confidence."""

    auroc: Interval
    gain: LeftOut[Interval] = None


@dataclass(frozen=True, slots=True)
class SeguAdds:
    """What SegU and what else was tried add to the classifier's confidence.

    Attributes
    ----------
    alone : mapping
        AUROC of each alignment by itself.
    carried_by : str
        The alignment that tells most.
    scores : mapping
        By the name of what is joined.
    """

    n: int
    mistakes: int
    alone: Mapping[str, Interval]
    carried_by: str
    scores: Merged[Joined] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShiftFigures:
    """What one change of the pictures does to answers, levels, sets and the gate's word; see `shifts.shifted`."""

    n: int
    right: Interval
    flipped: Interval
    gate: Mapping[str, float | None]
    levels: Mapping[str, float | None]
    right_at_high: Share
    high_before: float | None
    high_after: float | None
    high_after_without_gate: float | None
    coverage: LeftOut[Interval] = None
    set_size: LeftOut[float] = None


@dataclass(frozen=True, slots=True)
class Shifts:
    """The figures of every change, on `n` images."""

    n: int = 0
    by_shift: Merged[ShiftFigures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutlineFigures:
    """Maps against the outlines of one finding, or of all: its mean share of the film, and each measure."""

    n: int
    area: float
    stated: float
    measures: Merged[Pair] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlines:
    """Maps of `n` findings that readers outlined on `films`; by finding, and "all"."""

    films: int
    n: int
    by_finding: Merged[OutlineFigures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """Measures of faithfulness on `n` images, by method and by name."""

    n: int
    methods: Merged[Mapping[str, Interval]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InDomain:
    """What the gate says of images of the bundle's own test part."""

    n: int
    accepted: Interval
    outside: Interval
    refused: Interval
    accepted_per_class: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """What the gate says of own pictures that were spoilt on purpose: how many of `n` by what was done and verdict."""

    n: int
    verdicts: Merged[Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stranger:
    """What the gate says of an image of another kind, and why."""

    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class OtherDomain:
    """What the gate says of `n` images of a data set of another kind, by verdict."""

    data: str
    n: int
    verdicts: Merged[int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateFigures:
    """What the input gate says of own images, of spoilt ones and of strangers."""

    in_domain: InDomain
    spoilt: LeftOut[Spoilt] = None
    strangers: Mapping[str, Stranger] = field(default_factory=dict)
    other_domain: LeftOut[OtherDomain] = None


@dataclass(frozen=True, slots=True)
class MeasuredBundle:
    """Which bundle was measured: SHA-256 of its weights, and of what was fitted (see `calibrate.fitted_digest`)."""

    name: str = ""
    version: str = ""
    weights: Mapping[str, str] = field(default_factory=dict)
    fitted: LeftOut[str] = None


@dataclass(frozen=True, slots=True)
class SecondBundle:
    """Another bundle, whose agreement was measured."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that an evaluation measured: `evaluation.json`.

    Attributes
    ----------
    data : mapping of str to int
        Images of each data set.
    probe : mapping of str to Interval
        By attribute, how well the classifier's features tell it.
    extra_passes : int
        Forward passes that the badge costs beside the answer's own.
    """

    schema: int = 0
    bundle: MeasuredBundle = MeasuredBundle()
    date: str = ""
    part: str = ""
    data: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    classification: Classification = Classification()
    probe: Mapping[str, Interval] = field(default_factory=dict)
    segmentation: Mapping[str, RegionFigures] = field(default_factory=dict)
    interpretability: Mapping[str, MapFigures] = field(default_factory=dict)
    certainty: Mapping[str, ScoreFigures] = field(default_factory=dict)
    calibration: Emptied[CalibrationFigures] = None
    prediction_sets: tuple[SetFigures, ...] = ()
    dangers: tuple[DangerFigures, ...] = ()
    level_promises: LeftOut[tuple[LevelFigures, ...]] = None
    segu_adds: Emptied[SeguAdds] = None
    second: LeftOut[SecondBundle] = None
    shifts: Shifts = Shifts()
    outlines: Emptied[Outlines] = None
    faithfulness: Emptied[Faithfulness] = None
    extra_passes: int = 0
    gate: GateFigures = field(kw_only=True)
