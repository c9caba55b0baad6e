"""The report page: what was looked at, how far to trust what was found, the pictures, how it was made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.bodymap import ASPECT
from segx_viewer.domain.image import MedicalImage, SpacingOrigin
from segx_viewer.domain.lesion import Site
from segx_viewer.domain.result import Level
from segx_viewer.reporting.bodydrawing import draw_site
from segx_viewer.reporting.content import IDENTITY_MARK, RESEARCH_USE, Content, Finding, Trust
from segx_viewer.reporting.facts import Row
from segx_viewer.reporting.marks import draw_marks
from segx_viewer.reporting.overlay import colormap
from segx_viewer.reporting.panels import Panels
from segx_viewer.reporting.typeset import LINE, Area, Box, Colour, Disc, Line, Page, Picture, Text, text_width, wrap
from segx_viewer.reporting.words import decimal, percent, say

WIDTH = 1800.0
"""Width of the page in units; the text sizes below are units, too."""

MARGIN = 44.0
GUTTER = 24.0
BODY = 17.0
SMALL = 14.0
HEADING = 15.0
TITLE = 28.0
TOP_FINDING = 27.0
SHOWN_FINDINGS = 8
FOOTER = 50.0
_BODY = 150.0  # height of the body map


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a page."""

    page: Colour
    text: Colour
    muted: Colour
    line: Colour
    bar: Colour
    accent: Colour
    warning: Colour
    badge: dict[Level, Colour]


_BADGE = {
    Level.HIGH: (47, 179, 154),
    Level.MODERATE: (224, 168, 58),
    Level.LOW: (226, 102, 63),
    Level.ABSTAIN: (139, 147, 155),
}
DARK = Theme(
    (20, 23, 26), (230, 233, 236), (154, 164, 173), (43, 49, 55), (43, 49, 55), (74, 163, 223), (224, 168, 58), _BADGE
)
_BADGE_ON_PAPER = {
    Level.HIGH: (16, 128, 108),
    Level.MODERATE: (173, 113, 0),
    Level.LOW: (196, 66, 28),
    Level.ABSTAIN: (99, 108, 116),
}
LIGHT = Theme(
    (255, 255, 255),
    (23, 27, 31),
    (90, 99, 108),
    (214, 219, 224),
    (232, 236, 239),
    (31, 111, 168),
    (173, 113, 0),
    _BADGE_ON_PAPER,
)

