"""Texts on dark plates, and whatever else is drawn once and then copied onto a panel."""

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen

from segx_viewer.app.kit.kept import Kept

IMAGE_TEXT = 11
LIGHT = QColor("#e6e9ec")
_flags = Qt.AlignmentFlag
# As numbers, because every operation on Qt's flags costs a microsecond.
_RIGHT, _MIDDLE = _flags.AlignRight.value, _flags.AlignHCenter.value
_BOTTOM, _CENTRE = _flags.AlignBottom.value, _flags.AlignVCenter.value
_ROOM = (5, 2)  # between text and edge of its plate
_plates: Kept[QImage] = Kept(64, lambda _: 1)
_grounds: Kept[QImage] = Kept(64, lambda _: 1)


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """A picture in its place on a panel.

    Attributes
    ----------
    picture : QImage
    corner : QPointF
    text : QRectF
        Where the text on it stands, empty where there is none.
    extent : QRect
        What the picture covers.
    """

    picture: QImage
    corner: QPointF
    text: QRectF
    extent: QRect

    def paint(self, painter: QPainter) -> None:
        """Copy it onto the panel."""
        painter.drawImage(self.corner, self.picture)


def plate(painter: QPainter, box: QRectF, place: Qt.AlignmentFlag, text: str, margin: int = 8) -> Plate:
    """Return a text for a side of `box` on a dark plate, legible on white bone and on black air."""
    font, ratio, flags = painter.font(), painter.device().devicePixelRatioF(), place.value
    picture = _plates.get((text, flags, ratio, font.key()), lambda: _drawn(text, place, ratio, font))
    width, height = picture.width() / ratio - 2 * _ROOM[0], picture.height() / ratio - 2 * _ROOM[1]
    x = _placed(box.left() + margin, box.right() - margin - width, flags & _RIGHT, flags & _MIDDLE)
    y = _placed(box.top() + margin, box.bottom() - margin - height, flags & _BOTTOM, flags & _CENTRE)
    where = QRectF(x, y, width, height)
    around = where.adjusted(-_ROOM[0], -_ROOM[1], _ROOM[0], _ROOM[1])
    return Plate(picture, around.topLeft(), where, around.toAlignedRect())


def plate_text(painter: QPainter, box: QRectF, place: Qt.AlignmentFlag, text: str, margin: int = 8) -> QRectF:
    """Write a text at a side of `box` on a dark plate; return where."""
    if not text:
        return QRectF()
    written = plate(painter, box, place, text, margin)
    written.paint(painter)
    return written.text


def bar(painter: QPainter, box: QRectF, length: float) -> Plate:
    """Return a scale bar of a length in panel pixels, without its text, for the lower right corner of `box`."""
    ratio = painter.device().devicePixelRatioF()
    lines = _plates.get(("bar", length, ratio), lambda: _bar_lines(length, ratio))
    size = lines.deviceIndependentSize()
    corner = QPointF(box.right() - size.width(), box.bottom() - size.height())
    return Plate(lines, corner, QRectF(), QRectF(corner, size).toAlignedRect())


def transparent(width: int, height: int, ratio: float) -> QImage:
    """Return an empty picture of a size in panel pixels, to be drawn on once and shown often."""
    picture = QImage(math.ceil(width * ratio), math.ceil(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def _placed(first: float, last: float, at_end: int, in_middle: int) -> int:
    return round(last if at_end else (first + last) / 2 if in_middle else first)


def _drawn(text: str, place: Qt.AlignmentFlag, ratio: float, font: QFont) -> QImage:
    """Draw a plate with its text: most texts stay the same from one paint to the next."""
    font, metrics = _image_font(font)
    size = metrics.size(0, text)
    width, height = size.width() + 2 * _ROOM[0], size.height() + 2 * _ROOM[1]
    picture = QImage(_grounds.get((width, height, ratio), lambda: _ground(width, height, ratio)))
    painter = QPainter(picture)
    painter.setFont(font)
    painter.setPen(LIGHT)
    horizontal = place & Qt.AlignmentFlag.AlignHorizontal_Mask
    painter.drawText(QRectF(*_ROOM, size.width(), size.height()), horizontal, text)
    painter.end()
    return picture


@lru_cache(8)  # while the window is dragged, its text is drawn again many times a second
def _image_font(font: QFont) -> tuple[QFont, QFontMetrics]:
    font = QFont(font)
    font.setPixelSize(IMAGE_TEXT)
    return font, QFontMetrics(font)


def _ground(width: int, height: int, ratio: float) -> QImage:
    """Draw a plate without a text."""
    picture = transparent(width, height, ratio)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 170))
    painter.drawRoundedRect(QRectF(0, 0, width, height), 3, 3)
    painter.end()
    return picture


def _bar_lines(length: float, ratio: float) -> QImage:
    """Draw the bar; its picture ends in the panel's corner."""
    lines = transparent(math.ceil(length) + 20, 24, ratio)
    painter = QPainter(lines)
    right, y = math.ceil(length) + 8, 10
    for colour, width in ((QColor(0, 0, 0, 200), 4), (LIGHT, 2)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(right - length, y), QPointF(right, y))
        for x in (right - length, right):
            painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))
    painter.end()
    return lines
