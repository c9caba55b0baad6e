"""Stored pixel values of one frame of a DICOM file, whatever the transfer syntax."""

import io
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.decoders.base import DecodeOptions, Decoder, get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGBaseline8Bit,
    JPEGLSTransferSyntaxes,
)

from segx_viewer.domain.arrays import Numbers
from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging import _jpeg12  # noqa: F401 - registers a decoder with pydicom
from segx_viewer.imaging._element import PixelElement, native_layout
from segx_viewer.imaging._layout import PixelLayout
from segx_viewer.imaging._native import read_native
from segx_viewer.imaging._stream import Stream, stream_of
from segx_viewer.imaging._unsupported import unknown_syntax

# pydicom asks GDCM first; on damaged JPEG and JPEG 2000 data that is the one that takes the process down.
_DECODERS = {
    JPEGBaseline8Bit: ("pillow",),
    **dict.fromkeys(JPEG2000TransferSyntaxes, ("pillow", "pylibjpeg")),  # the same codec, the first one with threads
    **dict.fromkeys(JPEGLSTransferSyntaxes, ("pyjpegls", "gdcm")),
}
_COLOUR_AFTER_DECODING = {"RGB", "YBR_ICT", "YBR_RCT"}
_LUMINANCE_CHROMINANCE = {"YBR_FULL", "YBR_FULL_422"}


def decode_frame(
    path: Path, source: BinaryIO | Dataset, dataset: Dataset, element: PixelElement, syntax: UID, frame: int
) -> tuple[Numbers, str]:
    """Decode one frame.

    Returns
    -------
    ndarray, shape (H, W) or (H, W, 3)
        Stored values; colour other than PALETTE COLOR is already RGB or YBR_FULL without sub-sampling.
    str
        Photometric interpretation of the values returned.
    """
    native = native_layout(dataset, element, syntax)
    if isinstance(source, io.IOBase) and native is not None:
        return read_native(source, element.offset, native, frame), native.photometric
    layout = PixelLayout.of(dataset, element.keyword)
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise UnsupportedImageError(unknown_syntax(path, syntax)) from None
    options: DecodeOptions = {"transfer_syntax_uid": syntax}
    if element.vr:
        options["pixel_vr"] = element.vr
    depth = layout.allocated
    pixels: bytes | BinaryIO | Dataset = source
    if element.encapsulated and isinstance(source, io.IOBase):
        compressed = _frame_bytes(source, element, layout, frame)
        layout, depth = _as_streamed(path, dataset, layout, stream_of(compressed))
        pixels, frame = encapsulate([compressed], has_bot=False), 0
    unused = layout.high_bit + 1 - layout.stored  # below the value: left-justified pixels
    if unused and layout.high_bit < depth and element.keyword == "PixelData":
        layout = replace(layout, stored=layout.stored + unused)
        values, photometric = _decoded(decoder, pixels, element, {**layout.options(), **options}, frame)
        return np.right_shift(values, unused), photometric
    return _decoded(decoder, pixels, element, {**layout.options(), **options}, frame)


def _decoded(
    decoder: Decoder,
    source: bytes | BinaryIO | Dataset,
    element: PixelElement,
    options: DecodeOptions,
    frame: int,
) -> tuple[Numbers, str]:
    """Ask the decoders one after the other."""
    names = _DECODERS.get(decoder.UID, ("",))
    for name in names:
        if isinstance(source, io.IOBase):
            source.seek(element.offset)
        try:
            values, described = decoder.as_array(source, index=frame, raw=True, decoding_plugin=name, **options)  # type: ignore[arg-type]  # pydicom's annotation lacks Unpack
            break
        except Exception:
            if name == names[-1]:
                raise
    return values, str(described["photometric_interpretation"])


def _frame_bytes(file: BinaryIO, element: PixelElement, layout: PixelLayout, frame: int) -> bytes:
    """Return a frame's codestream."""
    file.seek(element.offset)
    offsets = layout.extended_offsets
    return bytes(get_frame(file, frame, number_of_frames=layout.frames, extended_offsets=offsets))


