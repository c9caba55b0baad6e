"""An image's overlays as QImages of the screen's own pixels, made once and then copied."""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF, QTransform

from segx_viewer.app.canvas.raster import Raster
from segx_viewer.app.kit.kept import Kept
from segx_viewer.app.kit.qimage import sharing
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.arrays import Numbers, Scalar
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.result import Analysis, MapKey
from segx_viewer.reporting import overlay

OUTLINE_SIDE = 1024
LEAKAGE = (255, 122, 60)
"""Tint of what SegX hides."""

_SCREENS = 6  # panels of different size that keep the region at their pixels
_OVERLAY_BYTES = 96 * 2**20
_RIM = 3  # panel pixels by which a drawn outline is wider than its path


def outline_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """Return the resolution at which the region of an (H, W) image is traced; small images get a finer one."""
    factor = OUTLINE_SIDE / max(shape)
    return max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A picture with the array that it shares its pixels with, and where it begins in its raster (panel pixels)."""

    picture: QImage
    pixels: NDArray[np.int32]
    corner: QPointF


class OverlayPictures:
    """Maps, top sets, region and outline of one analysis as pictures at the screen's pixels.

    Opacity is left to the painter, so that its slider costs nothing.

    Parameters
    ----------
    analysis : Analysis
    earlier : OverlayPictures, optional
        Of an earlier state of the same analysis: what is still true is taken over.
    """

    def __init__(self, analysis: Analysis, earlier: "OverlayPictures | None" = None) -> None:
        self.analysis = analysis
        self._drawn: Kept[_Drawn | None] = Kept(_OVERLAY_BYTES, _bytes)
        self._inside: Kept[NDArray[np.uint8]] = Kept(_SCREENS, lambda _: 1)
        self._scales: dict[MapKey, tuple[float, float]] = {}
        self._region: NDArray[np.bool_] | None = None
        self._path: QPainterPath | None = None
        if earlier is not None and earlier.analysis.image is analysis.image:
            self._inherit(earlier)

    def _inherit(self, earlier: "OverlayPictures") -> None:
        old, new = earlier.analysis, self.analysis
        same_region = old.segmentation is new.segmentation
        if same_region:
            self._region, self._path, self._inside = earlier._region, earlier._path, earlier._inside

        def same_map(key: MapKey) -> bool:
            return key in new.explanations and old.explanations.get(key) is new.explanations[key]

        def holds(key: Hashable) -> bool:
            assert isinstance(key, tuple)  # noqa: S101 - made here
            kind, map_key = key[:2]
            return (same_region or kind == "original") and (map_key is None or same_map(map_key))

        self._scales = {key: value for key, value in earlier._scales.items() if same_map(key)}
        self._drawn.take_over(earlier._drawn, holds)

    @property
    def placement(self) -> Placement:
        """The analysis' placement."""
        return self.analysis.placement

    @property
    def region(self) -> NDArray[np.bool_] | None:
        """The region at the resolution at which it is traced, None before the segmentation is done."""
        if self._region is None and self.analysis.segmentation is not None:
            shape = outline_shape(self.analysis.image.shape)
            self._region = overlay.region_on_image(self.analysis.segmentation, self.placement, shape)
        return self._region

    def scale(self, key: MapKey) -> tuple[float, float]:
        """Return the colour scale that the original map and the SegX map share."""
        if key not in self.analysis.explanations:
            return 0.0, 1.0
        if key not in self._scales:
            self._scales[key] = overlay.shared_scale(self.analysis.explanations[key].saliency_map)
        return self._scales[key]

    def heatmap(self, key: MapKey, view: View, raster: Raster, *, segx: bool) -> QImage | None:
        """Return a map as a picture with transparency, None if it is not computed."""
        if key not in self.analysis.explanations or (segx and self.analysis.segmentation is None):
            return None
        percent = view.top_percent if view.top_mode else None
        kept = ("segx" if segx else "original", key, view.colormap, percent, raster)
        return self._picture(kept, lambda: self._heat(key, view.colormap, percent, raster, segx=segx))

    def leakage(self, key: MapKey, raster: Raster) -> QImage | None:
        """Return what a map has outside the region as a picture in its own tint, None if it is not computed."""
        if key not in self.analysis.explanations or self.analysis.segmentation is None:
            return None
        return self._picture(("outside", key, raster), lambda: self._outside(key, raster))

    def outline_picture(
        self, raster: Raster, style: Hashable, draw: Callable[[QPainter, QPainterPath], None]
    ) -> tuple[QImage, QPointF] | None:
        """Return the region's outline as `draw` draws it, and where that picture begins in the raster."""
        outline = self.outline()
        if outline is None:
            return None
        image = self.analysis.image.shape
        drawn = self._drawn.get(("outline", None, style, raster), lambda: _outlined(outline, image, raster, draw))
        return (drawn.picture, drawn.corner) if drawn is not None else None

    def outline(self) -> QPainterPath | None:
        """Return the region's outline in fractions of the image's width and height."""
        if self._path is None and self.region is not None:
            self._path = outline_path(self.region)
        return self._path

    # -- values under the mouse ------------------------------------------------------------------

    def map_value(self, key: MapKey, x: float, y: float, *, segx: bool) -> float | None:
        """Return a map's value at an image position, None if it is not computed."""
        inside = self.is_inside(x, y)
        if key not in self.analysis.explanations or (segx and inside is None):
            return None
        return 0.0 if segx and not inside else self._at(self.analysis.explanations[key].saliency_map, x, y)

    def is_inside(self, x: float, y: float) -> bool | None:
        """Return whether an image position lies in the region, None before the segmentation is done."""
        segmentation = self.analysis.segmentation
        if segmentation is None:
            return None
        if segmentation.edited:
            column, row = self.placement.to_input((x, y))
            h, w = segmentation.mask.shape
            return bool(segmentation.mask[min(max(int(row), 0), h - 1), min(max(int(column), 0), w - 1)])
        return self._at(segmentation.probability, x, y) > segmentation.threshold

    def _at(self, array: NDArray[np.float32], x: float, y: float) -> float:
        point = Raster((1, 1), (0.0, 0.0, x, 0.0, 0.0, y))
        return float(point.sample(*self._placed(array))[0, 0])

    # -- making them -----------------------------------------------------------------------------

    def _picture(self, key: Hashable, make: Callable[[], _Drawn]) -> QImage:
        drawn = self._drawn.get(key, make)
        assert drawn is not None  # noqa: S101 - only outlines can be nothing
        return drawn.picture

    def _on(self, raster: Raster, array: NDArray[np.generic]) -> Numbers:
        """Bring an array on the analysis grid to the screen's pixels."""
        return raster.sample(*self._placed(array))

    def _placed(self, array: NDArray[Scalar]) -> tuple[NDArray[Scalar], tuple[float, float], tuple[float, float]]:
        """Return an array, its scale and offset; where the model's input is a part of the image, 0 lies around it."""
        scale, (top, left) = self.placement.scale, self.placement.offset
        if not self.placement.crops:
            return array, scale, (top, left)
        return np.pad(array, 1), scale, (top + 1, left + 1)

    def _levels(self, key: MapKey, raster: Raster) -> NDArray[np.uint8]:
        """Return a map as steps 0..255 of its colour scale."""
        values = self._on(raster, self.analysis.explanations[key].saliency_map)
        return np.asarray(cv2.convertScaleAbs(cv2.patchNaNs(values, 0.0), alpha=255 / self.scale(key)[1]), np.uint8)

    def _region_on(self, raster: Raster) -> NDArray[np.uint8]:
        """Return 255 inside the region and 0 outside; a predicted one is as smooth as its probability."""

        def make() -> NDArray[np.uint8]:
            segmentation = self.analysis.segmentation
            assert segmentation is not None  # noqa: S101 - a map is drawn within a region only where there is one
            if overlay.is_predicted(segmentation):
                probability = self._on(raster, segmentation.probability)
                limit = (segmentation.threshold, 0.0, 0.0, 0.0)  # a scalar, which OpenCV's stubs do not know here
                inside = cv2.compare(probability, limit, cv2.CMP_GT)  # type: ignore[call-overload]
                return np.asarray(inside, np.uint8)
            return np.asarray(self._on(raster, segmentation.mask), np.uint8) * np.uint8(255)

        return self._inside.get(raster, make)

    def _heat(self, key: MapKey, colormap: str, percent: float | None, raster: Raster, *, segx: bool) -> _Drawn:
        levels = self._levels(key, raster)
        if percent is not None:
            # The top set is found on the analysis grid, as METHODS defines it.
            from segx_viewer.explain.segx import top

            explanation = self.analysis.explanations[key]
            chosen = self._on(raster, top(explanation.restricted if segx else explanation.saliency_map, percent))
            levels = np.asarray(cv2.multiply(np.maximum(levels, 1), chosen), np.uint8)
        if segx:
            levels = np.asarray(cv2.bitwise_and(levels, self._region_on(raster)), np.uint8)
        return _coloured(levels, heat_table(colormap, fade=percent is None), raster)

    def _outside(self, key: MapKey, raster: Raster) -> _Drawn:
        outside = cv2.bitwise_not(self._region_on(raster))
        levels = np.asarray(cv2.bitwise_and(self._levels(key, raster), outside), np.uint8)
        return _coloured(levels, leakage_table(), raster)


