"""Recipes: readable TOML files beside each bundle that say how it is trained."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar

from segx_viewer.domain.tables import as_floats, as_int, as_table, as_tables, as_text
from segx_viewer.errors import DataError
from segx_viewer.explain.promises import Danger
from segx_viewer.training.datasets import Record, load_dataset
from segx_viewer.training.splits import PARTS, SHARES, Part, Stretches, split, split_runs
from segx_viewer.training.tables import Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Strength of each random change; 0 switches it off. Probabilities unless said otherwise.

    Attributes
    ----------
    rotation : float
        Largest rotation in degrees.
    scale, aspect, shift : float
        Largest relative change of size and aspect ratio, largest shift as a share of the side.
    flip_horizontal, flip_vertical : bool
    brightness, contrast, colour : float
        Largest relative change; `colour` acts per channel (colour constancy).
    gamma : float
        Largest change of log2 gamma.
    blur, jpeg, hair, dark_corners : float
        Probabilities of blurring, JPEG artefacts, drawn hairs and the dark corners of a dermatoscope.
    marks : float
        Probability of callipers, dotted lines and letters drawn in, whatever the class, and of taking a picture that
        has its own with them painted out: marks must not tell the class.
    noise, border : float
        Probabilities of noise of a receiver or detector, and of a black border round the picture.
    """

    rotation: float = 10.0
    scale: float = 0.15
    aspect: float = 0.1
    shift: float = 0.05
    flip_horizontal: bool = True
    flip_vertical: bool = False
    brightness: float = 0.15
    contrast: float = 0.2
    colour: float = 0.0
    gamma: float = 0.0
    blur: float = 0.2
    jpeg: float = 0.2
    hair: float = 0.0
    dark_corners: float = 0.0
    marks: float = 0.0
    noise: float = 0.0
    border: float = 0.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast one network learns.

    Attributes
    ----------
    epochs, batch_size, epoch_samples : int
        `epoch_samples` images are drawn per epoch (0: as many as there are).
    learning_rate, weight_decay : float
        AdamW with one warm-up epoch and cosine decay.
    ema : float
        Decay of the exponential moving average of the weights, which is what is evaluated and shipped.
    patience : int
        Epochs without a better validation score before training stops early.
    class_power : float
        Classes are drawn in proportion to (number of images) ** class_power: 1 as they come, 0 balanced.
    label_smoothing : float
    logit_adjustment : bool
        After training, subtract a multiple of the drawn classes' log shares from the logits, chosen for the
        balanced accuracy on validation (Menon 2021): rare classes are found more often.
    scaling : bool
        After training, one factor for all logits and a shift for each class's, for the least cross-entropy on
        validation (after Guo 2017): the odds, and with them the most probable class, are honest.
    equal_priors : bool
        In `scaling`, all classes weigh the same, however many validation images each has.
    attention_guidance : float
        Weight of the loss on the share of the true class's activation map that falls outside the dilated
        reference mask ("right for the right reasons"; Ross 2017, applied to CAM).
    mixup : float
        Images and labels of a batch are mixed in pairs, with shares drawn from Beta(mixup, mixup) (Zhang 2018);
        0 switches it off. Classifier only.
    drop_rate, drop_path : float
        Shares of features dropped before the last layer and of residual blocks skipped. Classifier only.
    distillation : float
        Weight of the teachers' answer against the label's (Hinton 2015): both see the same changed picture, for as
        long as the schedule runs (Beyer 2022). Only where the recipe has teachers.
    cycles : tuple of int
        Lengths in epochs of the cosine cycles after the first (Loshchilov 2017); part of `epochs`.
    swa : bool
        The rate stays the same after one warm-up epoch, and what is judged and shipped, as it is after the last
        epoch, is the plain mean of weights and batch-norm statistics after all later steps (stochastic weight
        averaging, after Izmailov 2018). `ema`, `patience` and `cycles` do not count then.
    freeze_blocks : int
        The stem and this many of the encoder's first stages keep their ImageNet weights.
    head_std : float
        Standard deviation of the last layer's first weights; its bias begins at 0. timm draws them from a range of
        1 / sqrt(classes), which makes the first losses, and the first gradients into pretrained layers, several times
        too large where there are few classes; 0 leaves them so.
    choose_epoch : bool
        Whether the epoch with the best validation score is kept, or the last one.
    parts : tuple of str
        Parts of the split that are learned from; a schedule of a fixed length may take validation too.
    input_shape : tuple of int
        (h, w) that pictures have while a network learns, where it is not that of the bundle's input: smaller ones
        take less time, and augmentation shows a network objects larger than it meets them later (Touvron 2019).
        Validation pictures have the bundle's.
    """

    epochs: int
    learning_rate: float
    batch_size: int = 32
    epoch_samples: int = 0
    weight_decay: float = 0.02
    ema: float = 0.995
    patience: int = 8
    class_power: float = 1.0
    label_smoothing: float = 0.0
    logit_adjustment: bool = False
    scaling: bool = False
    equal_priors: bool = False
    attention_guidance: float = 0.0
    mixup: float = 0.0
    drop_rate: float = 0.2
    drop_path: float = 0.0
    distillation: float = 0.0
    cycles: tuple[int, ...] = ()
    swa: bool = False
    freeze_blocks: int = 2
    head_std: float = 0.01
    choose_epoch: bool = True
    parts: tuple[str, ...] = ("train",)
    input_shape: tuple[int, int] | tuple[()] = ()

    def __post_init__(self) -> None:
        shape = self.input_shape
        if shape and not (isinstance(shape, tuple) and len(shape) == 2 and min(shape) > 0):
            raise ValueError("input_shape takes a height and a width")
        if not isinstance(self.parts, tuple) or not {"train"} <= {*self.parts} <= {"train", "validation"}:
            raise ValueError("parts are train, or train and validation: nothing learns from the others")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a bundle is measured by beside its own data.

    Attributes
    ----------
    views : tuple of str
        Further views of an image (see `inference.evidence.VIEWS`) that the badge may be fitted on.
    other_domain : str
        A data set of another kind of images, which the input gate should refuse; "" for none.
    healthy : str
        Code of the class that means "nothing found", to tell the share of the others from; "" for none.
    near : tuple of str or None
        Data sets whose images the gate lets in, if unlike those that the classifier learned from; None for those that
        only the segmenter learned from.
    faithfulness : int
        On how many images, drawn by a seed, faithfulness is measured: it takes tens of maps of each.
    dangers : tuple of Danger
        Errors that must stay rare at level HIGH (`[[recipe.evaluation.dangers]]`: truth, called, most, bound).
    """

    views: tuple[str, ...] = ("flip_h",)
    other_domain: str = ""
    healthy: str = ""
    near: tuple[str, ...] | None = None
    faithfulness: int = 40
    dangers: tuple[Danger, ...] = ()