def _as_streamed(path: Path, dataset: Dataset, layout: PixelLayout, stream: Stream | None) -> tuple[PixelLayout, int]:
    """Correct the header by what one frame's codestream says of itself; return that frame's layout and bits per sample.

    A codestream decides over its size, depth, sign and order of samples (PS3.5 8.2). Rows and columns that the header
    exchanged are taken from it; a picture of another size altogether belongs to another header.
    """
    layout = replace(layout, frames=1, extended_offsets=None)
    if stream is None:
        return layout, layout.allocated
    if (layout.rows, layout.columns) != (stream.rows, stream.columns):
        if stream.rows * stream.columns != layout.rows * layout.columns:
            raise ImageReadError(
                f"{path.name} is damaged: its header says {layout.columns} x {layout.rows} pixels, its compressed "
                f"picture has {stream.columns} x {stream.rows}."
            )
        dataset.Rows, dataset.Columns = stream.rows, stream.columns
    if stream.process in ("hierarchical", "arithmetically coded"):
        raise UnsupportedImageError(
            f"{path.name} holds a {stream.process} JPEG picture, a process that the DICOM standard has retired and the "
            f"viewer does not decode; export it again as uncompressed DICOM."
        )
    signed, stored, allocated = layout.signed, layout.stored, layout.allocated
    if stream.signed and not signed:
        signed = dataset.PixelRepresentation = 1
    if stream.precision <= 8 < allocated or stored > stream.precision:
        stored = dataset.BitsStored = stream.precision
    if stream.precision <= 16:
        allocated = 8 if stream.precision <= 8 else 16
        stored = min(stored, allocated)
    # Planar Configuration is ignored for compressed data: decoders give samples pixel by pixel.
    corrected = replace(
        layout, planar=0, rows=stream.rows, columns=stream.columns, signed=signed, stored=stored, allocated=allocated
    )
    return corrected, stream.precision


def to_rgb(path: Path, values: Numbers, photometric: str, dataset: Dataset, bits: int) -> NDArray[np.uint8]:
    """Bring decoded colour values to 8-bit RGB.

    Parameters
    ----------
    values : ndarray, shape (H, W) for PALETTE COLOR, else (H, W, 3)
    bits : int
        Bits stored.

    Raises
    ------
    UnsupportedImageError
        For colour spaces that the standard has retired.
    ImageReadError
        For a palette that is missing.
    """
    if photometric == "PALETTE COLOR":
        try:
            values = apply_color_lut(values, dataset)
        except (AttributeError, ValueError) as error:
            raise ImageReadError(f"{path.name} has colours from a palette that is missing or damaged.") from error
        bits = 16 if values.dtype.itemsize > 1 else 8
        if bits == 16 and values.max() <= 0xFF:  # 8-bit entries declared as 16-bit ones, a common slip
            bits = 8
        photometric = "RGB"
    if values.ndim != 3:
        raise ImageReadError(f"{path.name} is damaged: it claims to be in colour, with one value per pixel.")
    eight = _to_eight_bits(values, bits)
    if photometric in _LUMINANCE_CHROMINANCE:
        return _ybr_to_rgb(eight)
    if photometric in _COLOUR_AFTER_DECODING:
        return eight
    raise UnsupportedImageError(f"{path.name} has a colour space that the viewer does not open.")


def _ybr_to_rgb(ybr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert YBR_FULL to RGB (the inverse of PS3.3 C.7.6.3.1.2) to the nearest level.

    By tables with 16 bits of fraction, as libjpeg does; OpenCV's conversion is off by two levels at times.
    """
    chroma = np.arange(256) - 128
    half = 1 << 15
    red, blue = (np.rint(chroma * c * 65536).astype(np.int32) + half >> 16 for c in (1.402, 1.772))
    green_b, green_r = (np.rint(chroma * c * 65536).astype(np.int32) for c in (-0.344136286, -0.714136286))
    y, cb, cr = ybr[..., 0].astype(np.int32), ybr[..., 1], ybr[..., 2]
    rgb = np.empty(ybr.shape, np.uint8)
    for plane, added in enumerate((red[cr], green_b[cb] + (green_r + half)[cr] >> 16, blue[cb])):
        rgb[..., plane] = np.clip(y + added, 0, 255)
    return rgb


def _to_eight_bits(values: Numbers, bits: int) -> NDArray[np.uint8]:
    if bits > 8:
        values = np.right_shift(values, bits - 8)
    elif bits < 8:
        values = (values.astype(np.uint16) * 255) // (2**bits - 1)
    return np.ascontiguousarray(values, dtype=np.uint8)
