"""What a reader draws on an image, and what it measures. Positions are image pixels from the top left corner."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from segx_viewer.app.kit.i18n import decimal, mark, tr
from segx_viewer.domain.image import MedicalImage, PixelSpacing, SpacingOrigin


class Kind(StrEnum):
    """Kinds of annotation."""

    LENGTH = "length"
    ANGLE = "angle"
    COBB = "cobb"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    ARROW = "arrow"
    TEXT = "text"


POINTS = {Kind.LENGTH: 2, Kind.ANGLE: 3, Kind.COBB: 4, Kind.ELLIPSE: 2, Kind.RECTANGLE: 2, Kind.ARROW: 2, Kind.TEXT: 1}
"""How many points each kind has; the ROI's are opposite corners, the angle's second one is its vertex.

Those of Cobb's angle are two lines."""

REGIONS = (Kind.ELLIPSE, Kind.RECTANGLE)
"""Kinds that enclose a region of interest."""
NAMES = {
    Kind.LENGTH: mark("Length"),
    Kind.ANGLE: mark("Angle"),
    Kind.COBB: mark("Cobb angle"),
    Kind.ELLIPSE: mark("Ellipse"),
    Kind.RECTANGLE: mark("Rectangle"),
    Kind.ARROW: mark("Arrow"),
    Kind.TEXT: mark("Text"),
}

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One drawing on an image: a measurement, an arrow, a region of interest or a text."""

    kind: Kind
    points: tuple[Point, ...]
    text: str = ""


def measured(annotation: Annotation, image: MedicalImage) -> str:
    """Return what the annotation measures, with units, one fact a line."""
    points = annotation.points
    if len(points) < POINTS[annotation.kind]:
        return ""
    if annotation.kind is Kind.LENGTH:
        return length_text(points[0], points[1], image)
    if annotation.kind is Kind.ANGLE:
        return f"{decimal(angle(points[0], points[1], points[2], _steps(image, image.spacing_at(points))), '.1f')}°"
    if annotation.kind is Kind.COBB:
        return f"{decimal(cobb(points, _steps(image, image.spacing_at(points))), '.1f')}°"
    if annotation.kind in REGIONS:
        return roi_text(annotation, image)
    return annotation.text if annotation.kind is Kind.TEXT else ""


def caption(annotation: Annotation, image: MedicalImage) -> str:
    """Return the reader's words about a drawing, and below them what it measures."""
    if annotation.kind is Kind.TEXT:
        return annotation.text
    return "\n".join(part for part in (annotation.text, measured(annotation, image)) if part)


def cobb(points: tuple[Point, ...], step: tuple[float, float] = (1.0, 1.0)) -> float:
    """Return the angle between two lines, each of two points, in degrees, 0..90.

    Examples
    --------
    >>> cobb(((0, 0), (10, 0), (0, 5), (10, 15)))
    45.0
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    found = angle((bx, by), (ax, ay), (ax + dx - cx, ay + dy - cy), step)
    return min(found, 180 - found)


def _steps(image: MedicalImage, spacing: PixelSpacing | None) -> tuple[float, float]:
    """Size of a pixel (x, y) in mm, or in pixels, of their shorter side, where the spacing is unknown."""
    if spacing is not None:
        return spacing.column, spacing.row
    return image.stretch[1], image.stretch[0]


def length_text(a: Point, b: Point, image: MedicalImage) -> str:
    """Return a distance in mm where the spacing is known, else in pixels."""
    spacing = image.spacing_at((a, b))
    step = _steps(image, spacing)
    value = math.hypot((b[0] - a[0]) * step[0], (b[1] - a[1]) * step[1])
    if spacing is None:
        return f"{decimal(value, '.1f')} px"
    return f"{decimal(value, '.1f')} mm{_origin(spacing)}{_in_body(value, spacing)}"


def _origin(spacing: PixelSpacing | None) -> str:
    calibrated = spacing is None or spacing.origin is SpacingOrigin.CALIBRATED
    return "" if spacing is None or calibrated else f" {tr(spacing.origin.value)}"


def _in_body(length: float, spacing: PixelSpacing) -> str:
    if spacing.magnification is None:
        return ""
    return tr(", about {value} mm in the body").format(value=decimal(length / spacing.magnification, ".1f"))


def angle(a: Point, vertex: Point, b: Point, step: tuple[float, float] = (1.0, 1.0)) -> float:
    """Return the angle at `vertex` in degrees, 0..180.

    Examples
    --------
    >>> angle((1, 0), (0, 0), (0, 1))
    90.0
    """
    first = ((a[0] - vertex[0]) * step[0], (a[1] - vertex[1]) * step[1])
    second = ((b[0] - vertex[0]) * step[0], (b[1] - vertex[1]) * step[1])
    cross = first[0] * second[1] - first[1] * second[0]
    dot = first[0] * second[0] + first[1] * second[1]
    return math.degrees(abs(math.atan2(cross, dot)))


def roi_mask(annotation: Annotation, shape: tuple[int, int]) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """Return the pixels whose centres lie in a region of interest: where in the image, and which of them."""
    (x0, y0), (x1, y1) = annotation.points[:2]
    left, right = sorted((x0, x1))
    top, bottom = sorted((y0, y1))
    rows = slice(max(0, math.floor(top)), min(shape[0], math.ceil(bottom)))
    columns = slice(max(0, math.floor(left)), min(shape[1], math.ceil(right)))
    y, x = np.mgrid[rows, columns] + 0.5
    if annotation.kind is Kind.RECTANGLE:
        inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    else:
        half_width, half_height = max((right - left) / 2, 1e-9), max((bottom - top) / 2, 1e-9)
        inside = ((x - (left + right) / 2) / half_width) ** 2 + ((y - (top + bottom) / 2) / half_height) ** 2 <= 1
    return (rows, columns), inside


def roi_text(annotation: Annotation, image: MedicalImage) -> str:
    """Return mean, standard deviation and area of a region of interest; colours as their mean brightness."""
    where, inside = roi_mask(annotation, image.shape)
    values = image.pixels[where][inside].astype(np.float64)
    if values.size == 0:
        return ""
    if image.is_colour:
        values = values.mean(axis=1)
    (x0, y0), (x1, y1) = annotation.points[:2]
    spacing = image.spacing_at(((x0, y0), (x1, y1)))
    step = _steps(image, spacing)
    area = abs((x1 - x0) * (y1 - y0)) * step[0] * step[1] * (1 if annotation.kind is Kind.RECTANGLE else math.pi / 4)
    unit = "px²" if spacing is None else "mm²"
    of_values = f" {image.unit}" if image.unit else ""
    return "\n".join(
        (
            tr("mean {mean}  SD {sd}").format(mean=plain(values.mean()), sd=plain(values.std())) + of_values,
            tr("from {low} to {high}, {count} px").format(
                low=plain(values.min()), high=plain(values.max()), count=values.size
            ),
            tr("area {area} {unit}").format(area=plain(area), unit=unit) + _origin(spacing),
        )
    )


def plain(value: float) -> str:
    """Return a value to four digits or whole numbers, never with an exponent that nobody reads at a glance.

    Examples
    --------
    >>> plain(184710.04), plain(1609.6), plain(12.3456), plain(-0.5), plain(0.0)
    ('184710', '1610', '12.35', '-0.5', '0')
    """
    if abs(value) >= 1000 or value == 0:
        return f"{value:.0f}"
    return decimal(value, ".4g")
