"""The pages in front of a report of many images: each image small, with its page, finding, badge and input check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.result import GateLevel, Level
from segx_viewer.reporting.content import RESEARCH_USE, Content
from segx_viewer.reporting.layout import BODY, FILLED, FOOTER, LIGHT, MARGIN, SMALL, TITLE, WIDTH, Theme
from segx_viewer.reporting.typeset import Box, Disc, Line, Page, Picture, Text, text_width, wrap
from segx_viewer.reporting.words import percent, say

COLUMNS, ROWS = 4, 4
PER_PAGE = COLUMNS * ROWS
_THUMBNAIL = 320  # pixels of its longer side: 300 a printed inch
_HEAD = 104.0  # units above the first row
_LINES = 3  # of a finding's name

Rectangle = tuple[float, float, float, float]
"""x, y, width and height from the page's top left corner."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What the overview says of one page: nothing that names anybody.

    Attributes
    ----------
    number : int
        Of the page.
    thumbnail : ndarray, shape (h, w, 3), uint8
    finding, share : str
        The finding that is explained and its probability, and how many more are stated; that none lies above its
        cut-off; empty where no statement is made.
    level : Level, optional
        The badge's; None where no finding is stated, of which none speaks.
    note : str
        Of the input check, where the image was not simply accepted.
    """

    number: int
    thumbnail: NDArray[np.uint8] = field(repr=False)
    finding: str
    share: str
    level: Level | None
    note: str = ""

    @property
    def title(self) -> str:
        """One line for the table of contents."""
        level = "" if self.level is None else say(self.level.value)
        return "  ".join(part for part in (str(self.number), self.finding, self.share, level) if part)


def entry_of(number: int, picture: NDArray[np.uint8], content: Content, gate: GateLevel) -> Entry:
    """Return what the overview says of a page with a picture (H, W, 3) uint8 and its words."""
    finding, share = _found(content)
    height, width = picture.shape[:2]
    factor = min(1.0, _THUMBNAIL / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA), np.uint8)
    return Entry(
        number,
        small,
        finding,
        share,
        None if content.nothing_found else content.trust.level,
        "" if gate is GateLevel.ACCEPTED else say("Input check: {verdict}").format(verdict=say(gate.value)),
    )


def _found(content: Content) -> tuple[str, str]:
    """Return what the overview says was found, and with which probability."""
    if content.trust.level is Level.ABSTAIN:
        return "", ""
    if content.nothing_found:
        return content.nothing_found[0], ""
    stated = [f for f in content.findings if f.above]
    shown = next((f for f in stated or content.findings if f.explained), None) or next(iter(stated), None)
    if shown is None:
        return "", ""
    if len(stated) > 1:
        first = f"{shown.name} {percent(shown.probability)}"
        return say("{classes} and {count} more").format(classes=first, count=len(stated) - 1), ""
    return shown.name, percent(shown.probability)


def pages_for(count: int) -> int:
    """Return how many overview pages that many images take.

    Examples
    --------
    >>> pages_for(1), pages_for(16), pages_for(17)
    (1, 1, 2)
    """
    return -(-count // PER_PAGE)


def cells(count: int, width: float, height: float) -> Iterator[Rectangle]:
    """Yield where each of `count` entries of one page stands on a sheet of a width and height."""
    u = width / WIDTH
    across = (width - 2 * MARGIN * u) / COLUMNS
    down = (height - (_HEAD + FOOTER + 6) * u) / ROWS
    for n in range(count):
        yield MARGIN * u + (n % COLUMNS) * across, _HEAD * u + (n // COLUMNS) * down, across, down


def overview_page(
    entries: Sequence[Entry],
    totals: str,
    number: int,
    of: int,
    *,
    width: float,
    height: float,
    date: str = "",
    theme: Theme = LIGHT,
) -> Page:
    """Set one overview page of at most `PER_PAGE` entries.

    Parameters
    ----------
    totals : str
        How many images have which badge; the same on every overview page.
    number, of : int
        Which overview page this is, and of how many.
    width, height : float
        Of the sheet.
    """
    u = width / WIDTH
    page = Page(width, u, theme.page, height)
    right = width - MARGIN * u
    title = say("Overview")
    page.add(Text(MARGIN * u, 58 * u, title, TITLE * u, theme.text, True))
    page.add(Text(MARGIN * u + text_width(title, TITLE * u, True) + 22 * u, 58 * u, date, BODY * u, theme.muted))
    page.add(Text(right, 58 * u, say(RESEARCH_USE), BODY * u, theme.warning, True, "right"))
    page.add(Text(MARGIN * u, 84 * u, totals, BODY * u, theme.muted))
    for entry, cell in zip(entries, cells(len(entries), width, height), strict=True):
        _cell(page, entry, cell, theme)
    line = height - FOOTER * u
    page.add(Line(((MARGIN * u, line), (right, line)), theme.line, max(1.0, u)))
    baseline = line + 26 * u
    page.add(Text(MARGIN * u, baseline, say(RESEARCH_USE), SMALL * u, theme.warning, True))
    words = say("Overview {number} of {count}").format(number=number, count=of)
    page.add(Text(right, baseline, words, SMALL * u, theme.muted, align="right"))
    return page


def _cell(page: Page, entry: Entry, cell: Rectangle, theme: Theme) -> None:
    u, (x, y, across, down) = page.unit, cell
    page.add(Line(((x, y), (x + across - 16 * u, y)), theme.line, max(1.0, u)))
    side = min(down - 24 * u, across * 0.46)
    h, w = entry.thumbnail.shape[:2]
    scale = side / max(h, w)
    page.add(Picture(x, y + 12 * u, w * scale, h * scale, entry.thumbnail, smooth=True))
    left, room, at = x + side + 16 * u, across - side - 36 * u, y + 12 * u
    page.add(Text(left, at + BODY * u, say("Page {number}").format(number=entry.number), BODY * u, theme.text, True))
    at += BODY * 1.2 * u
    if entry.level is not None:
        at += BODY * 1.4 * u
        _badge(page, entry.level, left, at, theme)
    lines = wrap(entry.finding, room, BODY * u)[:_LINES] + ([entry.share] if entry.share else [])
    lines += wrap(entry.note, room, BODY * u)
    for text in lines:
        at += BODY * 1.4 * u
        page.add(Text(left, at, text, BODY * u, theme.text if text != entry.share else theme.muted))


def _badge(page: Page, level: Level, left: float, at: float, theme: Theme) -> None:
    u = page.unit
    radius, colour = 8 * u, theme.badge[level]
    if level is Level.ABSTAIN:
        page.add(Box(left, at - 7 * u, 2 * radius, 5 * u, fill=colour, radius=2 * u))
    else:
        page.add(Disc(left + radius, at - 5 * u, radius, colour, FILLED[level], 2.5 * u))
    page.add(Text(left + 2 * radius + 8 * u, at, say(level.value), BODY * u, colour, True))


def totals_of(entries: Sequence[Entry]) -> str:
    """Return how many images there are, of each badge, and without a stated finding."""
    counts = {level: sum(entry.level is level for entry in entries) for level in Level}
    none = sum(entry.level is None for entry in entries)
    words = [
        say("{count} images").format(count=len(entries)),
        *(f"{say(level.value)}: {n}" for level, n in counts.items() if n),
        *([f"{say('no finding above its cut-off')}: {none}"] if none else []),
    ]
    return "   ·   ".join(words)
