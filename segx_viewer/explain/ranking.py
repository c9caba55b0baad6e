"""One sort for all thresholds: a saliency map and a region, prepared once for every alignment."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segx_viewer.explain.segx import top

PERCENTS = np.arange(1, 100)
"""The thresholds of the IoU curve: n = 1..99 %."""


class UndefinedAlignment(ValueError):  # noqa: N818 - an outcome with a reason for the reader, not a fault
    """An alignment has no value for this map and region; the message is the reason shown."""


class MapOnRegion:
    """A map E and a region R, with what the alignments share computed once and only when asked for.

    Parameters
    ----------
    E : ndarray, shape (h, w), >= 0
    R : ndarray, shape (h, w), bool
    spacing_mm : tuple of float, optional
        (row, column) distance of neighbouring pixels of this grid in mm.

    Raises
    ------
    UndefinedAlignment
        If R is empty or E is flat or not finite: no alignment is defined then.
    ValueError
        If the shapes differ, R is not boolean, E is negative somewhere or a spacing is not above 0.
    """

    def __init__(self, E: NDArray[Any], R: NDArray[np.bool_], spacing_mm: tuple[float, float] | None = None) -> None:
        self.E, self.R = np.asarray(E), np.asarray(R)
        if self.E.dtype not in (np.float32, np.float64):
            self.E = self.E.astype(np.float64)
        if self.R.dtype != np.bool_:
            raise ValueError(f"the region must be boolean, not {self.R.dtype}")
        if self.E.ndim != 2 or self.E.shape != self.R.shape:
            raise ValueError(f"a map of shape {self.E.shape} does not fit a region of shape {self.R.shape}")
        if spacing_mm is not None and not all(np.isfinite(s) and s > 0 for s in spacing_mm):
            raise ValueError(f"the pixel spacing {spacing_mm} is not above 0")
        self.spacing_mm = spacing_mm
        self.count = self.E.size
        self.area = int(np.count_nonzero(self.R))
        if self.area == 0:
            raise UndefinedAlignment("The region is empty.")
        lowest, highest = self.sorted[0], self.sorted[-1]  # NaN sorts last
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise UndefinedAlignment("The map has values that are not finite.")
        if lowest < 0:
            raise ValueError("a saliency map has no negative values; take the absolute value of signed ones")
        if lowest == highest:
            raise UndefinedAlignment("The map is flat: no pixel is more relevant than another.")

    @property
    def share(self) -> float:
        """Area of the region / area of the image."""
        return self.area / self.count

    @cached_property
    def sorted(self) -> NDArray[np.floating]:
        """All values, ascending."""
        return np.sort(self.E, axis=None)

    @cached_property
    def sorted_inside(self) -> NDArray[np.floating]:
        """The values inside the region, ascending."""
        return np.sort(self.E[self.R])

    @cached_property
    def total(self) -> float:
        """Sum of the map, in double precision."""
        return float(self.E.sum(dtype=np.float64))

    def counts_above(self, thresholds: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count the pixels strictly above each threshold: (in the image, in the region)."""
        return (
            self.count - np.searchsorted(self.sorted, thresholds, side="right"),
            self.area - np.searchsorted(self.sorted_inside, thresholds, side="right"),
        )

    @cached_property
    def curve_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sizes of top(E, n) and of its overlap with R for n = 1..99."""
        return self.counts_above(np.percentile(self.sorted.astype(np.float64), 100 - PERCENTS))

    @cached_property
    def top_area(self) -> NDArray[np.bool_]:
        """top(E, |R|): as many of the highest pixels as the region has; fewer where values tie."""
        return top(self.E, 100 * self.area / self.count)
