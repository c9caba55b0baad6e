"""What is measured on one image: the rows that the evaluation's figures are made of, a line of JSON each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from segx_viewer.evaluation.plain import LeftOut, Merged

Measures = Mapping[str, float | None]
"""Measures by their names; None where undefined."""


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """The class that comes second, and how well its map agrees with the region."""

    code: str = ""
    iou: float | None = None
    auitc: float | None = None


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """The predicted class's map by one method.

    Attributes
    ----------
    segu : mapping
        Alignments with the predicted region.
    curve_original, curve_segx : tuple of float
        IoU with the reference at the top 1 to 99 % of the map; None where it is undefined.
    runner_up : RunnerUp
        Of classes that exclude each other, by the badge's method.
    measures : mapping
        Agreement of the original map and of SegX with the reference mask, such as "iou_original"; {} without one.
    """

    segu: Measures
    curve_original: LeftOut[tuple[float, ...]] = None
    curve_segx: LeftOut[tuple[float, ...]] = None
    runner_up: LeftOut[RunnerUp] = None
    measures: Merged[float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetRow:
    """One prediction set, in codes: the classes it holds; of several findings, those that may be there, or not."""

    confidence: float
    classes: LeftOut[tuple[str, ...]] = None
    present: LeftOut[tuple[str, ...]] = None
    absent: LeftOut[tuple[str, ...]] = None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What the badge says of one of several findings that is stated."""

    code: str
    probability: float = 0.0
    correct: bool = False
    probability_correct: float | None = None
    level: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict)
    segu: Measures = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImageRow:
    """What a bundle says of one image, beside the truth; maps are of the predicted class.

    Attributes
    ----------
    truth : tuple of str
        Codes of its classes; none where it shows no finding.
    gate, gate_reason, gate_score : str, str, float
        The gate's verdict; every other figure is as if it let all images pass.
    segmented_area : float
        The region's share of the image.
    probability_correct, level, evidence : float, str, mapping
        What the badge says, and the features it says it by.
    second : mapping
        What a second model says of the answer, where one is asked; see `second.second_row`.
    findings : tuple of FindingRow
        Those that are stated, where the bundle knows several; else None.
    """

    image_id: str = ""
    group: str = ""
    truth: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    predicted: str = ""
    correct: bool = False
    stated: bool = True
    sets: tuple[SetRow, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    gate: str = ""
    gate_reason: str = ""
    gate_score: float | None = None
    segmented_area: float = 0.0
    methods: Mapping[str, ExplainedRow] = field(default_factory=dict)
    second: LeftOut[Mapping[str, float]] = None
    probability_correct: float | None = None
    level: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict)
    findings: LeftOut[tuple[FindingRow, ...]] = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that the badge speaks of: a predicted class, or one of several findings."""

    group: str
    gate: str
    correct: bool
    probability: float
    probability_correct: float | None
    level: str
    evidence: Mapping[str, float]
    segu: Measures
    attributes: Mapping[str, str]
    second: Mapping[str, float]
    runner_up: RunnerUp | None = None


@dataclass(frozen=True, slots=True)
class SegmentationRow:
    """Dice and IoU, 0..1, of the region of one image against its reference mask, on that mask's grid."""

    image_id: str
    group: str
    dataset: str
    dice: float
    iou: float


@dataclass(frozen=True, slots=True)
class OutlinedFinding:
    """A finding that readers outlined, and how well its map and SegX lie on the outline."""

    code: str
    stated: bool
    labelled: bool
    area: float
    original: Measures
    segx: Measures


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """The outlined findings of one image."""

    image_id: str = ""
    group: str = ""
    findings: tuple[OutlinedFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftedAnswer:
    """An answer on a changed picture, with its level as if the gate let everything pass."""

    correct: bool
    level: str


@dataclass(frozen=True, slots=True)
class ShiftEntry:
    """What is said of a picture under one shift.

    Attributes
    ----------
    answers : mapping
        By class code.
    size : int
        Of the surest prediction set; of several findings, how many are undecided. None without sets.
    covered : tuple of bool
        Whether that set holds the truth.
    """

    gate: str
    answers: Mapping[str, ShiftedAnswer]
    size: LeftOut[int] = None
    covered: LeftOut[tuple[bool, ...]] = None


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One image under every shift."""

    image_id: str = ""
    group: str = ""
    shifts: Mapping[str, ShiftEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FaithfulnessRow:
    """The measures of faithfulness of one image's maps, by method."""

    image_id: str = ""
    group: str = ""
    methods: Mapping[str, Measures] = field(default_factory=dict)


Row = ImageRow | SegmentationRow | OutlineRow | ShiftRow | FaithfulnessRow


def answers(rows: Sequence[ImageRow], method: str = "") -> list[Answer]:
    """Return each answer that the badge speaks of: of several findings, each that is stated; with the method's SegU."""
    spoken: list[Answer] = []
    for row in rows:
        if row.findings is not None:
            spoken += [_of_finding(row, finding) for finding in row.findings]
        elif row.stated:
            spoken.append(of_image(row, method))
    return spoken


def of_image(row: ImageRow, method: str = "") -> Answer:
    """Return the predicted class as an answer, stated or not."""
    explained = row.methods.get(method, ExplainedRow({}))
    return Answer(row.group, row.gate, row.correct, max(row.probabilities, default=0.0), row.probability_correct,
                  row.level, row.evidence, explained.segu, row.attributes, row.second or {},
                  explained.runner_up)  # fmt: skip


def _of_finding(row: ImageRow, finding: FindingRow) -> Answer:
    return Answer(row.group, row.gate, finding.correct, finding.probability, finding.probability_correct,
                  finding.level, finding.evidence, finding.segu, row.attributes, row.second or {})  # fmt: skip
