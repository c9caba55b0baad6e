"""What arrays hold, for signatures; and read-only arrays for the frozen domain types."""

from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Numbers: TypeAlias = NDArray[np.integer | np.floating]
"""Integers or floating-point numbers of any width, such as stored values of a file."""

Pixels: TypeAlias = NDArray[np.uint8 | np.float32]
"""An image's pixels: (H, W) float32 in modality units, or (H, W, 3) uint8 RGB; pictures (H, W) are uint8, too."""

Scalar = TypeVar("Scalar", bound=np.generic)
"""Of functions that return arrays of the type that they are given."""


def percentile(values: NDArray[np.float64], percent: float) -> float:
    """Do what `np.percentile` does, whose first call imports NumPy's masked arrays: a fifth of an analysis.

    Examples
    --------
    >>> percentile(np.array([3.0, 1.0, 2.0]), 75)
    2.5
    """
    place = (values.size - 1) * (percent / 100)
    before = int(place)
    share, after = place - before, min(before + 1, values.size - 1)
    ordered = np.partition(values, (before, after))
    low, high = float(ordered[before]), float(ordered[after])
    return low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share)


def row_medians(values: NDArray[Scalar]) -> NDArray[np.floating]:
    """Do what `np.median` does along the last axis, for numbers that are none of them NaN; see `percentile`.

    Examples
    --------
    >>> row_medians(np.array([[3, 1, 2, 9], [0, 0, 9, 9]], "float32")).tolist()
    [2.5, 4.5]
    """
    before, after = (values.shape[-1] - 1) // 2, values.shape[-1] // 2
    ordered = np.sort(values, axis=-1)  # by vectors; selecting is not
    found: NDArray[np.floating] = ordered[..., before : after + 1].mean(-1)
    return found


def read_only(array: ArrayLike, dtype: DTypeLike | None = None) -> NDArray[np.generic]:
    """Return `array` as a C-contiguous array that refuses writing, without copying where it already is one.

    Examples
    --------
    >>> a = read_only([1, 2, 3], "float32")
    >>> a.flags.writeable
    False
    """
    result = np.ascontiguousarray(array, dtype=dtype)
    if result is array and result.flags.writeable:
        result = result.view()  # the caller's own array stays writable for the caller
    result.setflags(write=False)
    return result
