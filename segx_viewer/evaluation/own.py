"""`segx-viewer calibrate MODEL --data FOLDER_OR_CSV`: levels and prediction sets for anybody's model.

The images must be ones that the model did not learn from. They are seen as they are; nothing is promised that they are
too few for, and the report says so. The input gate is not fitted here: it needs a layer of its own and training images.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import ModelBundle, read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Activation, Analysis, Explanation
from segx_viewer.errors import DataError, SegxError
from segx_viewer.evaluation.calibrate import ALIGNMENT_FEATURES, SIMPLEST, CalibrationData, calibrate, promised_levels
from segx_viewer.evaluation.promises import SET_CONFIDENCES, class_conditional_sets, finding_sets, miss_rates
from segx_viewer.evaluation.spread import Spread, over_processes
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.pipeline import analyse_to_end

_IMAGE_COLUMNS = ("image", "path", "file", "filename")
_CLASS_COLUMNS = ("class", "label", "classes", "target")
_GROUP_COLUMNS = ("group", "patient", "lesion", "subject")
_APART = ";"
_CHUNK = 16  # images that one process does in one go


@dataclass(frozen=True, slots=True)
class Labelled:
    """An image with the codes of its classes; images of the same group (person, lesion) are one piece of evidence."""

    path: Path
    codes: tuple[str, ...]
    group: str


def labelled(data: Path, bundle: ModelBundle) -> list[Labelled]:
    """Return the images in a folder with a folder for each class, or in a CSV with the columns image and class.

    A CSV may have a column group, and several classes of an image apart by semicolons. Classes are named by their code
    or label.

    Raises
    ------
    DataError
        If there are none, or a class is named that the model does not have.
    """
    codes = {name.lower(): c.code for c in bundle.classes for name in (c.label, c.code)}

    def known(name: str) -> str:
        if name.strip().lower() not in codes:
            names = ", ".join(c.code for c in bundle.classes)
            raise DataError(f"{bundle.info.title} has no class {name.strip()!r}; its classes are {names}.")
        return codes[name.strip().lower()]

    if data.is_dir():
        folders = [f for f in sorted(data.iterdir()) if f.is_dir() and not f.name.startswith(".")]
        found = [
            Labelled(path, (known(folder.name),), str(path))
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        ]
    else:
        found = _in_table(data, known)
    if not found:
        raise DataError(f"{data} holds no labelled images: a folder for each class, or a CSV with image and class.")
    return found


def _in_table(path: Path, known: Callable[[str], str]) -> list[Labelled]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{(k or "").strip().lower(): v or "" for k, v in row.items()} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} could not be read as a CSV of images and classes.") from error
    if not rows:
        return []
    image, label = (
        next((name for name in names if name in rows[0]), None) for names in (_IMAGE_COLUMNS, _CLASS_COLUMNS)
    )
    if image is None or label is None:
        raise DataError(f"{path.name} needs a column image and a column class; it has {', '.join(rows[0])}.")
    group = next((name for name in _GROUP_COLUMNS if name in rows[0]), image)
    return [
        Labelled(
            path.parent / row[image],
            tuple(known(name) for name in row[label].split(_APART) if name.strip()),
            row[group],
        )
        for row in rows
    ]


def fit_own(
    folder: Path, data: Path, *, spread: Spread | None = None, report: Callable[[str], None] = print
) -> list[str]:
    """Fit a bundle's calibration and promises and write them into it; return what there were too few images for.

    Parameters
    ----------
    folder : Path
        An installed model.
    data : Path
        See `labelled`.
    spread : Spread, optional
        Carries out the analyses; this process by default.

    Raises
    ------
    DataError
        If no image could be used.
    """
    bundle = read_bundle(folder)
    images = labelled(data, bundle)
    report(f"{bundle.info.title}: {len(images)} images")
    rows, left_out = _analysed(bundle, images, spread or over_processes(1), report)
    if not rows:
        raise DataError("None of the images could be analysed; the model's gate or the files refuse them.")
    manifest, lacking = read_manifest(folder), list(left_out)
    for stale in ("calibration", "promises", "evaluation"):
        manifest.pop(stale, None)
    name = f"{data.name} ({len(rows)} images of the user's own)"
    table: dict[str, Any] = {"images": len(rows)}
    try:
        known = _as_data(rows)
        # Images of one's own are one part only: they may not choose what they promise by.
        manifest["calibration"] = calibrate(known, (), name, settled=SIMPLEST)
        levels = promised_levels(known, SIMPLEST)
        table["levels"] = {"high": levels.high, "moderate": levels.moderate, "careful": dict(levels.careful)}
    except (DataError, ValueError, KeyError) as error:
        lacking.append(f"The badge stays uncalibrated: {error}")
    sets, missing = _sets(bundle, rows)
    lacking += missing
    if "levels" in table:
        manifest["promises"] = table | sets
    write_manifest(folder, manifest)
    for sentence in lacking:
        report(f"  {sentence}")
    return lacking


@dataclass(frozen=True, slots=True)
class _Job:
    """Some of the images, and which of all jobs it is."""

    number: int
    folder: Path
    digest: str
    images: tuple[Labelled, ...]


@lru_cache(maxsize=1)
def _store(folder: Path, digest: str) -> BundleStore:
    """Return what a process keeps between jobs."""
    if read_bundle(folder).info.digest != digest:
        raise DataError(f"{folder.name} is another bundle here than where the calibration was begun.")
    return BundleStore([folder.parent])


def _analysed(
    bundle: ModelBundle, images: Sequence[Labelled], spread: Spread, report: Callable[[str], None]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a row for each image that the badge can speak about, in the order of `images`, and what is left out."""
    jobs = [
        _Job(n, bundle.folder, bundle.info.digest, tuple(images[n : n + _CHUNK])) for n in range(0, len(images), _CHUNK)
    ]
    done: dict[int, tuple[list[dict[str, Any]], list[str]]] = {}
    for number, rows, said in spread(_work, jobs):
        done[number] = rows, said
        report(f"  {min(len(done) * _CHUNK, len(images))} of {len(images)}")
    rows = [row for number in sorted(done) for row in done[number][0]]
    said = [sentence for number in sorted(done) for sentence in done[number][1]]
    if len(rows) + len(said) < len(images):
        said.append(f"{len(images) - len(rows) - len(said)} images are left out: refused, or without a region.")
    return rows, said


