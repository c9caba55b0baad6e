"""`segx-viewer calibrate`: fit a bundle's input gate and the badge's calibration on its own split.

The gate's distances are learned from training images, its thresholds and the calibration from the calibration part,
which chose nothing, or from validation images where the split has none. Each image is seen as it is and once more,
changed at random as in training (for the gate without blur, JPEG artefacts and most hairs). The test part is never read
here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from segx_viewer.bundles.graphs import add_graphs
from segx_viewer.bundles.manifest import read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis, GateLevel
from segx_viewer.domain.tables import as_table
from segx_viewer.errors import DataError
from segx_viewer.evaluation.calibrate import (
    ALIGNMENT_FEATURES,
    SIMPLEST,
    CalibrationData,
    JudgedAnswer,
    calibrate,
    choose,
    promised_levels,
)
from segx_viewer.evaluation.fit_gate import fit_distance, fit_looks
from segx_viewer.evaluation.fitted import Fitted, FittedPromises, ProvenLevels, Reference
from segx_viewer.evaluation.levels import level_sentences
from segx_viewer.evaluation.plain import to_table
from segx_viewer.evaluation.promises import fit_promises
from segx_viewer.evaluation.spread import Spread, over_processes
from segx_viewer.explain.promises import Subgroup
from segx_viewer.inference.input_gate import GATE_FILE
from segx_viewer.paths import sha256_of
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.training.augment import augment
from segx_viewer.training.datasets import Record
from segx_viewer.training.recipe import Recipe, read_recipe
from segx_viewer.training.run import SPLITS
from segx_viewer.training.splits import read_splits

CHUNK = 16


def fit_bundle(
    folder: Path,
    data: Path,
    *,
    workers: int = 1,
    spread: Spread | None = None,
    report: Callable[[str], None] = print,
) -> Fitted:
    """Fit gate and calibration and write them into the bundle.

    Parameters
    ----------
    folder : Path
        The bundle, with its recipe and split.
    data : Path
        Folder of the data sets.
    workers : int
        Processes for the validation images, one thread each.
    spread : Spread, optional
        Carries out the analyses in place of this machine's processes.

    Returns
    -------
    Fitted
        The `[calibration]` table.

    Raises
    ------
    DataError
        If the data sets are not there or too small.
    """
    spread = spread or over_processes(workers)
    recipe = read_recipe(folder / "recipe.toml")
    parts = read_splits(folder / SPLITS)
    part = recipe.badge_part(parts)
    records = [
        r for layout in recipe.classifier_data for r in recipe.load(layout, data) if r.codes or recipe.multi_label
    ]
    manifest = read_manifest(folder)
    for stale in ("calibration", "promises", "evaluation"):
        manifest.pop(stale, None)
    training, held_out = ([r for r in records if parts.get(r.image_id) == wanted] for wanted in ("train", part))
    _check_subgroups(recipe.evaluation.within, held_out)
    gate = manifest["gate"] = {
        k: v for k, v in as_table(manifest.get("gate", {})).items() if k in ("population", "layer", "kind")
    }
    write_manifest(folder, manifest)

    report(f"{recipe.name}: input gate")
    further = [layout for layout in recipe.segmenter_data if layout not in recipe.classifier_data]
    near = [r for layout in (further if recipe.evaluation.near is None else recipe.evaluation.near)
            for r in recipe.load(layout, data) if parts.get(r.image_id, "test") != "test"]  # fmt: skip
    limits, tensors = fit_distance(folder, recipe, training, held_out, near)
    looks, usual = fit_looks(recipe, [*training, *held_out, *near])
    gate |= limits | {"looks": looks}
    tensors |= usual if tensors else {}
    files = manifest["files"] = {
        name: digest for name, digest in as_table(manifest["files"]).items() if name != GATE_FILE
    }
    if tensors:
        save_file(tensors, folder / GATE_FILE)
        (folder / GATE_FILE).chmod(0o644)  # safetensors writes for the owner only
        files[GATE_FILE] = sha256_of(folder / GATE_FILE)
    write_manifest(folder, manifest)

    report(f"{recipe.name}: calibration")
    views = recipe.evaluation.views
    rows = collect_features(folder, recipe.classifier_data, data, [r.image_id for r in held_out], views, spread)
    changed = sum(row.changed for row in rows)
    what = "findings stated on images" if recipe.multi_label else "images"
    set_name = (
        f"{', '.join(recipe.classifier_data)}, {part} part ({len(rows) - changed} {what} as they are, "
        f"{changed} changed at random)"
    )
    clean = part == "calibration"
    known = _as_data(rows)
    settled, chosen_on = "", f"the {part} part"
    if clean:
        aside = [r for r in records if parts.get(r.image_id) == "validation"]
        settled, chosen_on = _settled(folder, data, recipe, aside, spread)
    fitted = calibrate(known, views, set_name, settled=settled)
    fitted = replace(fitted, chosen_on=chosen_on, reference=reference(rows))
    manifest["calibration"] = to_table(fitted)
    if clean:
        report(f"{recipe.name}: promises")
        levels = promised_levels(known, settled, recipe.evaluation.dangers, recipe.evaluation.within)
        manifest["promises"] = to_table(_promises(folder, recipe, held_out, levels))
        for sentence in level_sentences(levels):
            report(f"  {sentence}")
    write_manifest(folder, manifest)
    add_graphs(folder)  # the gate looks at a layer of its own
    for step in fitted.steps:
        mark = " (chosen)" if step.chosen else ""
        report(f"  {step.name}: AUROC {step.auroc:.3f}, ECE {step.ece:.3f}{mark}")
    return fitted


def reference(answers: Sequence[JudgedAnswer]) -> dict[str, Reference]:
    """Return the scores that later images are compared with, where two answers have one.

    Of images as they are: the score ("max_softmax", log-odds), SegU ("auitc") and the gate's distance.
    """
    unchanged = [answer for answer in answers if not answer.changed]
    scores = {name: [a.features.get(name) for a in unchanged] for name in ("max_softmax", "auitc")}
    scores["gate_distance"] = [answer.gate_distance for answer in unchanged]
    references = {}
    for name, values in scores.items():
        known = np.array([value for value in values if value is not None], np.float64)
        if len(known) > 1:
            mean, deviation = round(float(known.mean()), 6), round(float(known.std(ddof=1)), 6)
            references[name] = Reference(mean, deviation, len(known))
    return references


def _settled(folder: Path, data: Path, recipe: Recipe, validation: Sequence[Record], spread: Spread) -> tuple[str, str]:
    """Choose the badge's features where the calibration part may not: return their name, and what chose them in words.

    Validation images chose the networks' epochs, if any, but no network learned from them; where one did, its
    confidence on them tells nothing, and the simplest score is taken.
    """
    learned = {part for schedule in (recipe.classifier, recipe.averaging) if schedule for part in schedule.parts}
    if "validation" in learned:
        return SIMPLEST, "nothing: the classifier learned from the validation part too"
    ids = [record.image_id for record in validation]
    rows = collect_features(folder, recipe.classifier_data, data, ids, recipe.evaluation.views, spread)
    if not rows:
        return SIMPLEST, "nothing: the badge speaks of no image of the validation part"
    known = _as_data(rows)
    mistakes = int((~known.correct).sum())
    words = f"the validation part ({len(rows)} answers, {mistakes} of them wrong)"
    return choose(known, len(recipe.evaluation.views)), words


def _check_subgroups(subgroups: Sequence[Subgroup], records: Sequence[Record]) -> None:
    """Raise `DataError` where no image belongs to a subgroup: its name is wrong, or nothing could be promised."""
    for subgroup in subgroups:
        if not any(subgroup.holds(record.attributes) for record in records):
            raise DataError(
                f"No calibration image has the {subgroup.attribute} {' or '.join(subgroup.values)} that "
                "[[recipe.evaluation.within]] names."
            )


def _promises(folder: Path, recipe: Recipe, records: Sequence[Record], levels: ProvenLevels) -> FittedPromises:
    """Return the manifest's `[promises]` table: levels, and prediction sets of the images that the gate accepts."""
    store = BundleStore([folder.parent])
    codes, rows, truth = recipe.codes, [], []
    for record in records:
        analysis = analyse_to_end(AnalysisRequest(record_image(record), bundle_name=folder.name), store)
        if analysis.prediction is not None and analysis.gate.level is GateLevel.ACCEPTED:
            rows.append(analysis.prediction.probabilities.astype(np.float64))
            truth.append([code in record.codes for code in codes])
    cut_offs = np.array([c.threshold for c in store.get(folder.name).classes]) if recipe.multi_label else None
    return fit_promises(np.stack(rows), np.array(truth), levels, cut_offs)


