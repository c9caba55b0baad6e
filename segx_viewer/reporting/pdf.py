"""The PDF report: a sheet of A4 for each image, with real text and the pictures at full resolution."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from PIL import Image
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from segx_viewer import __version__
from segx_viewer.domain.image import VoiLut, WindowLevel
from segx_viewer.domain.result import Analysis, MapKey
from segx_viewer.errors import ExportError
from segx_viewer.reporting.atomic import write_bytes
from segx_viewer.reporting.bitmap import stencil_of
from segx_viewer.reporting.content import RESEARCH_USE, default_key, describe
from segx_viewer.reporting.fonts import Run, own_font, runs
from segx_viewer.reporting.layout import DARK, GUTTER, LIGHT, MARGIN, WIDTH, PageNumber, lay_out
from segx_viewer.reporting.overview import PER_PAGE, Entry, cells, entry_of, overview_page, pages_for, totals_of
from segx_viewer.reporting.panels import WHOLE_IMAGE, ReportView, draw_panels
from segx_viewer.reporting.pdfpictures import eight_bits, reader
from segx_viewer.reporting.reading import NOTHING_READ, Reading
from segx_viewer.reporting.typeset import Area, Box, Colour, Disc, Line, Page, Picture, Text, text_width
from segx_viewer.reporting.words import moment_text, say

_SHEET = landscape(A4)
_FINE = 8  # pixels per point of letters that are drawn as a picture
_STEPS = 40  # tries to fit a page: each makes the pictures, then the text, a little smaller


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One image of a report: its analysis, the explanation to show, how it is shown, and what the reader added."""

    analysis: Analysis
    key: MapKey | None = None
    voi: WindowLevel | VoiLut | None = None
    view: ReportView = WHOLE_IMAGE
    reading: Reading = NOTHING_READ


def write_pdf_report(
    sheets: Sequence[Sheet | Analysis],
    path: Path,
    *,
    include_identity: bool = False,
    when: datetime | None = None,
    overview: bool = False,
) -> None:
    """Write one page for each image, with the content of the PNG report.

    The file is written atomically and read back. Neither its text nor its metadata name patient or file unless
    asked.

    Parameters
    ----------
    sheets : sequence of Sheet or Analysis
        The images, in the order of the pages.
    path : Path
    include_identity : bool
    when : datetime, optional
        Date of the report; now by default.
    overview : bool
        Put pages in front on which every image stands small, with its page number, finding and badge, as a link.

    Raises
    ------
    ExportError
        If there is no image, or the file cannot be written.
    """
    write_bytes(path, render_pdf(sheets, include_identity=include_identity, when=when, overview=overview))


def render_pdf(
    sheets: Sequence[Sheet | Analysis],
    *,
    include_identity: bool = False,
    when: datetime | None = None,
    overview: bool = False,
) -> bytes:
    """Return the file that `write_pdf_report` writes. Parameters and errors as there."""
    if not sheets:
        raise ExportError("There is no image to report on.")
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=_SHEET, pageCompression=1)
    canvas.setTitle(say("Explanation report"))
    canvas.setSubject(say(RESEARCH_USE))
    canvas.setAuthor("")
    canvas.setCreator(f"segx-viewer {__version__}")
    canvas.setKeywords("saliency map, SegX, SegU, research use only")
    with eight_bits():
        _draw_all(canvas, sheets, include_identity, when, overview)
        canvas.save()
    return buffer.getvalue()


def _draw_all(
    canvas: Canvas, sheets: Sequence[Sheet | Analysis], include_identity: bool, when: datetime | None, overview: bool
) -> None:
    """Draw all pages; those of the overview refer to what is drawn last, when every image is known."""
    count = len(sheets)
    width, height = _SHEET
    first = pages_for(count) if overview else 0
    for n in range(first):
        canvas.doForm(f"overview-{n}")
        for number, (x, y, across, down) in enumerate(cells(PER_PAGE, width, height), n * PER_PAGE + 1):
            if number <= count:
                canvas.linkAbsolute("", f"page-{number}", (x, height - y - down, x + across, height - y))
        canvas.showPage()
    entries = []
    dark = False
    for number, given in enumerate(sheets, 1):
        sheet = given if isinstance(given, Sheet) else Sheet(given)
        page, entry = _page(sheet, PageNumber(number, count), include_identity, when)
        dark = sheet.view.dark
        entries.append(entry)
        canvas.bookmarkPage(f"page-{number}")
        if count > 1:
            canvas.addOutlineEntry(entry.title, f"page-{number}")
        _draw(canvas, page)
        canvas.showPage()
    date = moment_text(when)
    for n in range(first):
        part = entries[n * PER_PAGE : (n + 1) * PER_PAGE]
        canvas.beginForm(f"overview-{n}", 0, 0, width, height)
        theme = DARK if dark else LIGHT
        page = overview_page(part, totals_of(entries), n + 1, first, width=width, height=height, date=date, theme=theme)
        _draw(canvas, page)
        canvas.endForm()


