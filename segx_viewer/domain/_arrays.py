"""Read-only arrays for the frozen domain types."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def read_only(array: Any, dtype: DTypeLike | None = None) -> NDArray[Any]:
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
