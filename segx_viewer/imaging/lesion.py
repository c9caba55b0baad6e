"""Shape and colours of a lesion's region: figures to set beside what the reader sees, never in its place.

Border: compactness, perimeter**2 / (4 pi area), 1 for a disc (as in Golston et al., Comput Med Imaging Graph
16:145-150, 1992), and solidity, the region's share of its convex hull. Asymmetry: the share of the region that has no
counterpart when it is folded about its principal axes, after Stoecker et al., Comput Med Imaging Graph 16:191-197
(1992).
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.lesion import COLOURS

ASYMMETRIC = 0.1
"""Share without counterpart from which an axis is suggested as asymmetric, by its contour alone."""
COLOUR_SHARE = 0.05
"""Share of the region from which a colour is suggested."""
_REFERENCE = {  # sRGB; our choice: no picture of another camera and light has exactly these
    "white": ((238, 232, 228),),
    "red": ((196, 62, 62), (170, 70, 76)),
    "light brown": ((176, 122, 84), (196, 146, 108), (150, 98, 66)),
    "dark brown": ((92, 56, 38), (70, 42, 32), (112, 72, 50)),
    "blue-grey": ((96, 110, 130), (122, 128, 142), (70, 84, 108)),
    "black": ((20, 16, 16), (40, 32, 30)),
}
_SIDE = 512  # pixels of the longer side that colours are counted at
_TURN_SIDE = 1024
_PAD = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """Figures of a region. Lengths are in mm where the scale is known, else in pixels of the image.

    Attributes
    ----------
    unit : str
        "mm" or "px".
    area : float
        In the square of it.
    diameter : float
        Largest distance of two points of the region.
    perimeter : float
    compactness : float
        1 for a disc, more for any other outline.
    solidity : float
        0..1, 1 for a convex region.
    asymmetry : tuple of float
        Share (0..1) without a counterpart, folded about the long and about the short axis.
    cut : bool
        The region reaches the picture's edge: it is larger than what is seen.
    """

    unit: str
    area: float
    diameter: float
    perimeter: float
    compactness: float
    solidity: float
    asymmetry: tuple[float, float]
    cut: bool

    @property
    def axes(self) -> int:
        """Axes (0..2) that are asymmetric by the contour alone; colours and structures may add to them."""
        return sum(share > ASYMMETRIC for share in self.asymmetry)


def shape_of(mask: NDArray[np.bool_], step: tuple[float, float] = (1.0, 1.0), unit: str = "px") -> Shape | None:
    """Measure a region.

    Parameters
    ----------
    mask : ndarray, shape (h, w), bool
    step : tuple of float
        Height and width of the mask's pixels, in `unit`.

    Returns
    -------
    Shape or None
        None for a region without pixels.
    """
    if not mask.any():
        return None
    square, side = _square_pixels(mask, step)
    contours, _ = cv2.findContours(square.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    centres = np.concatenate([c[:, 0, :] for c in contours]).astype(np.float64)
    corners = np.concatenate([centres + np.array(d) for d in ((-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5))])
    hull = cv2.convexHull(corners.astype(np.float32))[:, 0, :].astype(np.float64)
    apart = np.hypot(*(hull[:, None, :] - hull[None, :, :]).transpose(2, 0, 1))
    area = float(square.sum())
    perimeter = _perimeter(square)
    edge = mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()
    return Shape(
        unit,
        area * side**2,
        float(apart.max()) * side,
        perimeter * side,
        perimeter**2 / (4 * np.pi * area),
        min(1.0, area / float(cv2.contourArea(hull.astype(np.float32)))),
        _asymmetry(square),
        bool(edge),
    )


def _square_pixels(mask: NDArray[np.bool_], step: tuple[float, float]) -> tuple[NDArray[np.bool_], float]:
    """Return the mask with pixels as high as wide, and their side."""
    side = min(step)
    shape = max(1, round(mask.shape[0] * step[0] / side)), max(1, round(mask.shape[1] * step[1] / side))
    if shape == mask.shape:
        return mask, side
    scaled = cv2.resize(mask.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST_EXACT)
    return scaled.astype(np.bool_), side


def _perimeter(mask: NDArray[np.bool_]) -> float:
    """Length of a region's outlines, smoothed over a pixel so that its stairs do not count."""
    from skimage.measure import find_contours

    soft = cv2.GaussianBlur(np.pad(mask, _PAD).astype(np.float32), (0, 0), 1.0)
    trace: Any = find_contours  # which has no types
    outlines = trace(soft, 0.5)
    return float(sum(np.hypot(*np.diff(outline, axis=0).T).sum() for outline in outlines)) or 4.0


def _asymmetry(mask: NDArray[np.bool_]) -> tuple[float, float]:
    """Fold a region about its principal axes through its centroid."""
    y, x = np.nonzero(mask)
    centre = x.mean(), y.mean()
    covariance = np.cov(np.stack([x - centre[0], y - centre[1]])) if x.size > 1 else np.eye(2)
    along = np.linalg.eigh(covariance)[1][:, 1]
    half = int(np.ceil(np.hypot(x - centre[0], y - centre[1]).max())) + 2
    scale = min(1.0, _TURN_SIDE / (2 * half + 1))
    reach = int(np.ceil(half * scale))
    turn = np.array([[along[0], along[1]], [-along[1], along[0]]]) * scale
    matrix = np.column_stack([turn, reach - turn @ np.array(centre)])
    side = 2 * reach + 1
    turned = cv2.warpAffine(mask.astype(np.float32), matrix, (side, side), flags=cv2.INTER_LINEAR) > 0.5
    area = max(1, int(turned.sum()))
    return tuple(float((turned & ~turned[flip]).sum()) / area for flip in _FLIPS)  # type: ignore[return-value]


_FLIPS = ((slice(None, None, -1), slice(None)), (slice(None), slice(None, None, -1)))


def colours_of(picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> dict[str, float]:
    """Return the share (0..1) of a region that is nearest to each colour of the ABCD rule, in CIELAB.

    Cameras and lights differ and pictures are seldom calibrated, so that this is a suggestion at best.

    Parameters
    ----------
    picture : ndarray, shape (H, W, 3), uint8 RGB
    mask : ndarray, shape (h, w), bool
        Over the same field of view.
    """
    height, width = picture.shape[:2]
    factor = min(1.0, _SIDE / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT).astype(np.bool_)
    if not inside.any():
        return dict.fromkeys(COLOURS, 0.0)
    names = [name for name in COLOURS for _ in _REFERENCE[name]]
    table = np.array([[colour for name in COLOURS for colour in _REFERENCE[name]]], np.float32) / 255
    reference = cv2.cvtColor(table, cv2.COLOR_RGB2LAB)[0]
    lab = cv2.cvtColor(small[inside][None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    nearest = np.linalg.norm(lab[:, None] - reference[None], axis=2).argmin(axis=1)
    shares = np.bincount(nearest, minlength=len(names)) / len(lab)
    return {name: float(sum(s for n, s in zip(names, shares, strict=True) if n == name)) for name in COLOURS}


def seen_colours(shares: dict[str, float]) -> tuple[str, ...]:
    """Return the colours with a share worth suggesting."""
    return tuple(name for name in COLOURS if shares.get(name, 0.0) >= COLOUR_SHARE)
