"""A drawn CT series: small slices, nobody's."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

SIDE = 128


def write_series(folder: Path, count: int, side: int = SIDE) -> Path:
    """Write `count` slices of `side` x `side` pixels of one series; return the folder."""
    folder.mkdir()
    series, study = generate_uid(), generate_uid()
    y, x = np.mgrid[:side, :side] * (SIDE / side)
    for number in range(count):
        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        data.SeriesInstanceUID, data.StudyInstanceUID, data.Modality = series, study, "CT"
        data.PatientName = data.PatientID = "SYNTHETIC"
        data.InstanceNumber, data.ImagePositionPatient = number + 1, [0, 0, float(number)]
        data.ImageOrientationPatient, data.PixelSpacing = [1, 0, 0, 0, 1, 0], [1, 1]
        data.Rows = data.Columns = side
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
        data.RescaleSlope, data.RescaleIntercept = 1, -1024
        body = np.hypot(y - 64, x - 64 - 20 * np.sin(number / 40)) < 50
        data.PixelData = (100 + 900 * body + number % 50).astype(np.uint16).tobytes()
        data.save_as(folder / f"SYNTHETIC-{number:04d}.dcm", enforce_file_format=True)
    return folder