def record_image(record: Record) -> MedicalImage:
    """Return a data set's image as the reader would deliver the picture file."""
    return picture_image(record.read_image(), record.image.name)


def picture_image(pixels: NDArray[np.uint8], file_name: str) -> MedicalImage:
    """Return a picture (H, W, 3) as the reader would deliver its file: grey where its channels are equal."""
    grey = np.array_equal(pixels[..., 0], pixels[..., 1]) and np.array_equal(pixels[..., 1], pixels[..., 2])
    photometric = PhotometricInterpretation.MONOCHROME2 if grey else PhotometricInterpretation.RGB
    source = SourceInfo(Path(file_name))
    return MedicalImage(pixels[..., 0] if grey else pixels, "", photometric, source)


def collect_features(
    folder: Path,
    layouts: Sequence[str],
    data: Path,
    image_ids: Sequence[str],
    views: Sequence[str],
    spread: Spread = over_processes(1),  # noqa: B008 - it holds nothing
) -> list[JudgedAnswer]:
    """Analyse images as they are and changed, and return each answer that the badge can speak about.

    Those are the ones that the gate accepts and SegU is defined for, in the order of `image_ids` whoever carries it
    out: a fit depends on the order. A badge fitted on images as they are alone is too sure, or not sure enough, of
    images that differ from them (after Tomani et al. 2021).
    """
    digest = read_bundle(folder).info.digest
    jobs = [
        _Job(folder, digest, tuple(layouts), data, tuple(image_ids[n : n + CHUNK]), tuple(views))
        for n in range(0, len(image_ids), CHUNK)
    ]
    by_image: dict[str, list[JudgedAnswer]] = {}
    for judged in spread(_work, jobs):
        for answer in judged:
            by_image.setdefault(answer.image_id, []).append(answer)
    return [answer for image_id in image_ids for answer in by_image.get(image_id, ())]


