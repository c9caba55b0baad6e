#!/usr/bin/env bash
# pydicom 3.0.2: a JPEG of 160 x 120 under a header of 120 x 160 becomes a scattered picture, without a warning.
#
# Guess: pixel_array checks a codestream's own size against Rows and Columns, and warns or refuses.
# Case: JPEG baseline, grey, Rows and Columns exchanged. Only the number of bytes is checked, which is the same, and the
#   rows of the array begin in the wrong places.
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
rows, columns = np.mgrid[:120, :160]
picture = (rows + columns // 2).astype(np.uint8)
found = dicom(jpeg(picture), JPEGBaseline8Bit, Rows=160, Columns=120)
scattered = np.abs(found.astype(int) - picture.reshape(160, 120)).max() <= 2
print("shape", found.shape, "- the codestream's rows laid end to end and cut anew:", scattered)
sys.exit(not scattered)
PYTHON
