"""A page as pixels. The page is one array; only small patches go through Pillow, which needs four bytes a pixel."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from segx_viewer.domain.arrays import Numbers
from segx_viewer.reporting.fonts import Run, runs, sized
from segx_viewer.reporting.typeset import Area, Box, Colour, Disc, Line, Page, Picture, Point, Text

_ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}
_SMOOTH = 4  # round shapes are drawn this much larger and reduced, which smooths their edges
_SHIFT = 4  # fractional bits of cv2's coordinates


def render(page: Page) -> NDArray[np.uint8]:
    """Draw a page whose units are pixels. Returns (H, W, 3) uint8 RGB."""
    canvas = np.empty((round(page.height), round(page.width), 3), np.uint8)
    _fill(canvas, page.background)
    for operation in page.operations:
        match operation:
            case Text():
                _text(canvas, operation)
            case Box():
                _box(canvas, operation)
            case Line():
                thickness = max(1, round(operation.thickness))
                points = [_fixed(operation.points)]
                cv2.polylines(canvas, points, False, operation.colour, thickness, cv2.LINE_AA, _SHIFT)
            case Area():
                cv2.fillPoly(canvas, [_fixed(operation.points)], operation.fill, cv2.LINE_AA, _SHIFT)
            case Disc():
                _disc(canvas, operation)
            case Picture():
                _picture(canvas, operation)
    return canvas


def _fill(area: NDArray[np.uint8], colour: Colour) -> None:
    """Give all pixels of an area one colour: row after row is copied, which colour after colour takes far longer."""
    if area.size:
        area[0] = colour
        area[1:] = area[:1]


def _fixed(points: tuple[Point, ...]) -> NDArray[np.int32]:
    # cv2 counts from pixel centres, the page from pixel corners.
    return np.rint((np.asarray(points, np.float64) - 0.5) * (1 << _SHIFT)).astype(np.int32)


def _text(canvas: NDArray[np.uint8], text: Text) -> None:
    parts = runs(text.text)
    if len(parts) > 1:
        _parted(canvas, text, parts)
        return
    _run(canvas, text, parts[0] if parts else Run(""))


def _parted(canvas: NDArray[np.uint8], text: Text, parts: tuple[Run, ...]) -> None:
    """Draw a line whose letters are in several fonts, one part after the other."""
    widths = [sized(part.path, max(1.0, text.size), text.bold).getlength(part.text) for part in parts]
    x = text.x - sum(widths) * {"left": 0.0, "center": 0.5, "right": 1.0}[text.align]
    for part, width in zip(parts, widths, strict=True):
        _run(canvas, replace(text, x=x, text=part.text, align="left"), part)
        x += width


def stencil_of(text: Text, run: Run) -> tuple[Image.Image, int, int]:
    """Return a line's letters as a mask (8 bits), and its corner (x, y) in pixels from the line's own place."""
    face = sized(run.path, max(1.0, text.size), text.bold)
    mask, (left, top) = face.getmask2(run.text, "L", anchor=_ANCHORS[text.align])  # measuring first draws it all twice
    stencil = Image.new("L", mask.size, 0)
    if all(mask.size):
        ImageDraw.Draw(stencil).draw.draw_bitmap((0, 0), mask, 255)
    return stencil, left, top


def _run(canvas: NDArray[np.uint8], text: Text, run: Run) -> None:
    stencil, left, top = stencil_of(text, run)
    _stamp(canvas, stencil, round(text.x) + left, round(text.y) + top, text.colour)


def _box(canvas: NDArray[np.uint8], box: Box) -> None:
    x0, y0, x1, y1 = round(box.x), round(box.y), round(box.x + box.width), round(box.y + box.height)
    if x1 <= x0 or y1 <= y0:
        return
    thickness = max(1, round(box.thickness))
    if round(box.radius) == 0:
        if box.fill is not None:
            _fill(canvas[max(0, y0) : y1, max(0, x0) : x1], box.fill)
        if box.stroke is not None:
            for part in (np.s_[y0 : y0 + thickness, x0:x1], np.s_[y1 - thickness : y1, x0:x1],
                         np.s_[y0:y1, x0 : x0 + thickness], np.s_[y0:y1, x1 - thickness : x1]):  # fmt: skip
                _fill(canvas[part], box.stroke)
        return
    size = ((x1 - x0) * _SMOOTH, (y1 - y0) * _SMOOTH)
    corners = (0, 0, size[0] - 1, size[1] - 1)
    for colour, fill, width in ((box.fill, 255, 0), (box.stroke, None, thickness * _SMOOTH)):
        if colour is not None:
            stencil = Image.new("L", size, 0)
            ImageDraw.Draw(stencil).rounded_rectangle(corners, round(box.radius * _SMOOTH), fill, 255, width)
            _stamp(canvas, stencil.resize((x1 - x0, y1 - y0), Image.Resampling.BOX), x0, y0, colour)


def _disc(canvas: NDArray[np.uint8], disc: Disc) -> None:
    side = round(2 * disc.radius)
    corners = (0, 0, side * _SMOOTH - 1, side * _SMOOTH - 1)
    stencil = Image.new("L", (side * _SMOOTH, side * _SMOOTH), 0)
    draw = ImageDraw.Draw(stencil)
    ring = max(1, round(disc.thickness * _SMOOTH))
    draw.ellipse(corners, fill=255 if disc.filled >= 1 else 0, outline=255, width=ring)
    if 0 < disc.filled < 1:
        draw.pieslice(corners, 90, 270, fill=255)
    stencil = stencil.resize((side, side), Image.Resampling.BOX)
    _stamp(canvas, stencil, round(disc.x - disc.radius), round(disc.y - disc.radius), disc.colour)


def _picture(canvas: NDArray[np.uint8], picture: Picture) -> None:
    size = (round(picture.width), round(picture.height))
    pixels: Numbers = picture.pixels
    if (pixels.shape[1], pixels.shape[0]) != size:
        how = cv2.INTER_LINEAR if picture.smooth else cv2.INTER_NEAREST_EXACT
        pixels = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=how)
    x, y = round(picture.x), round(picture.y)
    canvas[y : y + size[1], x : x + size[0]] = pixels


def _stamp(canvas: NDArray[np.uint8], stencil: Image.Image, x: int, y: int, colour: Colour) -> None:
    """Blend a colour into the canvas through a stencil; what lies outside is cut off."""
    top, left = max(0, -y), max(0, -x)
    alpha = np.asarray(stencil)[top:, left:]
    target = canvas[y + top : y + top + alpha.shape[0], x + left : x + left + alpha.shape[1]]
    if target.size:
        weight = alpha[: target.shape[0], : target.shape[1]].astype(np.float32)
        weight /= 255
        change = cv2.subtract(target, (*colour, 0), dtype=cv2.CV_32F)  # type: ignore[call-overload]  # see `display`
        cv2.multiply(change, cv2.cvtColor(weight, cv2.COLOR_GRAY2BGR), change)
        cv2.subtract(target, change, target, dtype=cv2.CV_8U)