@dataclass(frozen=True, slots=True)
class Folds:
    """Cross-validation of a recipe's classifier: what its figures are made of before any image is spent on a test.

    Attributes
    ----------
    count : int
        Grouped folds of the images that the classifier may learn from, each held out in turn.
    runs : mapping
        Instead of those, named folds: run -> part -> stretch of positions, as a recipe's own (see
        `splits.split_runs`), with the parts train and test.
    changes : mapping
        To the classifier's schedule, such as fewer epochs.
    variants : mapping
        Name -> further changes; each variant is learned on every fold, to compare them.
    """

    count: int = 0
    runs: Mapping[str, Stretches] = field(default_factory=dict)
    changes: Mapping[str, object] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, object]] = field(default_factory=lambda: {"recipe": {}})


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides how a bundle comes out.

    `classifier_data` and `segmenter_data` name the data-set layouts (see `datasets.LAYOUTS`) each network
    learns from; `manifest` is copied into `bundle.toml`. Classifiers of the architectures `teachers` learn by
    `teacher` first, each from its own seed; the shipped one learns from their mean probabilities too. It begins with
    ImageNet weights or, `from_teacher`, with those of the best teacher of its architecture; without epochs it is that
    teacher. By `averaging`, where there is one, it goes on learning afterwards, and may see pictures changed otherwise
    (`averaging_augmentation`).

    `tables` describe data sets of its own; `shares` or, where there are runs, `runs` say how images are split. Each
    finding's loss is weighted so that it does not depend on the attributes `balance` (reweighing, Kamiran 2012).
    `segmenter_from` names the bundle beside this one whose segmenter, with its split of `segmenter_data`, is taken as
    it is. `evaluation` says what it is measured by, `folds` how it is cross-validated.
    """

    path: Path
    seed: int
    classifier_data: tuple[str, ...]
    segmenter_data: tuple[str, ...]
    classifier: Schedule
    segmenter: Schedule
    augmentation: Augmentation
    segmenter_augmentation: Augmentation
    manifest: Mapping[str, object] = field(repr=False)
    multi_label: bool = False
    teachers: tuple[str, ...] = ()
    teacher: Schedule | None = None
    from_teacher: bool = False
    averaging: Schedule | None = None
    averaging_augmentation: Augmentation | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)
    shares: Mapping[Part, float] = field(default_factory=lambda: SHARES)
    runs: Stretches = field(default_factory=dict)
    balance: tuple[str, ...] = ()
    segmenter_from: str = ""
    evaluation: Evaluation = field(default_factory=Evaluation)
    folds: Folds = field(default_factory=Folds)

    def load(self, layout: str, data: Path) -> list[Record]:
        """Read one of the recipe's data sets, or another that is known. Raises `DataError`."""
        return self.tables[layout].read(data) if layout in self.tables else load_dataset(layout, data)

    def split(self, records: Iterable[Record]) -> dict[str, Part]:
        """Return each image's part; images between the stretches of a run have none."""
        return split_runs(records, self.runs) if self.runs else split(records, self.seed, self.shares)

    def badge_part(self, parts: Mapping[str, Part]) -> Part:
        """Return the part that badge and gate are fitted on: the one that chose nothing, where there is one."""
        return "calibration" if "calibration" in parts.values() else "validation"

    @property
    def name(self) -> str:
        """Name of the bundle."""
        return str(self.manifest["name"])

    @property
    def codes(self) -> tuple[str, ...]:
        """Class codes in output order."""
        return tuple(as_text(c["code"]) for c in as_tables(self.manifest["classes"]))


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises
    ------
    DataError
        If the file is missing, is not TOML, or has a missing, unknown or wrong entry.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        training = raw.pop("recipe")
        classifying = dict(training["classifier"])
        from_teacher = classifying.pop("from_teacher", False)
        if not isinstance(from_teacher, bool):
            raise TypeError("from_teacher is true or false")
        teaching = dict(training.get("teachers", {}))
        teachers = _teachers(teaching, raw["classifier"]["architecture"])
        teacher = _fill(Schedule, {**classifying, "distillation": 0.0, **teaching})
        classifier, averaging, averaging_augmentation = _fill(Schedule, classifying), None, None
        if "segmenter" not in training and "segmenter_from" not in training:
            raise KeyError("segmenter")
        if "averaging" in training:
            going_on = dict(training["averaging"])
            changes = going_on.pop("augmentation", {})
            averaging = _fill(Schedule, {**classifying, **going_on, "swa": True})
            averaging_augmentation = _fill(Augmentation, {**training["augmentation"], **changes})
            if averaging.epochs < 2:
                raise ValueError("averaging takes two epochs or more: the first one only warms up")
        if from_teacher and raw["classifier"]["architecture"] not in teachers:
            raise ValueError("from_teacher needs teachers of the classifier's architecture")
        if classifier.epochs == 0 and not from_teacher:
            raise ValueError("a classifier without epochs needs from_teacher")
        if teachers and teacher.epochs < 1:
            raise ValueError("teachers need epochs")
        distilling = any(schedule.distillation for schedule in (classifier, averaging) if schedule is not None)
        tables = {name: Table.of(name, table) for name, table in training.get("data", {}).items()}
        if distilling and not teachers and not any(table.teacher for table in tables.values()):
            raise ValueError("distillation needs teachers")
        if teachers and not (distilling or from_teacher):
            raise ValueError("nothing learns from the teachers, without distillation and from_teacher")
        return Recipe(
            path=path,
            seed=int(training["seed"]),
            classifier_data=tuple(training["classifier_data"]),
            segmenter_data=tuple(training["segmenter_data"]),
            classifier=classifier,
            segmenter=_fill(Schedule, training.get("segmenter", {"epochs": 0, "learning_rate": 0.0})),
            augmentation=_fill(Augmentation, training["augmentation"]),
            segmenter_augmentation=_fill(
                Augmentation, {**training["augmentation"], **training.get("segmenter_augmentation", {})}
            ),
            manifest=raw,
            multi_label=raw["activation"] == "sigmoid",
            teachers=teachers,
            teacher=teacher,
            from_teacher=from_teacher,
            averaging=averaging,
            averaging_augmentation=averaging_augmentation,
            tables=tables,
            shares=_shares(training.get("split", {})),
            runs=_runs(training.get("runs", {})),
            balance=tuple(training.get("balance", ())),
            segmenter_from=str(training.get("segmenter_from", "")),
            folds=_folds(training.get("folds", {})),
            evaluation=_evaluation(training.get("evaluation", {}), raw["classes"]),
        )
    except OSError as error:
        raise DataError(f"The recipe {path} could not be read ({error.strerror}).") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"The recipe {path} is not valid TOML: {error}.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"The recipe {path} has a missing, unknown or wrong entry: {error}.") from error


