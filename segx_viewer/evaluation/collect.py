"""One row per image: everything that the evaluation's figures are made of. Resumable, in worker processes."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis
from segx_viewer.evaluation.fit import record_image
from segx_viewer.explain.alignment import auitc, iou, iou_curve
from segx_viewer.explain.segx import segx_map
from segx_viewer.inference.bundle import ModelBundle
from segx_viewer.inference.input_gate import InputGate
from segx_viewer.inference.predictor import preprocess
from segx_viewer.inference.store import BundleStore
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.training.datasets import Record, load_dataset

Row = dict[str, Any]
PERTURBATIONS = ("eroded", "dilated", "shifted")


@dataclass(frozen=True, slots=True)
class Job:
    """What one worker does: which images of which data sets, with which bundle."""

    folder: Path
    data: Path
    layouts: tuple[str, ...]
    image_ids: tuple[str, ...]
    methods: tuple[str, ...]
    rows: Path


class OpenStore(BundleStore):
    """A store whose gate lets every image pass: figures of the networks count all images of the test part."""

    def gate(self, name: str) -> InputGate:
        """Return a gate without distances and population."""
        bundle = self.get(name)
        return InputGate(bundle.image_kind, bundle.modalities, {})


def collect_rows(
    bundle: ModelBundle,
    data: Path,
    layouts: Sequence[str],
    image_ids: Sequence[str],
    methods: Sequence[str],
    cache: Path,
    workers: int,
    on_rows: Callable[[int, int], None],
) -> list[Row]:
    """Analyse images and return their rows in order of image id.

    Rows are appended to files in `cache` as they are made; images that have one already are not analysed again.

    Parameters
    ----------
    on_rows : callable
        Called with (rows so far, rows in all).
    """
    cache.mkdir(parents=True, exist_ok=True)
    known = {row["image_id"]: row for path in sorted(cache.glob("*.jsonl")) for row in _read(path)}
    missing = [i for i in image_ids if i not in known]
    chunk = max(1, min(32, len(missing) // max(1, workers)))
    first = len(list(cache.glob("*.jsonl")))
    jobs = [
        Job(bundle.folder, data, tuple(layouts), tuple(missing[n : n + chunk]), tuple(methods),
            cache / f"{first + k:05}.jsonl")
        for k, n in enumerate(range(0, len(missing), chunk))
    ]  # fmt: skip
    on_rows(len(image_ids) - len(missing), len(image_ids))
    if workers <= 1:
        for job in jobs:
            known |= {row["image_id"]: row for row in _work(job)}
            on_rows(sum(i in known for i in image_ids), len(image_ids))
    else:
        with ProcessPoolExecutor(workers, initializer=_one_thread) as pool:
            for done in as_completed([pool.submit(_work, job) for job in jobs]):
                known |= {row["image_id"]: row for row in done.result()}
                on_rows(sum(i in known for i in image_ids), len(image_ids))
    return [known[i] for i in sorted(image_ids)]


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
    cv2.setNumThreads(0)


_worker: dict[tuple[Path, Path, tuple[str, ...]], tuple[OpenStore, InputGate, dict[str, Record]]] = {}


def _work(job: Job) -> list[Row]:
    key = (job.folder, job.data, job.layouts)
    if key not in _worker:
        real = BundleStore([job.folder.parent])
        records = {r.image_id: r for layout in job.layouts for r in load_dataset(layout, job.data)}
        _worker[key] = OpenStore([job.folder.parent]), real.gate(job.folder.name), records
    store, gate, records = _worker[key]
    rows = []
    with job.rows.open("a", encoding="utf-8") as file:
        for image_id in job.image_ids:
            row = image_row(records[image_id], store, gate, job.folder.name, job.methods)
            file.write(json.dumps(row) + "\n")
            file.flush()
            rows.append(row)
    return rows


def image_row(record: Record, store: BundleStore, gate: InputGate, name: str, methods: Sequence[str]) -> Row:
    """Analyse one image and return its row; maps are of the predicted class."""
    bundle = store.get(name)
    analysis = analyse_to_end(
        AnalysisRequest(record_image(record), bundle_name=name, methods=tuple(methods)),
        store,
        evidence_views=bundle.calibration.get("views", ()),
    )
    prediction, segmentation = analysis.prediction, analysis.segmentation
    k = prediction.top
    verdict = gate.check_embedding(_embedding(record, store, bundle))
    row: Row = {
        "image_id": record.image_id,
        "group": record.group,
        "truth": list(record.codes),
        "probabilities": [round(float(p), 6) for p in prediction.probabilities],
        "predicted": prediction.classes[k].code,
        "correct": prediction.classes[k].code in record.codes,
        "gate": verdict.level.value,
        "gate_score": verdict.score,
        "segmented_area": segmentation.area_fraction,
        "methods": {},
    }
    reference = record.read_mask()
    M = None if reference is None else _to_grid(reference, segmentation.mask.shape)
    for method in methods:
        row["methods"][method] = _explanation(analysis, (method, k), M)
    first = analysis.certainties[methods[0], k]
    row |= {
        "probability_correct": first.probability_correct,
        "level": first.level.value,
        "evidence": {name: round(value, 6) for name, value in first.evidence.items()},
    }
    return row


def _explanation(analysis: Analysis, key: tuple[str, int], M: NDArray[np.bool_] | None) -> Row:
    """Alignments with the predicted region (SegU), and of A and X with the reference mask."""
    certainty = analysis.certainties[key]
    A, mask = analysis.attributions[key].saliency_map, analysis.segmentation.mask
    found: Row = {"segu": {name: a.value for name, a in certainty.alignments.items()}}
    if M is None or not M.any():
        return found
    X = analysis.segx[key]
    found |= {"iou_original": iou(A, M), "auitc_original": auitc(A, M),
              "iou_segx": iou(X, M), "auitc_segx": auitc(X, M)}  # fmt: skip
    for name, E in (("curve_original", A), ("curve_segx", X)):
        curve = iou_curve(E, M)
        found[name] = None if curve is None else [round(float(v), 4) for v in curve]
    if key[0] == "gradcam":
        for name in PERTURBATIONS:
            changed = segx_map(A, perturbed(mask, name))
            found[f"auitc_segx_{name}"] = auitc(changed, M)
    return found


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


def segmentation_row(record: Record, store: BundleStore, name: str) -> Row:
    """Compare the predicted region with the reference mask at the reference's own resolution."""
    import torch

    from segx_viewer.inference.segmenter import segment

    bundle = store.get(name)
    array, placement = preprocess(record.read_image(), bundle.preprocessing)
    found = segment(store.segmenter(name), torch.from_numpy(array)[None], bundle.segmentation_threshold)
    truth = record.read_mask()
    mask = placement.to_image(found.probability, truth.shape) > bundle.segmentation_threshold
    overlap, total = int((mask & truth).sum()), int(mask.sum()) + int(truth.sum())
    return {
        "image_id": record.image_id,
        "group": record.group,
        "dataset": record.dataset,
        "dice": 2 * overlap / total if total else 1.0,
        "iou": overlap / (total - overlap) if total else 1.0,
    }


def _embedding(record: Record, store: BundleStore, bundle: ModelBundle) -> NDArray[np.float32]:
    import torch

    from segx_viewer.inference.predictor import forward

    array, _ = preprocess(record.read_image(), bundle.preprocessing)
    tensor = torch.from_numpy(array)[None]
    return forward(store.classifier(bundle.info.name), tensor, bundle.target_layer).embedding


def _to_grid(mask: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    return cv2.resize(mask.astype(np.float32), shape[::-1], interpolation=cv2.INTER_AREA) > 0.5


def _read(path: Path) -> Iterator[Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            return  # the run was killed while this line was being written
