"""`analyze` on a folder of pictures against the bare networks at their best batch size, in images per second."""

import contextlib
import io
import statistics
import tempfile
import time
from pathlib import Path

import torch
from PIL import Image

from segx_viewer.bundles.manifest import ModelBundle
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cli.batch import Batch, run_batch
from segx_viewer.cohort.outputs import Output
from segx_viewer.imaging.synthetic import draw_lesion
from tests.benchmarks.harness import ROUNDS, Outcome
from tests.benchmarks.pipeline import BUNDLE

GOAL = 0.85
IMAGES = 256
SIZES = (1, 2, 4, 8, 16, 32)


def run() -> Outcome:
    """256 pictures of HAM10000's size, from the start of a run to its table, taking turns with the bare networks."""
    with tempfile.TemporaryDirectory() as name:
        pictures = _pictures(Path(name, "pictures"))
        forward = _bare(BundleStore().get(BUNDLE))
        best = max(SIZES, key=lambda size: _speed(forward, size, 2 * SIZES[-1]))
        ours, bare = [], []
        for turn in range(ROUNDS):
            bare.append(_speed(forward, best, IMAGES))
            ours.append(_analyze(pictures, Path(name, f"out{turn}")))
    mine, theirs = statistics.median(ours), statistics.median(bare)
    what = f"analyze to JSON and CSV / bare networks, {best} images at once; higher is better"
    return Outcome("batch", mine / theirs, GOAL, mine / theirs >= GOAL, mine, theirs, "images/s", ROUNDS, what)


def _pictures(folder: Path) -> Path:
    folder.mkdir()
    for number in range(IMAGES):
        lesion = Image.fromarray(draw_lesion((450, 600), seed=number))
        lesion.save(folder / f"SYNTHETIC-{number:03d}.jpg", quality=90)
    return folder


def _analyze(folder: Path, out: Path) -> float:
    batch = Batch((str(folder),), out, bundle=BUNDLE, outputs=(Output.JSON, Output.CSV))
    started = time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()) as told:
        status = run_batch(batch)
    if status:
        raise RuntimeError(told.getvalue())
    return IMAGES / (time.perf_counter() - started)


def _bare(bundle: ModelBundle):
    networks = bundle.load_classifier(), bundle.load_segmenter()

    @torch.inference_mode()
    def forward(batch: torch.Tensor) -> None:
        for network in networks:
            network(batch)

    return forward


def _speed(forward, size: int, images: int) -> float:
    batch = torch.randn(size, 3, 224, 224)
    forward(batch)
    started = time.perf_counter()
    for _ in range(images // size):
        forward(batch)
    return images / (time.perf_counter() - started)
