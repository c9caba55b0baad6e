"""Made-up DICOM images of the classes that results are made from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import ExplicitVRLittleEndian


@dataclass(frozen=True, slots=True)
class Source:
    """What images of a class state: SOP class, modality, and attributes beside those of every image."""

    uid: str
    modality: str
    colour: bool = False
    stated: tuple[tuple[str, object], ...] = ()


_PLANE = (
    ("FrameOfReferenceUID", "1.2.3.8"),
    ("PositionReferenceIndicator", ""),
    ("ImagePositionPatient", [-100, -120.5, 30]),
    ("ImageOrientationPatient", [1, 0, 0, 0, 1, 0]),
    ("PixelSpacing", [0.7, 0.7]),
    ("SliceThickness", 3),
)
_DETECTOR = (("ImagerPixelSpacing", [0.143, 0.143]),)
_ONE = (("NumberOfFrames", 1),)

SOURCES = {
    "Computed Radiography": Source("1.2.840.10008.5.1.4.1.1.1", "CR"),
    "Digital X-Ray": Source("1.2.840.10008.5.1.4.1.1.1.1", "DX", stated=_DETECTOR),
    "Digital Mammography": Source("1.2.840.10008.5.1.4.1.1.1.2", "MG", stated=(*_DETECTOR, ("ImageLaterality", "L"))),
    "CT": Source("1.2.840.10008.5.1.4.1.1.2", "CT", stated=_PLANE),
    "MR": Source("1.2.840.10008.5.1.4.1.1.4", "MR", stated=_PLANE),
    "PET": Source("1.2.840.10008.5.1.4.1.1.128", "PT", stated=_PLANE),
    "X-Ray Angiographic": Source("1.2.840.10008.5.1.4.1.1.12.1", "XA", stated=_DETECTOR),
    "X-Ray Radiofluoroscopic": Source("1.2.840.10008.5.1.4.1.1.12.2", "RF", stated=(*_DETECTOR, *_ONE)),
    "Ultrasound": Source("1.2.840.10008.5.1.4.1.1.6.1", "US", colour=True),
    "Ultrasound Multi-frame": Source("1.2.840.10008.5.1.4.1.1.3.1", "US", stated=_ONE),
    "Secondary Capture": Source("1.2.840.10008.5.1.4.1.1.7", "OT", colour=True),
    "VL Photographic": Source("1.2.840.10008.5.1.4.1.1.77.1.4", "XC", colour=True),
    "Ophthalmic Photography 8 Bit": Source("1.2.840.10008.5.1.4.1.1.77.1.5.1", "OP", colour=True, stated=_ONE),
}


def write_source(path: Path, name: str, shape: tuple[int, int] = (120, 90)) -> Path:
    """Write an image of a class of `SOURCES`, whose numbers of rows and columns are multiples of nothing."""
    source = SOURCES[name]
    rng = np.random.default_rng(1)
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID, dataset.Modality = source.uid, source.modality
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID = "1.2.3.1", "1.2.3.2", "1.2.3.3"
    dataset.PatientName, dataset.PatientID, dataset.PatientSex = "Mönch^Anna", "4711", "F"
    dataset.PatientBirthDate, dataset.StudyDate, dataset.StudyTime = "19400305", "20240102", "101112"
    dataset.StudyID, dataset.AccessionNumber, dataset.ReferringPhysicianName = "S1", "A1", "Ref^Erring"
    dataset.SeriesNumber, dataset.InstanceNumber, dataset.Manufacturer = 1, 1, "X"
    dataset.ImageType, dataset.PatientOrientation = ["ORIGINAL", "PRIMARY"], ["L", "F"]
    dataset.Rows, dataset.Columns = shape
    if source.colour:
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
        bits, pixels = 8, rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    else:
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        bits, pixels = 16, rng.integers(0, 4096, shape, dtype=np.uint16)
    dataset.BitsAllocated, dataset.BitsStored, dataset.PixelRepresentation = bits, min(bits, 12), 0
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelData = pixels.tobytes()
    for keyword, value in source.stated:
        setattr(dataset, keyword, value)
    dataset.save_as(path, enforce_file_format=True)
    return path