def _evaluation(table: Mapping[str, object], classes: Iterable[Mapping[str, object]]) -> Evaluation:
    given = dict(table)
    dangers = tuple(_fill(Danger, danger) for danger in as_tables(given.pop("dangers", ())))
    found = replace(_fill(Evaluation, given), dangers=dangers)
    if found.healthy and found.healthy not in {c["code"] for c in classes}:
        raise ValueError(f"the healthy class {found.healthy} is not one of the classes")
    return found


def _shares(table: Mapping[str, float]) -> Mapping[Part, float]:
    shares: dict[Part, float] = {part: float(table[part]) for part in PARTS if part in table}
    if {*table} - {*PARTS}:
        raise ValueError(f"{', '.join(sorted({*table} - {*PARTS}))} in [recipe.split]")
    if shares and abs(sum(shares.values()) - 1) > 1e-6:
        raise ValueError("the shares of a split are 1 together")
    return shares or SHARES


def _folds(table: Mapping[str, object]) -> Folds:
    given = dict(table)
    runs = {name: _runs(as_table(stretches)) for name, stretches in as_table(given.pop("runs", {})).items()}
    variants = {name: as_table(v) for name, v in as_table(given.pop("variants", {"recipe": {}})).items()}
    folds = Folds(as_int(given.pop("count", 0)), runs, variants=variants, changes=given)
    if folds.count == 1 or (folds.count and runs):
        raise ValueError("folds are two or more, or runs")
    return folds


