"""`segx-viewer train`: from a recipe and image folders to a bundle."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from platformdirs import user_cache_path
from safetensors.torch import load_file, save_file
from torch import nn

from segx_viewer import process
from segx_viewer.bundles.manifest import Preprocessing, preprocessing_from, read_bundle
from segx_viewer.domain.tables import as_table, as_tables, as_text
from segx_viewer.networks.architectures import build_classifier, build_segmenter
from segx_viewer.networks.staged import as_classifier, encoder_of
from segx_viewer.training.adjust import adjust_logits, scale_logits
from segx_viewer.training.datasets import Record
from segx_viewer.training.imagenet import load_imagenet_weights
from segx_viewer.training.loop import Task, freeze_first_stages, train
from segx_viewer.training.recipe import Recipe, read_recipe
from segx_viewer.training.samples import Samples
from segx_viewer.training.schedule import Schedule
from segx_viewer.training.splits import PARTS, Part, read_splits, write_splits
from segx_viewer.training.tasks import classifier_task, segmenter_task

NETWORKS = ("classifier", "segmenter")
SPLITS = "splits.csv"
CUT_OFFS = "-cut-offs.json"


def train_recipe(
    recipe_path: Path,
    data: Path,
    out: Path | None = None,
    *,
    work: Path | None = None,
    networks: Sequence[str] = NETWORKS,
    report: Callable[[str], None] = print,
) -> Path:
    """Train a recipe's networks and write the bundle.

    Parameters
    ----------
    recipe_path : Path
        The recipe, a TOML file beside its bundle.
    data : Path
        Folder that holds the recipe's data sets.
    out : Path, optional
        The bundle's folder; the recipe's own by default.
    work : Path, optional
        Where checkpoints are kept to resume from; the user's cache by default.
    networks : sequence of str
        Which networks to train now; the bundle is written once both are there.

    Returns
    -------
    Path
        The bundle's folder.

    Raises
    ------
    DataError
        If the recipe or a data set is wrong.
    """
    recipe = read_recipe(recipe_path)
    out = out or recipe_path.parent
    work = work or user_cache_path("segx-viewer") / "training" / recipe.name
    work.mkdir(parents=True, exist_ok=True)
    records = {layout: recipe.load(layout, data) for layout in {*recipe.classifier_data, *recipe.segmenter_data}}
    parts = _split(recipe, records)
    out.mkdir(parents=True, exist_ok=True)
    write_splits(out / SPLITS, parts)
    for name in networks:
        report(f"{recipe.name}: {name}")
        _train_network(recipe, name, records, parts, work, report)
    if all((work / f"{name}.safetensors").is_file() for name in NETWORKS):
        counts = Counter(r.dataset for layout in sorted(records) for r in records[layout])
        _write(recipe, out, work, dict(counts), parts)
        report(f"{recipe.name}: bundle written to {out}")
    return out


def _split(recipe: Recipe, records: Mapping[str, Sequence[Record]]) -> dict[str, Part]:
    """Split a recipe's images; those of a segmenter taken from another bundle as that bundle split them."""
    if not recipe.segmenter_from:
        return recipe.split(r for rs in records.values() for r in rs)
    own = recipe.split(r for layout in recipe.classifier_data for r in records[layout])
    theirs = read_splits(recipe.path.parent.parent / recipe.segmenter_from / SPLITS)
    wanted = {r.image_id for layout in recipe.segmenter_data for r in records[layout]}
    return {**{image_id: part for image_id, part in theirs.items() if image_id in wanted}, **own}


def _take_segmenter(recipe: Recipe, work: Path) -> None:
    """Take the segmenter of another bundle, with no history of its own."""
    bundle = read_bundle(recipe.path.parent.parent / recipe.segmenter_from)
    save_file(load_file(bundle.verified_path(bundle.segmenter.weights)), work / "segmenter.safetensors")


