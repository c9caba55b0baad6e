"""Marks burnt into pictures: found and painted out, and drawn where there are none, so that they cannot tell a class.

Ultrasound machines and their readers put callipers, dotted lines and letters beside what they found, and so more often
into pictures with a lesion: a shortcut for a network.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

STROKE = 9  # px, of a picture whose longest side is 384; strokes are a few pixels wide
BRIGHT, CONTRAST, SATURATED = 200, 70, 60
COLOURS = ((255, 230, 40), (60, 230, 60), (70, 200, 255))
GREY_SHARE = 0.7


def find_marks(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where thin bright strokes or coloured marks are, (H, W) bool, of a picture (H, W, 3) uint8 RGB."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    side = max(3, round(STROKE * max(grey.shape) / 384) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    strokes = (cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel) > CONTRAST) & (grey > BRIGHT)
    coloured = np.ptp(picture.astype(np.int16), axis=2) > SATURATED
    return strokes | coloured


def paint_out(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with its marks filled in from round about (Telea 2004)."""
    found = find_marks(picture).astype(np.uint8)
    if not found.any():
        return picture
    filled = cv2.inpaint(picture, cv2.dilate(found, np.ones((3, 3), np.uint8)), 3, cv2.INPAINT_TELEA)
    return np.asarray(filled, np.uint8)


def draw_marks(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a picture with callipers, a dotted line between them, or letters, at random places."""
    out = picture.copy()
    h, w = picture.shape[:2]
    grey = int(rng.integers(200, 256))
    colour = (grey, grey, grey) if rng.random() < GREY_SHARE else COLOURS[rng.integers(len(COLOURS))]
    arm = max(2, round(min(h, w) * rng.uniform(0.01, 0.02)))
    for _ in range(int(rng.integers(1, 4))):
        ends = (rng.uniform(0.1, 0.9, (2, 2)) * (w, h)).astype(int)
        if rng.random() < 0.3:
            word = "".join(rng.choice(list("ABDLRTUX1234 "), int(rng.integers(1, 8))))
            cv2.putText(out, word, tuple(ends[0].tolist()), 0, rng.uniform(0.25, 0.6), colour, 1, cv2.LINE_AA)
            continue
        for x, y in ends.tolist():
            cv2.line(out, (x - arm, y), (x + arm, y), colour, 1, cv2.LINE_AA)
            cv2.line(out, (x, y - arm), (x, y + arm), colour, 1, cv2.LINE_AA)
        if rng.random() < 0.6:
            count = max(2, int(np.hypot(*(ends[1] - ends[0])) / (2.5 * arm)))
            for x, y in np.linspace(ends[0], ends[1], count).astype(int).tolist():
                cv2.circle(out, (x, y), 0, colour, -1)
    return out
