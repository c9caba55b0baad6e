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
