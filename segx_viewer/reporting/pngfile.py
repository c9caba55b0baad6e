"""RGB pictures as PNG files (ISO/IEC 15948), strip by strip: a page is never held twice.

Each row is told as its difference from the one above, as libpng would choose for most rows of a page after it has tried
every way. ISA-L packs that in a sixth of the time of zlib's level 2, and smaller; where it is not installed, zlib does.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

packer: Any = zlib
_LEVEL = 2
with suppress(ImportError):  # a platform that it is not built for
    from isal import isal_zlib

    packer, _LEVEL = isal_zlib, 1

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB8 = bytes((8, 2, 0, 0, 0))  # bit depth, colour type, deflate, adaptive filters, no interlacing
_UP = 2  # 9.2: each byte minus the one above it
_STRIP = 64  # rows that stay in the processor's cache


def write_rgb(file: BinaryIO, picture: NDArray[np.uint8]) -> None:
    """Write a picture (H, W, 3) as a PNG file without metadata."""
    height, width = picture.shape[:2]
    file.write(_SIGNATURE + _chunk(b"IHDR", struct.pack(">II", width, height) + _RGB8))
    packed = packer.compressobj(_LEVEL)
    for strip in _filtered(picture):
        if data := packed.compress(strip.data):
            file.write(_chunk(b"IDAT", data))
    file.write(_chunk(b"IDAT", packed.flush()) + _chunk(b"IEND", b""))


def shows(file: BinaryIO, picture: NDArray[np.uint8]) -> bool:
    """Whether a file, from its beginning, is one that `write_rgb` wrote of this picture, whole and undamaged."""
    try:
        return _shows(file, picture)
    except (EOFError, ValueError, struct.error, packer.error):
        return False


def _shows(file: BinaryIO, picture: NDArray[np.uint8]) -> bool:
    height, width = picture.shape[:2]
    head, *middle, end = _chunks(file)
    if head != (b"IHDR", struct.pack(">II", width, height) + _RGB8) or end != (b"IEND", b""):
        return False
    if {kind for kind, _ in middle} != {b"IDAT"}:
        return False
    packed, rest = packer.decompressobj(), b"".join(data for _, data in middle)
    for strip in _filtered(picture):
        found = np.frombuffer(packed.decompress(rest, strip.nbytes), np.uint8)
        if not np.array_equal(found, strip.ravel()):
            return False
        rest = packed.unconsumed_tail
    return not packed.decompress(rest, 1) and bool(packed.eof) and not packed.unused_data


def _filtered(picture: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield the rows of a picture as the file holds them, strip by strip; each is overwritten by the next."""
    rows = picture.reshape(len(picture), -1)
    room = np.full((min(_STRIP, len(rows)), 1 + rows.shape[1]), _UP, np.uint8)
    above = np.zeros_like(rows[0])
    for top in range(0, len(rows), _STRIP):
        strip = rows[top : top + _STRIP]
        found = room[: len(strip)]
        np.subtract(strip[0], above, out=found[0, 1:])
        np.subtract(strip[1:], strip[:-1], out=found[1:, 1:])
        above = strip[-1]
        yield found


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the data of each chunk. Raises `EOFError` where a file ends before, or a chunk is damaged."""
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        raise EOFError
    while head := file.read(8):
        size, kind = struct.unpack(">I4s", head)
        data, told = file.read(size), file.read(4)
        if len(data) < size or told != struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))):
            raise EOFError
        yield kind, data