def _train_network(
    recipe: Recipe,
    name: str,
    records: dict[str, list[Record]],
    parts: dict[str, Part],
    work: Path,
    report: Callable[[str], None],
) -> None:
    process.keep_freed_memory()
    preprocessing = preprocessing_of(recipe)
    spec = as_table(recipe.manifest[name])
    if name == "segmenter" and recipe.segmenter_from:
        _take_segmenter(recipe, work)
        return
    if name == "segmenter":
        given = segmenter_input_of(recipe)
        training, validation = _samples(recipe, name, records, parts, given, recipe.segmenter.parts)
        task = segmenter_task(training, validation, given, recipe.segmenter, recipe.segmenter_augmentation, recipe.seed)
        seed_everything(recipe.seed)
        options = as_table(spec["options"])
        network = build_segmenter(as_text(spec["architecture"]), options)
        load_imagenet_weights(encoder_of(network), as_text(options["encoder_name"]))
        freeze_first_stages(encoder_of(network), recipe.segmenter.freeze_blocks)
        learn_to_end(network, task, recipe.segmenter, work, name, report)
        return
    training, validation = _samples(recipe, name, records, parts, preprocessing, recipe.classifier.parts)

    def learn(
        stem: str,
        schedule: Schedule,
        seed: int,
        teachers: Sequence[nn.Module] = (),
        start: nn.Module | None = None,
        architecture: str = as_text(spec["architecture"]),
    ) -> nn.Module:
        taught_by = teachers if schedule.distillation else ()
        how = (recipe.averaging_augmentation if schedule is recipe.averaging else None) or recipe.augmentation
        task = classifier_task(training, validation, preprocessing, schedule, how, seed, recipe.multi_label, taught_by)
        network = begin_classifier(architecture, len(recipe.codes), schedule, seed, start)
        # A checkpoint of its own: one of an earlier recipe that began elsewhere is none to go on from.
        begun = "averaged" if schedule.swa else "imagenet" if start is None else "from-teacher"
        return learn_to_end(network, task, schedule, work, stem, report, f"-{architecture.rpartition('/')[2]}-{begun}")

    for architecture in sorted(set(recipe.teachers)):  # before hours of learning: is it known, are its weights there
        load_imagenet_weights(build_classifier(architecture, len(recipe.codes)), architecture)
    teachers = []
    for number, architecture in enumerate(recipe.teachers, 1):
        report(f"{recipe.name}: teacher {number} of {len(recipe.teachers)}")
        stem, schedule = f"teacher-{number}", _unadjusted(recipe.teacher or recipe.classifier)
        teachers.append(learn(stem, schedule, recipe.seed + number, architecture=architecture))
    start = teachers[best_teacher(recipe, work)] if recipe.from_teacher else None
    if recipe.averaging is None:
        learn(name, recipe.classifier, recipe.seed, teachers, start)
        return
    if recipe.classifier.epochs:
        start = learn("unaveraged", _unadjusted(recipe.classifier), recipe.seed, teachers, start)
    report(f"{recipe.name}: {name}, averaged")
    learn(name, recipe.averaging, recipe.seed, teachers, start)


def begin_classifier(
    architecture: str, classes: int, schedule: Schedule, seed: int, start: nn.Module | None = None
) -> nn.Module:
    """Return a classifier that is about to learn: from ImageNet weights with a new last layer, or from another one."""
    seed_everything(seed)
    network = build_classifier(architecture, classes, drop_rate=schedule.drop_rate, drop_path_rate=schedule.drop_path)
    if start is None:
        load_imagenet_weights(network, architecture)
        _set_head(network, schedule.head_std)
    else:
        network.load_state_dict(start.state_dict())
    freeze_first_stages(network, schedule.freeze_blocks)
    return network


def _set_head(network: nn.Module, std: float) -> None:
    """Draw a timm classifier's last layer anew, near zero; 0 leaves it as timm drew it."""
    if std > 0:
        last = as_classifier(network).get_classifier()
        nn.init.normal_(last.weight, std=std)
        nn.init.zeros_(last.bias)


def _unadjusted(schedule: Schedule) -> Schedule:
    return replace(schedule, logit_adjustment=False, scaling=False)


def _histories(recipe: Recipe, work: Path) -> list[Path]:
    """Return the histories of the trainings that a recipe consists of, of those whose files are there."""
    unaveraged = ["unaveraged"] if recipe.averaging is not None and recipe.classifier.epochs else []
    stems = [*(f"teacher-{n}" for n in range(1, len(recipe.teachers) + 1)), *unaveraged, *NETWORKS]
    return [path for path in (work / f"{stem}.json" for stem in stems) if path.is_file()]


