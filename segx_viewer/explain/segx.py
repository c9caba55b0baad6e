"""SegX: the most relevant pixels of a saliency map, and the map restricted to the clinically relevant region."""

import numpy as np
from numpy.typing import NDArray

DEFAULT_PERCENT = 5.0
"""The method's own setting: the 5 % most relevant pixels."""


def top(A: NDArray[np.floating], n: float = DEFAULT_PERCENT) -> NDArray[np.bool_]:
    """Select the pixels strictly above the (100 - n)th percentile of a map.

    The percentile interpolates linearly and is computed in double precision. A flat map gives an empty set.

    Parameters
    ----------
    A : ndarray, shape (h, w)
        Saliency map, finite.
    n : float
        Per cent of the pixels, 0 to 100.

    Returns
    -------
    ndarray, shape (h, w), bool

    Examples
    --------
    >>> top([[0.0, 1.0], [2.0, 3.0]], 25).tolist()
    [[False, False], [False, True]]
    >>> bool(top([[4.0, 4.0], [4.0, 4.0]], 25).any())
    False
    """
    values = np.asarray(A, dtype=np.float64)
    return values > np.percentile(values, 100 - n)


def segx_map(A: NDArray[np.floating], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Restrict a saliency map to a region: X = A * M̂ (Zhang, Zhu, Luo 2025).

    Parameters
    ----------
    A : ndarray, shape (h, w) or (K, h, w), >= 0
        One map or several of the same region. Values outside the mask play no part, finite or not.
    mask : ndarray, shape (h, w), bool

    Returns
    -------
    ndarray of A's shape, float32
        A inside the mask, 0 outside. Never normalised.

    Raises
    ------
    ValueError
        If map and mask differ in shape, or the mask is not boolean.

    Examples
    --------
    >>> segx_map(np.array([[0.5, 2.0]]), np.array([[True, False]])).tolist()
    [[0.5, 0.0]]
    """
    A, mask = np.asarray(A, dtype=np.float32), np.asarray(mask)
    if mask.dtype != np.bool_:
        raise ValueError(f"the mask must be boolean, not {mask.dtype}")
    if A.shape[-2:] != mask.shape:
        raise ValueError(f"a map of shape {A.shape} does not fit a mask of shape {mask.shape}")
    # np.where, not a product: infinity times 0 would leave NaN outside the region.
    return np.where(mask, A, np.float32(0))
