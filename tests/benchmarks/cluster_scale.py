"""`analyze` on two workers of one core each against one, in images per second, starting and ending included."""

import statistics
import tempfile
from pathlib import Path

from tests.benchmarks.cluster_overhead import IMAGES, ROUNDS, cores, draw, speed
from tests.benchmarks.harness import Outcome

GOAL = 1.8


def run() -> Outcome:
    """Both sides take turns over the same pictures, starting and ending included."""
    with tempfile.TemporaryDirectory() as name, cores(2):
        pictures = draw(Path(name, "pictures"))
        two, one = [], []
        for turn in range(ROUNDS):
            one.append(speed(pictures, Path(name, f"one{turn}"), "local:1"))
            two.append(speed(pictures, Path(name, f"two{turn}"), "local:2"))
    mine, theirs = statistics.median(two), statistics.median(one)
    what = f"two workers / one worker of one core each, {IMAGES:,} images to JSON and tables; higher is better"
    return Outcome("cluster_scale", mine / theirs, GOAL, mine / theirs >= GOAL, mine, theirs, "images/s", ROUNDS, what)
