"""A drawn skin lesion: something to try the program on without anybody's picture."""

import cv2
import numpy as np
from numpy.typing import NDArray


def _clouds(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> NDArray[np.float32]:
    """Smooth noise with zero mean and unit spread, features about `scale` pixels wide."""
    small = (max(4, round(shape[0] / scale) + 3), max(4, round(shape[1] / scale) + 3))
    noise = cv2.resize(
        rng.standard_normal(small, dtype=np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC
    )
    return (noise - noise.mean()) / (noise.std() + 1e-6)


def draw_lesion(shape: tuple[int, int] = (450, 600), seed: int = 7) -> NDArray[np.uint8]:
    """Draw a pigmented lesion on skin. Not a photograph of anybody; callers label it as synthetic.

    Parameters
    ----------
    shape : tuple of int
        (H, W).
    seed : int
        The same seed draws the same picture.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8 RGB

    Examples
    --------
    >>> draw_lesion((90, 120)).shape
    (90, 120, 3)
    """
    rng = np.random.default_rng(seed)
    H, W = shape
    unit = min(H, W)
    y, x = np.mgrid[:H, :W].astype(np.float32)

    skin = np.array([222, 172, 150], np.float32)
    picture = np.broadcast_to(skin, (H, W, 3)).copy()
    picture += (6 * _clouds(rng, shape, unit / 3) + 3 * _clouds(rng, shape, unit / 40))[..., None]

    centre = np.array([H, W]) * (0.5 + rng.uniform(-0.05, 0.05, 2))
    angle = rng.uniform(0, np.pi)
    dy, dx = y - centre[0], x - centre[1]
    along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    radius = np.hypot(along / (0.33 * unit), across / (0.24 * unit))
    radius += 0.07 * _clouds(rng, shape, unit / 6) + 0.02 * _clouds(rng, shape, unit / 25)
    inside = 1 / (1 + np.exp(np.clip((radius - 1) * 18, -30, 30)))

    network = np.abs(_clouds(rng, shape, unit / 28))
    darkness = inside * np.clip(0.62 + 0.16 * _clouds(rng, shape, unit / 5) - 0.12 * np.minimum(network, 1.5), 0, 1)
    pigment = np.array([78, 44, 34], np.float32)
    picture += darkness[..., None] * (pigment - picture)

    for _ in range(7):  # hairs
        start, end, bow = rng.uniform(0, 1, (3, 2)) * (W, H)
        t = np.linspace(0, 1, 60)[:, None]
        curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * bow + t**2 * end
        cv2.polylines(
            picture, [np.round(curve).astype(np.int32)], False, (70, 50, 45), max(1, unit // 300), cv2.LINE_AA
        )

    vignette = 1 - 0.22 * ((y / H - 0.5) ** 2 + (x / W - 0.5) ** 2)[..., None]
    picture = picture * vignette + rng.normal(0, 1.5, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def draw_later(picture: NDArray[np.uint8], degrees: float = 12.0) -> NDArray[np.uint8]:
    """Draw a lesion as it might look at the next visit: a part has darkened, and the camera is turned.

    Parameters
    ----------
    picture : ndarray, shape (H, W, 3), uint8 RGB
        From `draw_lesion`.
    degrees : float
        By which the camera is turned.
    """
    height, width = picture.shape[:2]
    spot = np.zeros((height, width), np.float32)
    centre, size = (round(0.56 * width), round(0.42 * height)), (round(0.09 * height), round(0.07 * height))
    cv2.ellipse(spot, centre, size, 20, 0, 360, 0.8, -1)
    soft = np.asarray(cv2.GaussianBlur(spot, (0, 0), height / 90), np.float32)[..., None]
    changed = (picture * (1 - soft) + np.array([66, 40, 32], np.float32) * soft).astype(np.uint8)
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(changed, turn, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)