FILLED = {Level.HIGH: 1.0, Level.MODERATE: 0.5, Level.LOW: 0.0}
"""How much of the badge's circle is filled; abstaining is a dash."""


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Number of a page, and of how many."""

    number: int = 1
    of: int = 1


ONLY_PAGE = PageNumber()


def lay_out(
    content: Content,
    panels: Panels,
    image: MedicalImage,
    *,
    width: float,
    unit: float,
    panel_width: float,
    theme: Theme = LIGHT,
    map_name: str = "viridis",
    page_number: PageNumber = ONLY_PAGE,
    height: float | None = None,
) -> Page:
    """Set a report's page.

    Parameters
    ----------
    content : Content
    panels : Panels
    image : MedicalImage
        For spacing and orientation.
    width, unit, panel_width : float
        Page width, size of a unit and width of a picture, in device units (pixels or points).
    theme : Theme
    map_name : str
        Colour map of the colour bar.
    page_number : PageNumber
    height : float, optional
        Of a sheet of paper: the footer goes to its lower edge where the content leaves room.

    Returns
    -------
    Page
        Its height follows from its content; above `height`, the content does not fit the sheet.
    """
    setter = _Setter(Page(width, unit, theme.page), theme)
    setter.header(content)
    setter.summary(content)
    setter.notices(content.notices)
    setter.impression(content.reading.impression)
    setter.lesion(content.lesion, content.reading.lesion.site)
    setter.pictures(content, panels, image, panel_width, colormap(map_name))
    setter.made(content)
    setter.footer(page_number, height)
    return setter.page


class _Setter:
    """Puts the sections on a page from top to bottom. `y` is where the next one starts."""

    def __init__(self, page: Page, theme: Theme) -> None:
        self.page = page
        self.theme = theme
        self.u = page.unit
        self.left = MARGIN * self.u
        self.right = page.width - MARGIN * self.u
        self.y = 34 * self.u

    # --- sections -----------------------------------------------------------------------------------------------

    def header(self, content: Content) -> None:
        u, theme = self.u, self.theme
        baseline = self.y + 24 * u
        title, research_use, identity_mark = say("Explanation report"), say(RESEARCH_USE), say(IDENTITY_MARK)
        self.text(self.left, baseline, title, TITLE, bold=True)
        offset = text_width(title, TITLE * u, True) + 22 * u
        self.text(self.left + offset, baseline, content.date, BODY, theme.muted)
        plate = text_width(research_use, BODY * u, True) + 32 * u
        self.page.add(
            Box(self.right - plate, self.y - 6 * u, plate, 40 * u, stroke=theme.warning, thickness=2 * u, radius=6 * u)
        )
        self.text(self.right - plate + 16 * u, self.y + 20 * u, research_use, BODY, theme.warning, bold=True)
        if content.identity:
            room = text_width(identity_mark, BODY * u, True) + 32 * u
            x = self.right - plate - 18 * u - room
            self.page.add(Box(x, self.y - 6 * u, room, 40 * u, fill=theme.badge[Level.LOW], radius=6 * u))
            self.text(x + 16 * u, self.y + 20 * u, identity_mark, BODY, theme.page, bold=True)
        self.y += 50 * u
        self.rule()
        if content.identity:
            parts = [f"{label}: {value}" for label, value in content.identity]
            for line in wrap("   ·   ".join(parts), self.right - self.left, BODY * u):
                self.y += BODY * LINE * u
                self.text(self.left, self.y - 5 * u, line, BODY)
            self.y += 8 * u
            self.rule()

    def summary(self, content: Content) -> None:
        u = self.u
        # The columns start where the pictures below them start.
        pitch = (self.right - self.left + GUTTER * u) / 3
        column = pitch - 56 * u
        top = self.y + 10 * u
        starts = [self.left + n * pitch for n in range(3)]
        ends = [
            self.looked_at(starts[0], top, column, content),
            self.trust(starts[1], top, column, content.trust),
            self.found(starts[2], top, pitch - GUTTER * u, content),
        ]
        self.y = max(ends) + 12 * u

    def looked_at(self, x: float, y: float, width: float, content: Content) -> float:
        y = self.heading(x, y, say("What was looked at"))
        return self.rows(x, y, width, content.looked_at, label_width=118)

    def found(self, x: float, y: float, width: float, content: Content) -> float:
        u, theme = self.u, self.theme
        y = self.heading(x, y, say("What was found"))
        if not content.findings:
            return self.paragraph(x, y, width, content.findings_note, BODY)
        if content.abstains:
            return self.unstated(x, y, width, content)
        y = self.nothing_found(x, y, width, content) if content.nothing_found else self.leading(x, y, width, content)
        for finding in content.findings[:SHOWN_FINDINGS]:
            y = self.finding(x, y, width, finding)
        return self.paragraph(x, y + 4 * u, width, _findings_note(content), SMALL, theme.muted)

    def nothing_found(self, x: float, y: float, width: float, content: Content) -> float:
        """Set that no finding is stated where the leading one would stand."""
        headline, *notes = content.nothing_found
        for line in wrap(headline, width, TOP_FINDING * self.u, True):
            y += TOP_FINDING * LINE * self.u
            self.text(x, y - TOP_FINDING * 0.3 * self.u, line, TOP_FINDING, bold=True)
        for note in notes:
            y = self.paragraph(x, y, width, note, BODY)
        return y + 8 * self.u

    def leading(self, x: float, y: float, width: float, content: Content) -> float:
        u, theme, top = self.u, self.theme, content.findings[0]
        # The name leads, not its score: of the percentages, the badge's comes first.
        share = percent(top.probability)
        room = width - text_width(share, BODY * u, True) - 16 * u
        size = TOP_FINDING
        while size > BODY and text_width(top.name, size * u, True) > room:
            size -= 1
        lines = wrap(top.name, room, size * u, True)
        self.text(x + width, y + TOP_FINDING * 1.05 * u, share, BODY, theme.muted, align="right")
        for line in lines:
            y += size * LINE * u
            self.text(x, y - size * 0.3 * u, line, size, bold=True)
        return y + 8 * u

    def unstated(self, x: float, y: float, width: float, content: Content) -> float:
        """Set the scores that the badge abstains from: small and grey, after the sentence that says so."""
        u, muted = self.u, self.theme.muted
        y = self.paragraph(x, y, width, _findings_note(content), SMALL, muted) + 4 * u
        for finding in content.findings[:SHOWN_FINDINGS]:
            share = percent(finding.probability)
            room = width - text_width(share, SMALL * u) - 16 * u
            name, _ = self.fit("{}", (finding.name, finding.label), room, SMALL, bold=False)
            y += SMALL * LINE * u
            self.text(x, y - SMALL * 0.3 * u, name, SMALL, muted)
            self.text(x + width, y - SMALL * 0.3 * u, share, SMALL, muted, align="right")
        return y

    def finding(self, x: float, y: float, width: float, finding: Finding) -> float:
        u, theme = self.u, self.theme
        row = 26 * u
        label_width, bar_width = width * 0.60, width * 0.26
        baseline = y + row * 0.68
        colour = theme.text if finding.explained else theme.muted
        before = "" if finding.above is None else "[x] " if finding.above else "[ ] "
        after = "" if finding.level is None else f": {say(finding.level.value)}"
        line = f"{before}{{}}{after}"
        name, size = self.fit(line, (finding.name, finding.label), label_width - 14 * u, BODY)
        self.text(x, baseline, name, size, colour, bold=finding.explained)
        bar = Box(x + label_width, y + row * 0.28, bar_width, row * 0.44, fill=theme.bar, radius=2 * u)
        self.page.add(bar)
        filled = bar_width * min(max(finding.probability, 0.0), 1.0)
        if filled >= 1:
            fill = theme.accent if finding.explained else theme.muted
            self.page.add(Box(bar.x, bar.y, filled, bar.height, fill=fill, radius=min(2 * u, filled / 2)))
        share = percent(finding.probability)
        self.text(x + width, baseline, share, BODY, colour, bold=finding.explained, align="right")
        return y + row

    def trust(self, x: float, y: float, width: float, trust: Trust) -> float:
        u = self.u
        y = self.heading(x, y, say("How far to trust it"))
        self.badge(x, y + 4 * u, trust.level)
        y = self.paragraph(x, y + 46 * u, width, trust.meaning, BODY)
        if trust.reason:
            y = self.paragraph(x, y, width, trust.reason, BODY, self.theme.text)
        if trust.promised:  # whole sentences, and fourteen findings do not fit beside a label
            y = self.paragraph(x, y + 4 * u, width, say("Not ruled out"), SMALL, self.theme.muted)
            for words in trust.promised:
                y = self.paragraph(x, y, width, words, BODY, self.theme.text)
        if not trust.rows:
            return y
        y += 6 * u
        plot = width * 0.36 if trust.curve else 0.0
        end = self.figures(x, y, width - plot - (24 * u if plot else 0), trust.rows)
        return max(end, self.curve(x + width - plot, y, plot, trust.curve)) if plot else end

    def badge(self, x: float, y: float, level: Level) -> None:
        u, colour = self.u, self.theme.badge[level]
        radius = 14 * u
        if level is Level.ABSTAIN:
            self.page.add(Box(x, y + radius - 3.5 * u, 2 * radius, 7 * u, fill=colour, radius=3 * u))
        else:
            self.page.add(Disc(x + radius, y + radius, radius, colour, FILLED[level], 3.5 * u))
        self.text(x + 2 * radius + 14 * u, y + radius + 9.5 * u, say(level.value), TOP_FINDING, colour, bold=True)

    def figures(self, x: float, y: float, width: float, rows: Sequence[Row]) -> float:
        """Rows with the value on the right, under one another."""
        u = self.u
        for label, value in rows:
            room = width - text_width(value, BODY * u, True) - 12 * u
            lines = wrap(label, room, BODY * u) or [""]
            for n, line in enumerate(lines):
                self.text(x, y + (n + 0.8) * BODY * LINE * u, line, BODY, self.theme.muted)
            last = y + (len(lines) - 0.2) * BODY * LINE * u
            self.text(x + width, last, value, BODY, bold=True, align="right")
            y += len(lines) * BODY * LINE * u + 3 * u
        return y

    def curve(self, x: float, y: float, width: float, curve: Sequence[float]) -> float:
        """Draw the IoU-threshold curve: IoU of the top n % with the region."""
        u, theme = self.u, self.theme
        left, height = x + 34 * u, 92 * u
        plot = width - 34 * u
        top = y + 6 * u
        for level in (0.0, 0.5, 1.0):
            row = top + height * (1 - level)
            self.page.add(Line(((left, row), (left + plot, row)), theme.line, 1 * u))
            self.text(left - 6 * u, row + 5 * u, decimal(level, "g"), SMALL, theme.muted, align="right")
        n = len(curve)
        points = [
            (left + plot * (i + 1) / (n + 1), top + height * (1 - min(max(v, 0), 1))) for i, v in enumerate(curve)
        ]
        red, green, blue = (round(0.75 * p + 0.25 * a) for p, a in zip(theme.page, theme.accent, strict=True))
        self.page.add(Area(((points[0][0], top + height), *points, (points[-1][0], top + height)), (red, green, blue)))
        self.page.add(Line(tuple(points), theme.accent, 2 * u))
        self.page.add(Line(((left, top + height), (left + plot, top + height)), theme.muted, 1 * u))
        label = top + height + 19 * u
        self.text(left, label, "0", SMALL, theme.muted)
        self.text(left + plot, label, "100", SMALL, theme.muted, align="right")
        self.text(left + plot / 2, label, say("top n %"), SMALL, theme.muted, align="center")
        return self.paragraph(x, label + 2 * u, width, say("IoU-threshold curve"), SMALL, theme.muted, align="right")

    def notices(self, notices: Sequence[str]) -> None:
        u, theme = self.u, self.theme
        for notice in notices:
            lines = wrap(notice, self.right - self.left - 26 * u, BODY * u)
            height = (len(lines) * BODY * LINE + 8) * u
            self.page.add(Box(self.left, self.y, 5 * u, height, fill=theme.warning))
            end = self.paragraph(self.left + 20 * u, self.y + 2 * u, self.right - self.left - 26 * u, notice, BODY)
            self.y = end + 14 * u

    def impression(self, text: str) -> None:
        if not text.strip():
            return
        u = self.u
        y = self.heading(self.left, self.y + 4 * u, say("Reader's impression"))
        for line in text.strip().splitlines():
            y = self.paragraph(self.left, y, self.right - self.left, line, BODY) if line.strip() else y + 8 * u
        self.y = y + 10 * u

    def lesion(self, rows: Sequence[Row], site: Site | None) -> None:
        """Set what the reader noted about the lesion, and the region's figures, in two columns; the body map beside."""
        if not rows:
            return
        u = self.u
        y = self.heading(self.left, self.y + 4 * u, say("The lesion: reader's notes and the region's figures"))
        room = 0.0
        ends = []
        if site is not None:
            room = _BODY * ASPECT * u + 32 * u
            draw_site(self.page, site, (self.right - room + 32 * u, y - 16 * u, _BODY * u), self.theme)
            ends.append(y + (_BODY - 16) * u)
        column = (self.right - self.left - 56 * u - room) / 2
        half = (len(rows) + 1) // 2
        ends += [
            self.rows(self.left + n * (column + 56 * u), y, column, part, label_width=150)
            for n, part in enumerate((rows[:half], rows[half:]))
        ]
        self.y = max(ends) + 10 * u

    def pictures(
        self, content: Content, panels: Panels, image: MedicalImage, width: float, table: NDArray[np.uint8]
    ) -> None:
        u, theme = self.u, self.theme
        self.y = round(self.y)
        self.rule()
        finding = next(((f.name, f.label) for f in content.findings if f.explained), ("",))
        titles: list[tuple[str, tuple[str, ...]]] = [(say("Image"), ("",))]
        pictures = [panels.image]
        if panels.original is not None:
            words = say("Original map · {method} · {finding}")
            titles.append((words.format(method=content.method, finding="{}"), finding))
            pictures.append(panels.original)
        if panels.segx is not None:
            words = say("SegX map · {method} within the {region}")
            titles.append((words.format(method="{}", region=content.region), (content.method,)))
            pictures.append(panels.segx)
        gap = round(GUTTER * u)
        height = width * panels.shape[0] / panels.shape[1]
        # Alone, the picture stands where it would stand with the others; with them, the row is centred.
        x = round((self.page.width - (3 * width + 2 * gap)) / 2)
        starts = [x + n * (width + gap) for n in range(3)]
        top = round(self.y + 38 * u)
        for start, (line, names), picture in zip(starts, titles, pictures, strict=False):
            title, size = self.fit(line, names, width, BODY)
            self.text(start, self.y + 25 * u, title, size, bold=True)
            # A hairline around it: radiographs have white borders, and so has the page.
            edge = max(1.0, u)
            frame = (start - edge, top - edge, width + 2 * edge, height + 2 * edge)
            self.page.add(Box(*frame, fill=theme.line))
            self.page.add(Picture(start, top, width, height, picture))
            self.orientation(start, top, width, height, panels, image)
        draw_marks(self.page, content.reading.marks, panels, (starts[0], top, width, height))
        self.y = below = top + height + 12 * u
        if panels.original is None:
            self.paragraph(starts[1], top, 2 * width + gap, say("No explanation was made."), BODY, theme.muted)
        else:
            below = self.colour_bar(starts[1], self.y, 2 * width + gap, panels.scale, table, _map_note(panels, content))
        note = _picture_note(panels, image.stretch)
        end = self.paragraph(starts[0], self.y - 2 * u, width, note, SMALL, theme.muted)
        for number, mark in enumerate(content.reading.marks, 1):
            words = " · ".join(mark.text.splitlines()) or say(mark.shape.value)
            end = self.paragraph(starts[0], end, width, f"{number}  {words}", SMALL)
        self.y = max(self.y + 64 * u, end + 10 * u, below)

    def orientation(self, x: float, y: float, width: float, height: float, panels: Panels, image: MedicalImage) -> None:
        """Scale bar and orientation letters, on plates that stay legible on bone and on air."""
        u = self.u
        if image.spacing is not None:
            length_mm = _round_length(image.spacing.column * panels.crop[3] * 0.3)
            length = length_mm / image.spacing.column / panels.crop[3] * width
            text = f"{decimal(length_mm, 'g')} mm" if length_mm < 10 else f"{decimal(length_mm / 10, 'g')} cm"
            if image.spacing.origin is SpacingOrigin.DETECTOR:
                text = say("{length} at the detector").format(length=text)
            plate = max(length, text_width(text, SMALL * u)) + 20 * u
            bottom = y + height - 12 * u
            self.page.add(Box(x + 12 * u, bottom - 36 * u, plate, 36 * u, fill=(0, 0, 0), radius=4 * u))
            self.page.add(Box(x + 22 * u, bottom - 11 * u, length, 3 * u, fill=(255, 255, 255)))
            self.text(x + 22 * u, bottom - 18 * u, text, SMALL, (255, 255, 255))
        if image.orientation is not None:
            right, bottom_letter = image.orientation
            side = 24 * u
            spots = [
                (x + 8 * u, y + height / 2 - side / 2, _opposite(right)),
                (x + width - side - 8 * u, y + height / 2 - side / 2, right),
                (x + width / 2 - side / 2, y + 8 * u, _opposite(bottom_letter)),
            ]
            for left, top, letter in spots:
                if letter:
                    self.page.add(Box(left, top, side, side, fill=(0, 0, 0), radius=4 * u))
                    self.text(left + side / 2, top + side * 0.74, letter, BODY, (255, 255, 255), True, "center")

    def colour_bar(
        self, x: float, y: float, width: float, scale: tuple[float, float], table: NDArray[np.uint8], note: str
    ) -> float:
        u, theme = self.u, self.theme
        height = 14 * u
        columns = np.linspace(0, 255, max(256, round(width))).round().astype(np.intp)
        self.page.add(Picture(x, y, width, height, np.ascontiguousarray(table[columns][None]), smooth=True))
        self.page.add(Box(x, y, width, height, stroke=theme.muted, thickness=1 * u))
        for n in range(5):
            at = x + width * n / 4
            self.page.add(Line(((at, y + height), (at, y + height + 5 * u)), theme.muted, 1 * u))
            align = "left" if n == 0 else "right" if n == 4 else "center"
            value = scale[0] + (scale[1] - scale[0]) * n / 4
            self.text(at, y + height + 21 * u, decimal(value, ".3g"), SMALL, align=align)
        baseline = y + height + 39 * u
        for line in wrap(note, width, SMALL * u):
            self.text(x + width / 2, baseline, line, SMALL, theme.muted, align="center")
            baseline += SMALL * LINE * u
        return baseline + (11 - SMALL * LINE) * u

    def made(self, content: Content) -> None:
        u = self.u
        self.rule()
        y = self.heading(self.left, self.y + 6 * u, say("How it was made"))
        rows = content.made
        column = (self.right - self.left - 56 * u) / 2
        half = (len(rows) + 1) // 2
        ends = [
            self.rows(self.left + n * (column + 56 * u), y, column, part, label_width=92, size=SMALL)
            for n, part in enumerate((rows[:half], rows[half:]))
        ]
        self.y = max(ends) + 8 * u

    def footer(self, number: PageNumber, height: float | None) -> None:
        u, theme = self.u, self.theme
        if height is not None:
            self.y = max(self.y, height - FOOTER * u)
        self.rule()
        baseline = self.y + 20 * u
        self.text(self.left, baseline, say(RESEARCH_USE), SMALL, theme.warning, bold=True)
        self.text(self.page.width / 2, baseline, "SegX viewer", SMALL, theme.muted, align="center")
        page = say("Page {number} of {count}").format(number=number.number, count=number.of)
        self.text(self.right, baseline, page, SMALL, theme.muted, align="right")
        self.y = baseline + (FOOTER - 26) * u
        self.page.height = self.y

    # --- parts --------------------------------------------------------------------------------------------------

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: Colour | None = None,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        self.page.add(Text(x, y, text, size * self.u, colour or self.theme.text, bold, align))

    def rule(self) -> None:
        self.page.add(Line(((self.left, self.y), (self.right, self.y)), self.theme.line, max(1.0, self.u)))
        self.y += 6 * self.u

    def heading(self, x: float, y: float, text: str) -> float:
        self.text(x, y + HEADING * self.u, text, HEADING, self.theme.accent, bold=True)
        return y + HEADING * 1.9 * self.u

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float,
        colour: Colour | None = None,
        align: str = "left",
    ) -> float:
        for line in wrap(text, width, size * self.u):
            y += size * LINE * self.u
            at = x + width if align == "right" else x
            self.text(at, y - size * 0.3 * self.u, line, size, colour, align=align)
        return y

    def rows(
        self, x: float, y: float, width: float, rows: Sequence[Row], *, label_width: float, size: float = BODY
    ) -> float:
        widest = max((text_width(label, size * self.u) for label, _ in rows), default=0.0)
        indent = max(label_width * self.u, widest + 14 * self.u)
        for label, value in rows:
            self.text(x, y + size * (LINE - 0.3) * self.u, label, size, self.theme.muted)
            y = self.paragraph(x + indent, y, width - indent, value, size) + 2 * self.u
        return y

    def fit(
        self, line: str, names: Sequence[str], width: float, size: float, *, bold: bool = True
    ) -> tuple[str, float]:
        """Fill a name into a line of some width, and return it with its size.

        The first of the names that fits is taken, in smaller letters where it must be. Where none does, the last is
        cut off and never what stands around it, which says what is told of the name.
        """
        sizes = [size - 0.5 * n for n in range(int(2 * (size - SMALL)) + 1)]
        for name in names:
            for smaller in sizes:
                text = line.replace("{}", name)
                if text_width(text, smaller * self.u, bold) <= width:
                    return text, smaller
        name = names[-1]
        while name and text_width(line.replace("{}", f"{name}…"), sizes[-1] * self.u, bold) > width:
            name = name[:-1].rstrip()
        return line.replace("{}", f"{name}…"), sizes[-1]


