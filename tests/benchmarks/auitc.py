"""AUITC of a 1024 x 1024 map against the plain loop over 99 thresholds."""

import numpy as np
from numpy.typing import NDArray

from segx_viewer.explain.alignment import auitc
from tests.benchmarks.harness import Outcome, compare

GOAL = 0.05


def plain(E: NDArray[np.float32], R: NDArray[np.bool_]) -> float:
    """The definition, one percentile and one overlap for each threshold."""
    curve = []
    for n in range(1, 100):
        selected = np.percentile(E, 100 - n) < E
        curve.append(np.count_nonzero(selected & R) / np.count_nonzero(selected | R))
    return float(np.trapezoid(curve) / 98)


def run() -> Outcome:
    """Measure on a smooth map with noise and a disc that covers a fifth of it."""
    y, x = np.mgrid[:1024, :1024]
    noise = np.random.default_rng(7).random((1024, 1024))
    E = (np.exp(-((y - 400) ** 2 + (x - 600) ** 2) / 60_000) + 0.1 * noise).astype(np.float32)
    R = (y - 500) ** 2 + (x - 560) ** 2 < 260**2
    if abs(auitc(E, R) - plain(E, R)) > 1e-6:
        raise AssertionError("the two sides do not compute the same")
    what = "AUITC of a 1024 x 1024 map / plain loop over 99 thresholds"
    return compare("auitc", GOAL, what, lambda: auitc(E, R), lambda: plain(E, R))
