"""What changed between two pictures of a lesion: where they differ, and the lesion's colour."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_RING = 0.25  # of the region's radius: how far around it the skin is looked at
_RIM = 13  # pixels: what the pictures' edges are blurred with is no change either
_STRONGEST = 60.0  # difference in CIELAB that is shown as the strongest


def difference(earlier: Picture, later: Picture, both: Mask) -> NDArray[np.float32]:
    """Return how much each pixel changed, in CIELAB units (Delta E 1976), 0 where not both pictures show something.

    The later picture's brightness and colour are first brought to the earlier one's, as a whole: lights and cameras
    differ from day to day.

    Parameters
    ----------
    earlier, later : ndarray, shape (H, W, 3), uint8 RGB
        On one grid.
    both : ndarray, shape (H, W), bool
        Where both show something.
    """
    a, b = lab(earlier), lab(later)
    if not both.any():
        return np.zeros(both.shape, np.float32)
    for channel in range(3):
        x, y = a[..., channel][both], b[..., channel][both]
        b[..., channel] = (b[..., channel] - y.mean()) * (x.std() / max(float(y.std()), 1e-3)) + x.mean()
    distance = np.linalg.norm(a - b, axis=2).astype(np.float32)
    distance = cv2.GaussianBlur(distance, (0, 0), 1.5)  # a pixel's shift of an edge is no change
    distance[~cv2.erode(both.astype(np.uint8), np.ones((_RIM, _RIM), np.uint8)).astype(np.bool_)] = 0
    return np.asarray(distance, np.float32)


def shown_difference(values: NDArray[np.float32], table: Picture) -> Picture:
    """Return a difference as a picture by a colour table (256, 3): its first colour is no change."""
    index = np.clip(values / _STRONGEST * 255, 0, 255).astype(np.intp)
    return np.ascontiguousarray(table[index])


def lab(picture: Picture) -> NDArray[np.float32]:
    """Return an RGB picture in CIELAB."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


@dataclass(frozen=True, slots=True)
class Tint:
    """A lesion's mean colour against the skin around it, in CIELAB: light and camera count less than in itself."""

    lightness: float
    red: float
    yellow: float

    def apart(self, other: "Tint") -> float:
        """Distance to another one (Delta E 1976)."""
        pairs = ((self.lightness, other.lightness), (self.red, other.red), (self.yellow, other.yellow))
        return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def tint_of(picture: Picture, mask: Mask) -> Tint | None:
    """Return a region's colour against the skin in a ring around it; None where there is no skin to be seen.

    Parameters
    ----------
    picture : ndarray, shape (H, W, 3), uint8 RGB
    mask : ndarray, shape (H, W), bool
    """
    if not mask.any():
        return None
    reach = max(3, round(_RING * float(np.sqrt(mask.sum() / np.pi))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    near = cv2.dilate(mask.astype(np.uint8), kernel).astype(np.bool_)
    gap = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_)
    skin = near & ~gap
    if skin.sum() < 20:
        return None
    values = lab(picture)
    inside, outside = values[mask].mean(axis=0), values[skin].mean(axis=0)
    return Tint(*(float(v) for v in inside - outside))
