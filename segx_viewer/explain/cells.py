"""The grid of 32 x 32 cells on which the earth mover's distance is computed."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

GRID = 32
"""Cells per side."""


def transport_problem(
    E: NDArray[np.floating], mask: NDArray[np.bool_], spacing: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return what cells of a map have too much (n,) and others too little (m,), and the distances (n, m) between them.

    The mass that both distributions share stays where it is, which changes nothing for a metric cost and makes the
    problem smaller.
    """
    (h, w), (dy, dx) = E.shape, spacing
    surplus = (to_grid(E / E.sum(dtype=np.float64)) - to_grid(mask / mask.sum())).ravel()
    give, take = np.flatnonzero(surplus > 0), np.flatnonzero(surplus < 0)
    return surplus[give], -surplus[take], cell_distances(h * dy, w * dx, give, take)


def to_grid(array: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sum a map into 32 x 32 cells; a pixel that straddles cells is shared out by area, so that the sum is kept.

    Examples
    --------
    >>> float(to_grid(np.ones((40, 50))).sum().round(6))
    2000.0
    """
    h, w = array.shape
    if h % GRID == 0 and w % GRID == 0:  # whole pixels: no matrix product, whose threads cost more than it does
        rows = array.reshape(GRID, h // GRID, w).sum(1, dtype=np.float64)  # one axis at a time: ten times as fast
        return np.asarray(rows.reshape(GRID, GRID, w // GRID).sum(2))
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


def cell_distances(
    height: float, width: float, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Distances between the centres of some cells and of others in fractions of the diagonal, shape (n, m)."""
    return _around(height, width)[np.divmod(rows, GRID)].reshape(len(rows), GRID**2).take(columns, 1)


@lru_cache(maxsize=4)
def _around(height: float, width: float) -> NDArray[np.float64]:
    """(32, 32, 32, 32): from each cell to all. All are parts of one table, as only the steps between cells count."""
    diagonal = np.hypot(height, width)
    steps = np.abs(np.arange(1 - GRID, GRID)) / GRID
    table = np.hypot(steps[:, None] * height / diagonal, steps * width / diagonal)
    return np.lib.stride_tricks.sliding_window_view(table, (GRID, GRID))[::-1, ::-1]
