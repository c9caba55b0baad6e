#!/usr/bin/env bash
# Pillow 13.0.0 (Linux wheel): it says that it has zlib-ng, and lets the system's zlib unpack PNG files.
#
# Guess: where `features.check("zlib_ng")` is true and names a version, zlib-ng packs and unpacks.
# Case: Pillow 13.0.0 from PyPI, Python 3.11, x86-64 (Debian 12, whose zlib is 1.2.13). A PNG of 1200 x 1600 pixels.
# Seen: what it says comes from the headers that it was compiled with. The wheel brings no zlib along: its module asks for
#   libz.so.1, which is the system's. `features.version("zlib")` names that one, without "zlib-ng" in it. So a
#   picture takes as long to unpack as the system's zlib does.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: pillow==13.0.0

cat >"$work/unpack.py" <<'EOF'
import io
import random
import sys
from pathlib import Path

from PIL import Image, features

values = random.Random(1).choices(range(32), k=1200 * 1600 * 3)
packed = io.BytesIO()
Image.frombytes("RGB", (1600, 1200), bytes(values)).save(packed, "PNG")
with Image.open(packed) as picture:
    picture.load()
loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libz." in line}
own = {path for path in loaded if path.startswith(sys.prefix)}
print("it says zlib-ng", features.version("zlib_ng"), "and runs zlib", features.version("zlib"), "of", *loaded)
sys.exit(not (features.check("zlib_ng") and loaded and not own and "ng" not in features.version("zlib")))
EOF

"$work/venv/bin/python" "$work/unpack.py"
