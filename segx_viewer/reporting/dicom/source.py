"""The DICOM image that the results refer to: the file itself, or a minimal identity for a picture."""

import contextlib
import math

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID, ComputedRadiographyImageStorage

from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ExportError
from segx_viewer.reporting.dicom.picture import picture_dataset

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
_COMPRESSION = ("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod")
_PLANE = ("ImagePositionPatient", "ImageOrientationPatient")


def reference_dataset(image: MedicalImage, *, frames: bool = False) -> Dataset:
    """Return the data set of the image that results belong to, without its pixels where it is a file.

    A picture gets one whose UIDs follow from its pixels, so that the same picture is always the same instance.

    Parameters
    ----------
    image : MedicalImage
    frames : bool
        Take a file of several frames too, which is referred to as a whole.

    Raises
    ------
    ExportError
        If the DICOM file is gone, has changed, or has several frames and may not.
    """
    if not image.source.sop_instance_uid:
        return _usable(picture_dataset(image))
    if image.source.frames > 1 and not frames:
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
    with contextlib.suppress(LookupError, ValueError, TypeError):  # a set of characters that nobody knows
        dataset.decode()
        dataset.SpecificCharacterSet = "ISO_IR 192"  # highdicom copies it, and knows no empty first one
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


def take_class(reference: Dataset) -> UID:
    """Make `reference` an image of a single-frame class and return its own one for `give_class`.

    highdicom tells by the class whether to look for functional groups, which single frames of multi-frame classes
    (fluoroscopy, angiography, ultrasound, ophthalmic photographs) have none of.
    """
    own = UID(reference.SOPClassUID)
    if "PerFrameFunctionalGroupsSequence" not in reference:
        reference.SOPClassUID = ComputedRadiographyImageStorage
    return own


def give_class(result: Dataset, instance: str, own: UID) -> None:
    """Set the SOP class of an image (`own`) in every sequence item of a result that refers to the image's UID."""
    for element in result.iterall():
        if element.VR == "SQ":
            for item in element.value:
                if item.get("ReferencedSOPInstanceUID") == instance:
                    item.ReferencedSOPClassUID = own


def _usable(dataset: Dataset) -> Dataset:
    """Take out what would make the results invalid and says nothing.

    That is a pixel spacing of 0, a frame of reference without a plane, lossy compression without a word or ratio, and
    the count of a single frame.
    Digital radiographs often name a frame of reference and state no position in it.
    """
    spacing = dataset.get("PixelSpacing")
    if spacing is not None and not (len(spacing) == 2 and all(math.isfinite(v) and v > 0 for v in spacing)):
        del dataset.PixelSpacing
    lossy = str(dataset.get("LossyImageCompression") or "")
    if not lossy or (lossy == "01" and not dataset.get("LossyImageCompressionRatio")):
        for keyword in _COMPRESSION:
            dataset.pop(keyword, None)
    if dataset.get("NumberOfFrames") == 1 and "PerFrameFunctionalGroupsSequence" not in dataset:
        del dataset.NumberOfFrames  # highdicom looks for functional groups in whatever counts frames
    placed = all(dataset.get(keyword) for keyword in _PLANE) or "PerFrameFunctionalGroupsSequence" in dataset
    if "FrameOfReferenceUID" in dataset and not placed:
        del dataset.FrameOfReferenceUID
    return dataset
