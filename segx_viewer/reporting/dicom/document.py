"""The report as a document: Encapsulated PDF (PS3.3 A.45.1), which archives file and show without knowing results."""

from datetime import datetime

from highdicom.base import SOPClass
from pydicom.dataset import Dataset
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian

from segx_viewer import __version__
from segx_viewer.reporting.dicom.objects import SERIES
from segx_viewer.reporting.dicom.picture import MANUFACTURER
from segx_viewer.reporting.dicom.uids import new_uid

TITLE = "Explanation report, research use only"


class EncapsulatedReport(SOPClass):
    """A PDF in the source's study, with its patient."""

    def __init__(self, pdf: bytes, reference: Dataset, series: str, *, identity: bool, when: datetime) -> None:
        """Make the object.

        Parameters
        ----------
        pdf : bytes
        reference : Dataset
            The image that is reported on.
        series : str
            Series instance UID.
        identity : bool
            Whether the pages themselves name the patient (Burned In Annotation).
        when : datetime
            Content date.
        """
        super().__init__(
            study_instance_uid=reference.StudyInstanceUID,
            series_instance_uid=series,
            series_number=SERIES["pdf"],
            sop_instance_uid=new_uid(),
            sop_class_uid=EncapsulatedPDFStorage,
            instance_number=1,
            modality="DOC",
            manufacturer=MANUFACTURER,
            transfer_syntax_uid=ExplicitVRLittleEndian,
            manufacturer_model_name=MANUFACTURER,
            software_versions=__version__,
            series_description=TITLE,
        )
        self.copy_patient_and_study_information(reference)
        source = Dataset()
        source.ReferencedSOPClassUID = reference.SOPClassUID
        source.ReferencedSOPInstanceUID = reference.SOPInstanceUID
        values = {
            "ConversionType": "WSD",
            "BurnedInAnnotation": "YES" if identity else "NO",
            "ContentDate": when.strftime("%Y%m%d"),
            "ContentTime": when.strftime("%H%M%S"),
            "AcquisitionDateTime": "",
            "DocumentTitle": TITLE,
            "ConceptNameCodeSequence": [],
            "MIMETypeOfEncapsulatedDocument": "application/pdf",
            "SourceInstanceSequence": [source],
            "EncapsulatedDocumentLength": len(pdf),
        }
        for keyword, value in values.items():
            setattr(self, keyword, value)
        self.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
