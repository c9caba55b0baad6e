"""One step of a window/level drag to the repainted viewport, against painting a ready picture of its size."""

import statistics

import numpy as np

from tests.benchmarks.harness import Outcome, on_screen

GOAL, GOAL_P95 = 2.0, 16.0
ROUNDS = 60


def run() -> Outcome:
    """A radiograph of 3000 x 3000 pixels of 16 bits in a view of 1920 x 1080, fitted, as it is opened.

    How long a step takes when the picture is enlarged until it fills the view is told beside it.
    """
    views = on_screen("window_level", ROUNDS)
    medians = {name: (statistics.median(v["ours"]), statistics.median(v["reference"])) for name, v in views.items()}
    (ours, reference), (filled, filled_reference) = medians.values()
    p95, ratio = max(float(np.percentile(v["ours"], 95)) for v in views.values()), ours / reference
    what = (
        f"window/level step, 3000 x 3000 in 1920 x 1080 / painting a ready picture; p95 {p95:.1f} ms "
        f"(goal {GOAL_P95:.0f}); {filled / filled_reference:.2f} where it is enlarged to fill the view"
    )
    return Outcome("window_level", ratio, GOAL, ratio <= GOAL and p95 <= GOAL_P95, ours, reference, "ms", ROUNDS, what)
