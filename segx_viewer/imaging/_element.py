"""Where the pixels of a DICOM file lie, and how, from its header: nothing is decoded, and no decoder imported."""

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLSLossless,
)

from segx_viewer.imaging._layout import PixelLayout, frame_count, is_native
from segx_viewer.imaging._stream import encapsulated_frames
from segx_viewer.imaging.header import number, text

_KEYWORDS = {0x0010: "PixelData", 0x0008: "FloatPixelData", 0x0009: "DoubleFloatPixelData"}
_PIXEL_VRS = {b"OB", b"OW", b"OF", b"OD", b"UN"}
_UNDEFINED = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where the pixel data lies: keyword, VR ("" when implicit), offset of its value and its length in bytes."""

    keyword: str
    vr: str
    offset: int
    length: int

    @property
    def encapsulated(self) -> bool:
        """Whether the value consists of fragments."""
        return self.length == _UNDEFINED


def find_pixel_element(file: BinaryIO, dataset: Dataset) -> PixelElement | None:
    """Read the element header at the file's position, where reading the header of `dataset` has stopped."""
    order = "<" if _encoding(dataset)[1] else ">"
    head = file.read(12)
    if len(head) < 8:
        return None
    group, element = struct.unpack(order + "HH", head[:4])
    if group != 0x7FE0 or element not in _KEYWORDS:
        return None
    if head[4:6] in _PIXEL_VRS and len(head) == 12:  # what is there counts, whatever the meta header claims
        return PixelElement(
            _KEYWORDS[element], head[4:6].decode("ascii"), file.tell(), struct.unpack(order + "L", head[8:])[0]
        )
    file.seek(8 - len(head), io.SEEK_CUR)
    return PixelElement(_KEYWORDS[element], "", file.tell(), struct.unpack(order + "L", head[4:8])[0])


def _encoding(dataset: Dataset) -> tuple[bool, bool]:
    """Return (implicit, little endian) of the data set; where pydicom could not tell, both are so."""
    implicit, little = dataset.original_encoding
    return implicit is not False, little is not False


def transfer_syntax(file: BinaryIO, dataset: Dataset, element: PixelElement, native_length: int) -> UID:
    """Return the transfer syntax of the pixels, corrected where the meta header is missing or plainly wrong."""
    stated = UID(str(dataset.file_meta.get("TransferSyntaxUID", "") or ""))
    native = {(True, True): ImplicitVRLittleEndian, (False, True): ExplicitVRLittleEndian}.get(
        _encoding(dataset), ExplicitVRBigEndian
    )
    if not element.encapsulated:
        compressed = stated.is_transfer_syntax and stated.is_encapsulated
        if not compressed or element.length in (native_length, native_length + native_length % 2):
            return native
        return stated
    if stated.is_transfer_syntax and stated.is_encapsulated:
        return stated
    return _sniff(file, element) or stated


def _sniff(file: BinaryIO, element: PixelElement) -> UID | None:
    """Recognise fragments without a stated transfer syntax by the first codestream's markers."""
    file.seek(element.offset)
    start = file.read(4096)
    file.seek(element.offset)
    if (j2k := start.find(b"\xff\x4f\xff\x51")) >= 0:
        return HTJ2K if b"\xff\x50" in start[j2k : j2k + 256] else JPEG2000
    if b"\xff\xd8\xff" not in start:
        return None
    by_frame_header = {0xF7: JPEGLSLossless, 0xC3: JPEGLossless, 0xC1: JPEGExtended12Bit, 0xC0: JPEGBaseline8Bit}
    for marker, syntax in by_frame_header.items():
        if bytes((0xFF, marker)) in start:
            return syntax
    return None


def native_layout(dataset: Dataset, element: PixelElement, syntax: UID) -> PixelLayout | None:
    """Return how pixels lie that can be read as they are, without a decoder; None for all others.

    Parameters
    ----------
    syntax : UID
        As the pixels are, whatever the header says.
    """
    layout = PixelLayout.of(dataset, element.keyword)
    return layout if is_native(syntax, element.length, layout) else None


def held_frames(source: BinaryIO | Dataset, dataset: Dataset, element: PixelElement) -> int:
    """Return how many frames there are: as many as the header claims, and no more than the pixel data can hold.

    Frames that are cut off at the end of the file are not told apart here: what is missing is found on decoding.
    """
    claimed = frame_count(dataset)
    if claimed == 1:
        return 1
    if element.encapsulated and isinstance(source, io.IOBase):
        return max(1, min(claimed, encapsulated_frames(source, element.offset, claimed)))
    bits = native_bits(dataset)
    return max(1, min(claimed, element.length * 8 // bits)) if bits else claimed


def native_bits(dataset: Dataset) -> int:
    """Return the bits of one uncompressed frame."""
    bits = int(number(dataset, "BitsAllocated") or 0)
    samples = int(number(dataset, "SamplesPerPixel") or 1)
    if text(dataset, "PhotometricInterpretation").upper() == "YBR_FULL_422":
        samples, bits = 1, 2 * bits  # chrominance of every other pixel
    return int(number(dataset, "Rows") or 0) * int(number(dataset, "Columns") or 0) * samples * bits
