"""The three pictures of a report: image, original map and SegX map, on one colour scale."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import Scalar
from segx_viewer.domain.image import MedicalImage, VoiLut, WindowLevel
from segx_viewer.domain.result import Analysis, MapKey
from segx_viewer.explain.segx import top
from segx_viewer.imaging.display import default_voi, to_display
from segx_viewer.reporting.overlay import (
    Layer,
    base_layer,
    compose,
    contour_layer,
    heatmap_layer,
    region_on_image,
    shared_scale,
)

Crop = tuple[int, int, int, int]
"""Top, left, height and width of a part of the image, in image pixels."""

_COMFORTABLE = (600, 640)  # width and height up to which small pictures are enlarged, in pixels


@dataclass(frozen=True, slots=True)
class ReportView:
    """How the pictures are drawn; the window fills it from what it shows.

    Attributes
    ----------
    colormap : str
        One of `overlay.COLORMAPS`.
    opacity : float
        Of the maps, 0..1.
    outline : bool
        Draw the region's outline on the map panels.
    top_percent : float, optional
        Show only the highest per cent of a map's pixels, as the paper does.
    invert : bool
        Show the image with black and white exchanged.
    crop : tuple of int, optional
        (top, left, height, width): only this part of the image. The whole image by default.
    max_pixels : int
        Largest number of pixels of one picture; larger images are reduced to it, and the report says so.
    dark : bool
        Light text on a dark page.
    """

    colormap: str = "viridis"
    opacity: float = 0.55
    outline: bool = True
    top_percent: float | None = None
    invert: bool = False
    crop: Crop | None = None
    max_pixels: int = 25_000_000
    dark: bool = False


WHOLE_IMAGE = ReportView()

SIZES = {"full": WHOLE_IMAGE.max_pixels, "medium": 1_500_000, "small": 350_000}
"""Names of sizes of a page, and the pixels that each of its pictures has at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Panels:
    """The pictures, all of one shape, and how large they are against the image.

    `zoom` is picture pixels per image pixel, of its shorter side where it is not square: 1 for full resolution, whole
    numbers for enlarged small images, below 1 for images reduced to `ReportView.max_pixels`. `original` and `segx` are
    None without an explanation. `outlined` tells whether the region's edge is drawn on them.
    """

    image: NDArray[np.uint8] = field(repr=False)
    original: NDArray[np.uint8] | None = field(repr=False)
    segx: NDArray[np.uint8] | None = field(repr=False)
    scale: tuple[float, float]
    zoom: float
    crop: Crop
    outlined: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.image.shape[0], self.image.shape[1]


def draw_panels(
    analysis: Analysis,
    key: MapKey | None,
    view: ReportView,
    voi: WindowLevel | VoiLut | None = None,
    *,
    enlarge: bool = True,
) -> Panels:
    """Draw the three pictures at full resolution.

    Parameters
    ----------
    analysis : Analysis
    key : tuple of (str, int) or None
        The explanation to draw; None draws the image alone.
    view : ReportView
    voi : WindowLevel or VoiLut, optional
        Display window of the image; the file's own by default.
    enlarge : bool
        Enlarge small images by a whole factor.
    """
    analysis = analysis.seen_for(key[1]) if key else analysis
    crop = _valid_crop(view.crop, analysis.image.shape)
    stretch = analysis.image.stretch
    shape, zoom = _shape(crop, view.max_pixels, enlarge, stretch)
    base = base_layer(_base(analysis.image, crop, shape, voi, view.invert))
    plain = compose([base], shape)
    if key is None or key not in analysis.explanations:
        return Panels(plain, None, None, (0.0, 1.0), zoom, crop)

    # Everything is drawn for the whole image at the picture's zoom and then cut, so that a crop shows the same pixels.
    zooms = zoom * stretch[0], zoom * stretch[1]
    whole = (round(analysis.image.shape[0] * zooms[0]), round(analysis.image.shape[1] * zooms[1]))
    scale = shared_scale(analysis.explanations[key].saliency_map)
    region = None
    if analysis.segmentation is not None:
        region = region_on_image(analysis.segmentation, analysis.placement, whole)
    lines = []
    if view.outline and region is not None:
        width = max(2, round(max(shape) / 450))
        lines = [contour_layer(_cut(region, crop, zooms, shape), width=width)]

    def drawn(shown: NDArray[np.bool_] | None) -> NDArray[np.uint8]:
        layer = _map_layer(analysis, key, view, whole, scale, shown)
        return compose([base, _cut_layer(layer, crop, zooms, shape), *lines], shape)

    if region is None:
        return Panels(plain, drawn(None), None, scale, zoom, crop)
    with ThreadPoolExecutor(1, "panel") as helper:  # both maps at a time: NumPy and OpenCV work beside each other
        original = helper.submit(drawn, None)
        masked = drawn(region)
        return Panels(plain, original.result(), masked, scale, zoom, crop, outlined=bool(lines))


