"""One frame of a DICOM file to a `MedicalImage`."""

import io
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.errors import ImageReadError, UnsupportedImageError, worded
from segx_viewer.imaging import _facts, _luts, _person
from segx_viewer.imaging._decoded import Decoded, ImageFields, Modality
from segx_viewer.imaging._element import (
    PixelElement,
    find_pixel_element,
    held_frames,
    native_layout,
    transfer_syntax,
)
from segx_viewer.imaging._layout import frame_count
from segx_viewer.imaging._missing import without_missing
from segx_viewer.imaging._native import each_band
from segx_viewer.imaging._overlays import read_overlays
from segx_viewer.imaging._quiet import ignore_library_warnings
from segx_viewer.imaging._slices import frame_orders, slice_position
from segx_viewer.imaging._unsupported import check_supported
from segx_viewer.imaging.halving import halved
from segx_viewer.imaging.header import first_item, number, numbers, text, uid_name, value
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits
from segx_viewer.imaging.preamble import preamble_notes

_MONOCHROME = {"MONOCHROME1", "MONOCHROME2"}
_SHORT_HEADER = 2**18  # bytes


def read_dicom(path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """Decode one frame of a DICOM file, with or without preamble and meta header.

    Parameters
    ----------
    path : Path
    frame : int
        Counted from 0.
    limits : Limits
        The pixel count is checked from the header, before the pixels are read.

    Returns
    -------
    Decoded
        Monochrome stored values with their modality transformation; colour as RGB.

    Raises
    ------
    ImageReadError
        If the file is damaged, or has no such frame.
    UnsupportedImageError
        If it holds no image, or one that the viewer does not decode.
    """
    ignore_library_warnings()
    with _BoundedReader(path.open("rb", buffering=0)) as file:
        dataset: Dataset = pydicom.dcmread(file, force=True, stop_before_pixels=True)
        source: BinaryIO | Dataset = file
        if dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
            file.seek(0)
            dataset, found = _inflated(file)
            source = dataset
        else:
            found = find_pixel_element(file, dataset)
        element = _check_is_image(path, dataset, found)
        claimed, frames = frame_count(dataset), held_frames(source, dataset, element)
        if not 0 <= frame < frames:
            raise ImageReadError(f"{path.name} has {frames} frame(s), counted from 0; there is no frame {frame}.")
        rows, columns = int(number(dataset, "Rows") or 0), int(number(dataset, "Columns") or 0)
        limits.check_pixels(path, rows, columns)
        check_supported(path, dataset, element.keyword)
        if frames != claimed:
            dataset.NumberOfFrames = frames
        decoded = _decode(path, source, dataset, element, frame)
        return decoded if frames == claimed else _noted(decoded, claimed)


def _noted(decoded: Decoded, claimed: int) -> Decoded:
    """Tell the reader that the header claims frames that are not there."""
    return decoded.noted(
        worded(f"The header claims {claimed} frames; the file holds {decoded.fields['source'].frames}.")
    )


def read_native_dicom(
    path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS
) -> tuple[MedicalImage, NDArray[np.float32] | None] | None:
    """Read one frame of a DICOM file whose pixels need no decoder: monochrome, uncompressed, with a short header.

    No decoder runs, and time and memory are bounded, so that no process of its own is needed.

    Returns
    -------
    image : MedicalImage
        The same as by `read_dicom`.
    half : ndarray or None
        Its pixels at half the resolution, made in the same pass over them; None for a single row or column.

    None instead of the two for every other file, damaged ones among them.
    """
    ignore_library_warnings()
    try:
        return _native(path, frame, limits)
    except Exception:  # noqa: BLE001 - pydicom's have no common base; whoever reads it next finds words for them
        return None


def _native(path: Path, frame: int, limits: Limits) -> tuple[MedicalImage, NDArray[np.float32] | None] | None:
    with path.open("rb") as file:
        start = file.read(_SHORT_HEADER)
        if start[128:132] != b"DICM" or DeflatedExplicitVRLittleEndian.encode() in start:
            return None
        head = io.BytesIO(start)
        dataset = pydicom.dcmread(head, stop_before_pixels=True)
        element = find_pixel_element(head, dataset)
        if element is None or element.encapsulated or not 0 <= frame < frame_count(dataset):
            return None
        _check_length(path, file, element, _native_length(dataset), text(dataset, "PhotometricInterpretation"))
        syntax = transfer_syntax(file, dataset, element, _native_length(dataset))
        layout = native_layout(dataset, element, syntax)
        if layout is None or 2 * layout.frame_bytes > limits.memory_bytes:
            return None
        shape = layout.rows, layout.columns
        limits.check_pixels(path, *shape)
        modality, fields = _described(path, dataset, element, syntax, frame, shape, layout.photometric)
        pixels = np.empty(shape, np.float32)
        half = np.empty((shape[0] // 2, shape[1] // 2), np.float32) if min(shape) > 1 else None

    def take(top: int, band: Numbers) -> None:
        assert modality is not None  # noqa: S101 - only colour pixels have none
        values = modality(band, pixels[top : top + len(band)])
        if half is not None and len(band) > 1:
            halved(values, half[top // 2 : (top + len(band)) // 2])

    each_band(path, element.offset, layout, frame, limits.seconds, take)
    return MedicalImage(pixels=pixels, **fields), half


def read_header(path: Path) -> tuple[MedicalImage, tuple[int, int]] | None:
    """Read what the header of a DICOM image says, without its pixels, for sorting many files fast.

    Returns
    -------
    image : MedicalImage
        The facts of `read_dicom`'s first frame; a single black pixel, no look-up tables, no overlays.
    shape : tuple of int
        (H, W) of the image.

    None instead of the two for a file that is no DICOM image with a short header of the usual kind; no error is raised.
    """
    ignore_library_warnings()
    try:
        return _header(path)
    except Exception:  # noqa: BLE001 - pydicom's have no common base; whoever reads the image finds words for them
        return None


def _header(path: Path) -> tuple[MedicalImage, tuple[int, int]] | None:
    with path.open("rb") as file:
        start = file.read(_SHORT_HEADER)
        if start[128:132] != b"DICM" or DeflatedExplicitVRLittleEndian.encode() in start:
            return None
        head = io.BytesIO(start)
        dataset = pydicom.dcmread(head, stop_before_pixels=True)
        element = find_pixel_element(head, dataset)
        if element is None:
            return None
        if (frames := held_frames(file, dataset, element)) != frame_count(dataset):
            dataset.NumberOfFrames = frames
        syntax = transfer_syntax(file, dataset, element, _native_length(dataset))
    shape = int(dataset.Rows), int(dataset.Columns)
    photometric = text(dataset, "PhotometricInterpretation").upper()
    if photometric not in _MONOCHROME:
        photometric = "RGB"
    _, fields = _described(path, dataset, element, syntax, 0, shape, photometric, overlays=False)
    pixels = np.zeros((1, 1) if photometric in _MONOCHROME else (1, 1, 3), np.float32)
    fields["voi_luts"] = ()
    return MedicalImage(pixels=pixels, **fields), shape


class _BoundedReader(io.BufferedReader):
    """A file that never reserves more memory than it has bytes left, whatever length a damaged element claims."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw, 2**16)
        self._size = raw.seek(0, io.SEEK_END)
        raw.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > 2**16:
            size = max(0, min(size, self._size - self.tell()))
        return super().read(size)


def _inflated(file: BinaryIO) -> tuple[Dataset, PixelElement | None]:
    dataset = pydicom.dcmread(file, force=True)
    for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"):
        if keyword in dataset:
            found = dataset[keyword]
            return dataset, PixelElement(keyword, found.VR, 0, len(found.value))
    return dataset, None


def _check_is_image(path: Path, dataset: Dataset, element: PixelElement | None) -> PixelElement:
    if element is not None and "Rows" in dataset and "Columns" in dataset:
        return element
    kind = uid_name(text(dataset, "SOPClassUID") or text(dataset.file_meta, "MediaStorageSOPClassUID"))
    if kind.endswith("Image Storage") or "Rows" in dataset or element is not None:
        raise ImageReadError(f"{path.name} is incomplete: it begins like an image, but has no readable pixels.")
    if kind:
        raise UnsupportedImageError(f"{path.name} is a DICOM file without an image ({kind}).")
    raise UnsupportedImageError(f"{path.name} holds no image that the viewer can open.")


def _decode(path: Path, source: BinaryIO | Dataset, dataset: Dataset, element: PixelElement, frame: int) -> Decoded:
    from segx_viewer.imaging._icc import (
        array_to_srgb,  # these import all decoders, which uncompressed pixels do without
    )
    from segx_viewer.imaging._pixels import decode_frame, to_rgb

    if isinstance(source, io.IOBase):
        native_length = _native_length(dataset)
        _check_length(path, source, element, native_length, text(dataset, "PhotometricInterpretation"))
        syntax = transfer_syntax(source, dataset, element, native_length)
    else:
        syntax = DeflatedExplicitVRLittleEndian
    stored, photometric = decode_frame(path, source, dataset, element, syntax, frame)
    if photometric not in _MONOCHROME or stored.ndim == 3:
        bits = _bits_stored(dataset)
        photometric = "RGB" if photometric in _MONOCHROME else photometric  # three values cannot be monochrome
        stored = array_to_srgb(to_rgb(path, stored, photometric, dataset, bits), _icc_profile(dataset))
        photometric = "RGB"
    missing = False
    if stored.dtype.kind == "f":
        stored, missing = without_missing(path, stored)
    modality, fields = _described(path, dataset, element, syntax, frame, stored.shape[:2], photometric)
    if modality is not None and stored.dtype.kind == "f":
        _luts.check_rescale(path, modality, float(np.abs(stored).max()))
    if modality is not None and missing:
        lowest = modality(stored.min(keepdims=True)).item()
        fields["padding"] = lowest, lowest
    return Decoded(stored, modality, fields)


def _native_length(dataset: Dataset) -> int:
    """Return the bytes of all frames, uncompressed."""
    samples = int(number(dataset, "SamplesPerPixel") or 1)
    allocated = int(number(dataset, "BitsAllocated") or 0)
    return (int(dataset.Rows) * int(dataset.Columns) * samples * allocated * frame_count(dataset) + 7) // 8


def _described(
    path: Path,
    dataset: Dataset,
    element: PixelElement,
    syntax: UID,
    frame: int,
    shape: tuple[int, int],
    photometric: str,
    *,
    overlays: bool = True,
) -> tuple[Modality | None, ImageFields]:
    """Return the transformation of the stored values, None for colour, and the fields of the image but `pixels`."""
    colour = photometric not in _MONOCHROME
    signed = element.keyword == "PixelData" and number(dataset, "PixelRepresentation") == 1
    modality: Modality | None = None
    padding = None
    if not colour:
        modality = _luts.modality(dataset, frame, signed=signed)
        allocated = int(number(dataset, "BitsAllocated") or 0)
        if element.keyword == "PixelData":
            _luts.check_rescale(path, modality, 2.0 ** min(_bits_stored(dataset), 32))
        padding = _padding(dataset, modality, signed=signed, allocated=allocated)
    can_be_negative = modality is not None and modality.table is None and (signed or modality.intercept < 0)
    fields: ImageFields = {
        "modality": text(dataset, "Modality").upper(),
        "photometric": PhotometricInterpretation.RGB if colour else PhotometricInterpretation(photometric),
        "source": SourceInfo(
            path=path,
            frame=frame,
            frames=frame_count(dataset),
            sop_instance_uid=text(dataset, "SOPInstanceUID"),
            series_uid=text(dataset, "SeriesInstanceUID"),
            study_uid=text(dataset, "StudyInstanceUID"),
            transfer_syntax=str(syntax),
            notes=preamble_notes((dataset.preamble or b"") + b"DICM"),
            frame_stacks=frame_orders(dataset, frame_count(dataset), path),
            frame_rate=_facts.frame_rate(dataset),
        ),
        "windows": () if colour else _luts.windows(dataset, frame),
        "voi_luts": () if colour else _luts.voi_luts(dataset, frame, signed=can_be_negative),
        "presentation_inverse": not colour and _is_inverse(dataset, photometric),
        "spacing": _facts.pixel_spacing(dataset, frame),
        "regions": _facts.calibrated_regions(dataset),
        "pixel_aspect": _facts.pixel_aspect(dataset),
        "orientation": _facts.patient_orientation(dataset, frame),
        "padding": padding,
        "bits_stored": _bits_stored(dataset),
        "acquisition": _facts.acquisition(dataset),
        "identity": _person.identity(dataset),
        "overlays": read_overlays(dataset, frame, shape) if overlays else (),
        "place": slice_position(dataset),
        "unit": "" if colour else _facts.value_unit(dataset, frame),
    }
    return modality, fields


def _bits_stored(dataset: Dataset) -> int:
    return int(number(dataset, "BitsStored") or number(dataset, "BitsAllocated") or 0)


def _check_length(path: Path, file: BinaryIO, element: PixelElement, native_length: int, photometric: str) -> None:
    """Refuse pixels that the file is too short to hold."""
    size = file.seek(0, io.SEEK_END)
    file.seek(element.offset)
    if element.encapsulated:
        return
    if photometric == "YBR_FULL_422":
        native_length = native_length * 2 // 3
    if size - element.offset < min(native_length, element.length):
        raise ImageReadError(f"{path.name} is truncated: its pixels are incomplete.")


def _icc_profile(dataset: Dataset) -> bytes | None:
    """Return the profile of the image or of its optical path (PS3.3 C.11.15), None where it is sRGB anyway."""
    path = first_item(dataset, "OpticalPathSequence")
    scope = path if path is not None and "ICCProfile" in path else dataset
    profile = value(scope, "ICCProfile")
    return profile if isinstance(profile, bytes) and text(scope, "ColorSpace").upper() != "SRGB" else None


def _is_inverse(dataset: Dataset, photometric: str) -> bool:
    """Whether the lowest value is shown white (PS3.3 C.7.6.3.1.2, C.11.6).

    The standard pairs MONOCHROME1 with the shape INVERSE; files that pair it with IDENTITY still mean MONOCHROME1.
    """
    return photometric == "MONOCHROME1" or text(dataset, "PresentationLUTShape").upper() == "INVERSE"


def _padding(dataset: Dataset, modality: Modality, *, signed: bool, allocated: int) -> tuple[float, float] | None:
    """Return the range of modality values that is padding (PS3.3 C.7.5.1.1.2)."""
    found = numbers(dataset, "PixelPaddingValue")
    if not found or not 1 < allocated <= 32:
        return None
    ends = np.array([found[0], next(iter(numbers(dataset, "PixelPaddingRangeLimit")), found[0])])
    stored = ends.astype(np.int64) & (2**allocated - 1)  # often written with the wrong signedness
    if signed:
        stored = np.where(stored >= 2 ** (allocated - 1), stored - 2**allocated, stored)
    values = modality(stored.astype(np.int64 if allocated > 16 else np.uint16 if not signed else np.int16))
    return float(values.min()), float(values.max())
