"""An image at halved resolutions, each made when it is first needed."""

import math
from typing import Any

import cv2
from numpy.typing import NDArray

from segx_viewer.app.raster import Raster

_SMALLEST = 128
_NEAREST = 12  # screen pixels per image pixel from which single pixels are shown as squares


class Pyramid:
    """Resamples an image from the coarsest level that still holds the detail which the screen can show.

    Parameters
    ----------
    pixels : ndarray, shape (H, W) or (H, W, 3), float32 or uint8
    """

    def __init__(self, pixels: NDArray[Any]) -> None:
        self._levels = [pixels]

    def sample(self, raster: Raster) -> NDArray[Any]:
        """Return the image's values at the screen's pixels."""
        level = self._level(raster.scale)
        return raster.sample(self._levels[level], (0.5**level, 0.5**level), nearest=raster.scale >= _NEAREST)

    def _level(self, scale: float) -> int:
        """Return the number of the level to show at `scale` screen pixels per image pixel; make it if need be."""
        wanted = max(0, math.floor(math.log2(1 / scale) + 1e-6))
        while len(self._levels) <= wanted and min(self._levels[-1].shape[:2]) >= 2 * _SMALLEST:
            self._levels.append(halved(self._levels[-1]))
        return min(wanted, len(self._levels) - 1)


def halved(pixels: NDArray[Any]) -> NDArray[Any]:
    """Average 2 x 2 pixels. An odd last row or column is left out, so that positions are halved exactly.

    Examples
    --------
    >>> import numpy as np
    >>> halved(np.array([[1, 3, 9], [5, 7, 9]], np.float32))
    array([[4.]], dtype=float32)
    """
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    return cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