def _map_layer(
    analysis: Analysis,
    key: MapKey,
    view: ReportView,
    shape: tuple[int, int],
    scale: tuple[float, float],
    region: NDArray[np.bool_] | None,
) -> Layer:
    shown = region
    if view.top_percent is not None:
        # Found on the analysis grid, as METHODS defines it; a SegX map's top set is its own.
        explanation = analysis.explanations[key]
        segx = None if region is None else explanation.segx
        values = explanation.saliency_map if segx is None else segx
        selected = analysis.placement.to_image(top(values, view.top_percent), shape).astype(np.bool_)
        shown = selected if region is None else selected & region
    return heatmap_layer(
        analysis.explanations[key].saliency_map,
        analysis.placement,
        region=shown,
        shape=shape,
        colormap=view.colormap,
        vmin=scale[0],
        vmax=scale[1],
        opacity=view.opacity,
        fade=view.top_percent is None,
    )


def _base(
    image: MedicalImage, crop: Crop, shape: tuple[int, int], voi: WindowLevel | VoiLut | None, invert: bool
) -> NDArray[np.uint8]:
    shown = to_display(image, voi if voi is not None else default_voi(image), invert=invert)
    top, left, height, width = crop
    shown = np.ascontiguousarray(shown[top : top + height, left : left + width])
    if shape == shown.shape[:2]:
        return shown
    # Enlarged pixels stay squares: the reader sees what the camera recorded, not what an interpolation made of it.
    # Of those that are none, some would be drawn wider than others.
    enlarged = cv2.INTER_NEAREST_EXACT if image.stretch == (1.0, 1.0) else cv2.INTER_LINEAR
    how = enlarged if shape[0] > height or shape[1] > width else cv2.INTER_AREA
    return np.asarray(cv2.resize(shown, (shape[1], shape[0]), interpolation=how), np.uint8)


def _valid_crop(crop: Crop | None, shape: tuple[int, int]) -> Crop:
    if crop is None:
        return 0, 0, *shape
    top, left = min(max(crop[0], 0), shape[0] - 1), min(max(crop[1], 0), shape[1] - 1)
    return top, left, min(max(crop[2], 1), shape[0] - top), min(max(crop[3], 1), shape[1] - left)


def _shape(
    crop: Crop, max_pixels: int, enlarge: bool, stretch: tuple[float, float] = (1.0, 1.0)
) -> tuple[tuple[int, int], float]:
    height, width = crop[2] * stretch[0], crop[3] * stretch[1]
    if height * width > max_pixels:
        zoom = (max_pixels / (height * width)) ** 0.5
        return (max(1, int(height * zoom)), max(1, int(width * zoom))), zoom
    factor = int(max(1, min(_COMFORTABLE[0] // width, _COMFORTABLE[1] // height))) if enlarge else 1
    return (max(1, round(height * factor)), max(1, round(width * factor))), float(factor)


def _cut(array: NDArray[Scalar], crop: Crop, zooms: tuple[float, float], shape: tuple[int, int]) -> NDArray[Scalar]:
    top = min(round(crop[0] * zooms[0]), array.shape[0] - shape[0])  # where both are rounded up
    left = min(round(crop[1] * zooms[1]), array.shape[1] - shape[1])
    return array[top : top + shape[0], left : left + shape[1]]


def _cut_layer(layer: Layer, crop: Crop, zooms: tuple[float, float], shape: tuple[int, int]) -> Layer:
    data = _cut(layer.data, crop, zooms, shape)
    return replace(layer, data=data)
