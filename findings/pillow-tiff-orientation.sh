#!/usr/bin/env bash
# Pillow 13.0.0: a grey TIFF that lies on its side comes out scattered when it is opened by its path, right from an open file.
#
# Guess: Image.open(path) and Image.open(file) give the same pixels, and ImageOps.exif_transpose turns them upright.
# Case: uncompressed 8-bit grey, Orientation 6. Opened by a path, the file is mapped into memory, with rows and columns
#   exchanged before their pixels are: the shape stays that of the stored picture, and the rows begin in the wrong places.
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
from PIL import Image, ImageOps

stored = (np.arange(48 * 64).reshape(48, 64) % 251).astype(np.uint8)
tifffile.imwrite("side.tif", stored, extratags=[(274, "H", 1, 6, True)], metadata=None)
upright = np.rot90(stored, -1)


def opened(source):
    with Image.open(source) as picture:
        picture.load()
        return np.asarray(ImageOps.exif_transpose(picture))


with open("side.tif", "rb") as file:
    from_file = opened(file)
from_path = opened("side.tif")
print("upright is", upright.shape, "- from a path:", from_path.shape, np.array_equal(from_path, upright),
      "- from an open file:", from_file.shape, np.array_equal(from_file, upright))
sys.exit(np.array_equal(from_path, upright) or not np.array_equal(from_file, upright))
PYTHON
