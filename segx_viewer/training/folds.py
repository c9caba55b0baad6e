"""Cross-validation of a recipe's classifier, by groups or by whole runs; variants of its schedule side by side.

Folds by group are made of training and validation images alone, so that what is chosen by them has seen neither
calibration nor test. Folds by run hold out whole runs, and measure what a split within a run would hide.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path
from scipy.special import log_softmax
from sklearn.metrics import roc_auc_score

from segx_viewer import process
from segx_viewer.domain.tables import as_table, as_text
from segx_viewer.errors import DataError
from segx_viewer.training.datasets import Record
from segx_viewer.training.recipe import Recipe, read_recipe
from segx_viewer.training.run import begin_classifier, learn_to_end, preprocessing_of
from segx_viewer.training.samples import Samples
from segx_viewer.training.schedule import Schedule
from segx_viewer.training.splits import Part, deal, split_runs
from segx_viewer.training.tasks import classifier_task

FOLDS = "folds.json"
Answers = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Logits and targets, (N, K) each."""


def cross_validate(
    recipe_path: Path,
    data: Path,
    out: Path | None = None,
    *,
    work: Path | None = None,
    report: Callable[[str], None] = print,
) -> Path:
    """Learn every variant on every fold and write their figures.

    Parameters
    ----------
    recipe_path, data : Path
        As `run.train_recipe` takes them.
    out : Path, optional
        Folder for `folds.json`; the recipe's own by default.
    work : Path, optional
        Where checkpoints and finished folds are kept to resume from; the user's cache by default.

    Returns
    -------
    Path
        The file: variant -> fold, and all of them together -> figures.

    Raises
    ------
    DataError
        If the recipe has no folds, or a data set is missing.
    """
    recipe = read_recipe(recipe_path)
    if not recipe.folds.count and not recipe.folds.runs:
        raise DataError(f"{recipe.name}: the recipe has no [recipe.folds].")
    work = work or user_cache_path("segx-viewer") / "training" / f"{recipe.name}-folds"
    work.mkdir(parents=True, exist_ok=True)
    process.keep_freed_memory()
    records = [
        r for layout in recipe.classifier_data for r in recipe.load(layout, data) if r.codes or recipe.multi_label
    ]
    table: dict[str, dict[str, object]] = {}
    for variant, changes in recipe.folds.variants.items():
        schedule = _schedule(recipe, changes)
        answers: dict[str, Answers] = {}
        for fold, parts in folds_of(recipe, records):
            stem = f"{variant}-{fold}".replace(" ", "-")
            report(f"{recipe.name}: {variant}, {fold} held out")
            answers[fold] = _learn_fold(recipe, schedule, records, parts, work, stem, report)
            table.setdefault(variant, {})[fold] = figures(*answers[fold], recipe)
            report(json.dumps(table[variant][fold]))
        logits, targets = (np.concatenate(side) for side in zip(*answers.values(), strict=True))
        table[variant]["together"] = figures(logits, targets, recipe)
    path = (out or recipe_path.parent) / FOLDS
    path.write_text(json.dumps(table, indent=1), encoding="utf-8")
    return path


def folds_of(recipe: Recipe, records: list[Record]) -> Iterator[tuple[str, Mapping[str, Part]]]:
    """Yield each fold's name and its images' parts, "train" and "test"."""
    if recipe.folds.runs:
        for name, stretches in recipe.folds.runs.items():
            yield name, split_runs(records, stretches)
        return
    own = recipe.split(records)
    usable = [r for r in records if own.get(r.image_id) in ("train", "validation")]
    count = recipe.folds.count
    # The split's own way of dealing out groups, with as many equal shares as there are folds.
    shares = {f"fold {n}": 1 / count for n in range(1, count + 1)}
    dealt = deal(usable, recipe.seed + 1, shares)
    for fold in shares:
        yield fold, {image_id: "test" if place == fold else "train" for image_id, place in dealt.items()}


def figures(logits: NDArray[np.float32], targets: NDArray[np.float32], recipe: Recipe) -> dict[str, object]:
    """Return the number of images, the mean AUROC, and per class the recall, of held-out images."""
    scores = logits if recipe.multi_label else log_softmax(logits, axis=1)
    areas = {
        code: float(roc_auc_score(targets[:, k], scores[:, k])) if 0 < targets[:, k].sum() < len(targets) else np.nan
        for k, code in enumerate(recipe.codes)
    }
    defined = [area for area in areas.values() if np.isfinite(area)]
    table: dict[str, object] = {
        "n": len(logits),
        "mean_auroc": round(float(np.mean(defined)), 4) if defined else None,
        "auroc": {code: round(area, 4) if np.isfinite(area) else None for code, area in areas.items()},
    }
    if not recipe.multi_label:
        truth, predicted = targets.argmax(1), logits.argmax(1)
        recalls = {code: predicted[truth == k] == k for k, code in enumerate(recipe.codes) if (truth == k).any()}
        table["recall"] = {code: round(float(hits.mean()), 4) for code, hits in recalls.items()}
        table["balanced_accuracy"] = round(float(np.mean([hits.mean() for hits in recalls.values()])), 4)
    return table


def _schedule(recipe: Recipe, changes: Mapping[str, object]) -> Schedule:
    given = {**recipe.folds.changes, **changes}
    changed: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    # Nothing of a held-out fold may be looked at while learning, nor adjust what was learned.
    changed |= {"choose_epoch": False, "patience": 10_000, "logit_adjustment": False, "scaling": False}
    return replace(recipe.classifier, **changed)


def _learn_fold(
    recipe: Recipe,
    schedule: Schedule,
    records: list[Record],
    parts: Mapping[str, Part],
    work: Path,
    stem: str,
    report: Callable[[str], None],
) -> Answers:
    kept = work / f"{stem}.npz"
    if kept.is_file():
        with np.load(kept) as arrays:
            return arrays["logits"], arrays["targets"]
    preprocessing = preprocessing_of(recipe)
    training, held_out = (
        Samples.load([r for r in records if parts.get(r.image_id) == part], recipe.codes, preprocessing, recipe.balance)
        for part in ("train", "test")
    )
    task = classifier_task(
        training, held_out, preprocessing, schedule, recipe.augmentation, recipe.seed, recipe.multi_label
    )
    architecture = as_text(as_table(recipe.manifest["classifier"])["architecture"])
    network = begin_classifier(architecture, len(recipe.codes), schedule, recipe.seed)
    answer = task.logits
    if answer is None:
        raise ValueError("a classifier's task says its logits")
    learned = learn_to_end(network, replace(task, cut_offs=None), schedule, work, stem, report)
    with torch.inference_mode():
        logits = answer(learned)
    np.savez(kept, logits=logits, targets=held_out.targets)
    return logits, held_out.targets
