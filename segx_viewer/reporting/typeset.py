"""A page as a list of drawing operations, measured once and rendered to pixels or to PDF alike."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segx_viewer.reporting.fonts import runs, sized

Colour = tuple[int, int, int]
Point = tuple[float, float]

LINE = 1.36
"""Height of a line of text, in font sizes."""

_MEASURE = 512  # widths are measured at this size and scaled, so that both renderers break lines alike


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text on the baseline y, which `align` (left, center or right) places at x."""

    x: float
    y: float
    text: str
    size: float
    colour: Colour
    bold: bool = False
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, filled or outlined, with round corners where `radius` is given."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour | None = None
    stroke: Colour | None = None
    thickness: float = 1.0
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[Point, ...]
    colour: Colour
    thickness: float = 1.0


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: tuple[Point, ...]
    fill: Colour


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle: a ring, and filled from the left by `filled` of its width (0, 0.5 or 1)."""

    x: float
    y: float
    radius: float
    colour: Colour
    filled: float
    thickness: float


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An RGB picture in a rectangle; `smooth` interpolates where it is enlarged."""

    x: float
    y: float
    width: float
    height: float
    pixels: NDArray[np.uint8] = field(repr=False)
    smooth: bool = False


Operation = Text | Box | Line | Area | Disc | Picture


@dataclass(slots=True)
class Page:
    """A page under construction, in device units (pixels or points) from the top left corner."""

    width: float
    unit: float
    background: Colour
    height: float = 0.0
    operations: list[Operation] = field(default_factory=list)

    def add(self, operation: Operation) -> None:
        """Append a drawing operation."""
        self.operations.append(operation)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of a line of text in the units of `size`."""
    return sum(sized(run.path, _MEASURE, bold).getlength(run.text) for run in runs(text)) * size / _MEASURE


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Break text into lines no wider than `width`, between words, or inside a word that alone is too wide.

    Examples
    --------
    >>> wrap("one two", 1000, 10)
    ['one two']
    """
    lines: list[str] = []
    line = ""
    for word in _words(text, width, size, bold):
        candidate = f"{line} {word}" if line else word
        if line and text_width(candidate, size, bold) > width:
            lines.append(line)
            line = word
        else:
            line = candidate
    return [*lines, line] if line else lines


def _words(text: str, width: float, size: float, bold: bool) -> Iterator[str]:
    for word in text.split():
        while text_width(word, size, bold) > width and len(word) > 1:
            fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or text_width(word[:n], size, bold) <= width)
            yield word[:fits]
            word = word[fits:]
        yield word
