"""What a panel shows: image, overlays and texts of one document, drawn as the view asks."""

from enum import StrEnum
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from segx_viewer.app.blit import Blitter
from segx_viewer.app.documents import Document
from segx_viewer.app.picture import BasePicture, OverlayPictures
from segx_viewer.app.transform import fit_scale, image_to_panel
from segx_viewer.app.viewstate import Compare, MaskStyle, View
from segx_viewer.domain.result import Analysis, GateLevel, MapKey

FILL = QColor(74, 163, 223, 90)


class Panel(StrEnum):
    """What a panel is for."""

    IMAGE = "Image"
    ORIGINAL = "Original"
    SEGX = "SegX"
    COMPARE = "Compare"
    OUTSIDE = "Outside"


class Scene:
    """One document's pictures, shared by the panels that show it."""

    def __init__(self) -> None:
        self.document: Document | None = None
        self.base: BasePicture | None = None
        self.overlays: OverlayPictures | None = None
        self.key: MapKey | None = None
        self._blitter = Blitter()
        self._ratio = 1.0
        self.stack_text = ""  # which image of the stack this is
        self.editing = False  # the region is shown on every panel
        self.hidden = False  # results stay hidden until the reader has read

    def show(self, document: Document | None) -> None:
        """Show a document's image; overlays of the one before are dropped first."""
        image = document.image if document is not None else None
        self.overlays = None
        self.key = None
        self.document = document
        if image is None:
            self.base = None
        elif self.base is None or self.base.image is not image:
            self.base = BasePicture(image)

    def set_analysis(self, analysis: Analysis | None, key: MapKey | None) -> None:
        """Take over a fuller analysis; one of another image is refused."""
        if analysis is None or self.base is None or analysis.image is not self.base.image:
            self.overlays, self.key = None, None
            return
        if self.overlays is None or self.overlays.analysis is not analysis:
            self.overlays = OverlayPictures(analysis, self.overlays)
        self.key = key

    @property
    def shape(self) -> tuple[int, int] | None:
        """(H, W) of the image, None without one."""
        return self.base.image.shape if self.base is not None else None

    def has_map(self) -> bool:
        """Whether the map asked for is computed."""
        return self.overlays is not None and self.key is not None and self.key in self.overlays.analysis.attributions

    @property
    def refused(self) -> bool:
        """Whether the model made no statement about the image."""
        return self.overlays is not None and self.overlays.analysis.gate.level is GateLevel.REFUSED

    # -- drawing ---------------------------------------------------------------------------------

    def draw(self, painter: QPainter, size: QSizeF, panel: Panel, view: View, ratio: float = 1.0) -> None:
        """Draw image and overlays into a panel of `size`; `ratio` is device pixels per panel pixel."""
        if self.base is None:
            return
        image = self.base.image
        transform = image_to_panel(view, image.shape, size)
        box = QRectF(0, 0, image.shape[1], image.shape[0])
        scale = fit_scale(view, image.shape, size) * view.zoom * ratio
        self._ratio = ratio
        self._blitter.draw(painter, self.base.at(scale, view), box, transform, view, ratio)
        if view.bare or self.overlays is None or self.hidden:
            return
        if panel is Panel.COMPARE:
            self._draw_compared(painter, size, transform, view)
        elif view.overlay:
            self._draw_map(painter, transform, box, panel, view)
            self._draw_region(painter, transform, box, panel, view)

    def _draw_compared(self, painter: QPainter, size: QSizeF, transform: QTransform, view: View) -> None:
        if not view.overlay:
            return
        box = QRectF(0, 0, self.shape[1], self.shape[0])
        if view.compare is Compare.CURTAIN:
            middle = size.width() * view.curtain
            for panel, part in (
                (Panel.ORIGINAL, QRectF(0, 0, middle, size.height())),
                (Panel.SEGX, QRectF(middle, 0, size.width() - middle, size.height())),
            ):
                painter.save()
                painter.setClipRect(part)
                self._draw_map(painter, transform, box, panel, view)
                painter.restore()
        elif view.compare is Compare.BLEND:
            self._draw_map(painter, transform, box, Panel.ORIGINAL, view, 1 - view.blend)
            self._draw_map(painter, transform, box, Panel.SEGX, view, view.blend)
        else:
            self._draw_map(painter, transform, box, Panel.SEGX if view.flicker else Panel.ORIGINAL, view)
        self._draw_region(painter, transform, box, Panel.COMPARE, view)

    def _draw_map(
        self, painter: QPainter, transform: QTransform, box: QRectF, panel: Panel, view: View, share: float = 1.0
    ) -> None:
        if panel is Panel.IMAGE or self.key is None or share <= 0:
            return
        if panel is Panel.OUTSIDE:
            picture = self.overlays.leakage(self.key)
        else:
            picture = self.overlays.heatmap(self.key, view, segx=panel is Panel.SEGX)
        if picture is None:
            return
        painter.save()
        painter.setOpacity(view.opacity * share)
        self._blitter.draw(painter, picture, box, transform, view, self._ratio)
        painter.restore()

    def _draw_region(self, painter: QPainter, transform: QTransform, box: QRectF, panel: Panel, view: View) -> None:
        outline = self.overlays.outline()
        if outline is None or (not self.editing and (view.mask is MaskStyle.OFF or panel is Panel.IMAGE)):
            return
        path = (QTransform.fromScale(box.width(), box.height()) * transform).map(outline)
        draw_outline(painter, path, FILL if view.mask is MaskStyle.FILL else None)

    # -- probing ---------------------------------------------------------------------------------

    def probe(self, point: QPointF, view: View) -> dict[str, Any] | None:
        """Return what lies under an image position; None outside the image."""
        if self.base is None:
            return None
        height, width = self.base.image.shape
        x, y = int(point.x() // 1), int(point.y() // 1)
        if not (0 <= x < width and 0 <= y < height):
            return None
        stored = self.base.image.pixels[y, x]
        found: dict[str, Any] = {
            "x": x,
            "y": y,
            "stored": tuple(float(v) for v in stored) if stored.ndim else (float(stored),),
            "display": self.base.display_value(x, y, view),
        }
        if self.overlays is not None and not self.hidden:
            rows, columns = self.overlays.shape
            row, column = int((y + 0.5) / height * rows), int((x + 0.5) / width * columns)
            if self.key is not None:
                for name, segx in (("map", False), ("segx", True)):
                    values = self.overlays.map_values(self.key, segx=segx)
                    if values is not None:
                        found[name] = float(values[row, column])
            if self.overlays.region is not None:
                found["inside"] = bool(self.overlays.region[row, column])
        return found


def draw_outline(painter: QPainter, path: QPainterPath, fill: QColor | None = None) -> None:
    """Draw a region's outline, white with a dark rim, legible on bone and on air."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if fill is not None:
        painter.fillPath(path, fill)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, 200), 3.5), (QColor(255, 255, 255), 1.5)):
        pen = QPen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)
    painter.restore()
