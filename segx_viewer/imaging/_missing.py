"""Numbers that stand for "no value" in pixels of floating-point type."""

from pathlib import Path

import numpy as np

from segx_viewer.domain.arrays import Numbers
from segx_viewer.errors import ImageReadError

NO_VALUE = 9.9e36
"""Magnitude from which a number is none: NetCDF's fill value 9.97e36, the largest single-precision number 3.4e38 that
GIS and scientific programs write, infinity, and doubles that single precision cannot hold."""


def without_missing(path: Path, pixels: Numbers, stated: float | None = None) -> tuple[Numbers, bool]:
    """Replace what stands for "no value" by the lowest value of the others.

    Parameters
    ----------
    pixels : ndarray of floating-point numbers
    stated : float, optional
        The number that the file itself declares to stand for "no value".

    Returns
    -------
    pixels : ndarray
        All finite, and of a magnitude below `NO_VALUE`.
    found : bool
        Whether anything was replaced: the lowest value is then padding.

    Raises
    ------
    ImageReadError
        If no pixel has a value.
    """
    pixels = pixels.astype(np.float32) if pixels.itemsize < 4 else pixels
    valid = np.abs(pixels) < NO_VALUE  # NaN is not
    if stated is not None:
        valid &= pixels != pixels.dtype.type(stated)
    if valid.all():
        return pixels, False
    if not valid.any():
        raise ImageReadError(f"{path.name} has no pixel with a value.")
    return np.where(valid, pixels, pixels[valid].min()), True
