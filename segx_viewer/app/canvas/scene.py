"""What a panel shows: image, overlays and texts of one document, drawn as the view asks."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Required, TypedDict

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from segx_viewer.app.canvas.basepicture import BasePicture
from segx_viewer.app.canvas.outlines import draw_outline
from segx_viewer.app.canvas.picture import OverlayPictures
from segx_viewer.app.canvas.pyramid import LARGE
from segx_viewer.app.canvas.raster import Raster, visible_raster
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.annotations import Annotation
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.viewstate import Compare, MaskStyle, View
from segx_viewer.domain.image import SpacingOrigin
from segx_viewer.domain.planes import Line
from segx_viewer.domain.result import Analysis, GateLevel, MapKey

if TYPE_CHECKING:
    from segx_viewer.app.canvas.graphics import Graphics

FILL = QColor(74, 163, 223, 90)


class Panel(StrEnum):
    """What a panel is for."""

    IMAGE = "Image"
    ORIGINAL = "Original"
    SEGX = "SegX"
    COMPARE = "Compare"
    OUTSIDE = "Outside"


class Probe(TypedDict, total=False):
    """What lies under a position of the image: its pixel, stored and displayed values, the maps' and the region."""

    x: Required[int]
    y: Required[int]
    stored: Required[tuple[float, ...]]
    display: Required[tuple[float, ...]]
    unit: str
    map: float
    segx: float
    inside: bool


