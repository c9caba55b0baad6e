"""From the path of a DICOM file to the first painted pixels, against pydicom's decoding alone."""

import statistics

from tests.benchmarks.harness import ROUNDS, Outcome, on_screen

GOAL = 1.3


def run() -> Outcome:
    """A radiograph of 3000 x 3000 pixels of 16 bits, uncompressed and as JPEG 2000; the worse of the two counts."""
    files = on_screen("open", ROUNDS)
    medians = {name: (statistics.median(f["ours"]), statistics.median(f["reference"])) for name, f in files.items()}
    ratios = {name: ours / reference for name, (ours, reference) in medians.items()}
    worst = max(ratios, key=lambda name: ratios[name])
    each = ", ".join(f"{name} {ratios[name]:.2f} ({ours:.0f} / {ref:.0f} ms)" for name, (ours, ref) in medians.items())
    what = f"DICOM path to first painted pixels / pydicom's pixel_array; {each}"
    return Outcome("open", ratios[worst], GOAL, ratios[worst] <= GOAL, *medians[worst], "ms", ROUNDS, what)
