"""The images that the reader marked as key images."""

from segx_viewer.app.model.documents import Documents
from segx_viewer.domain.image import MedicalImage


def key_images(documents: Documents, study_uid: str = "") -> tuple[MedicalImage, ...]:
    """Return the facts of the marked images that are DICOM, of one study or of all, in the order of the list."""
    headers = [document.header for document in documents if document.is_key]
    return tuple(
        header
        for header in headers
        if header is not None
        and header.source.sop_instance_uid
        and (not study_uid or header.source.study_uid == study_uid)
    )