def _runs(table: Mapping[str, object]) -> Stretches:
    runs = {run: as_table(stretches) for run, stretches in table.items()}
    for run, stretches in runs.items():
        if {*stretches} - {*PARTS}:
            raise ValueError(f"{', '.join(sorted({*stretches} - {*PARTS}))} in [recipe.runs], {run}")
    return {run: {part: _stretch(s[part]) for part in PARTS if part in s} for run, s in runs.items()}


def _stretch(value: object) -> tuple[float, float]:
    begin, end = as_floats(value)
    return begin, end


def _teachers(table: dict[str, object], architecture: str) -> tuple[str, ...]:
    """Take the teachers' architectures out of their table: those it names, or `count` times the classifier's."""
    architectures, count = table.pop("architectures", None), table.pop("count", None)
    if architectures is None:
        return (architecture,) * as_int(count or 0)
    if not isinstance(architectures, list):
        raise TypeError("the teachers' architectures are a list")
    if count is not None:
        raise ValueError("teachers take either a count or a list of architectures")
    return tuple(map(str, architectures))


def _fill(kind: type[T], table: Mapping[str, object]) -> T:
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(table) - known:
        raise ValueError(f"{', '.join(sorted(unknown))} in [{kind.__name__.lower()}]")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in table.items()})
