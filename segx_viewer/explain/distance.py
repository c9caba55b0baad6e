"""Alignments that measure distances: between outlines, and between distributions (earth mover's distance)."""

import threading
from collections.abc import Callable
from functools import cache

import numpy as np

from segx_viewer import process
from segx_viewer.domain.arrays import percentile
from segx_viewer.explain.nearest import importing
from segx_viewer.explain.ranking import MapOnRegion


def hd95(pair: MapOnRegion) -> float:
    """95 % Hausdorff distance: the larger of the two directed 95th percentiles."""
    there, back = pair.outline_distances
    return max(percentile(there, 95), percentile(back, 95))


def assd(pair: MapOnRegion) -> float:
    """Average symmetric surface distance: the mean over the pixels of both outlines."""
    there, back = pair.outline_distances
    return float((there.sum() + back.sum()) / (there.size + back.size))


def emd(pair: MapOnRegion) -> float:
    """Earth mover's distance of E / sum(E) to the uniform distribution on R, in fractions of the image diagonal.

    Exact optimal transport (network simplex of POT) between 32 x 32 cells; cells are as wide and high as the image
    is, in mm where the pixel spacing is known.
    """
    give, take, cost = pair.transport
    moved = give.sum()
    if moved <= 1e-9:  # rounding only: the distributions agree
        return 0.0
    sides = give / moved, take / take.sum()
    if give.size > take.size:  # the way back costs the same, and the solver finds it a little sooner
        sides, cost = sides[::-1], np.ascontiguousarray(cost.T)
    solve = transport_solver()
    pair.before_solving()
    return float(moved * solve(*sides, cost, numItermax=1_000_000))


def transport_solver() -> Callable[..., float]:
    """Return POT's exact solver; its first import takes its time, see `prepare_transport`."""
    with importing:
        return process.import_transport().emd2


@cache
def prepare_transport() -> None:
    """Begin to import the solver in a thread, once: every analysis ends with it, and the first one would wait."""
    threading.Thread(target=transport_solver, name="preparing", daemon=True).start()
