"""The DICOM image that the results refer to: the file itself, or a minimal identity for a picture."""

import hashlib
import math
import uuid
from datetime import datetime

import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID, ExplicitVRLittleEndian, VLPhotographicImageStorage

from segx_viewer import __version__
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ExportError
from segx_viewer.reporting.content import pixel_digest

MANUFACTURER = "segx-viewer"

_TEXTS = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
_PLANE = ("ImagePositionPatient", "ImageOrientationPatient")


def reference_dataset(image: MedicalImage) -> Dataset:
    """Return the data set of the image that results belong to, without its pixels where it is a file.

    A picture gets a VL Photographic Image (PS3.3 A.32.4) whose UIDs follow from its pixels, so that the same picture
    is always the same instance.

    Raises
    ------
    ExportError
        If the DICOM file is gone, has changed, or has several frames.
    """
    if not image.source.sop_instance_uid:
        return picture_dataset(image)
    if image.source.frames > 1:
        raise ExportError(f"{image.source.name}: DICOM results are made for single-frame images only.")
    path = image.source.path
    if path is None:
        raise ExportError("DICOM results need the DICOM file of the image.")
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    except (OSError, InvalidDicomError) as error:
        raise ExportError(f"{path.name} could not be read again for its DICOM results.") from error
    if dataset.get("SOPInstanceUID") != image.source.sop_instance_uid:
        raise ExportError(f"{path.name} is no longer the file that was analysed.")
    return _usable(dataset)


def take_identity(reference: Dataset) -> dict[str, str]:
    """Empty the patient's and study's texts in `reference` and return them for `give_identity`.

    highdicom judges them (single names, unknown sexes, odd dates) and warns or refuses; a result has to carry them
    exactly as its source does, because archives match by them.
    """
    taken = {keyword: str(reference.get(keyword) or "") for keyword in _TEXTS}
    for keyword in taken:
        setattr(reference, keyword, "")
    return taken


def give_identity(result: Dataset, taken: dict[str, str]) -> None:
    """Write what `take_identity` returned into a result, whose texts become UTF-8 whatever the source's were."""
    result.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in taken.items():
        setattr(result, keyword, value)


def _usable(dataset: Dataset) -> Dataset:
    """Take out what would make the results invalid and says nothing: a pixel spacing of 0, a frame without a plane.

    Digital radiographs often name a frame of reference and state no position in it.
    """
    spacing = dataset.get("PixelSpacing")
    if spacing is not None and not (len(spacing) == 2 and all(math.isfinite(v) and v > 0 for v in spacing)):
        del dataset.PixelSpacing
    placed = all(dataset.get(keyword) for keyword in _PLANE) or "PerFrameFunctionalGroupsSequence" in dataset
    if "FrameOfReferenceUID" in dataset and not placed:
        del dataset.FrameOfReferenceUID
    return dataset


def picture_dataset(image: MedicalImage) -> FileDataset:
    """Return a picture as a valid VL Photographic Image that names nobody.

    The patient's ID is made of the pixels' hash. Lossy compression is stated where the file's kind tells it.
    """
    digest = pixel_digest(image)
    now = datetime.now()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = VLPhotographicImageStorage
    meta.MediaStorageSOPInstanceUID = uid_of(digest, "image")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID = VLPhotographicImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = uid_of(digest, "study")
    dataset.SeriesInstanceUID = uid_of(digest, "series")
    for keyword in _TEXTS:
        setattr(dataset, keyword, "")
    dataset.PatientID = f"PICTURE-{digest[:16]}"
    dataset.PatientName = "Anonymous^"
    dataset.Modality = "XC"
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions = __version__
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.ContentDate = now.strftime("%Y%m%d")
    dataset.ContentTime = now.strftime("%H%M%S")
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PatientOrientation = ""
    dataset.Laterality = ""
    dataset.AcquisitionContextSequence = []
    lossy = image.source.path is not None and image.source.path.suffix.lower() in (".jpg", ".jpeg", ".webp")
    dataset.LossyImageCompression = "01" if lossy else "00"
    if lossy:
        dataset.LossyImageCompressionMethod = "ISO_10918_1"
        dataset.LossyImageCompressionRatio = 10
    dataset.Rows, dataset.Columns = image.shape
    dataset.SamplesPerPixel = 3
    dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = "RGB"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    return dataset


def uid_of(digest: str, role: str) -> UID:
    """Return the UID (PS3.5 B.2, from a UUID) that a picture's pixels have in a role.

    Examples
    --------
    >>> uid_of("ab", "study") == uid_of("ab", "study") != uid_of("ab", "series")
    True
    """
    number = int.from_bytes(hashlib.sha256(f"{role} {digest}".encode()).digest()[:16])
    return UID(f"2.25.{uuid.UUID(int=number, version=5).int}")


def new_uid() -> UID:
    """Return a fresh UID (PS3.5 B.2)."""
    return UID(f"2.25.{uuid.uuid4().int}")
