"""`segx-viewer calibrate MODEL --data FOLDER_OR_CSV --as-published`: what SegX's reference fits on its validation set.

These are each class's cut-off, the one with the best F1, and the images that Gradient SHAP starts from (Zhang 2025).
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from sklearn.metrics import precision_recall_curve

from segx_viewer.bundles.manifest import ModelBundle, read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_bytes_beside, write_manifest
from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Activation
from segx_viewer.domain.tables import as_table, as_tables
from segx_viewer.errors import DataError, SegxError, worded
from segx_viewer.evaluation.labelled import Labelled, labelled
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.inference.attribution.published import SAMPLES
from segx_viewer.inference.predictor import preprocess, sigmoid
from segx_viewer.inference.roads import torch_runner
from segx_viewer.paths import sha256_of

BASELINES = "baselines.safetensors"
_TINY = 1e-8


def fit_published(
    folder: Path,
    data: Path,
    *,
    report: Callable[[str], None] = print,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] = lambda _fraction: None,
) -> list[str]:
    """Write a bundle's cut-offs and baselines as the reference finds them; return what there were too few images for.

    Parameters
    ----------
    folder : Path
        An installed model whose classes stand each for itself (sigmoid).
    data : Path
        The validation set, see `own.labelled`. Its first 50 images are kept in `folder`, as inputs of the network.
    report, cancel, on_progress
        As of `own.fit_own`.

    Raises
    ------
    DataError
        If the classes exclude each other, or no image could be read.
    AnalysisCancelled
    """
    bundle = read_bundle(folder)
    if bundle.activation is not Activation.SIGMOID:
        raise DataError(f"{bundle.info.title}: the classes exclude each other (softmax), so they have no cut-offs.")
    images = labelled(data, bundle)
    report(worded(f"{bundle.info.title}: {len(images)} images"))
    scores: list[NDArray[np.float32]] = []
    truths: list[list[bool]] = []
    kept: list[NDArray[np.float32]] = []
    said: list[str] = []
    for done, (image, found) in enumerate(_scored(folder, bundle, images), 1):
        (cancel or CancelToken()).raise_if_cancelled()
        on_progress(done / len(images))
        if isinstance(found, SegxError):
            said.append(worded(f"{image.path.name} is left out: {found}"))
            continue
        score, inputs = found
        scores.append(score)
        truths.append([c.code in image.codes for c in bundle.classes])
        if len(kept) < SAMPLES:
            kept.append(inputs)
    if not scores:
        raise DataError("None of the images could be read.")
    manifest = read_manifest(folder)
    cut_offs, lacking = _cut_offs(bundle, np.array(truths), np.stack(scores))
    manifest["classes"] = [
        {**entry, "threshold": cut_offs.get(str(entry["code"]), entry.get("threshold", 0.5))}
        for entry in as_tables(manifest["classes"])
    ]
    if len(kept) < SAMPLES:
        lacking.append(
            worded(f"Gradient SHAP as published starts from {SAMPLES} images; here it starts from {len(kept)}.")
        )
    write_bytes_beside(folder / BASELINES, save({"inputs": np.stack(kept)}))
    manifest["published"] = {"baselines": BASELINES, "set": f"{data.name} ({len(scores)} images of the user's own)"}
    manifest["files"] = {**as_table(manifest["files"]), BASELINES: sha256_of(folder / BASELINES)}
    write_manifest(folder, manifest)
    for code, cut_off in cut_offs.items():
        report("  " + worded(f"{code}: cut-off {cut_off:.4f}"))
    for sentence in (*said, *lacking):
        report(f"  {sentence}")
    return [*said, *lacking]


def _scored(
    folder: Path, bundle: ModelBundle, images: Sequence[Labelled]
) -> Iterator[tuple[Labelled, tuple[NDArray[np.float32], NDArray[np.float32]] | SegxError]]:
    """Yield each image with its scores (K,) and input (C, h, w), or why there are none."""
    runner = torch_runner(BundleStore([folder.parent]), folder.name)
    for image in images:
        try:
            read = read_image_guarded(image.path)
            inputs, _ = preprocess(to_display(read), bundle.preprocessing, read.stretch)
            yield image, (sigmoid(runner.classify(inputs[None]).logits[0]), np.ascontiguousarray(inputs))
        except SegxError as error:
            yield image, error


def _cut_offs(
    bundle: ModelBundle, truths: NDArray[np.bool_], scores: NDArray[np.float32]
) -> tuple[dict[str, float], list[str]]:
    """Return each class's cut-off with the best F1, and which classes have none."""
    found, lacking = {}, []
    for k, known in enumerate(bundle.classes):
        if not truths[:, k].any():
            lacking.append(worded(f"No image shows {known.label}: its cut-off stays {known.threshold:g}."))
            continue
        precision, recall, cut_offs = precision_recall_curve(truths[:, k], scores[:, k])
        f1 = 2 * precision * recall / (precision + recall + _TINY)
        found[known.code] = float(cut_offs[np.argmax(f1[:-1])])
    return found, lacking