def _bytes(drawn: _Drawn | None) -> int:
    return drawn.pixels.nbytes if drawn is not None else 0


def _coloured(levels: NDArray[np.uint8], table: NDArray[np.int32], raster: Raster) -> _Drawn:
    pixels: NDArray[np.int32] = np.asarray(cv2.LUT(levels, table), np.int32)
    return _Drawn(sharing(pixels, raster.ratio, transparent=True), pixels, QPointF(0, 0))


@cache
def heat_table(colormap: str, *, fade: bool = True) -> NDArray[np.int32]:
    """Return the 256 colours of a map's steps, premultiplied ARGB; step 0 is transparent.

    The same colours and opacities as `reporting.overlay.heatmap_rgba`.
    """
    steps = np.linspace(0, 1, 256, dtype=np.float32)
    return _premultiplied(overlay.heatmap_rgba(steps[None], colormap, 0.0, 1.0, fade=fade)[0])


@cache
def leakage_table() -> NDArray[np.int32]:
    """Return the tints of a map's steps outside the region; the root lifts faint ones above the threshold of sight."""
    alpha = np.rint(255 * np.sqrt(np.linspace(0, 1, 256)))
    return _premultiplied(np.column_stack([np.tile(LEAKAGE, (256, 1)), alpha]))


def _premultiplied(rgba: NDArray[np.uint8]) -> NDArray[np.int32]:
    alpha = rgba[:, 3:].astype(np.float64)
    r, g, b = np.rint(rgba[:, :3] * (alpha / 255)).astype(np.uint32).T
    argb = np.rint(alpha[:, 0]).astype(np.uint32) << 24 | r << 16 | g << 8 | b
    return argb.view(np.int32)


