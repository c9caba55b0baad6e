"""From a displayed picture to a network's input, and from its output to probabilities. Arrays only."""

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import CUT, Preprocessing
from segx_viewer.domain.arrays import Pixels
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.result import Activation, ClassInfo, Prediction
from segx_viewer.errors import ModelError
from segx_viewer.imaging.margins import content_box

Levels = NDArray[np.uint8 | np.float32]
"""Of a picture, 0..255."""


def preprocess(
    picture: NDArray[np.uint8], how: Preprocessing, stretch: tuple[float, float] = (1.0, 1.0)
) -> tuple[NDArray[np.float32], Placement]:
    """Turn a displayed picture into a network's input.

    Parameters
    ----------
    picture : ndarray, shape (H, W) or (H, W, 3), uint8
        As shown: after VOI and inversion.
    how : Preprocessing
    stretch : tuple of float
        (row, column): what makes the picture's pixels square.

    Returns
    -------
    tensor : ndarray, shape (C, h, w), float32
        Normalised.
    placement : Placement
        Where the picture lies in the input.
    """
    placed, placement = place(picture, how, stretch)
    return normalise(placed, how), placement


def normalise(placed: Levels, how: Preprocessing) -> NDArray[np.float32]:
    """Turn a picture on the input grid (h, w, 3) into a normalised (C, h, w) array of 3 channels or 1.

    The channels lie last in memory, as the networks take them.
    """
    if placed.dtype != np.uint8:
        exact = placed[..., : how.channels].astype(np.float32) / 255
        values = (exact - np.asarray(how.mean, np.float32)) / np.asarray(how.std, np.float32)
        return np.asarray(values, np.float32).transpose(2, 0, 1)
    levels = np.repeat(np.arange(256, dtype=np.float32)[:, None] / 255, how.channels, axis=1)
    table = (levels - np.asarray(how.mean, np.float32)) / np.asarray(how.std, np.float32)
    looked_up = cv2.LUT(np.ascontiguousarray(placed[..., : how.channels]), table[None])
    return np.asarray(looked_up, np.float32).reshape(*placed.shape[:2], how.channels).transpose(2, 0, 1)


def place(
    picture: NDArray[np.uint8],
    how: Preprocessing,
    stretch: tuple[float, float] = (1.0, 1.0),
    content: tuple[slice, slice] | None = None,
) -> tuple[Levels, Placement]:
    """Bring a displayed picture to the input grid, (h, w, 3), in the colours the network expects.

    Its levels 0..255 are uint8, or float32 where they are not rounded ("tensor"). `stretch` makes pixels square that
    are not; where each axis gets its own factor, it changes nothing. Margins are cut off first where the bundle says
    so; the placement is that of the whole picture. `content` is its `content_box`, for those who have it already.
    """
    whole = picture.shape[:2]
    uncut = slice(0, whole[0]), slice(0, whole[1])
    rows, columns = (content or content_box(picture)) if how.margins == CUT else uncut
    if (rows, columns) != uncut:
        placed, within = _place(picture[rows, columns], how, stretch)
        return placed, within.shifted(whole, rows.start, columns.start)
    return _place(picture, how, stretch)


def _place(picture: NDArray[np.uint8], how: Preprocessing, stretch: tuple[float, float]) -> tuple[Levels, Placement]:

    def fit(shape: tuple[int, int]) -> Placement:
        if how.resize is not None:
            return Placement.crop(shape, how.input_shape, how.resize, squash=how.fit == "squash")
        if how.fit == "letterbox":
            return Placement.letterbox(shape, how.input_shape, stretch)
        return Placement.stretch(shape, how.input_shape)

    placement = fit(picture.shape[:2])
    if how.detail and max(picture.shape[:2]) > how.detail:
        factor = how.detail / max(picture.shape[:2])
        size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    found = fit(picture.shape[:2]).place(picture, how.interpolation, antialias=how.antialias)
    placed: Pixels = np.asarray(found)
    if placed.ndim == 3 and how.colour == "grey":
        placed = np.asarray(cv2.cvtColor(placed, cv2.COLOR_RGB2GRAY))
    if placed.ndim == 2:
        placed = np.asarray(cv2.cvtColor(placed, cv2.COLOR_GRAY2RGB))
    elif how.colour == "bgr":
        placed = np.ascontiguousarray(placed[..., ::-1])
    return placed, placement


def as_bytes(levels: Levels) -> NDArray[np.uint8]:
    """Return levels 0..255 as uint8."""
    return np.asarray(levels if levels.dtype == np.uint8 else np.round(np.clip(levels, 0, 255)), np.uint8)


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logistic function of logits, without overflow.

    Examples
    --------
    >>> sigmoid(np.float32([-1000, 0, 1000]))
    array([0. , 0.5, 1. ], dtype=float32)
    """
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1, small) / (1 + small)


def softmax(logits: NDArray[np.float32], axis: int = -1) -> NDArray[np.float32]:
    """Return the softmax of logits along an axis, without overflow.

    Examples
    --------
    >>> softmax(np.float32([1000, 1000]))
    array([0.5, 0.5], dtype=float32)
    """
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def to_prediction(logits: NDArray[np.float32], classes: tuple[ClassInfo, ...], activation: Activation) -> Prediction:
    """Wrap logits (1, K) as a `Prediction`. Raises `ModelError` when they are not finite, or not one per class."""
    row = np.asarray(logits[0], np.float32)
    if row.shape != (len(classes),):
        raise ModelError(f"The classifier gives {row.shape} scores; the model names {len(classes)} classes.")
    if not np.isfinite(row).all():
        raise ModelError("The classifier's output is not finite; its weights may be damaged.")
    return Prediction(classes, row, sigmoid(row) if activation is Activation.SIGMOID else softmax(row), activation)
