"""A picture as a DICOM image that names nobody: the same picture is always the same instance."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, VLPhotographicImageStorage
from pydicom.valuerep import format_number_as_ds

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import MedicalImage
from segx_viewer.reporting.dicom.uids import uid_of
from segx_viewer.reporting.facts import pixel_digest

_EMPTY = (
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
_STEPS = 65_535
_LOSSY = {"JPEG": "ISO_10918_1", "MPO": "ISO_10918_1", "HEIF": "", "AVIF": ""}  # "": no defined term in PS3.3
_LOSSLESS = {"PNG", "BMP", "GIF", "PPM"}
MANUFACTURER = "segx-viewer"


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """Pixels as an uncompressed DICOM image holds them.

    Attributes
    ----------
    values : ndarray
        (H, W) uint8 or uint16, or (H, W, 3) uint8 RGB.
    bits : int
        Bits Stored.
    slope, intercept : float
        Rescale to the image's values (PS3.3 C.11.1).
    rounded : bool
        Whether the image's values are met to the nearest of 65,536 steps only.
    """

    values: Numbers
    bits: int = 8
    slope: float = 1.0
    intercept: float = 0.0
    rounded: bool = False

    @property
    def header(self) -> dict[str, Any]:
        """The Image Pixel module (PS3.3 C.7.6.3) that fits the values, by keyword."""
        rows, columns = self.values.shape[:2]
        allocated = 8 * self.values.dtype.itemsize
        colour = self.values.ndim == 3
        return {
            "Rows": rows,
            "Columns": columns,
            "SamplesPerPixel": 3 if colour else 1,
            "PhotometricInterpretation": "RGB" if colour else "MONOCHROME2",
            **({"PlanarConfiguration": 0} if colour else {}),
            "BitsAllocated": allocated,
            "BitsStored": self.bits,
            "HighBit": self.bits - 1,
            "PixelRepresentation": 0,
        }

    @property
    def data(self) -> bytes:
        """Pixel Data, of even length."""
        data = self.values.astype(self.values.dtype.newbyteorder("<")).tobytes()
        return data + b"\0" * (len(data) % 2)


def stored_pixels(image: MedicalImage) -> Stored:
    """Return an image's pixels in 8 or 16 unsigned bits: as they are where whole numbers allow it, else rescaled.

    Values that are not finite, or are padding, become the nearest value of the others.
    """
    if image.is_colour:
        return Stored(image.pixels)
    values = image.pixels.astype(np.float64)
    counted = np.isfinite(values)
    if image.padding is not None:
        counted &= (values < image.padding[0]) | (values > image.padding[1])
    low, high = (float(values[counted].min()), float(values[counted].max())) if counted.any() else (0.0, 0.0)
    values = np.clip(np.nan_to_num(values, nan=low, posinf=high, neginf=low), low, high)
    whole = bool(np.array_equal(values, np.rint(values)))
    if whole and low >= 0 and high <= _STEPS:
        bits = max(image.bits_stored, int(high).bit_length(), 1)
        narrow = bits <= 8
        return Stored(values.astype(np.uint8 if narrow else np.uint16), 8 if narrow else min(bits, 16))
    if whole and high - low <= _STEPS:
        return Stored((values - low).astype(np.uint16), 16, 1.0, low)
    slope, intercept = _decimal((high - low) / _STEPS or 1.0), _decimal(low)
    steps = np.clip(np.rint((values - intercept) / slope), 0, _STEPS)
    return Stored(steps.astype(np.uint16), 16, slope, intercept, rounded=True)


def picture_dataset(image: MedicalImage, *, with_pixels: bool = False) -> FileDataset:
    """Return a picture as a valid image that names nobody, with its pixels or without.

    Pictures of 8 bits are VL Photographic Images (PS3.3 A.32.4), deeper ones Secondary Captures (A.8.1) with a
    rescale. The UIDs follow from the pixels and from what the file tells of its compression, the patient's ID from
    the pixels; nothing in it depends on when it is made.
    """
    digest = pixel_digest(image)
    stored = stored_pixels(image)
    lossy = _compression(image)
    deep = stored.values.dtype != np.uint8
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage if deep else VLPhotographicImageStorage
    meta.MediaStorageSOPInstanceUID = uid_of(" ".join([digest, *map(str, lossy.values())]), "image")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = uid_of(digest, "study")
    dataset.SeriesInstanceUID = uid_of(digest, "series")
    for keyword in _EMPTY:
        setattr(dataset, keyword, "")
    dataset.PatientID = f"PICTURE-{digest[:16]}"
    dataset.PatientName = "Anonymous^"
    dataset.Modality = "OT" if deep else "XC"
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MANUFACTURER
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PatientOrientation = ""
    dataset.Laterality = ""
    _take(dataset, lossy | stored.header)
    if image.presentation_inverse:
        dataset.PhotometricInterpretation = "MONOCHROME1"
    if deep:
        dataset.ConversionType = "WSD"
        _take(dataset, {"RescaleSlope": stored.slope, "RescaleIntercept": stored.intercept})
        dataset.RescaleType = "US"
    else:
        dataset.AcquisitionContextSequence = []
    if stored.rounded:
        dataset.ImageComments = "The picture's values are rounded to 65,536 steps here."
    if with_pixels:
        dataset.add_new("PixelData", "OW" if deep else "OB", stored.data)
    return dataset


def _take(dataset: Dataset, values: dict[str, Any]) -> None:
    for keyword, value in values.items():
        setattr(dataset, keyword, value)


def _decimal(value: float) -> float:
    """Return the number as a decimal string of 16 characters can hold it (PS3.5 6.2, DS)."""
    return float(format_number_as_ds(value))


def _compression(image: MedicalImage) -> dict[str, Any]:
    """Return what the file's kind tells of lossy compression (PS3.3 C.7.6.1.1.5); empty where it does not tell."""
    kind, path = image.source.transfer_syntax, image.source.path
    if kind in _LOSSLESS:
        return {"LossyImageCompression": "00"}
    size = path.stat().st_size if kind in _LOSSY and path is not None and path.is_file() else 0
    if not size:
        return {"LossyImageCompression": ""}
    ratio = image.source.frames * image.pixels.size * -(-image.bits_stored // 8) / size
    found = {"LossyImageCompression": "01", "LossyImageCompressionRatio": f"{max(ratio, 1.0):.2f}"}
    return found | ({"LossyImageCompressionMethod": _LOSSY[kind]} if _LOSSY[kind] else {})
