"""The screen's pixels on the image: pictures are made for them once and then copied, whatever is dragged."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

from segx_viewer.app.canvas.transform import SQUARE, Stretch, image_to_panel
from segx_viewer.app.model.viewstate import GEOMETRY, View
from segx_viewer.domain.arrays import Numbers

_TILE = 64  # rasters end on whole tiles, so that a short pan finds the pictures of the last one


@dataclass(frozen=True, slots=True)
class Raster:
    """A rectangle of screen pixels on an image that is scaled and turned as the view asks.

    Attributes
    ----------
    shape : tuple of int
        (rows, columns), in screen pixels.
    matrix : tuple of float
        (a, b, c, d, e, f): the image position of a raster position (i, j) is ``x = a i + b j + c``,
        ``y = d i + e j + f``. Positions are measured from the top left corner, x and i to the right.
    ratio : float
        Screen pixels per panel pixel.
    """

    shape: tuple[int, int]
    matrix: tuple[float, float, float, float, float, float]
    ratio: float = 1.0

    @property
    def scale(self) -> float:
        """Screen pixels per image pixel, of the axis that is enlarged less."""
        a, b, _, d, e, _ = self.matrix
        return 1 / max(abs(a) + abs(b), abs(d) + abs(e))

    def from_image(self) -> QTransform:
        """Return the transform from image positions to panel pixels, measured from the raster's corner."""
        a, b, c, d, e, f = self.matrix
        return QTransform(a, d, b, e, c, f).inverted()[0] * QTransform.fromScale(1 / self.ratio, 1 / self.ratio)

    def sample(
        self,
        array: NDArray[np.generic],
        step: tuple[float, float] = (1.0, 1.0),
        offset: tuple[float, float] = (0.0, 0.0),
        *,
        nearest: bool = False,
    ) -> Numbers:
        """Resample an array to the screen's pixels.

        Parameters
        ----------
        array : ndarray, shape (h, w) or (h, w, 3)
            Boolean ones come back as uint8, 0 or 1, by the nearest pixel.
        step, offset : tuple of float
            (row, column): an image position times `step` plus `offset` is the position in the array.
        nearest : bool
            By the nearest pixel rather than bilinearly.

        Returns
        -------
        ndarray, shape `shape` or (*shape, 3)
            Continued evenly beyond the array's edges.
        """
        is_mask = array.dtype == np.bool_
        a, b, c, d, e, f = self.matrix
        (sy, sx), (oy, ox) = step, offset
        # cv2 puts pixel centres at integers, hence the half pixels on both sides.
        matrix = np.array(
            [
                [a * sx, b * sx, (c + (a + b) / 2) * sx + ox - 0.5],
                [d * sy, e * sy, (f + (d + e) / 2) * sy + oy - 0.5],
            ]
        )
        rows, columns = self.shape
        # Only what is seen goes in: cv2 takes no more than 32767 rows or columns.
        corners = matrix @ np.array([[0, columns, 0, columns], [0, 0, rows, rows], [1, 1, 1, 1]], float)
        height, width = array.shape[:2]
        left, right = _within(corners[0], width)
        top, bottom = _within(corners[1], height)
        matrix[:, 2] -= left, top
        source: Numbers = array.view(np.uint8 if is_mask else array.dtype)
        return cv2.warpAffine(
            source[top:bottom, left:right],
            matrix,
            (columns, rows),
            flags=(cv2.INTER_NEAREST if nearest or is_mask else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )


def _within(positions: NDArray[np.float64], length: int) -> tuple[int, int]:
    low = min(max(0, math.floor(positions.min()) - 2), length - 1)
    return low, max(low + 1, min(length, math.ceil(positions.max()) + 3))


def visible_raster(
    view: View, image: tuple[int, int], panel: QSizeF, ratio: float, stretch: Stretch = SQUARE
) -> tuple[Raster, QPointF] | None:
    """Return the raster of what a panel shows of an (H, W) image, and where in the panel its corner lies.

    The image begins on a whole screen pixel and fills whole screen pixels, so that copying needs no interpolation.
    None when nothing of the image is visible.
    """
    geometry = tuple(getattr(view, name) for name in GEOMETRY)
    found = _placed(geometry, image, (panel.width(), panel.height()), ratio, stretch)
    return (found[0], QPointF(*found[1])) if found is not None else None


@lru_cache(32)  # every step of a slider asks each panel where its image lies, which has not moved
def _placed(
    geometry: tuple[Any, ...], image: tuple[int, int], size: tuple[float, float], ratio: float, stretch: Stretch
) -> tuple[Raster, tuple[float, float]] | None:
    view, panel = View(**dict(zip(GEOMETRY, geometry, strict=True))), QSizeF(*size)
    height, width = image
    whole = QRectF(0, 0, width, height)
    box = image_to_panel(view, image, panel, stretch).mapRect(whole)
    columns, rows = max(1, round(box.width() * ratio)), max(1, round(box.height() * ratio))
    at_x, at_y = round(box.left() * ratio), round(box.top() * ratio)
    left, right = _visible(at_x, columns, panel.width() * ratio)
    top, bottom = _visible(at_y, rows, panel.height() * ratio)
    if left >= right or top >= bottom:
        return None
    turn = QTransform().scale(-1 if view.flip_h else 1, -1 if view.flip_v else 1).rotate(view.rotation)
    turned = turn.mapRect(whole)
    onto = (
        turn
        * QTransform.fromTranslate(-turned.left(), -turned.top())
        * QTransform.fromScale(columns / turned.width(), rows / turned.height())
        * QTransform.fromTranslate(-left, -top)
    )
    back, _ = onto.inverted()
    matrix = (back.m11(), back.m21(), back.dx(), back.m12(), back.m22(), back.dy())
    corner = (at_x + left) / ratio, (at_y + top) / ratio
    return Raster((bottom - top, right - left), matrix, ratio), corner


def _visible(start: int, length: int, room: float) -> tuple[int, int]:
    """Return the part of an extent that lies in 0..room, grown to whole tiles."""
    low, high = max(0, -start), min(length, math.ceil(room) - start)
    if low >= high:
        return 0, 0
    return low // _TILE * _TILE, min(length, -(-high // _TILE) * _TILE)
