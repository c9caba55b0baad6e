"""A drawn radiograph as a DICOM file: 3000 x 3000 pixels of 16 bits, nobody's picture."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

SIDE = 3000


def draw(side: int = SIDE) -> NDArray[np.uint16]:
    """Two dark lungs between bright bones, with the noise of a detector; 14 bits used."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    lungs = sum(np.exp(-(((x - cx) / 0.14) ** 4 + ((y - 0.02) / 0.3) ** 4)) for cx in (-0.2, 0.2))
    ribs = 0.12 * np.cos(y * 90 + 5 * x * x) * lungs
    values = 11000 - 6500 * lungs + 9000 * ribs + 2500 * np.exp(-((x / 0.05) ** 2))
    grain = cv2.GaussianBlur(np.random.default_rng(7).standard_normal((side, side), np.float32), (0, 0), 0.8)
    return np.clip(values + 120 * grain, 0, 16383).astype(np.uint16)


def write_radiograph(path: Path, *, jpeg2000: bool = False, side: int = SIDE, **elements: object) -> Path:
    """Write it, uncompressed or as lossless JPEG 2000; return the path. `elements` are added by keyword."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    data.SeriesInstanceUID, data.StudyInstanceUID = generate_uid(), generate_uid()
    data.Modality, data.BodyPartExamined, data.ViewPosition = "DX", "CHEST", "PA"
    data.PatientName, data.PatientID, data.PatientAge = "SYNTHETIC", "SYNTHETIC", "009Y"
    data.Rows = data.Columns = side
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 14, 13, 0
    data.WindowCenter, data.WindowWidth = 8000, 12000
    data.ImagerPixelSpacing = [0.14, 0.14]
    for keyword, value in elements.items():
        setattr(data, keyword, value)
    data.PixelData = draw(side).tobytes()
    if jpeg2000:
        data.compress(JPEG2000Lossless)
    data.save_as(path, enforce_file_format=True)
    return path
