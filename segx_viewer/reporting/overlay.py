"""Layers and how they become one picture. The window and the reports use the same `compose`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.result import Segmentation
from segx_viewer.paths import resources_folder

COLORMAPS = ("viridis", "cividis", "magma", "inferno", "turbo", "grey")
"""Names that `colormap` knows; viridis and cividis also speak to colour-blind readers."""

OUTLINE = (255, 255, 255)
"""Colour of the region's outline; a dark rim makes it legible on white bone as well."""

_FADE = 0.2  # the lowest fifth of the scale fades out, so that "nothing" shows the image and not a tint
_STRIP, _ROWS = 2**17, 512  # pixels and rows blended at once: what is made of them stays in the processor's cache


class LayerKind(StrEnum):
    """What a layer shows."""

    BASE = "base"
    HEATMAP = "heatmap"
    CONTOUR = "contour"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer of a picture.

    Attributes
    ----------
    kind : LayerKind
    data : ndarray
        BASE: (H, W) or (H, W, 3) uint8; HEATMAP: (H, W) float32; CONTOUR: (H, W) bool.
    colormap : str
        One of `COLORMAPS` (HEATMAP).
    vmin, vmax : float
        Ends of the colour scale (HEATMAP). Values at or below `vmin`, and NaN, are transparent.
    opacity : float
        0..1.
    fade : bool
        The lowest fifth of the scale fades out (HEATMAP); False shows every value above `vmin` alike, for sets of
        pixels.
    colour : tuple of int
        RGB of the outline (CONTOUR).
    width : int
        Width of the outline in pixels (CONTOUR).
    """

    kind: LayerKind
    data: NDArray[np.generic] = field(repr=False)
    colormap: str = "viridis"
    vmin: float = 0.0
    vmax: float = 1.0
    opacity: float = 1.0
    fade: bool = True
    colour: tuple[int, int, int] = OUTLINE
    width: int = 2


@cache
def _tables() -> dict[str, NDArray[np.uint8]]:
    with np.load(resources_folder() / "colormaps" / "colormaps.npz", allow_pickle=False) as stored:
        tables = {name: stored[name] for name in stored.files}
    tables["grey"] = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    for table in tables.values():
        table.setflags(write=False)
    return tables


def colormap(name: str) -> NDArray[np.uint8]:
    """Return a colour map as a (256, 3) uint8 sRGB table.

    Raises
    ------
    ValueError
        If there is no colour map of that name.

    Examples
    --------
    >>> colormap("grey")[128].tolist()
    [128, 128, 128]
    """
    try:
        return _tables()[name]
    except KeyError:
        raise ValueError(f"there is no colour map {name!r}; there are {', '.join(COLORMAPS)}") from None


def shared_scale(*maps: Numbers) -> tuple[float, float]:
    """Return the ends of the colour scale that several maps share: 0 and their highest finite value (1 if none).

    Examples
    --------
    >>> shared_scale(np.array([0.0, 0.5]), np.array([0.0, 2.0]))
    (0.0, 2.0)
    """
    highest = max((float(np.max(m, where=np.isfinite(m), initial=0.0)) for m in maps), default=0.0)
    return 0.0, highest if highest > 0 else 1.0


def base_layer(picture: NDArray[np.uint8]) -> Layer:
    """Return the displayed image, (H, W) or (H, W, 3) uint8, as the lowest layer."""
    return Layer(LayerKind.BASE, picture)


def region_on_image(
    segmentation: Segmentation, placement: Placement, shape: tuple[int, int] | None = None
) -> NDArray[np.bool_]:
    """Return the region at image resolution.

    A predicted region comes from its probability, interpolated and cut at the threshold: the same region, without
    the stairs of the model-input grid. One drawn by the reader comes back pixel by pixel.

    Parameters
    ----------
    segmentation : Segmentation
    placement : Placement
    shape : tuple of int, optional
        Resolution to return instead of the image's own.

    Returns
    -------
    ndarray, shape (H, W) or `shape`, bool
    """
    if not is_predicted(segmentation):
        return placement.to_image(segmentation.mask, shape).astype(np.bool_)
    probability = np.asarray(placement.to_image(segmentation.probability, shape), np.float32)
    return probability > segmentation.threshold


def is_predicted(segmentation: Segmentation) -> bool:
    """Return whether the region is what its probability says, and not drawn by the reader."""
    predicted = segmentation.probability > segmentation.threshold
    return not segmentation.edited and np.array_equal(predicted, segmentation.mask)


def heatmap_layer(
    saliency_map: NDArray[np.float32],
    placement: Placement,
    *,
    region: NDArray[np.bool_] | None = None,
    shape: tuple[int, int] | None = None,
    colormap: str = "viridis",
    vmin: float = 0.0,
    vmax: float = 1.0,
    opacity: float = 0.5,
    fade: bool = True,
) -> Layer:
    """Return a map on the model-input grid as a layer at image resolution.

    Parameters
    ----------
    saliency_map : ndarray, shape (h, w), float32
        The ORIGINAL map, also for SegX: the product is taken here, after both were brought to image resolution, so
        that the region's edge stays sharp.
    placement : Placement
    region : ndarray, shape (H, W) or `shape`, bool, optional
        From `region_on_image`; given, the layer shows the SegX map.
    shape, colormap, vmin, vmax, opacity, fade
        As in `Placement.to_image` and `Layer`.
    """
    data = placement.to_image(np.asarray(saliency_map, np.float32), shape)
    if region is not None:
        data = data * region
    return Layer(LayerKind.HEATMAP, data, colormap, vmin, vmax, opacity, fade)


def heatmap_rgba(
    data: NDArray[np.float32], colormap_name: str, vmin: float, vmax: float, *, fade: bool = True
) -> NDArray[np.uint8]:
    """Return a map as a picture with transparency, for screens that blend themselves.

    Painted with an opacity over the image, it gives what `compose` gives with that opacity.

    Parameters
    ----------
    data : ndarray, shape (H, W), float32
    colormap_name : str
    vmin, vmax : float
        Ends of the colour scale; values at or below `vmin`, and NaN, are transparent.
    fade : bool
        False makes every value above `vmin` opaque, for sets of pixels rather than continuous maps.

    Returns
    -------
    ndarray, shape (H, W, 4), uint8
    """
    colour, alpha = _coloured(data, colormap_name, vmin, vmax)
    opaque = alpha if fade else (alpha > 0).astype(np.float32)
    return np.dstack([colour, np.rint(opaque * 255).astype(np.uint8)])


def contour_layer(
    region: NDArray[np.bool_], *, colour: tuple[int, int, int] = OUTLINE, width: int = 2, opacity: float = 1.0
) -> Layer:
    """Return the outline of a region at image resolution, (H, W) bool, as a layer."""
    return Layer(LayerKind.CONTOUR, region, opacity=opacity, colour=colour, width=width)


def compose(layers: Sequence[Layer], shape: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Draw layers over each other, first one lowest.

    Parameters
    ----------
    layers : sequence of Layer
    shape : tuple of int, optional
        (H, W) of the result; the first layer's by default. Layers of another size are resampled to it.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8 RGB

    Raises
    ------
    ValueError
        If there is neither a layer nor a shape, or a base layer is not uint8.
    """
    if shape is None:
        if not layers:
            raise ValueError("compose needs a layer or a shape")
        shape = layers[0].data.shape[0], layers[0].data.shape[1]
    canvas = np.zeros((*shape, 3), np.uint8)
    for layer in layers:
        _PAINTERS[layer.kind](canvas, layer)
    return canvas


