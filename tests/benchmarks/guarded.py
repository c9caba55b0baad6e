"""Decoding in the guarded process against decoding in one's own: what the guard costs."""

import tempfile
import time
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.uid import RLELossless

from segx_viewer.imaging.guarded import read_image_guarded, start_decoder, stop_decoder
from segx_viewer.imaging.reader import read_image
from tests.benchmarks.harness import ROUNDS, Outcome, alternate
from tests.benchmarks.radiograph import write_radiograph

GOAL = 1.2


def run() -> Outcome:
    """A radiograph of 3000 x 3000 pixels of 16 bits, as JPEG 2000 and as RLE; the worse of the two counts."""
    start_decoder()
    with tempfile.TemporaryDirectory() as name:
        files = {"JPEG 2000": write_radiograph(Path(name) / "jpeg2000.dcm", jpeg2000=True)}
        dataset = dcmread(write_radiograph(Path(name) / "rle.dcm"))
        dataset.compress(RLELossless)
        dataset.save_as(Path(name) / "rle.dcm")
        files["RLE"] = Path(name) / "rle.dcm"
        medians = {what: _measure(path) for what, path in files.items()}
    stop_decoder()
    ratios = {what: ours / reference for what, (ours, reference) in medians.items()}
    worst = max(ratios, key=lambda what: ratios[what])
    each = ", ".join(f"{what} {ratios[what]:.2f} ({ours:.0f} / {ref:.0f} ms)" for what, (ours, ref) in medians.items())
    what = f"compressed radiograph of 9 megapixels decoded in the guarded process / in one's own; {each}"
    return Outcome("guarded", ratios[worst], GOAL, ratios[worst] <= GOAL, *medians[worst], "ms", ROUNDS, what)


def _measure(path: Path) -> tuple[float, float]:
    if not np.array_equal(read_image_guarded(path).pixels, read_image(path).pixels):
        raise AssertionError("the two sides do not decode the same")
    return alternate(lambda: read_image_guarded(path), lambda: read_image(path), by=time.perf_counter)
