"""Recipes: readable TOML files beside each bundle that say how it is trained."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar

from segx_viewer.domain.tables import Table, as_float, as_floats, as_int, as_table, as_tables, as_text, as_texts
from segx_viewer.errors import DataError
from segx_viewer.explain.promises import Danger, Subgroup
from segx_viewer.training.datasets import Record, load_dataset
from segx_viewer.training.schedule import Augmentation, Schedule
from segx_viewer.training.splits import PARTS, SHARES, Part, Stretches, split, split_runs
from segx_viewer.training.tables import Table as DataTable

T = TypeVar("T")


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
    within : tuple of Subgroup
        Images within which each level has to keep its bound too (`[[recipe.evaluation.within]]`: attribute of the data
        set, values, label in words; high_error and moderate_error where they may be wrong more often among them).
    """

    views: tuple[str, ...] = ("flip_h",)
    other_domain: str = ""
    healthy: str = ""
    near: tuple[str, ...] | None = None
    faithfulness: int = 40
    dangers: tuple[Danger, ...] = ()
    within: tuple[Subgroup, ...] = ()


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
    tables: Mapping[str, DataTable] = field(default_factory=dict)
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
        return _checked(_recipe(path, as_table(raw.pop("recipe")), raw))
    except OSError as error:
        raise DataError(f"The recipe {path} could not be read ({error.strerror}).") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"The recipe {path} is not valid TOML: {error}.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"The recipe {path} has a missing, unknown or wrong entry: {error}.") from error


def _recipe(path: Path, training: Table, manifest: Table) -> Recipe:
    """Return what the table `[recipe]` and the rest of the file say."""
    classifying = dict(as_table(training["classifier"]))
    from_teacher = classifying.pop("from_teacher", False)
    if not isinstance(from_teacher, bool):
        raise TypeError("from_teacher is true or false")
    if "segmenter" not in training and "segmenter_from" not in training:
        raise KeyError("segmenter")
    teaching = dict(as_table(training.get("teachers", {})))
    teachers = _teachers(teaching, as_text(as_table(manifest["classifier"])["architecture"]))
    changes = as_table(training["augmentation"])
    averaging, averaging_augmentation = _averaging(training, classifying)
    tables = {name: DataTable.of(name, as_table(table)) for name, table in as_table(training.get("data", {})).items()}
    return Recipe(
        path=path,
        seed=as_int(training["seed"]),
        classifier_data=as_texts(training["classifier_data"]),
        segmenter_data=as_texts(training["segmenter_data"]),
        classifier=_fill(Schedule, classifying),
        segmenter=_fill(Schedule, as_table(training.get("segmenter", {"epochs": 0, "learning_rate": 0.0}))),
        augmentation=_fill(Augmentation, changes),
        segmenter_augmentation=_fill(Augmentation, {**changes, **as_table(training.get("segmenter_augmentation", {}))}),
        manifest=manifest,
        multi_label=manifest["activation"] == "sigmoid",
        teachers=teachers,
        teacher=_fill(Schedule, {**classifying, "distillation": 0.0, **teaching}),
        from_teacher=from_teacher,
        averaging=averaging,
        averaging_augmentation=averaging_augmentation,
        tables=tables,
        shares=_shares(as_table(training.get("split", {}))),
        runs=_runs(as_table(training.get("runs", {}))),
        balance=as_texts(training.get("balance", ())),
        segmenter_from=str(training.get("segmenter_from", "")),
        folds=_folds(as_table(training.get("folds", {}))),
        evaluation=_evaluation(as_table(training.get("evaluation", {})), as_tables(manifest["classes"])),
    )


def _averaging(training: Table, classifying: Table) -> tuple[Schedule | None, Augmentation | None]:
    """Return how the classifier goes on learning, and how its pictures are changed then; two Nones if it does not."""
    if "averaging" not in training:
        return None, None
    going_on = dict(as_table(training["averaging"]))
    changes = {**as_table(training["augmentation"]), **as_table(going_on.pop("augmentation", {}))}
    schedule = _fill(Schedule, {**classifying, **going_on, "swa": True})
    if schedule.epochs < 2:
        raise ValueError("averaging takes two epochs or more: the first one only warms up")
    return schedule, _fill(Augmentation, changes)


def _checked(recipe: Recipe) -> Recipe:
    """Return the recipe; raise `ValueError` where teachers are missing, or nothing learns from them."""
    teachers, from_teacher = recipe.teachers, recipe.from_teacher
    if from_teacher and as_table(recipe.manifest["classifier"])["architecture"] not in teachers:
        raise ValueError("from_teacher needs teachers of the classifier's architecture")
    if recipe.classifier.epochs == 0 and not from_teacher:
        raise ValueError("a classifier without epochs needs from_teacher")
    if teachers and recipe.teacher is not None and recipe.teacher.epochs < 1:
        raise ValueError("teachers need epochs")
    distilling = recipe.classifier.distillation or (recipe.averaging is not None and recipe.averaging.distillation)
    if distilling and not teachers and not any(table.teacher for table in recipe.tables.values()):
        raise ValueError("distillation needs teachers")
    if teachers and not (distilling or from_teacher):
        raise ValueError("nothing learns from the teachers, without distillation and from_teacher")
    return recipe


def _evaluation(table: Mapping[str, object], classes: Iterable[Mapping[str, object]]) -> Evaluation:
    given = dict(table)
    dangers = tuple(_fill(Danger, danger) for danger in as_tables(given.pop("dangers", ())))
    within = tuple(map(_subgroup, as_tables(given.pop("within", ()))))
    evaluation = replace(_fill(Evaluation, given), dangers=dangers, within=within)
    if evaluation.healthy and evaluation.healthy not in {c["code"] for c in classes}:
        raise ValueError(f"the healthy class {evaluation.healthy} is not one of the classes")
    return evaluation


def _subgroup(table: Table) -> Subgroup:
    errors = {name: as_float(table[name]) for name in ("high_error", "moderate_error") if name in table}
    if unknown := {*table} - {"attribute", "values", "label", *errors}:
        raise ValueError(f"{', '.join(sorted(unknown))} in [[recipe.evaluation.within]]")
    subgroup = Subgroup(as_text(table["attribute"]), as_texts(table["values"]), as_text(table["label"]), **errors)
    if not subgroup.values:
        raise ValueError("[[recipe.evaluation.within]] names one value or more")
    if not all(0 < error < 1 for error in errors.values()):
        raise ValueError("an error in [[recipe.evaluation.within]] lies between 0 and 1")
    return subgroup


def _shares(table: Mapping[str, object]) -> Mapping[Part, float]:
    shares: dict[Part, float] = {part: as_float(table[part]) for part in PARTS if part in table}
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
