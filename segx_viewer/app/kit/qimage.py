"""The only place where arrays become QImages and QImages arrays."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def to_qimage(array: NDArray[np.uint8]) -> QImage:
    """Return a QImage that owns its pixels.

    Parameters
    ----------
    array : ndarray, shape (H, W), (H, W, 3) or (H, W, 4), uint8
        Grey, RGB or RGBA (not premultiplied).

    Raises
    ------
    ValueError
        On any other shape or type.
    """
    formats = {2: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBA8888}
    kind = {2: 2, 3: array.shape[-1] if array.shape[-1] > 2 else 0}.get(array.ndim, 0)
    if array.dtype != np.uint8 or kind not in formats:
        raise ValueError(f"an array of shape {array.shape} and type {array.dtype} is not a picture")
    buffer = np.ascontiguousarray(array)
    height, width = buffer.shape[:2]
    borrowed = QImage(buffer.data, width, height, buffer.strides[0], formats[kind])
    # The converted copy lives on after `buffer`; premultiplied formats are also what QPainter draws fastest.
    target = QImage.Format.Format_ARGB32_Premultiplied if kind == 4 else QImage.Format.Format_RGB32
    converted = borrowed.convertToFormat(target)
    return converted.copy() if converted.constBits() is borrowed.constBits() else converted


def sharing(pixels: NDArray[np.uint8] | NDArray[np.int32], ratio: float = 1.0, *, transparent: bool = False) -> QImage:
    """Return a QImage that shows an array without copying it; the caller keeps the array for as long.

    Parameters
    ----------
    pixels : ndarray, shape (H, W) int32 of 0xAARRGGBB or (H, W, 4) uint8 of the same bytes, C-contiguous
    ratio : float
        Screen pixels per panel pixel.
    transparent : bool
        Colours are premultiplied by their opacity; otherwise the opacity is not looked at.

    Raises
    ------
    ValueError
        On any other shape, type or layout.
    """
    if pixels.itemsize * pixels[0, 0].size != 4 or not pixels.flags.c_contiguous:
        raise ValueError(f"an array of shape {pixels.shape} and type {pixels.dtype} cannot be shown as it is")
    kind = QImage.Format.Format_ARGB32_Premultiplied if transparent else QImage.Format.Format_RGB32
    result = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], kind)
    result.setDevicePixelRatio(ratio)
    return result


def to_array(image: QImage) -> NDArray[np.uint8]:
    """Return a QImage's pixels as an (H, W, 3) uint8 RGB array of its own."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).copy()
