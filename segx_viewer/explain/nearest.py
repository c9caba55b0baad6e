"""How far two sets of points lie apart: from each point to the nearest one of the other set."""

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.spatial import KDTree

Points = NDArray[np.float64]

importing = threading.Lock()
"""Held by whoever imports a part of SciPy in a thread: two that do at once can find its modules half made."""

_MOST_PAIRS = 2**22
"""Up to which all distances are computed: two outlines of 2,000 pixels. Trees need SciPy, which costs a start more."""
_AT_ONCE = 2**15  # they stay in the processor's cache


def distances_between(some: Points, others: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far each point (K, 2) is from the nearest of others (M, 2), and the other way round.

    Returns
    -------
    there : ndarray (K,)
    back : ndarray (M,)

    Examples
    --------
    >>> there, back = distances_between(np.array([[0.0, 0.0], [0.0, 4.0]]), np.array([[3.0, 4.0]]))
    >>> there.tolist(), back.tolist()
    ([5.0, 3.0], [3.0])
    """
    if len(some) * len(others) > _MOST_PAIRS:
        return _tree(others).query(some)[0], _tree(some).query(others)[0]
    there, back = np.empty(len(some)), np.full(len(others), np.inf)
    rows = max(1, _AT_ONCE // max(1, len(others)))
    for first in range(0, len(some), rows):
        squares = np.subtract.outer(some[first : first + rows, 0], others[:, 0])
        squares *= squares
        across = np.subtract.outer(some[first : first + rows, 1], others[:, 1])
        across *= across
        squares += across
        there[first : first + rows] = squares.min(1)
        np.minimum(back, squares.min(0), out=back)
    return np.sqrt(there, out=there), np.sqrt(back, out=back)


def _tree(points: Points) -> "KDTree":
    with importing:
        from scipy.spatial import KDTree

    return KDTree(points)
