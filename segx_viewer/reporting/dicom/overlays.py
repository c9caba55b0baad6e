"""Segmentations and Parametric Maps read back, to be shown on the image they were made from."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import MedicalImage
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits
from segx_viewer.imaging.segmentations import DecodedOverlays, OverlayKind, decode_overlays
from segx_viewer.reporting.overlay import Layer, LayerKind, contour_layer, shared_scale


@dataclass(frozen=True, slots=True, eq=False)
class DicomOverlay:
    """One segment, or one map.

    Attributes
    ----------
    kind : OverlayKind
    values : ndarray, shape (H, W)
        bool for a region, float32 for a probability (0..1) or a map (real-world values).
    label : str
        Segment label, or the map's explanation.
    source_uid : str
        SOP Instance UID of the image that it was made from; empty when the file does not say.
    series_uid : str
        Series Instance UID of its images, where the file says no more than that; empty otherwise.
    """

    kind: OverlayKind
    values: Numbers = field(repr=False)
    label: str
    source_uid: str
    series_uid: str = ""

    def fits(self, image: MedicalImage) -> bool:
        """Whether the overlay was made from this image and lies on its pixels."""
        return self._is_of(image) and self.values.shape == image.shape

    def covers(self, shape: tuple[int, int]) -> bool:
        """Whether an image of a shape has the overlay's proportions, to the pixel: it then covers the same field."""
        height, width = self.values.shape
        scale = shape[0] / height
        return bool(abs(width * scale - shape[1]) <= max(1.0, scale))

    def placed_on(self, image: MedicalImage) -> "DicomOverlay | None":
        """Return the overlay on the image's pixels, resampled from another resolution; None where it has no place.

        Regions take their nearest pixel, probabilities and maps are interpolated.
        """
        if self.fits(image):
            return self
        if not self._is_of(image) or not self.covers(image.shape):
            return None
        size = image.shape[1], image.shape[0]
        if self.kind is OverlayKind.REGION:
            nearest = cv2.resize(self.values.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
            return replace(self, values=nearest.astype(np.bool_))
        return replace(self, values=cv2.resize(self.values, size, interpolation=cv2.INTER_LINEAR))

    def _is_of(self, image: MedicalImage) -> bool:
        return self.source_uid == image.source.sop_instance_uid != ""

    def layer(self, *, colormap: str = "viridis", opacity: float = 0.55) -> Layer:
        """Return the overlay as a layer for `overlay.compose`."""
        if self.kind is OverlayKind.REGION:
            return contour_layer(self.values.astype(np.bool_), width=max(2, round(max(self.values.shape) / 450)))
        vmax = 1.0 if self.kind is OverlayKind.PROBABILITY else shared_scale(self.values)[1]
        return Layer(LayerKind.HEATMAP, self.values, colormap, 0.0, vmax, opacity)


def read_overlays(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[DicomOverlay]:
    """Read the segments of a SEG (PS3.3 A.51) or the maps of a Parametric Map (A.75), one frame each.

    For files of one's own; those of others are read by `read_overlays_guarded`.

    Raises
    ------
    ImageReadError
        If the file is missing or damaged.
    UnsupportedImageError
        If it is neither kind, has several frames for a segment, is compressed otherwise than by RLE, or has more
        pixels than the limits allow.
    """
    return _overlays(decode_overlays(path, limits))


def read_overlays_guarded(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[DicomOverlay]:
    """Do what `read_overlays` does in the decoding process, with limits on memory and time. Raises alike."""
    from segx_viewer.imaging.guarded import decode_overlays_guarded

    return _overlays(decode_overlays_guarded(path, limits))


def _overlays(decoded: DecodedOverlays) -> list[DicomOverlay]:
    return [
        DicomOverlay(facts.kind, values, facts.label, facts.source_uid, facts.series_uid)
        for values, facts in zip(decoded.values, decoded.facts, strict=True)
    ]
