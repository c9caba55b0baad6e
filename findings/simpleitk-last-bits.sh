#!/usr/bin/env bash
# SimpleITK 2.5.2: the last pixels of a binary DICOM segmentation are not read where their number is no multiple of 8.
#
# Guess: ReadImage of a SEG with 1 bit for each pixel gives every pixel, as pydicom and dcmqi do; the last byte is padded
#   with zero bits (PS3.5 8.1.1), which are no pixels.
# Case: one frame of 5 x 5 pixels, all of them in the segment: 25 bits in 4 bytes. 24 pixels are 255; the 25th, whose bit
#   is in the last, incomplete byte, is whatever the memory held. Of a frame of 8 x 8 all are 255. An area measured by
#   SimpleITK or a program on it may be up to 7 pixels off, in the lower right corner, and differ from run to run.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  SimpleITK==2.5.2 pydicom==3.0.1 highdicom==0.28.2 numpy==2.4.6
"$work/venv/bin/python" - "$work" <<'PY'
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import SimpleITK
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def source(side):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = (generate_uid() for _ in range(3))
    for name in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID"):
        setattr(ds, name, "")
    ds.StudyDate = ds.StudyTime = ds.PositionReferenceIndicator = ""
    ds.Modality, ds.Rows, ds.Columns = "CT", side, side
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 1
    return ds


def unread(side):
    description = hd.seg.SegmentDescription(
        segment_number=1,
        segment_label="all",
        segmented_property_category=CodedConcept("123037004", "SCT", "Anatomical Structure"),
        segmented_property_type=CodedConcept("39607008", "SCT", "Lung"),
        algorithm_type="MANUAL",
    )
    seg = hd.seg.Segmentation(
        source_images=[source(side)],
        pixel_array=np.ones((1, side, side), np.uint8),
        segmentation_type="BINARY",
        segment_descriptions=[description],
        series_instance_uid=generate_uid(),
        series_number=1,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="x",
        manufacturer_model_name="x",
        software_versions="1",
        device_serial_number="1",
    )
    path = Path(sys.argv[1]) / f"{side}.dcm"
    seg.save_as(path)
    assert pydicom.dcmread(path).pixel_array.all()
    counts = [int((SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path))) != 255).sum()) for _ in range(20)]
    print(f"{side} x {side}: pixels that are not 255, in 20 readings: {counts}")
    return max(counts)


sys.exit(0 if unread(8) == 0 and 0 < unread(5) <= 7 else 1)
PY
