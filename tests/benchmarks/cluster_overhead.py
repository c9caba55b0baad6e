"""`analyze --scheduler local:2`, one thread each, against plain `analyze` on the same two cores, in images/s."""

import contextlib
import io
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from segx_viewer.cli.batch import Batch, run_batch
from segx_viewer.cohort.outputs import Output
from segx_viewer.imaging.synthetic import draw_lesion
from tests.benchmarks.harness import Outcome
from tests.benchmarks.pipeline import BUNDLE

GOAL = 0.95
IMAGES = int(os.environ.get("SEGX_BENCHMARK_IMAGES", "1000"))
ROUNDS = int(os.environ.get("SEGX_BENCHMARK_ROUNDS", "3"))  # of some minutes each
DRAWN = 64  # pictures; more files are copies of these


def run() -> Outcome:
    """Both sides take turns over the same pictures on the same two cores, starting and ending included."""
    with tempfile.TemporaryDirectory() as name, cores(2):
        pictures = draw(Path(name, "pictures"))
        shared, alone = [], []
        for turn in range(ROUNDS):
            alone.append(speed(pictures, Path(name, f"alone{turn}")))
            shared.append(speed(pictures, Path(name, f"shared{turn}"), "local:2"))
    mine, theirs = statistics.median(shared), statistics.median(alone)
    what = f"analyze --scheduler local:2 / plain analyze, {IMAGES:,} images to JSON and CSV; higher is better"
    ratio = mine / theirs
    return Outcome("cluster_overhead", ratio, GOAL, ratio >= GOAL, mine, theirs, "images/s", ROUNDS, what)


@contextlib.contextmanager
def cores(count: int) -> Iterator[None]:
    """Let this process and those that it starts use some of the cores, where the system can."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    if before is None:
        yield
        return
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def draw(folder: Path) -> Path:
    """Write pictures of HAM10000's size."""
    folder.mkdir()
    drawn = []
    for seed in range(min(DRAWN, IMAGES)):
        buffer = io.BytesIO()
        Image.fromarray(draw_lesion((450, 600), seed=seed)).save(buffer, "JPEG", quality=90)
        drawn.append(buffer.getvalue())
    for number in range(IMAGES):
        (folder / f"SYNTHETIC-{number:05d}.jpg").write_bytes(drawn[number % len(drawn)])
    return folder


def speed(folder: Path, out: Path, scheduler: str | None = None) -> float:
    """Analyse a folder; return images per second, from the start of the run to its table."""
    outputs = (Output.JSON, Output.CSV) if scheduler is None else (Output.JSON, Output.CSV, Output.PARQUET)
    batch = Batch((str(folder),), out, bundle=BUNDLE, outputs=outputs, device="cpu", scheduler=scheduler)
    started = time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()) as told:
        status = run_batch(batch)
    if status:
        raise RuntimeError(told.getvalue()[-500:])
    return IMAGES / (time.perf_counter() - started)
