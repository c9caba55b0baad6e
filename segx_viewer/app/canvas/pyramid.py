"""An image at halved resolutions, each made when it is first needed."""

import math

import numpy as np

from segx_viewer.app.canvas.raster import Raster
from segx_viewer.domain.arrays import Pixels
from segx_viewer.imaging.halving import halved

_SMALLEST = 128
_NEAREST = 12  # screen pixels per image pixel from which single pixels are shown as squares


class Pyramid:
    """Resamples an image from the coarsest level that still holds the detail which the screen can show.

    Parameters
    ----------
    pixels : ndarray, shape (H, W) or (H, W, 3), float32 or uint8
    half : ndarray, optional
        The same at half the resolution, if it was made already.
    """

    def __init__(self, pixels: Pixels, half: Pixels | None = None) -> None:
        self._levels = [pixels]
        if half is not None and self._has_next():
            self._levels.append(half)

    def sample(self, raster: Raster) -> Pixels:
        """Return the image's values at the screen's pixels."""
        level = self._level(raster.scale)
        pixels = self._levels[level]
        shown = raster.sample(pixels, (0.5**level, 0.5**level), nearest=raster.scale >= _NEAREST)
        return np.asarray(shown, pixels.dtype)

    def _level(self, scale: float) -> int:
        """Return the number of the level to show at `scale` screen pixels per image pixel; make it if need be."""
        wanted = max(0, math.floor(math.log2(1 / scale) + 1e-6))
        while len(self._levels) <= wanted and self._has_next():
            self._levels.append(halved(self._levels[-1]))
        return min(wanted, len(self._levels) - 1)

    def _has_next(self) -> bool:
        return min(self._levels[-1].shape[:2]) >= 2 * _SMALLEST
