"""A second start over a run's finished images, until there is nothing to do, against listing their folder."""

import contextlib
import io
import os
import tempfile
from pathlib import Path

from segx_viewer.bundles.store import BundleStore
from segx_viewer.cli.batch import run_batch
from segx_viewer.cohort.inputs import Inputs
from segx_viewer.cohort.journal import Journal, content_hash, file_stamp
from segx_viewer.cohort.options import Batch, run_settings
from segx_viewer.cohort.outputs import Output
from segx_viewer.cohort.tables import write_tables
from tests.benchmarks.harness import Outcome, alternate
from tests.benchmarks.pipeline import BUNDLE

GOAL = 3.0
IMAGES = int(os.environ.get("SEGX_BENCHMARK_IMAGES", "100000"))
ROUNDS = 5
ROW = {
    "status": "done",
    "model": BUNDLE,
    "gate": "accepted",
    "class_code": "nv",
    "class_label": "Melanocytic nevus",
    "probability": 0.75,
    "probabilities": "; ".join(f"class-{n}=0.142857" for n in range(7)),
    "badge": "HIGH",
    **{f"figure {n}": 0.123456789 * n for n in range(20)},
}


def run() -> Outcome:
    """A folder of small files and the journal of a run that has done them all; both sides take turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "in")
        folder.mkdir()
        batch = Batch((str(folder),), Path(name, "out"), bundle=BUNDLE, outputs=(Output.CSV,))
        _done(batch, folder)

        def again() -> None:
            with contextlib.redirect_stderr(io.StringIO()) as told:
                status = run_batch(batch)
            if status or f"{IMAGES} of {IMAGES} analysed" not in told.getvalue():
                raise RuntimeError(told.getvalue())

        def listing() -> None:
            with Inputs(batch.names) as inputs:
                if len(inputs.files()) != IMAGES:
                    raise RuntimeError("not all files were listed")

        mine, theirs = alternate(again, listing, ROUNDS)
    ratio = mine / theirs
    what = f"a second start over {IMAGES:,} finished images / listing the folder"
    return Outcome("resume", ratio, GOAL, ratio <= GOAL, mine, theirs, "ms", ROUNDS, what)


def _done(batch: Batch, folder: Path) -> None:
    store = BundleStore()
    with Journal(batch.out, run_settings(batch, store)) as journal:
        with journal.together():
            for number in range(IMAGES):
                path = folder / f"{number:06d}.png"
                path.write_bytes(b"%d" % number)
                journal.begin(content_hash(path), file_stamp(path))
                journal.end(number + 1, ROW | {"id": f"{number + 1:04d}-00000000"})
        write_tables(batch, journal, store, None)
