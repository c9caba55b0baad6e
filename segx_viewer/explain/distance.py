"""Alignments that measure distances: between outlines, and between distributions (earth mover's distance)."""

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segx_viewer.explain.ranking import MapOnRegion

GRID = 32
"""Cells per side of the grid on which the earth mover's distance is computed."""


def hd95(pair: MapOnRegion) -> float:
    """95 % Hausdorff distance: the larger of the two directed 95th percentiles."""
    there, back = pair.outline_distances
    return float(max(np.percentile(there, 95), np.percentile(back, 95)))


def assd(pair: MapOnRegion) -> float:
    """Average symmetric surface distance: the mean over the pixels of both outlines."""
    there, back = pair.outline_distances
    return float((there.sum() + back.sum()) / (there.size + back.size))


def emd(pair: MapOnRegion) -> float:
    """Earth mover's distance of E / sum(E) to the uniform distribution on R, in fractions of the image diagonal.

    Exact optimal transport (network simplex of POT) between 32 x 32 cells; cells are as wide and high as the image
    is, in mm where the pixel spacing is known. The mass that both distributions share stays where it is, which
    changes nothing for a metric cost and makes the problem smaller.
    """
    (h, w), (dy, dx) = pair.E.shape, pair.region.spacing_mm or (1.0, 1.0)
    source = to_grid(pair.E.astype(np.float64) / pair.total).ravel()
    sink = to_grid(pair.region.mask / pair.area).ravel()
    surplus = source - sink
    give, take = np.flatnonzero(surplus > 0), np.flatnonzero(surplus < 0)
    moved = surplus[give].sum()
    if moved <= 1e-9:  # rounding only: the distributions agree
        return 0.0
    cost = cell_distances(h * dy, w * dx)[np.ix_(give, take)]
    demand = -surplus[take]
    return float(moved * _transport_cost(surplus[give] / moved, demand / demand.sum(), cost))


def _transport_cost(a: NDArray[np.float64], b: NDArray[np.float64], cost: NDArray[np.float64]) -> float:
    return float(transport_solver()(a, b, cost, numItermax=1_000_000))


def transport_solver() -> Callable[..., Any]:
    """Return POT's exact solver; its first import takes a second or two, which a program may spend beforehand."""
    # POT imports torch where it is installed unless told not to; arrays are enough here.
    os.environ.setdefault("POT_BACKEND_DISABLE_PYTORCH", "1")
    import ot

    return ot.emd2


def to_grid(array: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sum a map into 32 x 32 cells; a pixel that straddles cells is shared out by area, so that the sum is kept.

    Examples
    --------
    >>> float(to_grid(np.ones((40, 50))).sum().round(6))
    2000.0
    """
    h, w = array.shape
    if h % GRID == 0 and w % GRID == 0:  # whole pixels: no matrix product, whose threads cost more than it does
        return np.asarray(array.reshape(GRID, h // GRID, GRID, w // GRID).sum((1, 3), dtype=np.float64))
    rows, columns = (_shares(length) for length in array.shape)
    cells: NDArray[np.float64] = rows @ array @ columns.T
    return cells


@lru_cache(maxsize=8)
def _shares(length: int) -> NDArray[np.float64]:
    """(32, length): the share of each pixel that falls into each cell along one axis."""
    edges = np.arange(GRID + 1) * length / GRID
    pixels = np.arange(length)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(np.clip(overlap, 0, None))


@lru_cache(maxsize=4)
def cell_distances(height: float, width: float) -> NDArray[np.float64]:
    """Distances between the centres of all cells in fractions of the diagonal, shape (1024, 1024)."""
    diagonal = np.hypot(height, width)
    y, x = np.mgrid[:GRID, :GRID].reshape(2, -1) / GRID
    return np.asarray(np.hypot((y[:, None] - y) * height / diagonal, (x[:, None] - x) * width / diagonal))
