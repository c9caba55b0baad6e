"""A frame between decoding and `MedicalImage`: stored values, and what turns them into modality units."""

from dataclasses import dataclass, field, replace
from typing import Required, TypedDict

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import (
    Acquisition,
    CalibratedRegion,
    MedicalImage,
    Overlay,
    PatientIdentity,
    PhotometricInterpretation,
    PixelSpacing,
    SourceInfo,
    VoiLut,
    WindowLevel,
)
from segx_viewer.domain.slices import SlicePosition


@dataclass(frozen=True, slots=True, eq=False)
class Modality:
    """The modality transformation (PS3.3 C.11.1): a table, or slope and intercept."""

    slope: float = 1.0
    intercept: float = 0.0
    table: NDArray[np.uint16] | None = field(default=None, repr=False)
    first: int = 0

    def __call__(self, stored: Numbers, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Return modality values, written to `out` if given.

        32-bit integers are rescaled in double precision before rounding to float32.
        """
        result = np.empty(stored.shape, np.float32) if out is None else out
        if self.table is not None:
            index = np.clip(stored.astype(np.int64) - self.first, 0, len(self.table) - 1)
            result[...] = self.table[index]
        elif stored.dtype.kind != "f" and stored.dtype.itemsize > 2:
            result[...] = stored * self.slope + self.intercept
        else:
            result[...] = stored
            if self.slope != 1:
                result *= np.float32(self.slope)
            if self.intercept != 0:
                result += np.float32(self.intercept)
        return result


class ImageFields(TypedDict, total=False):
    """The fields of `MedicalImage` but `pixels`."""

    modality: Required[str]
    photometric: Required[PhotometricInterpretation]
    source: Required[SourceInfo]
    windows: tuple[WindowLevel, ...]
    voi_luts: tuple[VoiLut, ...]
    presentation_inverse: bool
    spacing: PixelSpacing | None
    pixel_aspect: float
    orientation: tuple[str, str] | None
    padding: tuple[float, float] | None
    bits_stored: int
    acquisition: Acquisition
    identity: PatientIdentity | None
    overlays: tuple[Overlay, ...]
    regions: tuple[CalibratedRegion, ...]
    place: SlicePosition
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Stored values of one frame and all other fields of the image to be.

    Stored values are what crosses from the decoding process: half or a quarter of the modality values' bytes.

    Attributes
    ----------
    values : ndarray
        (H, W) of any number type, or (H, W, 3) uint8 RGB.
    modality : Modality or None
        None for colour.
    fields : ImageFields
    """

    values: Numbers
    modality: Modality | None
    fields: ImageFields

    def image(self) -> MedicalImage:
        """Finish the image."""
        pixels = np.asarray(self.values, np.uint8) if self.modality is None else self.modality(self.values)
        return MedicalImage(pixels=pixels, **self.fields)

    def noted(self, *notes: str) -> "Decoded":
        """Return the same with further notes for the reader."""
        source = self.fields["source"]
        fields = self.fields.copy()
        fields["source"] = replace(source, notes=(*source.notes, *notes))
        return replace(self, fields=fields)
