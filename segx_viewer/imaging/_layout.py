"""How the pixels of a DICOM file lie in it, as its header says."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from segx_viewer.imaging.header import number, text, value

if TYPE_CHECKING:
    from pydicom.pixels.decoders.base import DecodeOptions

_SYNTAXES = {ImplicitVRLittleEndian, ExplicitVRLittleEndian}
_MONOCHROME = {"MONOCHROME1", "MONOCHROME2"}


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """The Image Pixel module (PS3.3 C.7.6.3), with the obvious value where the header has none or nonsense.

    Attributes
    ----------
    keyword : str
        Of the element that holds the pixels.
    samples, planar : int
        Samples per Pixel, Planar Configuration.
    photometric : str
        Photometric Interpretation.
    frames, rows, columns : int
    allocated, stored, stated_high_bit : int
        Bits Allocated, Bits Stored, High Bit.
    signed : bool
        Pixel Representation.
    extended_offsets : tuple of bytes or None
        Extended Offset Table and its lengths.
    """

    keyword: str
    samples: int
    photometric: str
    planar: int
    frames: int
    rows: int
    columns: int
    allocated: int
    stored: int
    stated_high_bit: int
    signed: int
    extended_offsets: tuple[bytes, bytes] | None = None

    @classmethod
    def of(cls, dataset: Dataset, keyword: str) -> "PixelLayout":
        """Read the layout from a header."""
        samples, allocated = int(number(dataset, "SamplesPerPixel") or 1), int(number(dataset, "BitsAllocated") or 0)
        photometric = text(dataset, "PhotometricInterpretation").upper()
        offsets, lengths = value(dataset, "ExtendedOffsetTable"), value(dataset, "ExtendedOffsetTableLengths")
        return cls(
            keyword=keyword,
            samples=samples,
            photometric=photometric or ("RGB" if samples == 3 else "MONOCHROME2"),
            planar=int(number(dataset, "PlanarConfiguration") or 0),
            frames=frame_count(dataset),
            rows=int(number(dataset, "Rows") or 0),
            columns=int(number(dataset, "Columns") or 0),
            allocated=allocated,
            stored=int(number(dataset, "BitsStored") or allocated),
            stated_high_bit=int(number(dataset, "HighBit") or 0),
            signed=int(number(dataset, "PixelRepresentation") or 0),
            extended_offsets=(offsets, lengths) if offsets and lengths else None,
        )

    @property
    def frame_bytes(self) -> int:
        """Bytes of one uncompressed frame of one sample per pixel."""
        return self.rows * self.columns * self.allocated // 8

    @property
    def high_bit(self) -> int:
        """The highest bit of a pixel's value (PS3.5 8.1.1), the usual one where the header's is impossible."""
        return self.stated_high_bit if self.stored <= self.stated_high_bit < self.allocated else self.stored - 1

    @property
    def dtype(self) -> np.dtype[np.integer]:
        """The type of little-endian pixels of 8 or 16 bits."""
        return np.dtype(f"<{'i' if self.signed else 'u'}{self.allocated // 8}")

    def options(self) -> "DecodeOptions":
        """Return what pydicom's decoders ask for."""
        found: DecodeOptions = {
            "pixel_keyword": self.keyword,
            "samples_per_pixel": self.samples,
            "photometric_interpretation": self.photometric,
            "planar_configuration": self.planar,
            "number_of_frames": self.frames,
            "rows": self.rows,
            "columns": self.columns,
            "bits_allocated": self.allocated,
            "bits_stored": self.stored,
            "pixel_representation": self.signed,
            "allow_excess_frames": False,
        }
        if self.extended_offsets is not None:
            found["extended_offsets"] = self.extended_offsets
        return found


def is_native(syntax: UID, length: int, layout: PixelLayout) -> bool:
    """Whether pixels are little-endian numbers of 8 or 16 bits, one each: there is nothing to decode.

    Parameters
    ----------
    syntax : UID
        As the pixels are, whatever the header says.
    length : int
        Bytes of the pixel data.
    layout : PixelLayout
    """
    return (
        syntax in _SYNTAXES
        and layout.keyword == "PixelData"
        and layout.samples == 1
        and layout.photometric in _MONOCHROME
        and layout.allocated in (8, 16)
        and 1 <= layout.stored <= layout.allocated
        and layout.signed in (0, 1)
        and min(layout.rows, layout.columns) > 0
        and length >= layout.frame_bytes * layout.frames
    )


def frame_count(dataset: Dataset) -> int:
    """Return the number of frames, at least 1."""
    return max(1, int(number(dataset, "NumberOfFrames") or 1))