def _page(sheet: Sheet, number: PageNumber, include_identity: bool, when: datetime | None) -> tuple[Page, Entry]:
    """Return a page, and what the overview says of it."""
    width, height = _SHEET
    key = sheet.key or default_key(sheet.analysis)
    panels = draw_panels(sheet.analysis, key, sheet.view, sheet.voi, enlarge=False)
    content = describe(sheet.analysis, key, reading=sheet.reading, include_identity=include_identity, when=when)
    unit = width / WIDTH
    panel_width = (width - 2 * MARGIN * unit - 2 * GUTTER * unit) / 3
    smallest = panel_width / 3
    for _ in range(_STEPS):
        page = lay_out(
            content,
            panels,
            sheet.analysis.image,
            width=width,
            unit=unit,
            panel_width=panel_width,
            theme=DARK if sheet.view.dark else LIGHT,
            map_name=sheet.view.colormap,
            page_number=number,
            height=height,
        )
        excess = page.height - height
        if excess <= 0.01:
            break
        if panel_width > smallest:
            panel_width = max(smallest, panel_width - excess * panels.shape[1] / panels.shape[0])
        else:
            unit *= 0.97
    return page, entry_of(number.number, panels.image, content, sheet.analysis.gate.level)


@cache
def _fonts() -> tuple[str, str]:
    names = "OpenSans", "OpenSans-Semibold"
    for name, bold in zip(names, (False, True), strict=True):
        pdfmetrics.registerFont(TTFont(name, str(own_font(bold))))
    return names


def _draw(canvas: Canvas, page: Page) -> None:
    width, height = _SHEET
    canvas.setFillColor(_colour(page.background))
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    for operation in page.operations:
        match operation:
            case Text():
                _text(canvas, operation, height)
            case Box():
                _box(canvas, operation, height)
            case Line():
                canvas.setStrokeColor(_colour(operation.colour))
                canvas.setLineWidth(operation.thickness)
                canvas.setLineJoin(1)
                canvas.drawPath(_path(canvas, operation.points, height), stroke=1, fill=0)
            case Area():
                canvas.setFillColor(_colour(operation.fill))
                canvas.drawPath(_path(canvas, operation.points, height), stroke=0, fill=1)
            case Disc():
                _disc(canvas, operation, height)
            case Picture():
                bottom = height - operation.y - operation.height
                canvas.drawImage(reader(operation.pixels), operation.x, bottom, operation.width, operation.height)


def _text(canvas: Canvas, text: Text, height: float) -> None:
    parts = runs(text.text)
    if len(parts) == 1 and parts[0].path is None:
        canvas.setFont(_fonts()[text.bold], text.size)
        canvas.setFillColor(_colour(text.colour))
        write = {"left": canvas.drawString, "center": canvas.drawCentredString, "right": canvas.drawRightString}
        write[text.align](text.x, height - text.y, parts[0].text)
        return
    x = text.x - text_width(text.text, text.size, text.bold) * {"left": 0.0, "center": 0.5, "right": 1.0}[text.align]
    for part in parts:
        line = replace(text, x=x, text=part.text, align="left")
        if part.path is None:
            _text(canvas, line, height)
        else:
            _letters(canvas, line, part, height)
        x += text_width(part.text, text.size, text.bold)


def _letters(canvas: Canvas, text: Text, run: Run, height: float) -> None:
    """Draw letters of a font that cannot be put into the file, for its outlines or its licence, as a picture."""
    large = replace(text, size=text.size * _FINE)
    stencil, left, top = stencil_of(large, run)
    if min(stencil.size) < 1:
        return
    letters = Image.new("RGBA", stencil.size, text.colour)
    letters.putalpha(stencil)
    width, tall = (side / _FINE for side in stencil.size)
    bottom = height - text.y - top / _FINE - tall
    canvas.drawImage(ImageReader(letters), text.x + left / _FINE, bottom, width, tall, mask="auto")


def _box(canvas: Canvas, box: Box, height: float) -> None:
    if box.fill is not None:
        canvas.setFillColor(_colour(box.fill))
    if box.stroke is not None:
        canvas.setStrokeColor(_colour(box.stroke))
        canvas.setLineWidth(box.thickness)
    # PDF draws half of a line outside the rectangle, the pixel renderer all of it inside.
    inset = box.thickness / 2 if box.stroke is not None else 0.0
    canvas.roundRect(
        box.x + inset,
        height - box.y - box.height + inset,
        box.width - 2 * inset,
        box.height - 2 * inset,
        box.radius,
        stroke=int(box.stroke is not None),
        fill=int(box.fill is not None),
    )


def _disc(canvas: Canvas, disc: Disc, height: float) -> None:
    y, radius = height - disc.y, disc.radius - disc.thickness / 2
    canvas.setStrokeColor(_colour(disc.colour))
    canvas.setFillColor(_colour(disc.colour))
    canvas.setLineWidth(disc.thickness)
    canvas.circle(disc.x, y, radius, stroke=1, fill=int(disc.filled >= 1))
    if 0 < disc.filled < 1:
        canvas.wedge(disc.x - radius, y - radius, disc.x + radius, y + radius, 90, 180, stroke=0, fill=1)


def _path(canvas: Canvas, points: Sequence[tuple[float, float]], height: float) -> PDFPathObject:
    path = canvas.beginPath()
    path.moveTo(points[0][0], height - points[0][1])
    for x, y in points[1:]:
        path.lineTo(x, height - y)
    return path


def _colour(colour: Colour) -> Color:
    return Color(*(value / 255 for value in colour))
