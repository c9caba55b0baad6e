"""Random changes to pictures and masks: geometry first, in one resampling, then what cameras and skin add."""

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.training.marks import draw_marks
from segx_viewer.training.schedule import Augmentation


def augment(
    picture: NDArray[np.uint8],
    mask: NDArray[np.uint8] | None,
    shape: tuple[int, int],
    how: Augmentation,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Change a picture and its mask alike, and place both on the input grid.

    Parameters
    ----------
    picture : ndarray, shape (H, W, 3), uint8
    mask : ndarray, shape (H', W'), uint8 0 or 255, or None
        May have another resolution than the picture, with the same field of view.
    shape : tuple of int
        (h, w) of the result, the whole picture stretched to it as at prediction.
    """
    matrix = _random_affine(shape, how, rng)
    out = _warp(picture, matrix, shape, cv2.BORDER_REFLECT_101)
    out_mask = None if mask is None else _warp(mask, matrix, shape, cv2.BORDER_REFLECT_101)
    out = _photometric(out, how, rng)
    # One draw each only where there is a strength: recipes without them keep their random numbers.
    if how.marks and rng.random() < how.marks:
        out = draw_marks(out, rng)
    if how.noise and rng.random() < how.noise:
        out = _noise(out, rng)
    if how.border and rng.random() < how.border:
        out, out_mask = _border(out, out_mask, rng)
    if rng.random() < how.hair:
        out = _draw_hair(out, rng)
    if rng.random() < how.dark_corners:
        out = _dark_corners(out, rng)
    if rng.random() < how.blur:
        out = _degrade(out, rng)
    if rng.random() < how.jpeg:
        quality = int(rng.integers(30, 90))
        data = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        out = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return out, out_mask


def _random_affine(shape: tuple[int, int], how: Augmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a 3 x 3 matrix from unit coordinates of the result to unit coordinates of the source, centred at 0."""
    angle = np.deg2rad(rng.uniform(-how.rotation, how.rotation))
    size = np.exp(rng.uniform(-how.scale, how.scale))
    aspect = np.exp(rng.uniform(-how.aspect, how.aspect) / 2)
    flip_x = -1.0 if how.flip_horizontal and rng.random() < 0.5 else 1.0
    flip_y = -1.0 if how.flip_vertical and rng.random() < 0.5 else 1.0
    shift = rng.uniform(-how.shift, how.shift, 2)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array(
        [
            [cos * size * aspect * flip_x, -sin * size * aspect * flip_y, shift[0]],
            [sin * size / aspect * flip_x, cos * size / aspect * flip_y, shift[1]],
            [0.0, 0.0, 1.0],
        ]
    )


def _warp(
    array: NDArray[np.uint8], unit: NDArray[np.float64], shape: tuple[int, int], border: int
) -> NDArray[np.uint8]:
    H, W = array.shape[:2]
    h, w = shape
    if max(H / h, W / w) > 1.5:  # warpAffine samples points: average first, or thin structures alias
        array = np.asarray(cv2.resize(array, (w, h), interpolation=cv2.INTER_AREA), np.uint8)
        H, W = h, w
    to_unit = np.array([[1 / w, 0, 0.5 / w - 0.5], [0, 1 / h, 0.5 / h - 0.5], [0, 0, 1]])
    from_unit = np.array([[W, 0, W / 2 - 0.5], [0, H, H / 2 - 0.5], [0, 0, 1]])
    matrix = (from_unit @ unit @ to_unit)[:2]
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(array, matrix, (w, h), flags=how, borderMode=border), np.uint8)


def _photometric(picture: NDArray[np.uint8], how: Augmentation, rng: np.random.Generator) -> NDArray[np.uint8]:
    gain = 1 + rng.uniform(-how.contrast, how.contrast)
    shift = rng.uniform(-how.brightness, how.brightness)
    gamma = 2 ** rng.uniform(-how.gamma, how.gamma)
    levels = np.linspace(0, 1, 256)[:, None] ** gamma
    channels = 1 + rng.uniform(-how.colour, how.colour, 3)
    table = ((levels - 0.5) * gain + 0.5 + shift) * channels
    return np.asarray(cv2.LUT(picture, (np.clip(table, 0, 1) * 255).astype(np.uint8).reshape(1, 256, 3)), np.uint8)


def _noise(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Add grey noise, or multiply by it as speckle does."""
    grain = rng.normal(0, rng.uniform(0.01, 0.08), (*picture.shape[:2], 1)).astype(np.float32)
    values = picture.astype(np.float32)
    noisy = values * (1 + 2 * grain) if rng.random() < 0.5 else values + 255 * grain
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _border(
    picture: NDArray[np.uint8], mask: NDArray[np.uint8] | None, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Put the picture into a black frame, up to an eighth of the side on each side."""
    h, w = picture.shape[:2]
    top, bottom, left, right = (rng.uniform(0, 0.125, 4) * (h, h, w, w)).astype(int)
    inner = (w - left - right, h - top - bottom)

    def framed(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
        small = cv2.resize(array, inner, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.copyMakeBorder(small, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0), np.uint8)

    return framed(picture), None if mask is None else framed(mask)


def _draw_hair(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    h, w = picture.shape[:2]
    out = picture.copy()
    shade = rng.integers(10, 90, 3)
    for _ in range(int(rng.integers(2, 14))):
        start, end = rng.uniform(-0.1, 1.1, (2, 2)) * (w, h)
        bend = (start + end) / 2 + rng.normal(0, 0.12, 2) * (w, h)
        t = np.linspace(0, 1, 24)[:, None]
        curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
        cv2.polylines(out, [(curve * 8).astype(np.int32)], False, shade.tolist(), 1, cv2.LINE_AA, 3)
    return out


def _dark_corners(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw the round field of a dermatoscope: black or shaded outside a circle."""
    h, w = picture.shape[:2]
    y, x = np.ogrid[:h, :w]
    centre = 0.5 + rng.uniform(-0.06, 0.06, 2)
    distance = np.hypot((y / h - centre[0]), (x / w - centre[1]))
    edge, soft = rng.uniform(0.46, 0.68), rng.uniform(0.01, 0.2)
    light = np.clip((edge + soft / 2 - distance) / soft, rng.uniform(0, 0.4), 1)
    return (picture * light[..., None]).astype(np.uint8)


def _degrade(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blur, sharpen, or lose resolution and come back: what other cameras and other copies look like."""
    kind = rng.integers(3)
    if kind == 0:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.8)), np.uint8)
    if kind == 1:
        amount = rng.uniform(0.3, 1.2)
        soft = cv2.GaussianBlur(picture, (0, 0), 1.5)
        return np.asarray(cv2.addWeighted(picture, 1 + amount, soft, -amount, 0), np.uint8)
    h, w = picture.shape[:2]
    factor = rng.uniform(0.45, 0.95)
    small = cv2.resize(picture, (int(w * factor), int(h * factor)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)
