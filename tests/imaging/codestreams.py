"""Codestreams of single frames, for headers of every kind."""

import io
import struct

import numpy as np
from PIL import Image


def colour_steps() -> np.ndarray:
    """Draw 64 x 48 pixels whose channels, rows and columns cannot be taken for each other, smooth for JPEG's sake."""
    rows, columns = np.mgrid[:48, :64]
    return np.dstack([40 + 3 * columns, 30 + 4 * rows, 220 - columns - 2 * rows]).astype(np.uint8)


def _saved(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(pixels: np.ndarray, *, keep_rgb: bool = False) -> bytes:
    """Return baseline JPEG, in YCbCr or RGB."""
    options = {"subsampling": 0, "keep_rgb": keep_rgb} if pixels.ndim == 3 else {}
    return _saved(pixels, "JPEG", quality=100, **options)


def jpeg_2000(pixels: np.ndarray, *, mct: int = 0) -> bytes:
    """Return a lossless JPEG 2000 codestream, without or with the reversible colour transformation."""
    return _saved(pixels, "JPEG2000", no_jp2=True, mct=mct)


def jpeg_lossless(pixels: np.ndarray) -> bytes:
    """Return JPEG lossless with first-order prediction (ISO/IEC 10918-1 annex H), all categories in 5 bits."""
    planes = pixels.reshape(*pixels.shape[:2], -1).astype(np.int64)
    rows, columns, components = planes.shape
    bits = pixels.itemsize * 8
    predicted = np.empty_like(planes)
    predicted[:, 1:], predicted[1:, 0], predicted[0, 0] = planes[:, :-1], planes[:-1, 0], 2 ** (bits - 1)
    differences = (planes - predicted + 2**15) % 2**16 - 2**15
    coded = []
    for difference in np.where(differences == -(2**15), 2**15, differences).ravel().tolist():
        category = abs(difference).bit_length()
        coded.append(f"{category:05b}")
        if 0 < category < 16:
            coded.append(f"{difference if difference > 0 else difference + 2**category - 1:0{category}b}")
    code = "".join(coded)
    code += "1" * (-len(code) % 8)
    scan = int(code, 2).to_bytes(len(code) // 8).replace(b"\xff", b"\xff\0")
    ids = range(1, components + 1)
    frame = struct.pack(">BHHB", bits, rows, columns, components) + b"".join(bytes((i, 0x11, 0)) for i in ids)
    table = bytes((0, 0, 0, 0, 0, 17, *[0] * 11, *range(17)))
    header = bytes((components, *(part for i in ids for part in (i, 0)), 1, 0, 0))
    marked = ((0xC3, frame), (0xC4, table), (0xDA, header))
    segments = (struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in marked)
    return b"\xff\xd8" + b"".join(segments) + scan + b"\xff\xd9"
