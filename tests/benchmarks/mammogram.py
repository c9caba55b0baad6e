"""A picture of a mammogram's size, 4728 x 5928 of 12 bits, from process start to badge, against an earlier build.

What it shows is the radiograph RG1, enlarged: no bundle reads mammograms, and an image that is refused has no maps.
"""

import statistics
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pydicom

from tests.benchmarks.cold import radiograph
from tests.benchmarks.harness import Outcome
from tests.benchmarks.watched import Ran, builds, in_turn

GOALS = {"mammogram": 0.3, "mammogram_memory": 0.4}
ROWS, COLUMNS, BITS = 5928, 4728, 12
ROUNDS = 7


def run_all(baseline: Path) -> list[Outcome]:
    """Seconds and peak memory until the badge is shown, both builds taking turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = write_large(folder / "SYNTHETIC-large.dcm")
        both = builds(baseline, folder)
        found: dict[str, list[Ran]] = {side: [] for side in both}
        for turn in range(ROUNDS + 1):
            for side in in_turn(list(both), turn):
                ran = both[side].window(film)
                found[side] += [ran] if turn else []
    badge = {side: statistics.median(r.moments["badge"] for r in rows) * 1e3 for side, rows in found.items()}
    peak = {side: statistics.median(r.peak for r in rows) for side, rows in found.items()}
    return [
        _outcome("mammogram", badge, "ms", f"process start to badge, {COLUMNS} x {ROWS} of 12 bits / earlier build"),
        _outcome("mammogram_memory", peak, "MiB", "the same, peak memory of the program"),
    ]


def write_large(path: Path) -> Path:
    """Write the radiograph at that size and depth, uncompressed."""
    data = pydicom.dcmread(radiograph())
    values = cv2.resize(data.pixel_array, (COLUMNS, ROWS), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    highest = 2**BITS - 1
    scale = highest / float(data.pixel_array.max())
    data.Rows, data.Columns = ROWS, COLUMNS
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, BITS, BITS - 1, 0
    data.WindowCenter, data.WindowWidth = float(data.WindowCenter) * scale, float(data.WindowWidth) * scale
    for keyword in ("SmallestImagePixelValue", "LargestImagePixelValue", "VOILUTSequence"):
        if keyword in data:
            del data[keyword]
    data.PixelData = np.clip(np.rint(values * scale), 0, highest).astype(np.uint16).tobytes()
    data.save_as(path)
    return path


def _outcome(name: str, found: dict[str, float], unit: str, what: str) -> Outcome:
    ours, earlier = found["ours"], found["baseline"]
    return Outcome(name, ours / earlier, GOALS[name], ours / earlier <= GOALS[name], ours, earlier, unit, ROUNDS, what)