class Scene:
    """One document's pictures, shared by the panels that show it."""

    def __init__(self) -> None:
        self.document: Document | None = None
        self.base: BasePicture | None = None
        self.overlays: OverlayPictures | None = None
        self.key: MapKey | None = None
        self.coarse = False  # a finer map will take the place of the one that is shown
        self.stack_text = ""  # which image of the stack this is
        self.editing = False  # the region is shown on every panel
        self.graphics: Graphics | None = None
        self.selected: int | None = None  # which of the document's drawings is chosen
        self.moving: tuple[int, Annotation] | None = None  # which of them is being moved, and where it is now
        self.layers_off: frozenset[str] = frozenset()  # labels of graphics that the reader does not want to see
        self.reference: Line | None = None  # where an image beside this one cuts it
        self.hidden = False  # results stay hidden until the reader has read

    @property
    def scale(self) -> tuple[float, float] | None:
        """Lowest and highest value of the colour scale of the map that is shown; None where there is none."""
        return self.overlays.scale(self.key) if self.overlays is not None and self.key is not None else None

    def show(self, document: Document | None) -> None:
        """Show a document's image; overlays of the one before are dropped first."""
        image = document.image if document is not None else None
        self.overlays = None
        self.key = None
        if document is not self.document:
            self.selected, self.moving = None, None
            if _series(document) != _series(self.document):
                self.layers_off = frozenset()  # what is hidden on one patient's images must not be so on the next one's
        self.document = document
        if document is None or image is None:
            self.base = None
        elif self.base is None or self.base.image is not image:
            self.base = BasePicture(image, document.half, document.voi)
            if document.half is not None and document.half.nbytes > LARGE:
                document.half = None  # the picture has it as long as it needs it

    def set_analysis(self, analysis: Analysis | None, key: MapKey | None) -> None:
        """Take over a fuller analysis; one of another image is refused."""
        if analysis is None or self.base is None or analysis.image is not self.base.image:
            self.overlays, self.key = None, None
            return
        if key is not None:
            analysis = analysis.seen_for(key[1])  # a class may have a region of its own
        if self.overlays is None or self.overlays.analysis is not analysis:
            self.overlays = OverlayPictures(analysis, self.overlays)
        self.key = key

    @property
    def shown(self) -> BasePicture:
        """The picture of the image that is shown. Raises `ValueError` without one."""
        if self.base is None:
            raise ValueError("no image is shown")
        return self.base

    @property
    def scale_text(self) -> str:
        """Whose calibration lengths are measured by, where the reader set one; else empty."""
        spacing = self.base.image.spacing if self.base is not None else None
        calibration = self.document.lesion.calibration if self.document is not None else None
        if calibration is None or spacing is None or spacing.origin is not SpacingOrigin.READER:
            return ""
        return tr("Scale: {name}").format(name=calibration.name or tr("set by the reader"))

    @property
    def shape(self) -> tuple[int, int] | None:
        """(H, W) of the image, None without one."""
        return self.base.image.shape if self.base is not None else None

    @property
    def stretch(self) -> tuple[float, float]:
        """What makes the image's pixels square, by (row, column)."""
        return self.base.image.stretch if self.base is not None else (1.0, 1.0)

    def has_map(self) -> bool:
        """Whether the map asked for is computed."""
        return self.overlays is not None and self.key is not None and self.key in self.overlays.analysis.explanations

    @property
    def refused(self) -> bool:
        """Whether the model made no statement about the image."""
        return self.overlays is not None and self.overlays.analysis.gate.level is GateLevel.REFUSED

    @property
    def drawings(self) -> tuple[Annotation, ...]:
        """The document's drawings, the one that is being moved where it is now."""
        drawn = self.document.annotations if self.document is not None else ()
        if self.moving is None or self.moving[0] >= len(drawn):
            return drawn
        return *drawn[: self.moving[0]], self.moving[1], *drawn[self.moving[0] + 1 :]

    @property
    def chosen(self) -> Annotation | None:
        """The drawing that is chosen, None if there is none."""
        drawn = self.document.annotations if self.document is not None else ()
        return drawn[self.selected] if self.selected is not None and self.selected < len(drawn) else None

    # -- drawing ---------------------------------------------------------------------------------

    def draw(
        self,
        painter: QPainter,
        size: QSizeF,
        panel: Panel,
        view: View,
        ratio: float = 1.0,
        asked: QRectF | None = None,
    ) -> None:
        """Draw image and overlays into a panel of `size`, black around; `ratio` is screen pixels per panel pixel.

        Only what is `asked` for needs to be drawn, if that is given.
        """
        whole = QRectF(QPointF(0, 0), size)
        base = self.base
        placed = visible_raster(view, base.image.shape, size, ratio, self.stretch) if base is not None else None
        if base is None or placed is None:
            painter.fillRect(whole, Qt.GlobalColor.black)
            return
        raster, corner = placed
        covered = _extent(raster, corner)
        if covered.contains(whole if asked is None else asked):
            base.draw(painter, corner, raster, view)
        else:
            _fill_around(painter, whole, covered.intersected(whole))
            painter.save()
            # Whatever else is painted again: within one rectangle Qt copies faster than within several.
            painter.setClipRect(covered.toAlignedRect(), Qt.ClipOperation.IntersectClip)
            base.draw(painter, corner, raster, view)
            painter.restore()
        if view.bare:
            return
        if panel is Panel.IMAGE and view.graphics and self.graphics:
            self.graphics.draw(painter, raster, corner, self.layers_off)
        if self.overlays is None or self.hidden:
            return
        canvas = _Canvas(painter, raster, corner, view)
        if panel is Panel.COMPARE:
            self._draw_compared(canvas, size)
        elif view.overlay:
            self._draw_map(canvas, panel)
            self._draw_region(canvas, panel)

    def covered(self, size: QSizeF, view: View, ratio: float = 1.0) -> QRect:
        """Return the part of a panel that the image covers."""
        shape = self.shape
        placed = visible_raster(view, shape, size, ratio, self.stretch) if shape is not None else None
        if placed is None:
            return QRect()
        return _extent(*placed).toAlignedRect()

    def _draw_compared(self, canvas: "_Canvas", size: QSizeF) -> None:
        painter, view = canvas.painter, canvas.view
        if not view.overlay:
            return
        if view.compare is Compare.CURTAIN:
            middle = size.width() * view.curtain
            for panel, part in (
                (Panel.ORIGINAL, QRectF(0, 0, middle, size.height())),
                (Panel.SEGX, QRectF(middle, 0, size.width() - middle, size.height())),
            ):
                painter.save()
                painter.setClipRect(part)
                self._draw_map(canvas, panel)
                painter.restore()
        elif view.compare is Compare.BLEND:
            self._draw_map(canvas, Panel.ORIGINAL, 1 - view.blend)
            self._draw_map(canvas, Panel.SEGX, view.blend)
        else:
            self._draw_map(canvas, Panel.SEGX if view.flicker else Panel.ORIGINAL)
        self._draw_region(canvas, Panel.COMPARE)

    def _draw_map(self, canvas: "_Canvas", panel: Panel, share: float = 1.0) -> None:
        if self.overlays is None or panel is Panel.IMAGE or self.key is None or share <= 0:
            return
        if panel is Panel.OUTSIDE:
            picture = self.overlays.leakage(self.key, canvas.raster)
        else:
            picture = self.overlays.heatmap(self.key, canvas.view, canvas.raster, segx=panel is Panel.SEGX)
        if picture is not None:
            canvas.painter.setOpacity(canvas.view.opacity * share)
            canvas.painter.drawImage(canvas.corner, picture)
            canvas.painter.setOpacity(1.0)

    def _draw_region(self, canvas: "_Canvas", panel: Panel) -> None:
        style = canvas.view.mask
        if self.overlays is None:
            return
        if not self.editing and (style is MaskStyle.OFF or panel is Panel.IMAGE):
            return
        fill = FILL if style is MaskStyle.FILL else None
        drawn = self.overlays.outline_picture(
            canvas.raster, fill is not None, lambda painter, path: draw_outline(painter, path, fill)
        )
        if drawn is not None:
            canvas.painter.drawImage(canvas.corner + drawn[1], drawn[0])

    # -- probing ---------------------------------------------------------------------------------

    def probe(self, point: QPointF, view: View) -> Probe | None:
        """Return what lies under an image position; None outside the image."""
        if self.base is None:
            return None
        height, width = self.base.image.shape
        x, y = int(point.x() // 1), int(point.y() // 1)
        if not (0 <= x < width and 0 <= y < height):
            return None
        stored = self.base.image.pixels[y, x]
        found: Probe = {
            "x": x,
            "y": y,
            "stored": tuple(float(v) for v in stored) if stored.ndim else (float(stored),),
            "display": self.base.display_value(x, y, view),
            "unit": self.base.image.unit,
        }
        if self.overlays is not None and not self.hidden:
            at = x + 0.5, y + 0.5
            if self.key is not None:
                value = self.overlays.map_value(self.key, *at, segx=False)
                if value is not None:
                    found["map"] = value
                value = self.overlays.map_value(self.key, *at, segx=True)
                if value is not None:
                    found["segx"] = value
            inside = self.overlays.is_inside(*at)
            if inside is not None:
                found["inside"] = inside
        return found


def _series(document: Document | None) -> object:
    header = document.header if document is not None else None
    return header.source.series_uid or document if header is not None else document


@dataclass(frozen=True, slots=True, eq=False)
class _Canvas:
    """Where a scene is drawn: the screen's pixels on the image, and where they begin in the panel."""

    painter: QPainter
    raster: Raster
    corner: QPointF
    view: View


def _extent(raster: Raster, corner: QPointF) -> QRectF:
    rows, columns = raster.shape
    return QRectF(corner.x(), corner.y(), columns / raster.ratio, rows / raster.ratio)


def _fill_around(painter: QPainter, whole: QRectF, part: QRectF) -> None:
    """Fill what `part` leaves of `whole` with black."""
    above, below = part.top() - whole.top(), whole.bottom() - part.bottom()
    left, right = part.left() - whole.left(), whole.right() - part.right()
    for band in (
        QRectF(whole.left(), whole.top(), whole.width(), above),
        QRectF(whole.left(), part.bottom(), whole.width(), below),
        QRectF(whole.left(), part.top(), left, part.height()),
        QRectF(part.right(), part.top(), right, part.height()),
    ):
        if not band.isEmpty():
            painter.fillRect(band, Qt.GlobalColor.black)
