#!/usr/bin/env bash
# pydicom 3.0.2: High Bit is not looked at, and left-justified pixels lose their highest bits.
#
# Guess: with Bits Allocated 16, Bits Stored 12 and High Bit 15, which earlier editions of PS3.5 8.1.1 allowed (older scanners write
#   it), pixel_array gives the 12 bits, as DCMTK and GDCM do - or all 16.
# Case: values 0 to 4095 shifted to the left by 4. The array has the lower 12 of the 16 bits, shifted to the left: what is
#   brighter than a sixteenth of white begins again at black. No warning.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 pillow==13.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid


def dicom(pixels, syntax, **header):
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", generate_uid()
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation, data.SamplesPerPixel = 7, 0, 1
    data.PhotometricInterpretation, data.PixelData = "MONOCHROME2", pixels
    for keyword, value in header.items():
        setattr(data, keyword, value)
    data["PixelData"].VR = "OW" if data.BitsAllocated == 16 else "OB"
    data["PixelData"].is_undefined_length = syntax == JPEGBaseline8Bit
    data.save_as("a.dcm", enforce_file_format=True)
    return pydicom.dcmread("a.dcm").pixel_array


def jpeg(picture):
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=100, **({"subsampling": 0} if picture.ndim == 3 else {}))
    return encapsulate([buffer.getvalue()])


import warnings

warnings.simplefilter("error")
values = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
found = dicom((values << 4).tobytes(), ExplicitVRLittleEndian, Rows=64, Columns=64, BitsAllocated=16, BitsStored=12,
              HighBit=15)
print("as written:", values[8, :4].tolist(), "- pixel_array:", found[8, :4].tolist())
sys.exit(not np.array_equal(found, (values << 4) & 0x0FFF))
PYTHON
