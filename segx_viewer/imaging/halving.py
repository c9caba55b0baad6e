"""Pictures at half their resolution."""

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from segx_viewer.domain.arrays import Pixels
from segx_viewer.domain.image import MedicalImage


class Opened(NamedTuple):
    """An image and, ready for the screen, its pixels at half the resolution; None where there is no half."""

    image: MedicalImage
    half: Pixels | None


def halved(pixels: Pixels, out: Pixels | None = None) -> Pixels:
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
    half = cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), out, interpolation=cv2.INTER_AREA)
    return np.asarray(half, pixels.dtype)


def reduced(image: MedicalImage, side: int) -> MedicalImage:
    """Return the image with at most `side` pixels on its longer side, area-averaged; itself if it is small enough."""
    pixels = image.pixels
    while max(pixels.shape[:2]) >= 4 * side and min(pixels.shape[:2]) > 1:  # much faster than in one go
        pixels = halved(pixels)
    height, width = pixels.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return image
    shape = (max(1, round(width * factor)), max(1, round(height * factor)))
    small: Pixels = np.asarray(cv2.resize(pixels, shape, interpolation=cv2.INTER_AREA), pixels.dtype)
    return replace(image, pixels=small)
