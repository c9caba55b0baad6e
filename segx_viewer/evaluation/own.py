"""`segx-viewer calibrate MODEL --data FOLDER_OR_CSV`: levels and prediction sets for anybody's model.

The images must be ones that the model did not learn from. They are seen as they are; nothing is promised that they are
too few for, and the report says so of each promise. Masks of the region are optional: they tell how good it is.
"""

import math
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import MANIFEST, ModelBundle, read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.domain.result import Activation, Analysis, Explanation
from segx_viewer.errors import DataError, SegxError, worded
from segx_viewer.evaluation.calibrate import (
    ALIGNMENT_FEATURES,
    SIMPLEST,
    CalibrationData,
    JudgedAnswer,
    calibrate,
    promised_levels,
)
from segx_viewer.evaluation.fitted import ProvenLevels
from segx_viewer.evaluation.labelled import Labelled, labelled
from segx_viewer.evaluation.plain import to_table
from segx_viewer.evaluation.promises import SET_CONFIDENCES, fit_promises
from segx_viewer.evaluation.spread import Spread, over_processes
from segx_viewer.explain.promises import HIGH_ERROR, MODERATE_ERROR, NEVER, Levels
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.paths import sha256_of
from segx_viewer.pipeline import analyse_to_end

_CHUNK = 16  # images that one process does in one go
_EVERY = 100  # images after which a line says how far it has come
WHITE = 127
"""Level of a mask's picture above which it is the region."""


def fit_own(
    folder: Path,
    data: Path,
    *,
    spread: Spread | None = None,
    report: Callable[[str], None] = print,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] = lambda _fraction: None,
) -> list[str]:
    """Fit a bundle's input gate, calibration and promises and write them; return what there were too few images for.

    Parameters
    ----------
    folder : Path
        An installed model.
    data : Path
        See `labelled`.
    spread : Spread, optional
        Carries out the analyses; this process by default, image by image.
    report : callable
        Told in a line each what was fitted and what was not.
    cancel : CancelToken, optional
        Looked at between images; what was fitted before stays as it was.
    on_progress : callable
        Told how far it has come, 0..1.

    Raises
    ------
    DataError
        If no image could be used.
    AnalysisCancelled
    """
    bundle = read_bundle(folder)
    images = labelled(data, bundle)
    report(worded(f"{bundle.info.title}: {len(images)} images"))
    counter = _Counter(2 * len(images), cancel or CancelToken(), on_progress)
    # On a copy beside it, so that a model is either as it was or complete.
    with tempfile.TemporaryDirectory(prefix=".calibrating-", dir=folder.parent) as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy, copy_function=_link)
        lacking = _fit(copy, data, images, spread, report, counter)
        _take_over(copy, folder)
    return lacking


@dataclass(slots=True)
class _Counter:
    """Counts images, tells how many are done, and stops where that is wanted."""

    total: int
    cancel: CancelToken
    tell: Callable[[float], None]
    done: int = 0

    def one_more(self) -> None:
        self.cancel.raise_if_cancelled()
        self.done += 1
        self.tell(min(1.0, self.done / self.total))


def _link(source: str, target: str) -> None:
    """Copy a file, or give it a second name where the disk can: weights are large, and only read."""
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _take_over(copy: Path, folder: Path) -> None:
    """Move what was fitted into the bundle, its manifest last."""
    changed = [p for p in copy.iterdir() if p.name != MANIFEST and p.is_file() and not _same(p, folder / p.name)]
    for path in (*changed, copy / MANIFEST):
        path.replace(folder / path.name)


def _same(path: Path, before: Path) -> bool:
    return before.is_file() and (path.samefile(before) or sha256_of(path) == sha256_of(before))


