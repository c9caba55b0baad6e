"""Lays one picture of a lesion on another, and says how far that can be believed.

OpenCV's ECC (Evangelidis and Psarakis, IEEE TPAMI 30:1858-1865, 2008) returns a matrix for any two pictures, of the
same lesion or not. Whether they are of one thing is judged here by what both show finely: the correlation of their
details, coarse light and shade taken away, where they overlap.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
Matrix = NDArray[np.float64]

_SIDE = 320  # pixels of the longer side that pictures are laid on each other at
_STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 80, 1e-5)
_FEATURES = 1500
_FEWEST = 8  # pairs of features that a start is taken from
_RATIO = 0.8  # of the distances to the nearest and the second nearest feature (Lowe, IJCV 60:91-110, 2004)
_OVERLAP = 0.4  # share of the earlier picture that has to be seen in both
_STRETCH = 3.0  # no two pictures of one lesion are taken at scales further apart
_SHEAR = 0.25
_TURNS = (0.0, 90.0, 180.0, 270.0)
"""Starts, in degrees, where features give none: a dermoscope is put on the skin in any direction."""


class Trust(StrEnum):
    """Whether a registration shows the same lesion."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    NONE = "none"


GOOD, DOUBTFUL = 0.65, 0.5
"""Correlation of details from which a registration is good, and from which it is doubtful; below there is none.

Measured on HAM10000 at 200 x 150 pixels: of 200 pairs of pictures of one lesion, 140 reach 0.65 and 143 reach 0.5; of
200 pairs of different lesions none reaches 0.6, five reach 0.5.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """How the later picture lies on the earlier one.

    Attributes
    ----------
    matrix : ndarray, shape (2, 3)
        Takes positions (x, y) of the earlier picture to the later one's, in pixels of each, centres at integers.
    correlation : float
        Of the details of both where they overlap, -1..1; 0 where nothing fits.
    overlap : float
        Share of the earlier picture that the later one covers, 0..1.
    """

    matrix: Matrix = field(repr=False)
    correlation: float
    overlap: float

    @property
    def trust(self) -> Trust:
        """How far the registration can be believed."""
        if self.overlap < _OVERLAP or not _is_plausible(self.matrix):
            return Trust.NONE
        if self.correlation >= GOOD:
            return Trust.GOOD
        return Trust.DOUBTFUL if self.correlation >= DOUBTFUL else Trust.NONE

    @property
    def scale(self) -> float:
        """Pixels of the later picture for one of the earlier."""
        return float(abs(np.linalg.det(self.matrix[:, :2])) ** 0.5)

    @property
    def turn(self) -> float:
        """Degrees by which the later picture is turned clockwise, -180..180."""
        return float(
            np.degrees(np.arctan2(self.matrix[1, 0] - self.matrix[0, 1], self.matrix[0, 0] + self.matrix[1, 1]))
        )


def register(earlier: NDArray[np.uint8], later: NDArray[np.uint8]) -> Registration:
    """Lay a later picture on an earlier one.

    Parameters
    ----------
    earlier, later : ndarray, shape (H, W, 3) or (H, W), uint8
    """
    fixed, fixed_scale = _reduced(earlier)
    moving, moving_scale = _reduced(later)
    fine_fixed, fine_moving = _details(fixed), _details(moving)
    best, found = (-1.0, 0.0), np.eye(2, 3)
    for start in _starts(fixed, moving):
        matrix = _refined(fixed, moving, start)
        if matrix is None or not _is_plausible(matrix):
            continue
        judged = _judged(fine_fixed, fine_moving, matrix)
        if judged[1] >= _OVERLAP and judged[0] > best[0]:
            best, found = judged, matrix
    whole = found.copy()
    whole[:, :2] *= fixed_scale / moving_scale
    whole[:, 2] /= moving_scale
    return Registration(whole, max(0.0, best[0]), best[1])


def laid_on(later: NDArray[np.uint8], registration: Registration, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the later picture on the earlier one's grid (H, W), black where it shows nothing."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(later, registration.matrix, shape[::-1], flags=flags), np.uint8)


def covered(shape: tuple[int, int], registration: Registration, on: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where a later picture of a shape lies on the earlier one's grid `on`."""
    whole = np.ones(shape, np.uint8)
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(whole, registration.matrix, on[::-1], flags=flags), np.bool_)


