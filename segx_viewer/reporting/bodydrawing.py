"""The body map on a report's page: the side that the lesion is on, with a mark."""

from typing import Protocol

from segx_viewer.domain.bodymap import ASPECT, polygon
from segx_viewer.domain.lesion import Site
from segx_viewer.reporting.typeset import Area, Colour, Disc, Line, Page, Text
from segx_viewer.reporting.words import say

_LETTERS = {"front": ("R", "L"), "back": ("L", "R")}
"""The patient's sides, as they stand on the drawing's left and right."""


class Colours(Protocol):
    """The colours of a page that are used here."""

    @property
    def bar(self) -> Colour:
        """Colour of the body."""

    @property
    def muted(self) -> Colour:
        """Colour of the body's outline and of the letters, paler than what is marked."""

    @property
    def warning(self) -> Colour:
        """Colour of the mark."""


def draw_site(page: Page, site: Site, box: tuple[float, float, float], colours: Colours) -> None:
    """Draw one side of a body, `box` high from x and y, and the mark where the lesion is."""
    x, y, height = box
    width, u = height * ASPECT, page.unit
    corners = tuple((x + px * width, y + py * height) for px, py in polygon())
    page.add(Area(corners, colours.bar))
    page.add(Line(corners, colours.muted, max(0.5, u)))
    for letter, at in zip(_LETTERS[site.side], (x + 6 * u, x + width - 6 * u), strict=True):
        page.add(Text(at, y + 16 * u, say(letter), 13 * u, colours.muted, align="center"))
    page.add(Disc(x + site.x * width, y + site.y * height, 6 * u, colours.warning, 1.0, 1.5 * u))
