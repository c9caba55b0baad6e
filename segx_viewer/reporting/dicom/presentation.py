"""Outlines, measurements and window as a presentation state (PS3.3 A.33.1, A.33.2), for viewers that know no SEG."""

from typing import Any

import cv2
import numpy as np
from highdicom.pr import (
    ColorSoftcopyPresentationState,
    GraphicAnnotation,
    GraphicLayer,
    GrayscaleSoftcopyPresentationState,
    SoftcopyVOILUTTransformation,
)
from numpy.typing import NDArray
from PIL import ImageCms
from pydicom.dataset import Dataset

from segx_viewer.domain.image import VoiLut, WindowLevel
from segx_viewer.domain.result import Analysis
from segx_viewer.reporting.dicom.graphics import graphics_of, polyline
from segx_viewer.reporting.dicom.objects import identity_of, laterality_of
from segx_viewer.reporting.overlay import region_on_image
from segx_viewer.reporting.reading import NOTHING_READ, Reading

_MOST_POINTS = 10_000
_SMALLEST = 3  # points of an outline


def presentation_state(
    analysis: Analysis,
    reference: Dataset,
    series: str,
    voi: WindowLevel | VoiLut | None,
    reading: Reading = NOTHING_READ,
) -> GrayscaleSoftcopyPresentationState | ColorSoftcopyPresentationState:
    """Return the region's outlines, what the reader drew and the window as a Softcopy Presentation State.

    Of a colour image it is a Color Softcopy Presentation State, which has no window but the image's own colours: its
    ICC profile, sRGB where it states none.

    Parameters
    ----------
    analysis : Analysis
    reference : Dataset
    series : str
        Series instance UID.
    voi : WindowLevel, VoiLut or None
        The window; the image's first one by default. A look-up table stays that of the image.
    reading : Reading
        Its marks are a layer of their own, with what they measure.
    """
    region = analysis.bundle.region[:64]
    outlines = [polyline(points) for points in _outlines(analysis)]
    drawn, texts = graphics_of(reading.marks, analysis.image.shape)
    layers: list[GraphicLayer] = []
    annotations: list[GraphicAnnotation] = []
    for name, words, graphics, said in (
        ("REGION", region, outlines, []),
        ("MEASUREMENTS", "Drawn by the reader", drawn, texts),
    ):
        if graphics or said:
            layer = GraphicLayer(layer_name=name, order=len(layers) + 1, description=words, display_color=None)
            layers.append(layer)
            annotations.append(
                GraphicAnnotation(
                    referenced_images=[reference],
                    graphic_layer=layer,
                    graphic_objects=graphics or None,
                    text_objects=said or None,
                )
            )
    drawn_on: Any = {
        "referenced_images": [reference],
        "content_label": "REGION",
        "content_description": region,
        "graphic_layers": layers or None,
        "graphic_annotations": annotations or None,
        **identity_of(series, "gsps", 1),
    }
    result: GrayscaleSoftcopyPresentationState | ColorSoftcopyPresentationState
    if analysis.image.is_colour:
        result = ColorSoftcopyPresentationState(icc_profile=_colours(reference), **drawn_on)
    else:
        result = GrayscaleSoftcopyPresentationState(**_window(analysis, voi), **drawn_on)
    result.Laterality = laterality_of(reference)
    result.SeriesDescription = "Explanation, research use only"
    return result


def _colours(reference: Dataset) -> bytes:
    """Return the image's ICC profile, or that of sRGB.

    DICOM takes profiles of input devices only (PS3.3 C.11.15.1.1). One of a display, as libraries make of sRGB and as
    some images hold, describes the same colours: its class is all that is changed.
    """
    profile = bytes(reference.get("ICCProfile") or ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return profile[:12] + b"scnr" + profile[16:] if profile[12:16] == b"mntr" else profile


def _window(analysis: Analysis, voi: WindowLevel | VoiLut | None) -> dict[str, Any]:
    window = voi if isinstance(voi, WindowLevel) else next(iter(analysis.image.windows), None)
    if window is None or isinstance(voi, VoiLut):
        return {}
    shown = SoftcopyVOILUTTransformation(window.center, window.width, voi_lut_function=window.function.value)
    return {"voi_lut_transformations": [shown]}


def _outlines(analysis: Analysis) -> list[NDArray[np.float64]]:
    """Return closed outlines as (N, 2) column and row, from the upper left corner of the first pixel."""
    if analysis.segmentation is None:
        return []
    mask = region_on_image(analysis.segmentation, analysis.placement).astype(np.uint8)
    found, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    outlines = []
    for contour in found:
        points = contour.reshape(-1, 2).astype(np.float64) + 0.5
        if _SMALLEST <= len(points) < _MOST_POINTS:
            outlines.append(np.vstack([points, points[:1]]))
    return outlines
