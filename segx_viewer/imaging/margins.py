"""Margins that are no part of a picture: black frames, letterboxing, the page around a film."""

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import row_medians

TOLERANCE = 10
"""Levels by which a margin's pixels may differ: JPEG artefacts, and the noise of a scanned page."""
PLAIN = 0.995
"""Share of a line's pixels that have to be plain."""
SMALLEST = 0.25
"""Share of each side that must be left; a picture with less in it has no margins, but next to no content."""
SAMPLES = 512
"""Pixels of each line that are looked at."""


def content_box(picture: NDArray[np.uint8]) -> tuple[slice, slice]:
    """Return the rows and columns within the plain margins of a picture.

    Whole lines of one level (or colour) at a side are its margin. A frame within bars is found as well.

    Parameters
    ----------
    picture : ndarray, shape (H, W) or (H, W, 3), uint8

    Returns
    -------
    rows, columns : slice
        Of the whole picture where it has no margins, or hardly anything else.

    Examples
    --------
    >>> picture = np.zeros((40, 60), np.uint8)
    >>> picture[10:35, 6:] = np.arange(25)[:, None] * 5 + np.arange(54) * 2
    >>> content_box(picture)
    (slice(10, 35, None), slice(6, 60, None))
    """
    H, W = picture.shape[:2]
    top, bottom, left, right = 0, H, 0, W
    for _ in range(3):  # bars, a frame within them, and what bars of another colour hid
        before = top, bottom, left, right
        inner = picture[top:bottom, left:right]
        first, last = _plain_lines(inner)
        top, bottom = top + first, bottom - last
        inner = picture[top:bottom, left:right].swapaxes(0, 1)
        first, last = _plain_lines(inner)
        left, right = left + first, right - last
        if bottom - top < SMALLEST * H or right - left < SMALLEST * W:
            return slice(0, H), slice(0, W)
        if (top, bottom, left, right) == before:
            break
    return slice(top, bottom), slice(left, right)


def _plain_lines(picture: NDArray[np.uint8]) -> tuple[int, int]:
    """Return how many rows are plain from the top, and from the bottom, each side in the colour of its first row."""
    H, W = picture.shape[:2]
    if H < 2 or W < 2:
        return 0, 0
    lines = picture[:, :: max(1, W // SAMPLES)]
    first, last = _run(lines), _run(lines[::-1])
    return (0, 0) if first == H else (first, last)


def _run(lines: NDArray[np.uint8]) -> int:
    """Return how many lines are plain from the first one on. Ever more are looked at together: most have no margin."""
    colour = row_medians(lines[0].T)
    done, step = 0, 1
    while done < len(lines):
        near = np.abs(lines[done : done + step].astype(np.int16) - colour) <= TOLERANCE
        plain = near.all(axis=2) if near.ndim == 3 else near
        rough = np.flatnonzero(plain.mean(1) < PLAIN)
        if len(rough):
            return done + int(rough[0])
        done, step = done + len(near), step * 4
    return len(lines)
