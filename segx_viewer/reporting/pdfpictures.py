"""Pictures in a PDF, as small as they can be without anybody seeing it: grey in one plane, large photos as JPEG."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader

LOSSLESS_PIXELS = 500_000
"""Coloured pictures of more pixels become JPEG: a photograph was one before, and a map laid over it is smooth."""
_QUALITY = 92  # with all colours: a coloured edge of one pixel stays where it is


def reader(pixels: NDArray[np.uint8]) -> ImageReader:
    """Return an RGB picture (H, W, 3) as reportlab takes it.

    A picture without any colour is written without loss, in one plane; so are small ones in colour.
    """
    first = pixels[..., 0]
    if np.array_equal(first, pixels[..., 1]) and np.array_equal(first, pixels[..., 2]):
        return ImageReader(Image.fromarray(np.ascontiguousarray(first)))
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if first.size <= LOSSLESS_PIXELS:
        return ImageReader(picture)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    buffer.seek(0)
    return ImageReader(buffer)


@contextmanager
def eight_bits() -> Iterator[None]:
    """Write bytes as they are: reportlab's default, letters for channels of seven bits, takes a quarter more."""
    config: Any = rl_config
    before, config.useA85 = config.useA85, 0
    try:
        yield
    finally:
        config.useA85 = before