def _reduced(picture: NDArray[np.uint8]) -> tuple[Grey, float]:
    """Return the brightness (H, W) 0..1 at a small size, and its pixels for one of the picture's."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    scale = min(1.0, _SIDE / max(grey.shape))
    size = max(8, round(grey.shape[1] * scale)), max(8, round(grey.shape[0] * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small / 255, np.float32), float(size[0] / grey.shape[1])


def _details(grey: Grey) -> Grey:
    """Take coarse light and shade away, in which all lesions look alike, and noise with it."""
    sigma = max(grey.shape) / 24
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0) - cv2.GaussianBlur(grey, (0, 0), sigma), np.float32)


def _starts(fixed: Grey, moving: Grey) -> list[Matrix]:
    """Return rough guesses of the matrix: by features, and turned about the middle."""
    starts = [m for m in (_by_features(fixed, moving),) if m is not None]
    (h, w), (mh, mw) = fixed.shape, moving.shape
    scale = min(mh / h, mw / w)
    for degrees in _TURNS:
        angle = np.radians(degrees)
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = np.array([(mw - 1) / 2, (mh - 1) / 2]) - turn @ np.array([(w - 1) / 2, (h - 1) / 2])
        starts.append(np.column_stack([turn, middle]))
    return starts


def _by_features(fixed: Grey, moving: Grey) -> Matrix | None:
    finder = cv2.SIFT.create(_FEATURES, contrastThreshold=0.01)
    (a, ours), (b, theirs) = (
        finder.detectAndCompute(np.asarray(grey * 255, np.uint8), None) for grey in (fixed, moving)
    )
    if ours is None or theirs is None or len(theirs) < 2:
        return None
    pairs = cv2.BFMatcher().knnMatch(ours, theirs, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    if len(good) < _FEWEST:
        return None
    source = np.array([a[m.queryIdx].pt for m in good], np.float32)
    target = np.array([b[m.trainIdx].pt for m in good], np.float32)
    cv2.setRNGSeed(0)  # the same pictures give the same answer
    matrix, inliers = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=3.0)
    return None if matrix is None or int(inliers.sum()) < _FEWEST else np.asarray(matrix, np.float64)


def _refined(fixed: Grey, moving: Grey, start: Matrix) -> Matrix | None:
    """Improve a guess by ECC, coarse pictures first; None where it does not converge."""
    matrix = start.astype(np.float32)
    find: Any = cv2.findTransformECC  # its types know no mask of None
    try:
        for blur, motion in ((15, cv2.MOTION_EUCLIDEAN), (5, cv2.MOTION_AFFINE)):
            if motion == cv2.MOTION_EUCLIDEAN and abs(np.linalg.det(matrix[:, :2]) - 1) > 0.05:
                continue  # it keeps no scale
            _, matrix = find(fixed, moving, matrix, motion, _STEPS, None, blur)
    except cv2.error:  # "the algorithm stopped before its convergence", images that do not overlap
        return None
    return np.asarray(matrix, np.float64)


def _is_plausible(matrix: Matrix) -> bool:
    """Whether a matrix is one of a camera over the same skin: no mirror, little shear, no other order of size."""
    linear = np.asarray(matrix[:, :2], np.float64)
    if not np.isfinite(matrix).all() or np.linalg.det(linear) <= 0:
        return False
    high, low = np.linalg.svd(linear, compute_uv=False)
    return bool(low > 1 / _STRETCH and high < _STRETCH and high / low < 1 + _SHEAR)


def _judged(fixed: Grey, moving: Grey, matrix: Matrix) -> tuple[float, float]:
    """Return the correlation of details where the pictures overlap, and the share that does."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = fixed.shape[::-1]
    moved = cv2.warpAffine(moving, matrix, size, flags=flags)
    both = cv2.warpAffine(np.ones_like(moving), matrix, size, flags=flags) > 0.99
    share = float(both.mean())
    if share < 0.05:
        return 0.0, share
    a, b = fixed[both], moved[both]
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return (float((a * b).sum()) / norm if norm > 0 else 0.0), share
