"""Where images lie in the patient: the line in which one cuts another, and the nearest of a stack."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.slices import SlicePosition, Vector

_PARALLEL = 0.02  # sine of the angle between planes that are taken for parallel, about a degree

Line = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Plane:
    """An image's plane: its corner pixel's centre, the steps to the next column and row in mm, and (H, W)."""

    origin: NDArray[np.float64]
    across: NDArray[np.float64]
    down: NDArray[np.float64]
    shape: tuple[int, int]

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector across the plane."""
        found = np.cross(self.across, self.down)
        return found / np.linalg.norm(found)

    def corners(self) -> NDArray[np.float64]:
        """Return the image's corners in the patient, (4, 3), around the edge."""
        height, width = self.shape
        places = np.array([(0, 0), (width, 0), (width, height), (0, height)], float) - 0.5
        return self.origin + places[:, :1] * self.across + places[:, 1:] * self.down

    def pixel(self, point: NDArray[np.float64]) -> tuple[float, float]:
        """Return the position (x, y) in pixels, from the top left corner, of a point in the plane."""
        away = point - self.origin
        x, y = (float(away @ step / (step @ step)) for step in (self.across, self.down))
        return x + 0.5, y + 0.5


def plane_of(image: MedicalImage, shape: tuple[int, int] | None = None) -> Plane | None:
    """Return an image's plane (PS3.3 C.7.6.2.1.1), None where its header does not place it."""
    place, spacing = image.place, image.spacing
    if place.rows is None or place.columns is None or place.position is None or spacing is None:
        return None
    return Plane(
        np.array(place.position),
        np.array(place.rows) * spacing.column,
        np.array(place.columns) * spacing.row,
        shape or image.shape,
    )


def comparable(a: SlicePosition, b: SlicePosition) -> bool:
    """Whether positions of two images mean the same space: one frame of reference, which is stated."""
    return a.is_placed and b.is_placed and bool(a.frame_of_reference) and a.frame_of_reference == b.frame_of_reference


def reference_line(image: MedicalImage, other: MedicalImage) -> Line | None:
    """Return where another image's plane cuts an image: two positions (x, y) in its pixels.

    None where they lie in no common space, are parallel, or do not meet within the other image's field of view.
    """
    here, there = plane_of(image), plane_of(other)
    if here is None or there is None or not comparable(image.place, other.place):
        return None
    if np.linalg.norm(np.cross(here.normal, there.normal)) < _PARALLEL:
        return None
    corners = there.corners()
    heights = (corners - here.origin) @ here.normal
    points = []
    for i in range(4):
        a, b = heights[i], heights[(i + 1) % 4]
        if (a < 0) != (b < 0):
            points.append(corners[i] + (corners[(i + 1) % 4] - corners[i]) * (a / (a - b)))
    if len(points) != 2:
        return None
    return here.pixel(points[0]), here.pixel(points[1])


def nearest(places: Sequence[SlicePosition], to: SlicePosition) -> int | None:
    """Return which of a stack's images lies nearest to another one, along the stack.

    None where they cannot be compared, or where the stack lies in another direction.
    """
    if not places or not all(comparable(place, to) for place in places):
        return None
    first = places[0]
    across = _normal(first)
    other = _normal(to)
    if across is None or other is None or abs(float(across @ other)) < 1 - _PARALLEL:
        return None
    distances = [abs(float((_vector(place.position) - _vector(to.position)) @ across)) for place in places]
    return int(np.argmin(distances))


def _normal(place: SlicePosition) -> NDArray[np.float64] | None:
    if place.rows is None or place.columns is None:
        return None
    found = np.cross(_vector(place.rows), _vector(place.columns))
    return found / np.linalg.norm(found)


def _vector(vector: Vector | None) -> NDArray[np.float64]:
    return np.array(vector if vector is not None else (0.0, 0.0, 0.0))
