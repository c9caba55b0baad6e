"""Pictures at half their resolution."""

from typing import Any

import cv2
from numpy.typing import NDArray


def halved(pixels: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
    """Average 2 x 2 pixels. An odd last row or column is left out, so that positions are halved exactly.

    Parameters
    ----------
    pixels : ndarray, shape (H, W) or (H, W, 3)
        At least 2 x 2.
    out : ndarray, shape (H // 2, W // 2) or (H // 2, W // 2, 3), optional
        Written to.

    Examples
    --------
    >>> import numpy as np
    >>> halved(np.array([[1, 3, 9], [5, 7, 9]], np.float32))
    array([[4.]], dtype=float32)
    """
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    return cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), out, interpolation=cv2.INTER_AREA)
