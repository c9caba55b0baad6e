#!/usr/bin/env bash
# pydicom 3.0.2: Planar Configuration 1 scrambles the colours of JPEG and JPEG 2000 files, where it has no meaning.
#
# Guess: pixel_array follows PS3.5 8.2: for compressed pixels the codestream says in which order samples lie, so that a
#   header's Planar Configuration 1 changes nothing (DCMTK ignores it; such files are about).
# Case: JPEG baseline, colours, once with Planar Configuration 0 and once with 1, decoded by Pillow. The second array is
#   made of thirds of the interleaved samples. No warning.
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


rows, columns = np.mgrid[:48, :64]
colours = np.dstack([40 + 3 * columns, 30 + 4 * rows, 220 - columns - 2 * rows]).astype(np.uint8)
facts = {"Rows": 48, "Columns": 64, "SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL"}
apart = [int(np.abs(dicom(jpeg(colours), JPEGBaseline8Bit, PlanarConfiguration=planar, **facts).astype(int) - colours).max())
         for planar in (0, 1)]
print("largest difference from what was written: Planar Configuration 0:", apart[0], "- 1:", apart[1])
sys.exit(apart[0] > 4 or apart[1] < 50)
PYTHON