def _work(job: _Job) -> tuple[int, list[dict[str, Any]], list[str]]:
    store, rows, said = _store(job.folder, job.digest), [], []
    for image in job.images:
        try:
            request = AnalysisRequest(read_image_guarded(image.path), bundle_name=job.folder.name)
            analysis = analyse_to_end(request, store, evidence_views=())
        except SegxError as error:
            said.append(f"{image.path.name} is left out: {error}")
            continue
        row = _row(analysis, image)
        if row is not None:
            rows.append(row)
    return job.number, rows, said


def _row(analysis: Analysis, image: Labelled) -> dict[str, Any] | None:
    """Return what an image teaches: its probabilities, and each answer that the badge speaks of."""
    prediction = analysis.prediction
    if prediction is None:
        return None
    answers = []
    for k in prediction.findings:
        found = analysis.explanations.get(("gradcam", k))
        aligned = _aligned(found)
        if found is None or aligned is None:
            continue
        code = prediction.classes[k].code
        answers.append({
            "features": {**found.assessed.evidence, **aligned},
            "correct": code in image.codes,
            "predicted": code,
            "truth": code if code in image.codes else next(iter(image.codes), ""),
        })  # fmt: skip
    if not answers and prediction.activation is Activation.SOFTMAX:
        return None
    return {
        "answers": [{**answer, "group": image.group} for answer in answers],
        "p": prediction.probabilities.astype(np.float64),
        "labels": [c.code in image.codes for c in prediction.classes],
    }


def _aligned(found: Explanation | None) -> dict[str, float] | None:
    """Return the alignments that a badge may be fitted on, None where one of them is undefined."""
    if found is None:
        return None
    known = found.assessed.alignments
    aligned = {name: known[name].value for name in ALIGNMENT_FEATURES if name in known}
    defined = {name: value for name, value in aligned.items() if value is not None}
    return defined if len(defined) == len(ALIGNMENT_FEATURES) else None


def _sets(bundle: ModelBundle, rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Return prediction sets, and for which classes there were too few images."""
    p, labels = np.stack([row["p"] for row in rows]), np.array([row["labels"] for row in rows])
    lacking = []
    for confidence in SET_CONFIDENCES:
        few = int(np.ceil(1 / (1 - confidence))) - 1
        short = [c.code for c, n in zip(bundle.classes, labels.sum(0), strict=True) if n < few]
        if short:
            lacking.append(f"A set that holds the truth {confidence:.0%} of the time needs {few} images of each class: "
                           f"too few of {', '.join(short)}, which is then always in it.")  # fmt: skip
    if bundle.activation is Activation.SIGMOID:
        found = [finding_sets(p, labels, confidence) for confidence in SET_CONFIDENCES]
        table = [{"confidence": f.confidence, "present": list(f.present), "absent": list(f.absent)} for f in found]
        cut_offs = np.array([c.threshold for c in bundle.classes])
        return {"findings": table, "missed": miss_rates(p > cut_offs, labels)}, lacking
    sets = [class_conditional_sets(p, labels.argmax(1), confidence) for confidence in SET_CONFIDENCES]
    return {"sets": [{"confidence": s.confidence, "quantiles": list(s.quantiles)} for s in sets]}, lacking


def _as_data(rows: Sequence[dict[str, Any]]) -> CalibrationData:
    answers = [answer for row in rows for answer in row["answers"]]
    if not answers:
        raise DataError("the model states nothing on these images")
    columns: dict[str, NDArray[np.float64]] = {
        name: np.array([a["features"][name] for a in answers], np.float64) for name in answers[0]["features"]
    }
    correct, groups = (np.array([a[key] for a in answers]) for key in ("correct", "group"))
    unchanged = np.zeros(len(answers), bool)
    predicted, truth = (np.array([a[key] for a in answers]) for key in ("predicted", "truth"))
    return CalibrationData(columns, correct, groups, unchanged, predicted, truth)
