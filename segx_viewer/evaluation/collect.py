"""One row per image: everything that the evaluation's figures are made of. Resumable, in worker processes."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import ModelBundle, read_bundle
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Activation, Analysis, FindingSet, Prediction, PredictionSet
from segx_viewer.domain.tables import as_texts
from segx_viewer.errors import DataError
from segx_viewer.evaluation.faithful import faithfulness_row
from segx_viewer.evaluation.fit import record_image
from segx_viewer.evaluation.outlines import outline_row
from segx_viewer.evaluation.plain import restored, to_table
from segx_viewer.evaluation.rows import (
    ExplainedRow,
    FaithfulnessRow,
    FindingRow,
    ImageRow,
    OutlineRow,
    Row,
    RunnerUp,
    SegmentationRow,
    SetRow,
    ShiftRow,
)
from segx_viewer.evaluation.second import second_row
from segx_viewer.evaluation.shifts import shift_row
from segx_viewer.evaluation.spread import Spread
from segx_viewer.evaluation.strangers import judge
from segx_viewer.explain.alignment import auitc, iou, iou_curve
from segx_viewer.explain.segx import segx_map
from segx_viewer.inference.input_gate import InputGate
from segx_viewer.inference.predictor import preprocess
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.training.datasets import Record
from segx_viewer.training.recipe import read_recipe

T = TypeVar("T")
Task = tuple[str, str]
"""What is measured (a key of `KINDS`) on which image id."""
KINDS: Mapping[str, type[Row]] = {
    "image": ImageRow,
    "segmentation": SegmentationRow,
    "outline": OutlineRow,
    "shift": ShiftRow,
    "faithfulness": FaithfulnessRow,
}
"""What a row of each kind of task is."""

PERTURBATIONS = ("eroded", "dilated", "shifted")
CHUNK = 16


@dataclass(frozen=True, slots=True)
class Job:
    """What one worker does: which tasks on which data sets, with which bundle, and which one is asked beside it."""

    folder: Path
    digest: str
    data: Path
    layouts: tuple[str, ...]
    tasks: tuple[Task, ...]
    methods: tuple[str, ...]
    rows: Path
    beside: Path | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The rows of each kind, in order of image id."""

    images: list[ImageRow]
    regions: list[SegmentationRow]
    outlines: list[OutlineRow]
    shifts: list[ShiftRow]
    faithfulness: list[FaithfulnessRow]


class OpenStore(BundleStore):
    """A store whose gate lets every image pass: figures of the networks count all images of the test part."""

    def once(self, name: str, what: str, load: Callable[[], T]) -> T:
        """Load what a store keeps; a gate without distances, population and any demand on pixels or header."""
        return super().once(name, what, load if what != "gate" else lambda: cast(T, self._open_gate(name)))

    def _open_gate(self, name: str) -> InputGate:
        bundle = self.get(name)
        return InputGate(bundle.image_kind, bundle.modalities, {}, stated={"pixels": "", "body_parts": []})


