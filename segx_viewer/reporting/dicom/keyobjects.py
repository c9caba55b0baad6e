"""Images that a reader marked, as Key Object Selection documents (PS3.3 A.35.4), one for each study."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pydicom
from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ExportError
from segx_viewer.reporting.dicom.objects import identity_of
from segx_viewer.reporting.dicom.source import give_identity, reference_dataset, take_identity
from segx_viewer.reporting.dicom.uids import new_uid

DESCRIPTION = "Marked by the reader, research use only"


@dataclass(frozen=True, slots=True, eq=False)
class KeyObjects:
    """The marked images of one study.

    Attributes
    ----------
    study_uid : str
    images : tuple of str
        SOP Instance UIDs, in the order of marking.
    data : bytes
        The document as a DICOM file.
    """

    study_uid: str
    images: tuple[str, ...]
    data: bytes


def key_objects(images: Sequence[MedicalImage]) -> list[KeyObjects]:
    """Return a Key Object Selection (TID 2010, "Of Interest") for each study of the marked images.

    An image's frames are one object, referred to as a whole. Two studies never share a document: highdicom would take
    them and name the first one's patient and evidence for both.

    Raises
    ------
    ExportError
        If none of the images is a DICOM file, or a file is gone or has changed.
    """
    studies: dict[tuple[str, str], dict[str, Dataset]] = {}
    for image in images:
        if image.source.sop_instance_uid:
            reference = reference_dataset(image, frames=True)
            study = str(reference.StudyInstanceUID), str(reference.get("PatientID") or "")
            studies.setdefault(study, {})[str(reference.SOPInstanceUID)] = reference
    if not studies:
        raise ExportError("Key objects refer to DICOM images, and none of the marked images is one.")
    return [KeyObjects(uid, tuple(marked), _document(list(marked.values()))) for (uid, _), marked in studies.items()]


def _document(marked: list[Dataset]) -> bytes:
    identities = [take_identity(reference) for reference in marked]
    identity = identity_of(new_uid(), "ko", 1)
    del identity["device_serial_number"]
    try:
        content = KeyObjectSelection(codes.DCM.OfInterest, marked, description=DESCRIPTION)
        document = KeyObjectSelectionDocument(marked, content, series_description=DESCRIPTION, **identity)
        document.copy_patient_and_study_information(marked[0])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ExportError("Key objects cannot be made: an image's header is too unusual to refer to.") from error
    give_identity(document, identities[0])
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, document, enforce_file_format=True)
    return buffer.getvalue()
