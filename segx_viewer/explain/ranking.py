"""One sort for all thresholds: a region and the maps on it, each prepared once for every alignment."""

from collections.abc import Callable
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from segx_viewer.explain.cells import transport_problem
from segx_viewer.explain.nearest import distances_between

PERCENTS = np.arange(1, 100)
"""The thresholds of the IoU curve: n = 1..99 %."""


class UndefinedAlignment(ValueError):  # noqa: N818 - an outcome with a reason for the reader, not a fault
    """An alignment has no value for this map and region; the message is the reason shown."""


class Region:
    """A region R, with what every map on it needs computed once and only when asked for.

    Parameters
    ----------
    mask : ndarray, shape (h, w), bool
    spacing_mm : tuple of float, optional
        (row, column) distance of neighbouring pixels of this grid in mm.

    Raises
    ------
    ValueError
        If the mask is not boolean or a spacing is not above 0.
    """

    def __init__(self, mask: NDArray[np.bool_], spacing_mm: tuple[float, float] | None = None) -> None:
        self.mask = np.asarray(mask)
        if self.mask.dtype != np.bool_ or self.mask.ndim != 2:
            raise ValueError(f"the region must be boolean and two-dimensional, not {self.mask.dtype}")
        if spacing_mm is not None and not all(np.isfinite(s) and s > 0 for s in spacing_mm):
            raise ValueError(f"the pixel spacing {spacing_mm} is not above 0")
        self.spacing_mm = spacing_mm
        self.places = np.flatnonzero(self.mask)
        self.area = self.places.size
        self._last: MapOnRegion | None = None

    def on(self, E: NDArray[np.floating]) -> "MapOnRegion":
        """Return a map on this region; the last one is kept with all that was computed for it. Raises as that does."""
        if self._last is None or self._last.given is not E:
            self._last = MapOnRegion(E, self)
        return self._last

    @property
    def share(self) -> float:
        """Area of the region / area of the image."""
        return self.area / self.mask.size

    def outline_points(self, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return a mask's outline as (K, 2) positions, in mm where the spacing is known, else in pixels."""
        return np.argwhere(outline(mask)).astype(np.float64) * (self.spacing_mm or (1.0, 1.0))

    @cached_property
    def own_outline(self) -> NDArray[np.float64]:
        """The region's `outline_points`."""
        return self.outline_points(self.mask)


class MapOnRegion:
    """A saliency map E on a region R, with what the alignments share computed once and only when asked for.

    Parameters
    ----------
    E : ndarray, shape (h, w), >= 0
    region : Region

    Raises
    ------
    UndefinedAlignment
        If R is empty or E is flat or not finite: no alignment is defined then.
    ValueError
        If the shapes differ or E is negative somewhere.
    """

    def __init__(self, E: NDArray[np.floating], region: Region) -> None:
        self.given, self.E, self.region = E, np.asarray(E), region
        if self.E.dtype not in (np.float32, np.float64):
            self.E = self.E.astype(np.float64)
        if self.E.shape != region.mask.shape:
            raise ValueError(f"a map of shape {self.E.shape} does not fit a region of shape {region.mask.shape}")
        self.before_solving: Callable[[], object] = _nothing
        """Called when all is ready for the solver of the earth mover's distance, which runs beside Python."""
        self.count, self.area = self.E.size, region.area
        if self.area == 0:
            raise UndefinedAlignment("The region is empty.")
        lowest, highest = self.E.min(), self.E.max()  # NaN if there is one
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise UndefinedAlignment("The map has values that are not finite.")
        if lowest < 0:
            raise ValueError("a saliency map has no negative values; take the absolute value of signed ones")
        if lowest == highest:
            raise UndefinedAlignment("The map is flat: no pixel is more relevant than another.")

    @cached_property
    def sorted(self) -> NDArray[np.floating]:
        """All values, ascending."""
        return np.sort(self.E, axis=None)

    @cached_property
    def sorted_inside(self) -> NDArray[np.floating]:
        """The values inside the region, ascending."""
        return np.sort(self.E.ravel()[self.region.places])

    @cached_property
    def total(self) -> float:
        """Sum of the map, in double precision."""
        return float(self.E.sum(dtype=np.float64))

    def counts_above(self, thresholds: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count the pixels strictly above each threshold: (in the image, in the region)."""
        return (
            self.count - np.searchsorted(self.sorted, thresholds, side="right"),
            self.area - np.searchsorted(self.sorted_inside, thresholds, side="right"),
        )

    def cut_off(self, percent: ArrayLike) -> NDArray[np.float64]:
        """Return the value(s) strictly above which top(E, percent) lies: the (100 - n)th percentile(s)."""
        # As np.percentile does, which would go through all values to find what is sorted already.
        place = (self.count - 1) * np.true_divide(100 - np.asarray(percent), 100)
        before = np.floor(place).astype(np.intp)
        share = place - before
        low = self.sorted[before].astype(np.float64)
        high = self.sorted[np.minimum(before + 1, self.count - 1)].astype(np.float64)
        return np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share))

    @cached_property
    def curve_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sizes of top(E, n) and of its overlap with R for n = 1..99."""
        return self.counts_above(self.cut_off(PERCENTS))

    @cached_property
    def top_area(self) -> NDArray[np.bool_]:
        """top(E, |R|): as many of the highest pixels as the region has; fewer where values tie."""
        return np.asarray(self.cut_off(100 * self.region.share) < self.E)

    @cached_property
    def outline_distances(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """From each outline pixel of top(E, |R|) to R's outline, and the other way round.

        In mm where the spacing is known, else in pixels. The outlines' points alone give the same distances as distance
        transforms of the whole image, and are several times faster.
        """
        if not self.top_area.any():
            raise UndefinedAlignment("Too many pixels share the map's highest value to outline its top pixels.")
        return distances_between(self.region.outline_points(self.top_area), self.region.own_outline)

    @cached_property
    def transport(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """What it takes to turn the map into a uniform one on the region; see `transport_problem`."""
        return transport_problem(self.E, self.region.mask, self.region.spacing_mm or (1.0, 1.0))


def _nothing() -> None:
    pass


def outline(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of a mask that touch (by an edge) a pixel outside it or the image's border."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inner = cv2.erode(mask.view(np.uint8), cross, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(mask & (inner == 0))