def collect_rows(
    bundle: ModelBundle,
    data: Path,
    layouts: Sequence[str],
    tasks: Sequence[Task],
    methods: Sequence[str],
    cache: Path,
    workers: int,
    spread: Spread,
    on_rows: Callable[[int, int], None],
    beside: Path | None = None,
) -> Measured:
    """Carry out tasks and return their rows.

    Rows are appended to files in `cache` as they are made; tasks that have one already are not carried out again.

    Parameters
    ----------
    workers : int
        How many there are: a few tasks are parted among them.
    spread : Spread
        Carries out the jobs.
    on_rows : callable
        Called with (rows so far, rows in all).
    beside : Path, optional
        Another bundle of the same classes, whose agreement is measured.
    """
    cache.mkdir(parents=True, exist_ok=True)
    shards = sorted(cache.glob("*.jsonl"))
    known: dict[Task, Row] = {task: row for path in shards for task, row in _read(path)}
    missing = [task for task in tasks if task not in known]
    size = max(1, min(CHUNK, len(missing) // max(1, workers)))
    # Never append to an old file: its last line may be torn.
    first = 1 + max((int(path.stem) for path in shards), default=-1)
    jobs = [
        Job(bundle.folder, bundle.info.digest, data, tuple(layouts), tuple(missing[n : n + size]), tuple(methods),
            cache / f"{first + k:05}.jsonl", beside)
        for k, n in enumerate(range(0, len(missing), size))
    ]  # fmt: skip
    done = len(tasks) - len(missing)
    on_rows(done, len(tasks))
    for rows in spread(_work, jobs):
        known |= rows
        done += len(rows)
        on_rows(done, len(tasks))
    rows_in_order = [known[task] for task in sorted(tasks)]
    return Measured(
        _of_kind(rows_in_order, ImageRow),
        _of_kind(rows_in_order, SegmentationRow),
        _of_kind(rows_in_order, OutlineRow),
        _of_kind(rows_in_order, ShiftRow),
        _of_kind(rows_in_order, FaithfulnessRow),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """What a worker keeps between jobs."""

    open_store: OpenStore
    store: BundleStore
    records: Mapping[str, Record]
    second: tuple[OpenStore, Path] | None


_benches: dict[tuple[Path, str, Path, tuple[str, ...], Path | None], _Bench] = {}


def _work(job: Job) -> dict[Task, Row]:
    key = (job.folder, job.digest, job.data, job.layouts, job.beside)
    if key not in _benches:
        if read_bundle(job.folder).info.digest != job.digest:
            raise DataError(f"{job.folder.name} is another bundle here than where the evaluation was begun.")
        recipe = read_recipe(job.folder / "recipe.toml")
        records = {r.image_id: r for layout in job.layouts for r in recipe.load(layout, job.data)}
        second = None if job.beside is None else (OpenStore([job.beside.parent]), job.beside)
        _benches[key] = _Bench(OpenStore([job.folder.parent]), BundleStore([job.folder.parent]), records, second)
    bench = _benches[key]
    rows = {}
    # A job whose worker died is done again: what that one wrote is written over.
    with job.rows.open("w", encoding="utf-8") as file:
        for kind, image_id in job.tasks:
            row = rows[kind, image_id] = _measured(kind, bench.records[image_id], bench, job)
            file.write(json.dumps({"task": kind, **to_table(row)}) + "\n")
            file.flush()
    return rows


def _measured(kind: str, record: Record, bench: _Bench, job: Job) -> Row:
    if kind == "image":
        return image_row(record, bench.open_store, bench.store, job.folder.name, job.methods, bench.second)
    if kind == "segmentation":
        return segmentation_row(record, bench.open_store, job.folder.name)
    if kind == "shift":
        return shift_row(record, bench.open_store, bench.store, job.folder.name)
    if kind == "outline":
        return outline_row(record, bench.open_store, job.folder.name)
    return faithfulness_row(record, bench.open_store, job.folder.name, job.methods)


def image_row(
    record: Record,
    open_store: OpenStore,
    store: BundleStore,
    name: str,
    methods: Sequence[str],
    second: tuple[OpenStore, Path] | None = None,
) -> ImageRow:
    """Analyse one image and return its row; maps are of the predicted class.

    The figures come from `open_store`, the gate's verdict from `store`, a further opinion from the model of `second`.
    """
    bundle, image = store.get(name), record_image(record)
    analysis = analyse_to_end(
        AnalysisRequest(image, bundle_name=name, methods=tuple(methods)),
        open_store,
        evidence_views=as_texts(bundle.calibration.get("views", ())),
    )
    prediction, segmentation = analysis.predicted.prediction, analysis.predicted.region
    k = prediction.top
    verdict = judge(store, name, image)
    reference = record.read_mask()
    M = None if reference is None else _to_grid(reference, segmentation.mask.shape)
    explained = {method: _explanation(analysis, (method, k), M) for method in methods}
    first, findings = methods[0], None
    if prediction.activation is Activation.SOFTMAX:
        runner_up = _runner_up(prediction, image, open_store, name, first)
        explained[first] = replace(explained[first], runner_up=runner_up)
    else:
        findings = tuple(_finding_row(analysis, first, i, record.codes) for i in prediction.findings)
    own = analysis.explanations[first, k]
    code, badge = prediction.classes[k].code, own.assessed
    return ImageRow(
        image_id=record.image_id,
        group=record.group,
        truth=tuple(record.codes),
        probabilities=tuple(round(float(p), 6) for p in prediction.probabilities),
        predicted=code,
        correct=(code in record.codes) == (k in prediction.findings),
        stated=k in prediction.findings,
        sets=tuple(_set_row(one, prediction) for one in prediction.sets),
        attributes=dict(record.attributes),
        gate=verdict.level.value,
        gate_reason=verdict.reason,
        gate_score=verdict.score,
        segmented_area=segmentation.area_fraction,
        methods=explained,
        second=None if second is None else second_row(image, code, own.saliency_map, *second, first),
        probability_correct=badge.probability_correct,
        level=badge.level.value,
        evidence={feature: round(value, 6) for feature, value in badge.evidence.items()},
        findings=findings,
    )


def _runner_up(prediction: Prediction, image: MedicalImage, store: OpenStore, name: str, method: str) -> RunnerUp:
    """Return SegU of the class that comes second: how well its map agrees with the region."""
    k = prediction.ranking[1]
    request = AnalysisRequest(image, bundle_name=name, methods=(method,), classes=(k,))
    certainty = analyse_to_end(request, store).explanations[method, k].assessed
    return RunnerUp(prediction.classes[k].code, certainty.c_iou, certainty.c_auitc)


def _finding_row(analysis: Analysis, method: str, k: int, truth: Sequence[str]) -> FindingRow:
    """Return what the badge says of one of several findings that is stated."""
    prediction, certainty = analysis.predicted.prediction, analysis.explanations[method, k].assessed
    code = prediction.classes[k].code
    return FindingRow(
        code,
        probability=round(float(prediction.probabilities[k]), 6),
        correct=code in truth,
        probability_correct=certainty.probability_correct,
        level=certainty.level.value,
        evidence={name: round(value, 6) for name, value in certainty.evidence.items()},
        segu={name: a.value for name, a in certainty.alignments.items()},
    )


def _set_row(one: PredictionSet | FindingSet, prediction: Prediction) -> SetRow:
    codes = [c.code for c in prediction.classes]
    if isinstance(one, PredictionSet):
        return SetRow(one.confidence, classes=tuple(codes[k] for k in one.classes))
    present, absent = (
        tuple(c for c, held in zip(codes, side, strict=True) if held) for side in (one.present, one.absent)
    )
    return SetRow(one.confidence, present=present, absent=absent)


def _explanation(analysis: Analysis, key: tuple[str, int], M: NDArray[np.bool_] | None) -> ExplainedRow:
    """Alignments with the predicted region (SegU), and of A and X with the reference mask."""
    explanation = analysis.explanations[key]
    A, mask = explanation.saliency_map, analysis.predicted.region.mask
    segu = {name: a.value for name, a in explanation.assessed.alignments.items()}
    if M is None or not M.any():
        return ExplainedRow(segu)
    X = explanation.restricted
    measures = {"iou_original": iou(A, M), "auitc_original": auitc(A, M),
                "iou_segx": iou(X, M), "auitc_segx": auitc(X, M)}  # fmt: skip
    if key[0] == "gradcam":
        for name in PERTURBATIONS:
            measures[f"auitc_segx_{name}"] = auitc(segx_map(A, perturbed(mask, name)), M)
    return ExplainedRow(segu, _curve(A, M), _curve(X, M), measures=measures)


def _curve(E: NDArray[np.float32], M: NDArray[np.bool_]) -> tuple[float, ...] | None:
    curve = iou_curve(E, M)
    return None if curve is None else tuple(round(float(v), 4) for v in curve)


def perturbed(mask: NDArray[np.bool_], how: str) -> NDArray[np.bool_]:
    """Spoil a mask by 5 % of the grid's side: eroded, dilated, or shifted to the right."""
    reach = max(1, round(0.05 * mask.shape[1]))
    if how == "shifted":
        moved = np.zeros_like(mask)
        moved[:, reach:] = mask[:, :-reach]
        return moved
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    change = cv2.erode if how == "eroded" else cv2.dilate
    return change(mask.astype(np.uint8), kernel).astype(bool)


def segmentation_row(record: Record, store: BundleStore, name: str) -> SegmentationRow:
    """Compare the predicted region with the reference mask at the reference's own resolution."""
    from segx_viewer.inference.segmenter import segment
    from segx_viewer.networks.forward import on_arrays

    bundle = store.get(name)
    array, placement = preprocess(record.read_image(), bundle.segmenter_input)
    found = segment(on_arrays(store.segmenter(name)), array[None], bundle)
    truth = record.read_mask()
    if truth is None:
        raise DataError(f"{record.image_id} of {record.dataset} has no reference mask.")
    probability = np.asarray(placement.to_image(found.probability, truth.shape), np.float32)
    mask = np.asarray(probability > bundle.segmentation_threshold)
    overlap, total = int((mask & truth).sum()), int(mask.sum()) + int(truth.sum())
    return SegmentationRow(
        record.image_id,
        record.group,
        record.dataset,
        dice=2 * overlap / total if total else 1.0,
        iou=overlap / (total - overlap) if total else 1.0,
    )


def _to_grid(mask: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    return cv2.resize(mask.astype(np.float32), shape[::-1], interpolation=cv2.INTER_AREA) > 0.5


def _read(path: Path) -> Iterator[tuple[Task, Row]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            table = json.loads(line)
        except json.JSONDecodeError:
            return  # the run was killed while this line was being written
        yield (table["task"], table["image_id"]), restored(KINDS[table["task"]], table)


def _of_kind(rows: Sequence[Row], kind: type[T]) -> list[T]:
    return [row for row in rows if isinstance(row, kind)]
