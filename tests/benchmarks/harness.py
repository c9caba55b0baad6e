"""Ratios measured side by side: both sides take turns in one process, and medians are compared."""

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from tests.benchmarks.child import in_child

ROUNDS = 15

PROCESSOR = "SEGX_BENCHMARK_PROCESSOR_TIME"
"""Set in the environment: processor time with one thread counts, for machines that do other things as well."""

clock = time.process_time if os.environ.get(PROCESSOR) else time.perf_counter
"""What all ratios but those of `open`, `guarded`, `batch` and `stall` are measured with."""


@dataclass(frozen=True)
class Outcome:
    """One line of the report: `ratio` is ours / reference (or ours itself, where `unit` says so)."""

    name: str
    ratio: float
    goal: float
    holds: bool
    ours: float
    reference: float | None
    unit: str
    rounds: int
    what: str

    def line(self) -> str:
        """The outcome as one line of JSON, rounded to four significant digits."""
        figures = {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in asdict(self).items()}
        return json.dumps(figures)


def timed(action: Callable[[], Any], by: Callable[[], float] = clock) -> float:
    """Run once; return milliseconds."""
    start = by()
    action()
    return (by() - start) * 1e3


def alternate(
    ours: Callable[[], Any], reference: Callable[[], Any], rounds: int = ROUNDS, by: Callable[[], float] = clock
) -> tuple[float, float]:
    """Median milliseconds of both sides over `rounds` rounds, taking turns, after one unmeasured round each.

    Who goes first changes from round to round, so that neither side always finds the other's caches.
    """
    sides, times = (ours, reference), ([], [])
    for side in sides:
        side()
    for turn in range(rounds):
        for which in (0, 1) if turn % 2 == 0 else (1, 0):
            times[which].append(timed(sides[which], by))
    return statistics.median(times[0]), statistics.median(times[1])


def compare(
    name: str, goal: float, what: str, ours: Callable[[], Any], reference: Callable[[], Any], rounds: int = ROUNDS
) -> Outcome:
    """Measure a ratio that must not exceed its goal."""
    mine, theirs = alternate(ours, reference, rounds)
    ratio = mine / theirs
    return Outcome(name, ratio, goal, ratio <= goal, mine, theirs, "ms", rounds, what)


def on_screen(name: str, rounds: int) -> dict[str, Any]:
    """Measure a scene of `screen` in a process with a window of its own."""
    script = "import sys; from tests.benchmarks.screen import main; sys.argv = ['screen', *sys.argv[1:]]; main()"
    return in_child(script, name, str(rounds))[0]
