"""What the reader added to an image: an impression, and marks with what they measure."""

from dataclasses import dataclass
from enum import StrEnum

from segx_viewer.domain.lesion import NO_RECORD, LesionRecord


class Shape(StrEnum):
    """How a mark is drawn."""

    LINE = "line"
    ANGLE = "angle"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    ARROW = "arrow"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Mark:
    """A drawn mark.

    Attributes
    ----------
    shape : Shape
    points : tuple of (float, float)
        (x, y) in image pixels from the top left corner: the ends of a line or arrow (the head last), the three points
        of an angle (vertex second), opposite corners of an ellipse or rectangle, the place of a text.
    text : str
        What it measures or says, with units.
    """

    shape: Shape
    points: tuple[tuple[float, float], ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's impression in free text, marks in the order in which they are numbered, and notes about a lesion."""

    impression: str = ""
    marks: tuple[Mark, ...] = ()
    lesion: LesionRecord = NO_RECORD


NOTHING_READ = Reading()
