"""From modality values to 8-bit grey levels: VOI LUT or window, presentation, padding (DICOM PS3.3 C.11.2, C.11.6)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import MedicalImage, VoiFunction, VoiLut, WindowLevel
from segx_viewer.imaging.ct_windows import first_ct_window

_SAMPLES = 1_000_000
_DEPTHS, _DEEPEST = (8, 10, 12, 14), 16
_WITHOUT_WHITE = {"CT", "MR", "PT", "NM", "RTDOSE"}
_FARTHEST = 3e38  # single precision ends there
_TABLE = 65536
GreyScale = Callable[[NDArray[np.float32], NDArray[np.uint8] | None], NDArray[np.uint8]]
"""From modality values to grey levels, padding not looked at; written to the second argument where there is one."""


def default_voi(image: MedicalImage) -> WindowLevel | VoiLut | None:
    """Choose how to show an image first: the file's VOI LUT, its first window, or one made from its pixels.

    CT sections without a window begin with the one that their part of the body is read with.

    Returns
    -------
    WindowLevel, VoiLut or None
        None for a colour image, which is shown as it is.
    """
    if image.is_colour:
        return None
    if image.voi_luts:
        return image.voi_luts[0]
    if image.windows:
        return image.windows[0]
    return first_ct_window(image) or full_range(image) or auto_window(image)


def full_range(image: MedicalImage) -> WindowLevel | None:
    """Return the window of all values that the image's depth allows, at any depth alike; None where it has no depth.

    Without a window the transformation is the identity (PS3.3 C.11.2.1), so that the same picture looks the same in
    8 and in 16 bits. Many files keep 8, 10 or 12 bits in 16: the smallest usual depth that holds the pixels counts,
    those of a marker far above all others left out. Sectional images and counts have no white of their own, and
    neither have negative, 32-bit and real numbers.
    """
    if image.bits_stored > _DEEPEST or image.modality in _WITHOUT_WHITE:
        return None
    kept = (
        None
        if image.padding is None
        else cv2.bitwise_not(is_padding(np.asarray(image.pixels, np.float32), image.padding))
    )
    low, high, _, _ = cv2.minMaxLoc(image.pixels, kept)
    bits = depth = _depth(high, image.bits_stored)
    if bits > _DEPTHS[0]:
        usual = _depth(float(np.percentile(_sampled(image), 99.5)), image.bits_stored)
        depth = bits if bits - usual <= 2 else usual
    if low < 0 or high >= 2**bits:
        return None
    return WindowLevel(2**depth / 2, 2**depth, explanation="Full range")


def _depth(value: float, stored: int) -> int:
    """Return the smallest usual depth of at most `stored` bits that holds a value."""
    return next((bits for bits in _DEPTHS if bits < stored and value < 2**bits), stored)


def auto_window(image: MedicalImage) -> WindowLevel:
    """Make a window from the 0.5th to the 99.5th percentile of the pixels, padding left out.

    Large images are sampled on a regular grid of about a million pixels.

    Raises
    ------
    ValueError
        If the image is in colour.
    """
    if image.is_colour:
        raise ValueError("a colour image has no window")
    values = _sampled(image)
    low, high = (float(v) for v in np.percentile(values, (0.5, 99.5)))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    if high <= low:
        return WindowLevel(low, max(1.0, abs(low) * 1e-3), VoiFunction.LINEAR_EXACT, "Automatic")
    return WindowLevel((low + high) / 2, high - low, VoiFunction.LINEAR_EXACT, "Automatic")


def _sampled(image: MedicalImage) -> NDArray[np.float32]:
    """Return about a million pixels on a regular grid, padding left out."""
    step = max(1, math.isqrt(image.pixels.size // _SAMPLES))
    values = np.asarray(image.pixels[::step, ::step], np.float32)
    if image.padding is None:
        return values
    kept = values[(values < image.padding[0]) | (values > image.padding[1])]
    return kept if kept.size else values


def spanning(windows: Sequence[WindowLevel]) -> WindowLevel:
    """Return the automatic window that shows whatever any of some windows shows, for images of one stack."""
    low = min(w.center - w.width / 2 for w in windows)
    high = max(w.center + w.width / 2 for w in windows)
    return replace(windows[0], center=(low + high) / 2, width=high - low)


def to_display(
    image: MedicalImage, voi: WindowLevel | VoiLut | None = None, *, invert: bool = False
) -> NDArray[np.uint8]:
    """Render an image for the screen.

    Parameters
    ----------
    image : MedicalImage
    voi : WindowLevel or VoiLut, optional
        `default_voi` if not given; ignored for a colour image.
    invert : bool
        Turn the presentation around once more, as the reader's "invert" command does.

    Returns
    -------
    ndarray, shape (H, W) or (H, W, 3), uint8
        Padding is black whatever the presentation, so that it neither dazzles nor looks like tissue.
    """
    if image.is_colour:
        return np.asarray(cv2.bitwise_not(image.pixels) if invert else image.pixels, np.uint8)
    values = np.asarray(image.pixels, np.float32)
    shown = grey_scale(voi or default_voi(image), inverse=image.presentation_inverse != invert)(values, None)
    if image.padding is not None:
        shown = np.asarray(cv2.subtract(shown, is_padding(values, image.padding)), np.uint8)
    return shown


def grey_scale(
    voi: WindowLevel | VoiLut | None, *, inverse: bool = False, extent: tuple[float, float] | None = None
) -> GreyScale:
    """Return a window or look-up table as a function of pixels, for callers that have these piece by piece.

    Parameters
    ----------
    voi : WindowLevel or VoiLut
    inverse : bool
        The lowest value is shown white.
    extent : tuple of float, optional
        Lowest and highest of the pixels to come, for those who know them: with these it is faster.
    """
    if isinstance(voi, VoiLut):
        return _through_lut(voi, inverse=inverse)
    return _through_window(voi, inverse=inverse, extent=extent)  # type: ignore[arg-type]


def is_padding(pixels: Numbers, padding: tuple[float, float]) -> NDArray[np.uint8]:
    """Return 255 where values are padding, elsewhere 0."""
    low, high = map(_scalar, padding)
    return np.asarray(cv2.inRange(pixels, low, high), np.uint8)


def _scalar(value: float) -> "cv2.typing.MatLike":
    return value, 0.0, 0.0, 0.0  # type: ignore[return-value]  # OpenCV's types know no scalar here


def _linear(
    pixels: NDArray[np.float32],
    slope: float,
    intercept: float,
    depth: int,
    out: NDArray[np.uint8] | None = None,
) -> Numbers:
    """``round(pixels * slope + intercept)`` clipped to the integer type `depth`, in one pass over the pixels."""
    if _is_beyond(cv2.norm(pixels, cv2.NORM_INF), slope, intercept):
        low, high = sorted(((-1 - intercept) / slope, (_TABLE - intercept) / slope))
        pixels = np.clip(pixels, np.float32(low), np.float32(high))
    return cv2.addWeighted(pixels, slope, pixels, 0.0, intercept, out, depth)


def _is_beyond(largest: float, slope: float, intercept: float) -> bool:
    return largest * abs(slope) + abs(intercept) > 2**30  # OpenCV rounds through int32


def _through_window(window: WindowLevel, *, inverse: bool, extent: tuple[float, float] | None) -> GreyScale:
    """Apply PS3.3 C.11.2.1.2 (LINEAR) or C.11.2.1.3 (LINEAR_EXACT, SIGMOID) with an output range of 0..255."""
    center, width = max(-_FARTHEST, min(window.center, _FARTHEST)), min(window.width, _FARTHEST)
    if window.is_absurd and width < 1e37:  # whatever the function, a step is left of it
        return _threshold(center, inverse=inverse)
    if window.function is VoiFunction.SIGMOID:
        # exp(-4 (x - c) / w) is beyond 8 bits of difference outside c +- 1.6 w.
        low, high = center - 1.6 * width, center + 1.6 * width
        x = np.linspace(low, high, _TABLE)
        table = 255 / (1 + np.exp(-4 * (x - center) / width))
        return _through_table(table, low, (high - low) / (_TABLE - 1), inverse=inverse)
    if window.function is VoiFunction.LINEAR:
        center, width = center - 0.5, width - 1
    if width <= 0:  # LINEAR with width 1 is a threshold
        return _threshold(center, inverse=inverse)
    slope = 255 / width
    intercept = 127.5 - center * slope
    if inverse:
        slope, intercept = -slope, 255 - intercept
    if extent is None or _is_beyond(max(map(abs, extent)), slope, intercept):
        return lambda pixels, out: np.asarray(_linear(pixels, slope, intercept, cv2.CV_8U, out), np.uint8)
    # The same without a look at the pixels' range, for those who have them in many pieces.
    if min(slope * value + intercept for value in extent) >= 0:  # takes magnitudes, in three quarters of the time
        scaled = cast("Callable[..., NDArray[np.uint8]]", cv2.convertScaleAbs)
        return lambda pixels, out: scaled(pixels, out, slope, intercept)
    weighted = cast("Callable[..., NDArray[np.uint8]]", cv2.addWeighted)
    return lambda pixels, out: weighted(pixels, slope, pixels, 0.0, intercept, out, cv2.CV_8U)


def _threshold(value: float, *, inverse: bool) -> GreyScale:
    limit, how = _scalar(value), cv2.CMP_LE if inverse else cv2.CMP_GT
    return lambda pixels, out: np.asarray(cv2.compare(pixels, limit, how, out), np.uint8)


def _through_lut(lut: VoiLut, *, inverse: bool) -> GreyScale:
    """Apply PS3.3 C.11.2.1.1: values below the first entry take the first, values above the last take the last."""
    table = lut.values.astype(np.float64) * (255 / (2**lut.bits - 1))
    return _through_table(table, lut.first, 1.0, inverse=inverse)


def _through_table(table: NDArray[np.float64], first: float, step: float, *, inverse: bool) -> GreyScale:
    levels = np.rint(np.clip(255 - table if inverse else table, 0, 255)).astype(np.uint8)
    if len(levels) < _TABLE:
        levels = np.concatenate([levels, np.full(_TABLE - len(levels), levels[-1], np.uint8)])
    return lambda pixels, out: np.take(
        levels, np.asarray(_linear(pixels, 1 / step, -first / step, cv2.CV_16U), np.uint16), out=out, mode="clip"
    )