def _outlined(
    outline: QPainterPath, image: tuple[int, int], raster: Raster, draw: Callable[[QPainter, QPainterPath], None]
) -> _Drawn | None:
    """Draw the outline into a picture that is no larger than it; None where the raster does not see it."""
    path = (QTransform.fromScale(image[1], image[0]) * raster.from_image()).map(outline)
    whole = QRectF(0, 0, raster.shape[1] / raster.ratio, raster.shape[0] / raster.ratio)
    box = path.boundingRect().adjusted(-_RIM, -_RIM, _RIM, _RIM).intersected(whole).toAlignedRect()
    if box.isEmpty():
        return None
    pixels = np.zeros((math.ceil(box.height() * raster.ratio), math.ceil(box.width() * raster.ratio)), np.int32)
    picture = sharing(pixels, raster.ratio, transparent=True)
    painter = QPainter(picture)
    painter.translate(-box.topLeft())
    draw(painter, path)
    painter.end()
    return _Drawn(picture, pixels, QPointF(box.topLeft()))


def outline_path(region: NDArray[np.bool_]) -> QPainterPath:
    """Trace a region; positions are fractions of its width and height."""
    height, width = region.shape
    framed = cv2.copyMakeBorder(region.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    contours, _ = cv2.findContours(framed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    path = QPainterPath()
    for traced in contours:
        # Half a pixel of tolerance leaves a tenth of the corners, and nobody sees the difference.
        contour = cv2.approxPolyDP(traced, 0.5, closed=True) if len(traced) > 8 else traced
        # findContours names pixels by their centres' integers; -1 undoes the frame, +0.5 is the pixel's middle.
        points = (contour[:, 0].astype(np.float64) - 0.5) / (width, height)
        polygon = QPolygonF()
        for x, y in points.tolist():
            polygon.append(QPointF(x, y))
        path.addPolygon(polygon)
        path.closeSubpath()
    return path
