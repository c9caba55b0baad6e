"""The PNG report: one page, the pictures at full resolution, no metadata."""

import hashlib
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from segx_viewer.domain.image import VoiLut, WindowLevel
from segx_viewer.domain.result import Analysis, MapKey
from segx_viewer.errors import ExportError
from segx_viewer.reporting.atomic import atomic_write
from segx_viewer.reporting.content import default_key, describe
from segx_viewer.reporting.layout import DARK, GUTTER, LIGHT, MARGIN, ONLY_PAGE, WIDTH, PageNumber, lay_out
from segx_viewer.reporting.panels import WHOLE_IMAGE, ReportView, draw_panels
from segx_viewer.reporting.reading import NOTHING_READ, Reading
from segx_viewer.reporting.typeset import Area, Box, Disc, Line, Page, Picture, Text, font

_SMALLEST, _LARGEST = 1.0, 6.0  # pixels per unit of text: legible at 1:1, and not larger than a page needs
_ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}
_SMOOTH = 4  # shapes are drawn this much larger and reduced, which smooths their edges


def write_png_report(
    analysis: Analysis,
    path: Path,
    *,
    key: MapKey | None = None,
    voi: WindowLevel | VoiLut | None = None,
    view: ReportView = WHOLE_IMAGE,
    reading: Reading = NOTHING_READ,
    include_identity: bool = False,
    page_number: PageNumber = ONLY_PAGE,
    when: datetime | None = None,
) -> None:
    """Write an annotated page: image, original and SegX map, findings, certainty and how it was made.

    The file is written atomically, read back and compared. It carries no metadata, and names neither patient nor
    file unless asked.

    Parameters
    ----------
    analysis : Analysis
    path : Path
        Ends in ``.png``.
    key : tuple of (str, int), optional
        Method and class to show; the most probable class by default.
    voi : WindowLevel or VoiLut, optional
        Display window; the file's own by default.
    view : ReportView
    reading : Reading
        The reader's impression and marks.
    include_identity : bool
        Name patient, study and file on the page, which is then marked as such.
    page_number : PageNumber
    when : datetime, optional
        Date of the report; now by default.

    Raises
    ------
    ExportError
        If the file cannot be written or does not read back as it was written.
    """
    picture = render_report(
        analysis,
        key=key,
        voi=voi,
        view=view,
        reading=reading,
        include_identity=include_identity,
        page_number=page_number,
        when=when,
    )
    write_png(picture, path)


def render_report(
    analysis: Analysis,
    *,
    key: MapKey | None = None,
    voi: WindowLevel | VoiLut | None = None,
    view: ReportView = WHOLE_IMAGE,
    reading: Reading = NOTHING_READ,
    include_identity: bool = False,
    page_number: PageNumber = ONLY_PAGE,
    when: datetime | None = None,
) -> NDArray[np.uint8]:
    """Return the page as (H, W, 3) uint8 RGB, for the clipboard as well. Parameters as in `write_png_report`."""
    key = key or default_key(analysis)
    panels = draw_panels(analysis, key, view, voi)
    panel_width = panels.shape[1]
    unit = min(max(3 * panel_width / (WIDTH - 2 * MARGIN - 2 * GUTTER), _SMALLEST), _LARGEST)
    width = max(round(WIDTH * unit), 3 * panel_width + round((2 * MARGIN + 2 * GUTTER) * unit))
    page = lay_out(
        describe(analysis, key, reading=reading, include_identity=include_identity, when=when),
        panels,
        analysis.image,
        width=width,
        unit=unit,
        panel_width=panel_width,
        theme=DARK if view.dark else LIGHT,
        map_name=view.colormap,
        page_number=page_number,
    )
    return render(page)


def write_png(picture: NDArray[np.uint8], path: Path) -> None:
    """Write an RGB picture as PNG without metadata, atomically, and check that it reads back. Raises `ExportError`."""
    done, data = cv2.imencode(".png", picture[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 5])
    if not done:
        raise ExportError(f"{path} could not be encoded as PNG.")
    with atomic_write(path) as part:
        part.write_bytes(data.tobytes())
        del data
        # A file that decodes to the same pixels is a good file, whatever the encoder did.
        back = cv2.imdecode(np.fromfile(part, np.uint8), cv2.IMREAD_COLOR_RGB)
        if back is None or back.shape != picture.shape or _digest(back) != _digest(picture):
            raise ExportError(f"{path} did not read back as it was written; check the disk.")


def render(page: Page) -> NDArray[np.uint8]:
    """Draw a page whose units are pixels. Returns (H, W, 3) uint8 RGB."""
    canvas = Image.new("RGB", (round(page.width), round(page.height)), page.background)
    draw = ImageDraw.Draw(canvas)
    for operation in page.operations:
        match operation:
            case Text():
                face = font(max(1.0, operation.size), operation.bold)
                at = (round(operation.x), round(operation.y))
                draw.text(at, operation.text, operation.colour, face, anchor=_ANCHORS[operation.align])
            case Box():
                _box(draw, operation)
            case Line():
                draw.line(operation.points, operation.colour, max(1, round(operation.thickness)), joint="curve")
            case Area():
                draw.polygon(operation.points, operation.fill)
            case Disc():
                _disc(canvas, operation)
            case Picture():
                _picture(canvas, operation)
    return np.asarray(canvas)


def _box(draw: ImageDraw.ImageDraw, box: Box) -> None:
    corners = (round(box.x), round(box.y), round(box.x + box.width) - 1, round(box.y + box.height) - 1)
    if corners[2] < corners[0] or corners[3] < corners[1]:
        return
    thickness = max(1, round(box.thickness)) if box.stroke else 0
    draw.rounded_rectangle(corners, round(box.radius), box.fill, box.stroke, thickness)


def _disc(canvas: Image.Image, disc: Disc) -> None:
    side = round(2 * disc.radius)
    big = side * _SMOOTH
    stencil = Image.new("L", (big, big), 0)
    draw = ImageDraw.Draw(stencil)
    ring = max(1, round(disc.thickness * _SMOOTH))
    draw.ellipse((0, 0, big - 1, big - 1), fill=255 if disc.filled >= 1 else 0, outline=255, width=ring)
    if 0 < disc.filled < 1:
        draw.pieslice((0, 0, big - 1, big - 1), 90, 270, fill=255)
    stencil = stencil.resize((side, side), Image.Resampling.BOX)
    canvas.paste(disc.colour, (round(disc.x - disc.radius), round(disc.y - disc.radius)), stencil)


def _picture(canvas: Image.Image, picture: Picture) -> None:
    size = (round(picture.width), round(picture.height))
    source = Image.fromarray(np.ascontiguousarray(picture.pixels))
    if source.size != size:
        source = source.resize(size, Image.Resampling.BILINEAR if picture.smooth else Image.Resampling.NEAREST)
    canvas.paste(source, (round(picture.x), round(picture.y)))


def _digest(picture: NDArray[np.uint8]) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(picture).data).digest()
