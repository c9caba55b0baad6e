#!/usr/bin/env bash
# Pillow 13.0.0: compressed big-endian TIFF of 32-bit numbers is read with its bytes exchanged.
#
# Guess: a TIFF's compression changes nothing about its numbers: 1000.0 is 1000.0, deflated or not.
# Case: float32 and int32, byte order MM, compression 8 (Deflate). libtiff hands over numbers in the machine's own order,
#   and Pillow's raw mode for big-endian files exchanges their bytes once more: 1000.0 becomes 4.4e-41, without a warning.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import tifffile
from PIL import Image

changed = False
for kind in (np.float32, np.int32):
    numbers = (np.arange(48 * 64).reshape(48, 64) + 1000).astype(kind)
    for compression in (None, "deflate"):
        tifffile.imwrite("a.tif", numbers, byteorder=">", compression=compression, metadata=None)
        assert np.array_equal(tifffile.imread("a.tif"), numbers)
        with Image.open("a.tif") as picture:
            found = np.asarray(picture)
        print(kind.__name__, compression or "uncompressed", "first number:", found[0, 0], "as written: 1000")
        expected = numbers.byteswap() if compression else numbers
        changed |= not np.array_equal(found, expected, equal_nan=kind is np.float32)
sys.exit(changed)
PYTHON
