"""One step of a window/level drag to the repainted viewport, against painting a ready picture of its size."""

import statistics

import numpy as np

from tests.benchmarks.harness import Outcome, on_screen

GOAL, GOAL_ENLARGED, GOAL_P95 = 1.8, 2.2, 16.0
ROUNDS = 60


def run() -> Outcome:
    """A radiograph of 3000 x 3000 pixels of 16 bits in a view of 1920 x 1080, fitted, as it is opened."""
    return outcome("window_level", "fitted", GOAL, "3000 x 3000 in 1920 x 1080")


def outcome(name: str, view: str, goal: float, what: str) -> Outcome:
    """Compare one of the views of that scene."""
    found = on_screen("window_level", ROUNDS)[view]
    ours, reference = statistics.median(found["ours"]), statistics.median(found["reference"])
    p95, ratio = float(np.percentile(found["ours"], 95)), ours / reference
    text = f"window/level step, {what} / painting a ready picture; p95 {p95:.1f} ms (goal {GOAL_P95:.0f})"
    return Outcome(name, ratio, goal, ratio <= goal and p95 <= GOAL_P95, ours, reference, "ms", ROUNDS, text)
