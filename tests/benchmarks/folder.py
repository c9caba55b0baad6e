"""A CT of 2,000 slices: from process start to the complete stack in the window, against an earlier build."""

import statistics
import tempfile
from pathlib import Path

from tests.benchmarks.harness import Outcome
from tests.benchmarks.series import write_series
from tests.benchmarks.watched import builds, in_turn

GOAL = 0.4
SLICES, SIDE, ROUNDS = 2000, 512, 3


def run_all(baseline: Path) -> list[Outcome]:
    """Seconds until every slice has its place, both builds taking turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        series = write_series(folder / "series", SLICES, SIDE)
        both = builds(baseline, folder)
        found: dict[str, list[float]] = {side: [] for side in both}
        for turn in range(ROUNDS + 1):
            for side in in_turn(list(both), turn):
                moments = both[side].window(series, until="stack", count=SLICES).moments
                # The window itself is another benchmark: what counts is what comes after it.
                found[side] += [(moments["stack"] - moments["window"]) * 1e3] if turn else []
    ours, earlier = (statistics.median(found[side]) for side in ("ours", "baseline"))
    what = f"window shown to the complete stack of {SLICES:,} slices of {SIDE} x {SIDE} / earlier build"
    return [Outcome("series", ours / earlier, GOAL, ours / earlier <= GOAL, ours, earlier, "ms", ROUNDS, what)]