def _paint_base(canvas: NDArray[np.uint8], layer: Layer) -> None:
    if layer.data.dtype != np.uint8:
        raise ValueError(f"a base layer is uint8, not {layer.data.dtype}")
    data = _fit(np.asarray(layer.data, np.uint8), canvas.shape[:2])
    rgb = data[:, :, None] if data.ndim == 2 else data
    if layer.opacity >= 1 and data.ndim == 2 and canvas.flags.c_contiguous:
        cv2.cvtColor(np.ascontiguousarray(data), cv2.COLOR_GRAY2RGB, canvas)  # a fifth of NumPy's time
    elif layer.opacity >= 1:
        canvas[:] = rgb
    else:
        _blend(canvas, np.broadcast_to(rgb, canvas.shape), np.full(canvas.shape[:2], layer.opacity, np.float32))


def _paint_heatmap(canvas: NDArray[np.uint8], layer: Layer) -> None:
    data = np.asarray(_fit(np.asarray(layer.data, np.float32), canvas.shape[:2]), np.float32)
    strip = min(_ROWS, max(1, _STRIP // canvas.shape[1]))
    for top in range(0, canvas.shape[0], strip):
        rows = slice(top, top + strip)
        colour, alpha = _coloured(data[rows], layer.colormap, layer.vmin, layer.vmax)
        opaque = alpha if layer.fade else (alpha > 0).astype(np.float32)
        _blend(canvas[rows], colour, layer.opacity * opaque)


def _coloured(
    data: NDArray[np.float32], name: str, vmin: float, vmax: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the colours (H, W, 3) and opacities (H, W), 0..1, of a map."""
    span = max(vmax - vmin, float(np.finfo(np.float32).tiny))
    # Comparisons with NaN are false: it counts as the bottom of the scale.
    level = np.where(data > vmin, data, np.float32(vmin))
    level -= np.float32(vmin)
    level /= np.float32(span)
    np.minimum(level, 1, out=level)
    colour = cv2.applyColorMap(cv2.convertScaleAbs(level, alpha=255), np.ascontiguousarray(colormap(name))[:, None])
    return np.asarray(colour, np.uint8), np.minimum(level / np.float32(_FADE), 1)


def _paint_contour(canvas: NDArray[np.uint8], layer: Layer) -> None:
    mask = np.ascontiguousarray(_fit(layer.data.astype(np.uint8), canvas.shape[:2], nearest=True))
    # A one-pixel frame of zeros closes outlines at the image's edge without changing where they lie.
    framed = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    contours, _ = cv2.findContours(framed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE, offset=(-1, -1))
    target = canvas if layer.opacity >= 1 else canvas.copy()
    rim = layer.width + max(2, layer.width // 2)
    cv2.drawContours(target, contours, -1, (0, 0, 0), rim)
    cv2.drawContours(target, contours, -1, layer.colour, layer.width)
    if target is not canvas:
        _blend(canvas, target, np.full(canvas.shape[:2], layer.opacity, np.float32))


_PAINTERS = {LayerKind.BASE: _paint_base, LayerKind.HEATMAP: _paint_heatmap, LayerKind.CONTOUR: _paint_contour}


def _blend(canvas: NDArray[np.uint8], colour: NDArray[np.uint8], alpha: NDArray[np.float32]) -> None:
    change = cv2.subtract(np.ascontiguousarray(colour), canvas, dtype=cv2.CV_32F)
    cv2.multiply(change, cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR), change)
    cv2.add(canvas, change, canvas, dtype=cv2.CV_8U)


def _fit(data: Numbers, shape: tuple[int, int], *, nearest: bool = False) -> Numbers:
    if data.shape[:2] == shape:
        return data
    if nearest:
        how = cv2.INTER_NEAREST_EXACT
    else:
        how = cv2.INTER_AREA if shape[0] < data.shape[0] or shape[1] < data.shape[1] else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(data), (shape[1], shape[0]), interpolation=how)
