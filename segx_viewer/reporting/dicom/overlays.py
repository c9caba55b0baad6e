"""Segmentations and Parametric Maps read back, to be shown on the image they were made from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ParametricMapStorage,
    RLELossless,
    SegmentationStorage,
)

from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits
from segx_viewer.reporting.overlay import Layer, LayerKind, contour_layer, shared_scale

_LABEL_MAPS = "1.2.840.10008.5.1.4.1.1.66.7"  # Label Map Segmentation Storage

# Read without a codec's native code, so that no decoding process is needed.
SYNTAXES = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless)


class OverlayKind(StrEnum):
    """What an overlay holds."""

    REGION = "region"
    PROBABILITY = "probability"
    MAP = "map"


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
    """

    kind: OverlayKind
    values: NDArray[Any] = field(repr=False)
    label: str
    source_uid: str

    def fits(self, image: MedicalImage) -> bool:
        """Whether the overlay was made from this image and lies on its pixels."""
        return self.source_uid == image.source.sop_instance_uid != "" and self.values.shape == image.shape

    def layer(self, *, colormap: str = "viridis", opacity: float = 0.55) -> Layer:
        """Return the overlay as a layer for `overlay.compose`."""
        if self.kind is OverlayKind.REGION:
            return contour_layer(self.values.astype(np.bool_), width=max(2, round(max(self.values.shape) / 450)))
        vmax = 1.0 if self.kind is OverlayKind.PROBABILITY else shared_scale(self.values)[1]
        return Layer(LayerKind.HEATMAP, self.values, colormap, 0.0, vmax, opacity)


def read_overlays(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[DicomOverlay]:
    """Read the segments of a SEG (PS3.3 A.51) or the maps of a Parametric Map (A.75), one frame each.

    Raises
    ------
    ImageReadError
        If the file is missing or damaged.
    UnsupportedImageError
        If it is neither kind, has several frames for a segment, is compressed otherwise than by RLE, or has more
        pixels than the limits allow.
    """
    try:
        if read_file_meta_info(path).TransferSyntaxUID not in SYNTAXES:
            raise UnsupportedImageError(
                f"{path.name} is a compressed overlay; only uncompressed and RLE ones are shown."
            )
        dataset = pydicom.dcmread(path)
        _refuse_volume(dataset, path)
        limits.check_pixels(path, int(dataset.get("NumberOfFrames", 1)) * int(dataset.Rows), int(dataset.Columns))
        kind = dataset.get("SOPClassUID")
        if kind == SegmentationStorage:
            return list(_segments(dataset, path))
        if kind == ParametricMapStorage:
            return list(_maps(dataset))
    except (OSError, InvalidDicomError, AttributeError, KeyError, IndexError, ValueError, RuntimeError) as error:
        raise ImageReadError(f"{path.name} is damaged or not a readable DICOM file.") from error
    raise UnsupportedImageError(f"{path.name} is neither a segmentation nor a parametric map.")


def _refuse_volume(dataset: Dataset, path: Path) -> None:
    """Refuse a segmentation of a stack of images, or a map of labels, by the header, whatever its pixels are."""
    if dataset.get("SOPClassUID") not in (SegmentationStorage, _LABEL_MAPS):
        return
    frames, segments = int(dataset.get("NumberOfFrames") or 1), len(dataset.get("SegmentSequence") or ())
    if dataset.get("SegmentationType") == "LABELMAP":
        raise UnsupportedImageError(
            f"{path.name} is a segmentation as a map of labels, which the viewer does not draw; export it with one "
            f"binary frame for each segment."
        )
    if frames > segments > 0:
        raise UnsupportedImageError(
            f"{path.name} is a segmentation of a volume, with {frames} frames for {segments} segment(s); the viewer "
            f"draws segmentations of single images."
        )


def _segments(dataset: Dataset, path: Path) -> Iterator[DicomOverlay]:
    labels = {int(item.SegmentNumber): str(item.SegmentLabel) for item in dataset.SegmentSequence}
    seen: set[int] = set()
    for groups, frame in _frames(dataset):
        number = int(_group(groups, "SegmentIdentificationSequence").ReferencedSegmentNumber)
        if number in seen:
            raise UnsupportedImageError(f"{path.name} is a segmentation of a volume; only single images are shown.")
        seen.add(number)
        if dataset.SegmentationType == "BINARY":
            yield DicomOverlay(OverlayKind.REGION, frame > 0, labels[number], _source(groups))
        else:
            share = frame.astype(np.float32) / float(dataset.MaximumFractionalValue)
            yield DicomOverlay(OverlayKind.PROBABILITY, share, labels[number], _source(groups))


def _maps(dataset: Dataset) -> Iterator[DicomOverlay]:
    for groups, frame in _frames(dataset):
        mapping = _group(groups, "RealWorldValueMappingSequence")
        values = frame.astype(np.float32)
        slope, intercept = float(mapping.RealWorldValueSlope), float(mapping.RealWorldValueIntercept)
        if (slope, intercept) != (1.0, 0.0):
            values = values * np.float32(slope) + np.float32(intercept)
        yield DicomOverlay(OverlayKind.MAP, values, str(mapping.LUTExplanation), _source(groups))


def _frames(dataset: Dataset) -> Iterator[tuple[tuple[Dataset, Dataset], NDArray[Any]]]:
    """Yield each frame with its own and the shared functional groups."""
    shared = dataset.SharedFunctionalGroupsSequence[0]
    pixels = dataset.pixel_array
    pixels = pixels[None] if pixels.ndim == 2 else pixels
    for own, frame in zip(dataset.PerFrameFunctionalGroupsSequence, pixels, strict=True):
        yield (own, shared), frame


def _group(groups: tuple[Dataset, Dataset], keyword: str) -> Dataset:
    found: Dataset = next(item[keyword].value[0] for item in groups if keyword in item)
    return found


def _source(groups: tuple[Dataset, Dataset]) -> str:
    for item in groups:
        for derivation in item.get("DerivationImageSequence") or ():
            for source in derivation.get("SourceImageSequence") or ():
                return str(source.ReferencedSOPInstanceUID)
    return ""
