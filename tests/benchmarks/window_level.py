"""One step of a window/level drag to the repainted viewport, against painting a ready picture of its size."""

import statistics

import numpy as np

from tests.benchmarks.harness import Outcome, on_screen

GOAL, GOAL_P95 = 2.0, 16.0
ROUNDS = 60


def run() -> Outcome:
    """A radiograph of 3000 x 3000 pixels of 16 bits fills a view of 1920 x 1080."""
    found = on_screen("window_level", ROUNDS)
    ours, reference = statistics.median(found["ours"]), statistics.median(found["reference"])
    p95, ratio = float(np.percentile(found["ours"], 95)), ours / reference
    holds = ratio <= GOAL and p95 <= GOAL_P95
    what = (
        f"window/level step, 3000 x 3000 in 1920 x 1080 / painting a ready picture; "
        f"p95 {p95:.1f} ms (goal {GOAL_P95:.0f})"
    )
    return Outcome("window_level", ratio, GOAL, holds, ours, reference, "ms", ROUNDS, what)
