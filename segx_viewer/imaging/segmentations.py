"""Segmentations and Parametric Maps (PS3.3 A.51, A.75): what is drawn over an image, frame by frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ParametricMapStorage,
    RLELossless,
    SegmentationStorage,
)

from segx_viewer.domain.arrays import Numbers
from segx_viewer.errors import ImageReadError, SegxError, UnsupportedImageError
from segx_viewer.imaging._quiet import ignore_library_warnings
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits

LABEL_MAPS = UID("1.2.840.10008.5.1.4.1.1.66.7")  # Label Map Segmentation Storage, which pydicom does not know yet
_SEGMENTATIONS = (SegmentationStorage, LABEL_MAPS)
SYNTAXES = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless)


class OverlayKind(StrEnum):
    """What an overlay holds."""

    REGION = "region"
    PROBABILITY = "probability"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class OverlayFacts:
    """One segment, or one map, without its values.

    Attributes
    ----------
    kind : OverlayKind
    label : str
        Segment label, or the map's explanation; "" where the file states none.
    source_uid : str
        SOP Instance UID of the image that it was made from; "" when the file does not say.
    series_uid: str
        Series Instance UID of its images, where the file says no more than that; "" otherwise.
    """

    kind: OverlayKind
    label: str
    source_uid: str
    series_uid: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedOverlays:
    """The overlays of a file, all of the same size.

    Attributes
    ----------
    values : ndarray, shape (N, H, W)
        bool regions, or float32 probabilities (0..1) or maps (real-world values).
    facts : tuple of OverlayFacts
        One for each.
    """

    values: NDArray[np.generic]
    facts: tuple[OverlayFacts, ...]


def decode_overlays(path: Path, limits: Limits = DEFAULT_LIMITS) -> DecodedOverlays:
    """Read the segments of a SEG or the maps of a Parametric Map.

    Returns
    -------
    DecodedOverlays

    Raises
    ------
    ImageReadError
        If the file is missing or damaged.
    UnsupportedImageError
        If it is neither kind, has several frames for a segment, is compressed otherwise than by RLE, or has more
        pixels than the limits allow.
    """
    ignore_library_warnings()
    try:
        if read_file_meta_info(path).TransferSyntaxUID not in SYNTAXES:
            raise UnsupportedImageError(
                f"{path.name} is a compressed overlay; only uncompressed and RLE ones are shown."
            )
        dataset = pydicom.dcmread(path)
        _refuse_volume(dataset, path)
        layers = max(int(dataset.get("NumberOfFrames", 1)), len(dataset.get("SegmentSequence") or ()))
        limits.check_pixels(path, layers * int(dataset.Rows), int(dataset.Columns))
        kind = dataset.get("SOPClassUID")
        if kind not in (*_SEGMENTATIONS, ParametricMapStorage):
            raise UnsupportedImageError(f"{path.name} is neither a segmentation nor a parametric map.")
        found = list(_maps(dataset) if kind == ParametricMapStorage else _regions(dataset, path))
        values = np.stack([layer for layer, _ in found])
    except SegxError:
        raise
    except Exception as error:  # pydicom converts lazily, and a malformed value may raise anything
        raise ImageReadError(f"{path.name} is damaged or not a readable DICOM file.") from error
    return DecodedOverlays(values, tuple(facts for _, facts in found))


def _refuse_volume(dataset: Dataset, path: Path) -> None:
    """Refuse a segmentation of a stack of images by the header, whatever its pixels are."""
    if dataset.get("SOPClassUID") not in _SEGMENTATIONS:
        return
    frames, segments = int(dataset.get("NumberOfFrames") or 1), len(dataset.get("SegmentSequence") or ())
    most = 1 if _is_label_map(dataset) else segments  # a map of labels has all segments in one frame
    if segments and frames > most:
        raise UnsupportedImageError(
            f"{path.name} is a segmentation of a volume, with {frames} frames for {segments} segment(s); the viewer "
            f"draws segmentations of single images."
        )


def _regions(dataset: Dataset, path: Path) -> Iterator[tuple[NDArray[np.generic], OverlayFacts]]:
    return _labels(dataset) if _is_label_map(dataset) else _segments(dataset, path)


def _is_label_map(dataset: Dataset) -> bool:
    return bool(dataset.get("SegmentationType") == "LABELMAP")


def _labels(dataset: Dataset) -> Iterator[tuple[NDArray[np.generic], OverlayFacts]]:
    """Yield the segments of a map of labels (PS3.3 C.8.20.4), without its background (Pixel Padding Value)."""
    ((groups, frame),) = _frames(dataset)
    background = dataset.get("PixelPaddingValue", 0)
    for item in dataset.SegmentSequence:
        if (number := int(item.SegmentNumber)) != background:
            label = str(item.get("SegmentLabel") or "")
            yield frame == number, OverlayFacts(OverlayKind.REGION, label, *_source(groups, dataset))


def _segments(dataset: Dataset, path: Path) -> Iterator[tuple[NDArray[np.generic], OverlayFacts]]:
    labels = {int(item.SegmentNumber): str(item.get("SegmentLabel") or "") for item in dataset.SegmentSequence}
    seen: set[int] = set()
    for groups, frame in _frames(dataset):
        number = int(_group(groups, "SegmentIdentificationSequence").ReferencedSegmentNumber)
        if number in seen:
            raise UnsupportedImageError(f"{path.name} is a segmentation of a volume; only single images are shown.")
        seen.add(number)
        if dataset.SegmentationType == "BINARY":
            yield frame > 0, OverlayFacts(OverlayKind.REGION, labels[number], *_source(groups, dataset))
        else:
            share = frame.astype(np.float32) / float(dataset.MaximumFractionalValue)
            yield share, OverlayFacts(OverlayKind.PROBABILITY, labels[number], *_source(groups, dataset))


def _maps(dataset: Dataset) -> Iterator[tuple[NDArray[np.generic], OverlayFacts]]:
    for groups, frame in _frames(dataset):
        mapping = _group(groups, "RealWorldValueMappingSequence")
        values = frame.astype(np.float32)
        slope, intercept = float(mapping.RealWorldValueSlope), float(mapping.RealWorldValueIntercept)
        if (slope, intercept) != (1.0, 0.0):
            values = values * np.float32(slope) + np.float32(intercept)
        label = str(mapping.get("LUTExplanation") or "")
        yield values, OverlayFacts(OverlayKind.MAP, label, *_source(groups, dataset))


def _frames(dataset: Dataset) -> Iterator[tuple[tuple[Dataset, Dataset], Numbers]]:
    """Yield each frame with its own and the shared functional groups."""
    shared = dataset.SharedFunctionalGroupsSequence[0]
    pixels = dataset.pixel_array
    pixels = pixels[None] if pixels.ndim == 2 else pixels
    for own, frame in zip(dataset.PerFrameFunctionalGroupsSequence, pixels, strict=True):
        yield (own, shared), frame


def _group(groups: tuple[Dataset, Dataset], keyword: str) -> Dataset:
    found: Dataset = next(item[keyword].value[0] for item in groups if keyword in item)
    return found


def _source(groups: tuple[Dataset, Dataset], dataset: Dataset) -> tuple[str, str]:
    """Return the UID of the image that a frame was made from, or that of its series where nothing else is said.

    Other programs often leave the derivation (PS3.3 C.7.6.16.2.6) out and name images, or a series, for the whole file
    (C.7.3.1.1.3, Common Instance Reference C.12.2).
    """
    for item in groups:
        for derivation in item.get("DerivationImageSequence") or ():
            for source in derivation.get("SourceImageSequence") or ():
                return str(source.ReferencedSOPInstanceUID), ""
    images, series = set(), set()
    for item in dataset.get("ReferencedSeriesSequence") or ():
        series.add(str(item.get("SeriesInstanceUID") or ""))
        images |= {str(one.ReferencedSOPInstanceUID) for one in item.get("ReferencedInstanceSequence") or ()}
    if len(images) == 1:
        return images.pop(), ""
    return "", series.pop() if len(series) == 1 else ""