def _fit(
    folder: Path,
    data: Path,
    images: Sequence[Labelled],
    spread: Spread | None,
    report: Callable[[str], None],
    counter: _Counter,
) -> list[str]:
    from segx_viewer.evaluation.own_gate import fit_gate

    manifest = read_manifest(folder)
    for stale in ("calibration", "promises", "evaluation"):
        manifest.pop(stale, None)
    write_manifest(folder, manifest)
    gated, sentence = fit_gate(folder, [(partial(_read, i.path), i.group) for i in images], on_image=counter.one_more)
    report(f"  {sentence}")
    lacking = [] if gated else [sentence]
    counter.done = len(images)
    rows, left_out = _analysed(read_bundle(folder), images, spread, report, counter)
    for line in left_out:
        report(f"  {line}")
    if not rows:
        raise DataError("None of the images could be analysed; the model's gate or the files refuse them.")
    return lacking + left_out + _fit_promises(folder, data, rows, report)


def _read(path: Path) -> MedicalImage | None:
    try:
        return read_image_guarded(path)
    except SegxError:
        return None  # told when it is analysed


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """What an image teaches: probabilities (K,), which classes are true, each answer that the badge speaks of."""

    dice: float | None
    answers: tuple[JudgedAnswer, ...]
    p: NDArray[np.float64]
    labels: tuple[bool, ...]


def _fit_promises(folder: Path, data: Path, rows: Sequence[_Row], report: Callable[[str], None]) -> list[str]:
    bundle, manifest, lacking = read_bundle(folder), read_manifest(folder), list[str]()
    name = f"{data.name} ({len(rows)} images of the user's own)"
    levels = ProvenLevels(Levels(NEVER, NEVER))
    try:
        known = _as_data(rows)
        # Images of one's own are one part only: they may not choose what they promise by.
        manifest["calibration"] = to_table(calibrate(known, (), name, settled=SIMPLEST))
        levels = promised_levels(known, SIMPLEST)
        for level, threshold, most in (
            ("HIGH", levels.levels.high, HIGH_ERROR),
            ("MODERATE", levels.levels.moderate, MODERATE_ERROR),
        ):
            kept = (
                worded("promised")
                if math.isfinite(threshold)
                else worded("no such level: too few images, or too many mistakes")
            )
            report("  " + worded(f"{level}, wrong in at most {most:.0%}: {kept}"))
    except (DataError, ValueError, KeyError) as error:
        lacking.append(worded(f"The badge stays uncalibrated: {error}"))
        report(f"  {lacking[-1]}")
    p, labels = np.stack([row.p for row in rows]), np.array([row.labels for row in rows])
    missing = _too_few(bundle, labels)
    for confidence in SET_CONFIDENCES:
        if not any(f"{confidence:.0%}" in sentence for sentence in missing):
            report("  " + worded(f"Sets that hold the truth {confidence:.0%} of the time: enough images of each class"))
    for sentence in missing:
        report(f"  {sentence}")
    dices = [row.dice for row in rows if row.dice is not None]
    if dices:
        report("  " + worded(f"Region: Dice {np.mean(dices):.2f} on average, with the masks of {len(dices)} images"))
    several = bundle.activation is Activation.SIGMOID
    cut_offs = np.array([c.threshold for c in bundle.classes]) if several else None
    manifest["promises"] = to_table(fit_promises(p, labels, levels, cut_offs))
    write_manifest(folder, manifest)
    return lacking + missing


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
    bundle: ModelBundle,
    images: Sequence[Labelled],
    spread: Spread | None,
    report: Callable[[str], None],
    counter: _Counter,
) -> tuple[list[_Row], list[str]]:
    """Return a row for each image that the badge can speak about, in the order of `images`, and what is left out."""
    size = _CHUNK if spread else 1
    jobs = [
        _Job(n, bundle.folder, bundle.info.digest, tuple(images[n : n + size])) for n in range(0, len(images), size)
    ]
    done: dict[int, tuple[list[_Row], list[str]]] = {}
    for number, rows, said in (spread or over_processes(1))(_work, jobs):
        done[number] = rows, said
        for _image in images[number : number + size]:
            counter.one_more()
        if spread or len(done) % _EVERY == 0:
            report("  " + worded(f"{min(len(done) * size, len(images))} of {len(images)}"))
    rows = [row for number in sorted(done) for row in done[number][0]]
    said = [sentence for number in sorted(done) for sentence in done[number][1]]
    if len(rows) + len(said) < len(images):
        said.append(worded(f"{len(images) - len(rows) - len(said)} images are left out: refused, or without a region."))
    return rows, said


