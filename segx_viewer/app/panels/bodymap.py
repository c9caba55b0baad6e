"""The body map: front and back, drawn as paths; a click or the arrow keys say where a lesion is."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QWidget

from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import tr
from segx_viewer.domain.bodymap import ASPECT, outline, part_of
from segx_viewer.domain.lesion import Site

_SIDES = ("front", "back")
_STEP = 0.02
_MARK = 6.0  # px of the mark's radius
_HEAD = 22  # px above the drawings, for their titles
_ARROWS = {
    Qt.Key.Key_Left: (-_STEP, 0.0),
    Qt.Key.Key_Right: (_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, -_STEP / 2),
    Qt.Key.Key_Down: (0.0, _STEP / 2),
}


def site_words(site: Site | None) -> str:
    """Return a place on the body in the reader's language."""
    if site is None:
        return tr("no place marked")
    part, side = part_of(site)
    view = tr("front") if site.side == "front" else tr("back")
    if not part:
        return tr("beside the drawing ({view})").format(view=view)
    words = {"left": tr("{part}, left"), "right": tr("{part}, right"), "": "{part}"}[side].format(part=tr(part))
    return f"{words} ({view})"


class BodyMap(QWidget):
    """Two outlines side by side, and a mark on one of them."""

    chosen = Signal(object)  # Site, or None where the mark was taken away

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.site: Site | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(300, 280))
        self._outline = _path()
        self.show_site(None)

    def show_site(self, site: Site | None) -> None:
        """Show a mark, or none; says nothing to anybody."""
        self.site = site
        self.setAccessibleName(tr("Body map: {place}").format(place=site_words(site)))
        self.setToolTip(tr("Click where the lesion is. Arrow keys move the mark, F changes the side, Del removes it."))
        self.update()

    def _choose(self, site: Site | None) -> None:
        self.show_site(site)
        self.chosen.emit(site)

    def box(self, side: str) -> QRectF:
        """Return where the drawing of a side stands."""
        height = float(self.height() - _HEAD - 4)
        width = min(height * ASPECT, self.width() / 2 - 12)
        height = width / ASPECT
        middle = self.width() * (0.25 if side == "front" else 0.75)
        return QRectF(middle - width / 2, _HEAD, width, height)

    # -- events ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Put the mark where the reader clicks."""
        for side in _SIDES:
            box, point = self.box(side), event.position()
            if box.contains(point) and event.button() is Qt.MouseButton.LeftButton:
                x, y = (point.x() - box.left()) / box.width(), (point.y() - box.top()) / box.height()
                self._choose(Site(side, round(x, 3), round(y, 3)))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move the mark, change its side, or take it away."""
        site = self.site or Site("front", 0.5, 0.25)
        key = Qt.Key(event.key())
        if key in _ARROWS:
            dx, dy = _ARROWS[key]
            self._choose(Site(site.side, _within(site.x + dx), _within(site.y + dy)))
        elif key == Qt.Key.Key_F:
            self._choose(Site(_SIDES[site.side == "front"], _within(1 - site.x), site.y))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._choose(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw both sides, the patient's left and right, and the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for side, title in zip(_SIDES, (tr("Front"), tr("Back")), strict=True):
            box = self.box(side)
            painter.setPen(theme.colour("text"))
            head = QRectF(box.left() - 30, 0, box.width() + 60, _HEAD)
            painter.drawText(head, Qt.AlignmentFlag.AlignCenter, title)
            painter.setPen(theme.colour("muted"))
            letters = (tr("R"), tr("L")) if side == "front" else (tr("L"), tr("R"))
            for letter, flag in zip(letters, (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True):
                painter.drawText(box.adjusted(2, 6, -2, 0), flag | Qt.AlignmentFlag.AlignTop, letter)
            place = QTransform.fromTranslate(box.left(), box.top()).scale(box.width(), box.height())
            painter.setPen(QPen(theme.colour("muted"), 1.3))
            painter.setBrush(theme.colour("raised"))
            painter.drawPath(place.map(self._outline))
            if self.site is not None and self.site.side == side:
                self._mark(painter, place.map(QPointF(self.site.x, self.site.y)))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 1.5))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _mark(self, painter: QPainter, at: QPointF) -> None:
        for colour, width in ((QColor(0, 0, 0), 4.0), (QColor("#e2663f"), 2.2)):
            painter.setPen(QPen(colour, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, _MARK, _MARK)
            painter.drawPoint(at)


def _within(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 3)


def _path() -> QPainterPath:
    path = QPainterPath()
    for number, curve in enumerate(outline()):
        points = [QPointF(x, y) for x, y in zip(curve[::2], curve[1::2], strict=True)]
        if number == 0:
            path.moveTo(points[0])
        elif len(points) == 1:
            path.lineTo(points[0])
        else:
            path.cubicTo(*points)
    path.closeSubpath()
    return path
