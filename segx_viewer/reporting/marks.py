"""The reader's marks on a picture, as drawing operations."""

import math
from collections.abc import Sequence

from segx_viewer.reporting.panels import Panels
from segx_viewer.reporting.reading import Mark, Shape
from segx_viewer.reporting.typeset import Area, Box, Colour, Line, Page, Point, Text, text_width

COLOUR: Colour = (255, 214, 10)
RIM: Colour = (0, 0, 0)

_STEPS = 72  # lines of an ellipse
_SIZE = 14.0
_HEAD = 13.0


def draw_marks(page: Page, marks: Sequence[Mark], panels: Panels, box: tuple[float, float, float, float]) -> None:
    """Draw marks with their numbers on a picture at `box` (x, y, width, height); what lies outside is left out."""
    x, y, width, height = box
    top, left, rows, columns = panels.crop

    def place(point: Point) -> Point:
        return x + (point[0] - left) / columns * width, y + (point[1] - top) / rows * height

    def inside(point: Point) -> bool:
        return x <= point[0] <= x + width and y <= point[1] <= y + height

    for number, mark in enumerate(marks, 1):
        points = [place(p) for p in mark.points]
        if not points or not all(inside(p) for p in points):
            continue
        u = page.unit
        for line in _lines(mark.shape, points, u):
            page.add(Line(tuple(line), RIM, 5 * u))
        for line in _lines(mark.shape, points, u):
            page.add(Line(tuple(line), COLOUR, 2 * u))
        if mark.shape is Shape.ARROW and len(points) > 1:
            page.add(Area(tuple(_head(points[0], points[1], _HEAD * u)), COLOUR))
        _number(page, str(number), points[-1], box)


def _lines(shape: Shape, points: list[Point], u: float) -> list[list[Point]]:
    if shape is Shape.TEXT or len(points) < 2:
        return []
    if shape in (Shape.LINE, Shape.ANGLE):
        return [points]
    (x0, y0), (x1, y1) = points[:2]
    if shape is Shape.RECTANGLE:
        return [[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]]
    if shape is Shape.ELLIPSE:
        cx, cy, rx, ry = (x0 + x1) / 2, (y0 + y1) / 2, abs(x1 - x0) / 2, abs(y1 - y0) / 2
        angles = [2 * math.pi * n / _STEPS for n in range(_STEPS + 1)]
        return [[(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]]
    length = math.hypot(x1 - x0, y1 - y0)
    share = max(0.0, 1 - 0.8 * _HEAD * u / length) if length else 0.0  # the shaft ends inside the head
    return [[(x0, y0), (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)]]


def _head(tail: Point, tip: Point, size: float) -> list[Point]:
    direction = math.atan2(tip[1] - tail[1], tip[0] - tail[0])
    back = [
        (tip[0] - size * math.cos(direction + turn), tip[1] - size * math.sin(direction + turn))
        for turn in (0.45, -0.45)
    ]
    return [tip, *back]


def _number(page: Page, text: str, at: Point, box: tuple[float, float, float, float]) -> None:
    u = page.unit
    width, height = text_width(text, _SIZE * u, True) + 10 * u, 20 * u
    x = min(at[0] + 6 * u, box[0] + box[2] - width)
    y = min(max(at[1] - height - 4 * u, box[1]), box[1] + box[3] - height)
    page.add(Box(x, y, width, height, fill=RIM, radius=4 * u))
    page.add(Text(x + width / 2, y + 15 * u, text, _SIZE * u, COLOUR, True, "center"))