@dataclass(frozen=True, slots=True)
class _Job:
    """Some images, and with what they are looked at."""

    folder: Path
    digest: str
    layouts: tuple[str, ...]
    data: Path
    image_ids: tuple[str, ...]
    views: tuple[str, ...]


@lru_cache(maxsize=1)
def _bench(
    folder: Path, digest: str, layouts: tuple[str, ...], data: Path
) -> tuple[BundleStore, Recipe, dict[str, Record]]:
    """Return what a process keeps between jobs."""
    if read_bundle(folder).info.digest != digest:
        raise DataError(f"{folder.name} is another bundle here than where the calibration was begun.")
    recipe = read_recipe(folder / "recipe.toml")
    records = {r.image_id: r for layout in layouts for r in recipe.load(layout, data)}
    return BundleStore([folder.parent]), recipe, records


def _work(job: _Job) -> list[JudgedAnswer]:
    return list(_answers_of(job))


def _answers_of(job: _Job) -> Iterator[JudgedAnswer]:
    folder, views = job.folder, job.views
    store, recipe, records = _bench(folder, job.digest, job.layouts, job.data)
    for image_id in job.image_ids:
        record = records[image_id]
        pixels = record.read_image()
        rng = np.random.default_rng((recipe.seed, *image_id.encode()))
        changed = augment(pixels, None, pixels.shape[:2], recipe.augmentation, rng)[0]
        for is_changed, seen in ((False, pixels), (True, changed)):
            request = AnalysisRequest(picture_image(seen, record.image.name), bundle_name=folder.name)
            analysis = analyse_to_end(request, store, evidence_views=views)
            for code, features in _features_of(analysis).items():
                yield JudgedAnswer.of(
                    code,
                    record.codes,
                    features,
                    image_id=image_id,
                    group=record.group,
                    changed=is_changed,
                    gate_distance=analysis.gate.score,
                    attributes=record.attributes,
                )


def _features_of(analysis: Analysis) -> dict[str, dict[str, float]]:
    """Return what the badge can be fitted on, by the class it speaks of; {} where it abstains or nothing is stated.

    Of several findings, every one that is stated has a badge.
    """
    prediction = analysis.prediction
    if analysis.gate.level is not GateLevel.ACCEPTED or prediction is None:
        return {}
    found = {}
    for k in prediction.findings:
        certainty = analysis.explanations["gradcam", k].assessed
        aligned = {name: certainty.alignments[name].value for name in ALIGNMENT_FEATURES}
        defined = {name: value for name, value in aligned.items() if value is not None}
        if defined.keys() == aligned.keys():
            found[prediction.classes[k].code] = {**certainty.evidence, **defined}
    return found


def _as_data(answers: Sequence[JudgedAnswer]) -> CalibrationData:
    if not answers:
        raise DataError("No image that the badge could be fitted on passed the input gate with a region.")
    return CalibrationData.of(answers)
