#!/usr/bin/env bash
# SimpleITK 2.5.2: two echoes of one MR series stay one "series" even with useSeriesDetails, and a spacing is made up.
#
# Guess: GetGDCMSeriesIDs(folder, useSeriesDetails=True), which is there to part what one Series Instance UID holds, gives
#   two series for a dual-echo acquisition, with four slices 5 mm apart each.
# Case: one MR series, two echoes (Echo Numbers 1 and 2, Echo Time 10 and 90 ms) at each of four positions 5 mm apart, as
#   scanners write it. One series of eight files comes back; read, the echoes alternate slice by slice in one volume, whose
#   spacing is said to be 15 mm / 7 = 2.14 mm. A viewer must part stacks by echo itself.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check SimpleITK==2.5.2 pydicom==3.0.1 numpy==2.4.6
mkdir "$work/series"
"$work/venv/bin/python" - "$work/series" <<'PY'
import sys
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

folder = Path(sys.argv[1])
study, series, frame = (generate_uid() for _ in range(3))
for number in range(1, 9):
    z, echo = divmod(number - 1, 2)
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.SOPInstanceUID = MRImageStorage, generate_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID, image.FrameOfReferenceUID = study, series, frame
    image.PatientName, image.PatientID, image.Modality = "Test^Echo", "1", "MR"
    image.SeriesNumber, image.InstanceNumber = 1, number
    image.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    image.ScanningSequence, image.SequenceVariant, image.ScanOptions, image.MRAcquisitionType = "SE", "SK", "", "2D"
    image.RepetitionTime, image.EchoTrainLength = 2000, 2
    image.EchoNumbers, image.EchoTime = echo + 1, (10.0, 90.0)[echo]
    image.ImageOrientationPatient, image.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 5 * z]
    image.PixelSpacing, image.SliceThickness = [1, 1], 5
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = 8
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 0
    image.PixelData = np.full((8, 8), (echo + 1) * 100 + z, np.uint16).tobytes()
    pydicom.dcmwrite(folder / f"{number}.dcm", image, enforce_file_format=True)

SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
reader = SimpleITK.ImageSeriesReader
found = reader.GetGDCMSeriesIDs(str(folder), True)
print("series found with useSeriesDetails:", len(found))
volume = SimpleITK.ReadImage(reader.GetGDCMSeriesFileNames(str(folder), found[0], True))
values = SimpleITK.GetArrayFromImage(volume)[:, 0, 0].tolist()
print("slices (echo, place):", values, "spacing:", round(volume.GetSpacing()[2], 2), "mm")
as_known = len(found) == 1 and values == [100, 200, 101, 201, 102, 202, 103, 203] and volume.GetSpacing()[2] < 3
sys.exit(not as_known)
PY