def best_teacher(recipe: Recipe, work: Path) -> int:
    """Return the index of the teacher that did best on validation, of those of the classifier's architecture."""
    histories = (json.loads((work / f"teacher-{n}.json").read_text()) for n in range(1, len(recipe.teachers) + 1))
    scores = {
        index: max(epoch["score"] for epoch in history)
        for index, (architecture, history) in enumerate(zip(recipe.teachers, histories, strict=True))
        if architecture == as_table(recipe.manifest["classifier"])["architecture"]
    }
    return max(scores, key=scores.__getitem__)


def _samples(
    recipe: Recipe,
    name: str,
    records: dict[str, list[Record]],
    parts: dict[str, Part],
    preprocessing: Preprocessing,
    learned: Sequence[str],
) -> tuple[Samples, Samples]:
    """Return the images that a network learns from, and the validation images."""
    if name == "classifier":
        usable = [r for layout in recipe.classifier_data for r in records[layout] if r.codes or recipe.multi_label]
    else:
        usable = [r for layout in recipe.segmenter_data for r in records[layout] if r.mask is not None]
    balance = recipe.balance if name == "classifier" else ()
    training, validation = (
        Samples.load([r for r in usable if parts.get(r.image_id) in wanted], recipe.codes, preprocessing, balance)
        for wanted in (learned, ("validation",))
    )
    return training, validation


def learn_to_end(
    network: nn.Module,
    task: Task,
    schedule: Schedule,
    work: Path,
    stem: str,
    report: Callable[[str], None],
    marks: str = "",
) -> nn.Module:
    """Train a network, keep its best weights and their history in the work folder, and return it with them.

    The checkpoint's name is `stem` with `marks`.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    weights, history = train(network, task, schedule, work / f"{stem}{marks}.checkpoint", report, device)
    if schedule.logit_adjustment:
        weights = adjust_logits(network, weights, task, report)
    if schedule.scaling:
        weights = scale_logits(network, weights, task, report, equal_priors=schedule.equal_priors)
    if task.cut_offs is not None:
        network.load_state_dict(weights)
        cut_offs = [round(float(c), 4) for c in task.cut_offs(network.eval())]
        report(f"findings are stated above {cut_offs}")
        (work / f"{stem}{CUT_OFFS}").write_text(json.dumps(cut_offs), encoding="utf-8")
    save_file({k: v.cpu().contiguous() for k, v in weights.items()}, work / f"{stem}.safetensors")
    (work / f"{stem}.json").write_text(json.dumps(history, indent=1), encoding="utf-8")
    network.load_state_dict(weights)
    return network.eval().requires_grad_(False)


def preprocessing_of(recipe: Recipe) -> Preprocessing:
    """Return the preprocessing that the recipe's manifest describes."""
    return preprocessing_from(as_table(recipe.manifest["preprocessing"]))


def segmenter_input_of(recipe: Recipe) -> Preprocessing:
    """Return the segmenter's own preprocessing, or the bundle's."""
    own = as_table(recipe.manifest["segmenter"]).get("preprocessing")
    return preprocessing_of(recipe) if own is None else preprocessing_from(as_table(own))


def seed_everything(seed: int) -> None:
    """Seed every generator that building or training a network may draw from."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - third-party layers draw from the global generator
    torch.manual_seed(seed)


def _write(recipe: Recipe, out: Path, work: Path, counts: dict[str, int], parts: dict[str, Part]) -> None:
    from segx_viewer.bundles.writing import write_bundle

    training = {
        "recipe": recipe.path.name,
        "seed": recipe.seed,
        "images": counts,
        "split": {part: sum(p == part for p in parts.values()) for part in PARTS},
        "epochs": {h.stem: len(json.loads(h.read_text())) for h in _histories(recipe, work)},
    }
    manifest = {**recipe.manifest, "training": training}
    cut_offs = work / f"classifier{CUT_OFFS}"
    if recipe.multi_label and cut_offs.is_file():
        chosen = json.loads(cut_offs.read_text(encoding="utf-8"))
        manifest["classes"] = [
            {**c, "threshold": cut_off}
            for c, cut_off in zip(as_tables(recipe.manifest["classes"]), chosen, strict=True)
        ]
    write_bundle(out, manifest, *(load_file(work / f"{name}.safetensors") for name in NETWORKS))