def _findings_note(content: Content) -> str:
    hidden = len(content.findings) - SHOWN_FINDINGS
    if hidden <= 0:
        return content.findings_note
    return f"{say('{count} less probable not shown.').format(count=hidden)} {content.findings_note}"


def _map_note(panels: Panels, content: Content) -> str:
    """Say what the colours and lines on the maps are: the image beside them has neither, but for the reader's marks."""
    words = say("attribution, {scaling}; values near 0 are transparent")
    if panels.segx is not None:
        words = say("attribution, {scaling}; one scale for both maps; values near 0 are transparent")
    note = words.format(scaling=content.scaling)
    if not panels.outlined:
        return note
    return f"{note}; {say('the line is the edge of the {region}').format(region=content.region)}"


def _picture_note(panels: Panels, stretch: tuple[float, float]) -> str:
    if panels.zoom == 1:
        resolution = say("Full resolution")
    elif panels.zoom > 1:
        resolution = say("Each image pixel is shown as {times} × {times}").format(times=f"{panels.zoom:.0f}")
    else:
        resolution = say("Reduced to {share} of the image's resolution").format(share=f"{100 * panels.zoom:.0f} %")
    parts = [resolution]
    if stretch != (1.0, 1.0):
        high = stretch[0] > 1
        words = (
            say("its pixels are {times} times as high as wide")
            if high
            else say("its pixels are {times} times as wide as high")
        )
        parts.append(words.format(times=decimal(stretch[0] if high else stretch[1], ".3g")))
    return f"{'; '.join(parts)}."


def _round_length(limit: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above `limit`."""
    power = 10.0 ** np.floor(np.log10(limit))
    return float(next(power * step for step in (5, 2, 1) if power * step <= limit * (1 + 1e-9)))


def _opposite(letter: str) -> str:
    pairs = str.maketrans("LRAPHF", "RLPAFH")
    return letter.translate(pairs)
