"""The image and its overlays as QImages, at the resolution that the screen needs."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainterPath, QPolygonF

from segx_viewer.app.qimage import to_qimage
from segx_viewer.app.viewstate import View
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.result import Analysis, MapKey
from segx_viewer.reporting import overlay

BASE_SIDE = 1280
OVERLAY_SIDE = 1024
LEAKAGE = (255, 122, 60)
"""Tint of what SegX hides."""


def reduced(image: MedicalImage, side: int) -> MedicalImage:
    """Return the image with at most `side` pixels on its longer side, area-averaged; itself if it is small enough."""
    height, width = image.shape
    factor = side / max(height, width)
    if factor >= 1:
        return image
    shape = (max(1, round(width * factor)), max(1, round(height * factor)))
    pixels = cv2.resize(np.ascontiguousarray(image.pixels), shape, interpolation=cv2.INTER_AREA)
    return replace(image, pixels=pixels)


def overlay_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """Return the resolution at which overlays of an (H, W) image are drawn: its own, within `OVERLAY_SIDE`."""
    factor = min(1.0, OVERLAY_SIDE / max(shape))
    # Small images get finer overlays than their own grid, so that outlines are smooth when enlarged.
    if max(shape) < OVERLAY_SIDE:
        factor = OVERLAY_SIDE / max(shape)
    return max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))


class BasePicture:
    """The displayed image at two resolutions: one for the whole view, one for looking closely."""

    def __init__(self, image: MedicalImage) -> None:
        self.image = image
        self.voi = default_voi(image)  # of all pixels, so that both resolutions are shown alike
        self._small = reduced(image, BASE_SIDE)
        self._cache: dict[bool, tuple[Any, QImage]] = {}

    def at(self, scale: float, view: View) -> QImage:
        """Return the picture for `scale` screen pixels per image pixel, windowed as `view` says."""
        height, width = self._small.shape
        close = self._small is not self.image and scale * max(self.image.shape) > 1.5 * max(height, width)
        key = (view.voi, view.invert)
        cached = self._cache.get(close)
        if cached is None or cached[0] != key:
            from segx_viewer.imaging.display import to_display

            picture = to_display(self.image if close else self._small, view.voi or self.voi, invert=view.invert)
            cached = self._cache[close] = (key, to_qimage(picture))
        return cached[1]

    def display_value(self, x: int, y: int, view: View) -> tuple[int, ...]:
        """Return the 8-bit value shown at an image pixel."""
        from segx_viewer.imaging.display import to_display

        pixel = replace(self.image, pixels=self.image.pixels[y : y + 1, x : x + 1])
        shown = to_display(pixel, view.voi or self.voi, invert=view.invert)
        return tuple(int(v) for v in np.ravel(shown))


def default_voi(image: MedicalImage) -> Any:
    """Return the window or LUT with which the image is shown first."""
    from segx_viewer.imaging import display

    return display.default_voi(image)


class OverlayPictures:
    """Maps, top sets and region of one analysis as pictures, each made once.

    Opacity is left to the painter, so that its slider costs nothing.

    Parameters
    ----------
    analysis : Analysis
    earlier : OverlayPictures, optional
        Of an earlier state of the same analysis: what is still true is taken over.
    """

    def __init__(self, analysis: Analysis, earlier: "OverlayPictures | None" = None) -> None:
        self.analysis = analysis
        self.shape = overlay_shape(analysis.image.shape)
        self._maps: dict[Any, NDArray[np.float32]] = {}
        self._pictures: dict[Any, QImage] = {}
        self._region: NDArray[np.bool_] | None = None
        self._path: QPainterPath | None = None
        if earlier is not None and earlier.analysis.image is analysis.image:
            self._inherit(earlier)

    def _inherit(self, earlier: "OverlayPictures") -> None:
        old, new = earlier.analysis, self.analysis
        same_region = old.segmentation is new.segmentation
        if same_region:
            self._region, self._path = earlier._region, earlier._path

        def holds(key: MapKey, segx: bool | str) -> bool:
            same_map = key in new.attributions and old.attributions.get(key) is new.attributions[key]
            return same_map and (same_region or not segx)

        self._maps = {key: value for key, value in earlier._maps.items() if holds(*key)}
        self._pictures = {key: value for key, value in earlier._pictures.items() if holds(key[0], key[1])}

    @property
    def placement(self) -> Placement:
        """The analysis' placement."""
        return self.analysis.placement

    @property
    def region(self) -> NDArray[np.bool_] | None:
        """The region at overlay resolution, None before the segmentation is done."""
        if self._region is None and self.analysis.segmentation is not None:
            self._region = overlay.region_on_image(self.analysis.segmentation, self.placement, self.shape)
        return self._region

    def map_values(self, key: MapKey, *, segx: bool) -> NDArray[np.float32] | None:
        """Return a map at overlay resolution, None if it is not computed."""
        if key not in self.analysis.attributions or (segx and self.region is None):
            return None
        if (key, segx) not in self._maps:
            layer = overlay.heatmap_layer(
                self.analysis.attributions[key].saliency_map,
                self.placement,
                region=self.region if segx else None,
                shape=self.shape,
            )
            self._maps[key, segx] = layer.data
        return self._maps[key, segx]

    def scale(self, key: MapKey) -> tuple[float, float]:
        """Return the colour scale that the original map and the SegX map share."""
        if key not in self.analysis.attributions:
            return 0.0, 1.0
        return overlay.shared_scale(self.analysis.attributions[key].saliency_map)

    def heatmap(self, key: MapKey, view: View, *, segx: bool) -> QImage | None:
        """Return a map as a picture with transparency, None if it is not computed."""
        values = self.map_values(key, segx=segx)
        if values is None:
            return None
        threshold = view.top_percent if view.top_mode else None
        cache_key = (key, segx, view.colormap, threshold)
        if cache_key not in self._pictures:
            if threshold is not None:
                values = np.where(self._top(key, segx, threshold), values, 0).astype(np.float32)
            vmin, vmax = self.scale(key)
            rgba = overlay.heatmap_rgba(values, view.colormap, vmin, vmax, fade=threshold is None)
            self._pictures[cache_key] = to_qimage(rgba)
        return self._pictures[cache_key]

    def leakage(self, key: MapKey) -> QImage | None:
        """Return what a map has outside the region as a picture in its own tint, None if it is not computed."""
        values = self.map_values(key, segx=False)
        if values is None or self.region is None:
            return None
        if (key, "outside") not in self._pictures:
            level = np.clip(values / self.scale(key)[1], 0, 1) * ~self.region
            rgba = np.empty((*values.shape, 4), np.uint8)
            rgba[..., :3] = LEAKAGE
            rgba[..., 3] = np.rint(255 * np.sqrt(level))  # the root lifts faint leakage above the threshold of sight
            self._pictures[key, "outside"] = to_qimage(rgba)
        return self._pictures[key, "outside"]

    def _top(self, key: MapKey, segx: bool, percent: float) -> NDArray[np.bool_]:
        """Return the top set, found on the analysis grid as METHODS defines it."""
        from segx_viewer.explain.segx import top

        values = self.analysis.segx[key] if segx else self.analysis.attributions[key].saliency_map
        return self.placement.to_image(top(values, percent), self.shape).astype(np.bool_)

    def outline(self) -> QPainterPath | None:
        """Return the region's outline in fractions of the image's width and height."""
        if self._path is None and self.region is not None:
            self._path = outline_path(self.region)
        return self._path


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
        for x, y in points:
            polygon.append(_point(x, y))
        path.addPolygon(polygon)
        path.closeSubpath()
    return path


def _point(x: float, y: float) -> Any:
    from PySide6.QtCore import QPointF

    return QPointF(float(x), float(y))
