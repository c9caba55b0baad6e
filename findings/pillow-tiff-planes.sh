#!/usr/bin/env bash
# Pillow 13.0.0: TIFF colours of 16 bits in separate planes come out as noise where they are uncompressed.
#
# Guess: Image.open refuses what it cannot decode, and otherwise Planar Configuration changes nothing about the colours.
# Case: RGB, 16 bits each, PlanarConfiguration 2, uncompressed. The planes are unpacked byte by byte: the low bytes become
#   pixels of their own. Deflated, the same picture is right. No warning.
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

colours = np.zeros((48, 64, 3), np.uint16)
colours[..., 0], colours[..., 1] = 50_000, np.arange(64) * 500
right = {}
for compression in (None, "deflate"):
    tifffile.imwrite("a.tif", np.ascontiguousarray(colours.transpose(2, 0, 1)), photometric="rgb",
                     planarconfig="separate", compression=compression, metadata=None)
    with Image.open("a.tif") as picture:
        found = np.asarray(picture)
    right[compression] = np.array_equal(found, colours >> 8)
    print(compression or "uncompressed", found[0, :3].tolist(), "as written:", (colours >> 8)[0, :3].tolist())
sys.exit(right[None] or not right["deflate"])
PYTHON
