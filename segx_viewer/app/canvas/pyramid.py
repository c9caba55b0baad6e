"""An image at halved resolutions, each made when it is first needed."""

import math

import numpy as np

from segx_viewer.app.canvas.raster import Raster
from segx_viewer.domain.arrays import Pixels
from segx_viewer.imaging.halving import halved

_SMALLEST = 128
LARGE = 2**24
"""Bytes of a level that is not kept for itself."""
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
        self._levels: list[Pixels | None] = [pixels]
        self._highest, side = 0, min(pixels.shape[:2])
        while side >= 2 * _SMALLEST:
            self._highest, side = self._highest + 1, side // 2
        if half is not None and self._highest:
            self._levels.append(half)

    def sample(self, raster: Raster) -> Pixels:
        """Return the image's values at the screen's pixels."""
        level = min(self._highest, max(0, math.floor(math.log2(1 / raster.scale) + 1e-6)))
        pixels = self._at(level)
        shown = raster.sample(pixels, (0.5**level, 0.5**level), nearest=raster.scale >= _NEAREST)
        return np.asarray(shown, pixels.dtype)

    def _at(self, level: int) -> Pixels:
        """Return a level; one that is not there is made of the one before, which is let go where it is large.

        Large images are looked at as a whole first. One that is made for the second time stays.
        """
        found = self._levels[level] if level < len(self._levels) else None
        if found is not None:
            return found
        before = self._at(level - 1)
        made = halved(before)
        if level < len(self._levels):
            self._levels[level] = made
            return made
        self._levels.append(made)
        if level > 1 and before.nbytes > LARGE:
            self._levels[level - 1] = None
        return made