def _work(job: _Job) -> tuple[int, list[_Row], list[str]]:
    store, rows, said = _store(job.folder, job.digest), list[_Row](), list[str]()
    for image in job.images:
        try:
            request = AnalysisRequest(read_image_guarded(image.path), bundle_name=job.folder.name)
            row = _row(analyse_to_end(request, store, evidence_views=()), image)
        except SegxError as error:
            said.append(worded(f"{image.path.name} is left out: {error}"))
            continue
        if row is not None:
            rows.append(row)
    return job.number, rows, said


def _row(analysis: Analysis, image: Labelled) -> _Row | None:
    """Return what an image teaches; None where nothing can be said of it."""
    prediction = analysis.prediction
    if prediction is None:
        return None
    answers = []
    for k in prediction.findings:
        explanation = analysis.explanations.get(("gradcam", k))
        aligned = _aligned(explanation)
        if explanation is None or aligned is None:
            continue
        features = {**explanation.assessed.evidence, **aligned}
        code = prediction.classes[k].code
        answers.append(
            JudgedAnswer.of(code, image.codes, features, image_id=image.path.name, group=image.group,
                            gate_distance=analysis.gate.score)
        )  # fmt: skip
    if not answers and prediction.activation is Activation.SOFTMAX:
        return None
    return _Row(
        _dice(analysis, image.mask),
        tuple(answers),
        prediction.probabilities.astype(np.float64),
        tuple(c.code in image.codes for c in prediction.classes),
    )


def _dice(analysis: Analysis, path: Path | None) -> float | None:
    """Return the Dice coefficient of the main region with a reference mask, on the image's own grid."""
    if path is None or analysis.segmentation is None:
        return None
    reference = to_display(read_image_guarded(path))
    wanted = (reference if reference.ndim == 2 else reference.max(2)) > WHITE
    found = np.asarray(analysis.placement.to_image(analysis.segmentation.mask, wanted.shape), bool)
    whole = int(found.sum() + wanted.sum())
    return 2 * int((found & wanted).sum()) / whole if whole else 1.0


def _aligned(found: Explanation | None) -> dict[str, float] | None:
    """Return the alignments that a badge may be fitted on, None where one of them is undefined."""
    if found is None:
        return None
    known = found.assessed.alignments
    aligned = {name: known[name].value for name in ALIGNMENT_FEATURES if name in known}
    defined = {name: value for name, value in aligned.items() if value is not None}
    return defined if len(defined) == len(ALIGNMENT_FEATURES) else None


def _too_few(bundle: ModelBundle, labels: NDArray[np.bool_]) -> list[str]:
    """Return in sentences of which classes there are too few images for sets of which confidence."""
    lacking = []
    for confidence in SET_CONFIDENCES:
        few = int(np.ceil(1 / (1 - confidence))) - 1
        short = [c.code for c, n in zip(bundle.classes, labels.sum(0), strict=True) if n < few]
        if short:
            lacking.append(
                worded(
                    f"A set that holds the truth {confidence:.0%} of the time needs {few} images of each class: "
                    f"too few of {', '.join(short)}, which is then always in it."
                )
            )
    return lacking


def _as_data(rows: Sequence[_Row]) -> CalibrationData:
    answers = [answer for row in rows for answer in row.answers]
    if not answers:
        raise DataError("the model states nothing on these images")
    return CalibrationData.of(answers)
