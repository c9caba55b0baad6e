"""RGB pictures as PNG files (ISO/IEC 15948), strip by strip: a page is never held twice.

Each row is told as its difference from the one above, as libpng would choose for most rows of a page after it has tried
every way. ISA-L packs that in a sixth of the time of zlib's level 2, and smaller; where it is not installed, zlib does.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import cv2
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
    unpacked = _Unpacked(iter(data for _, data in middle))
    for strip in _filtered(picture):
        rows, at = strip.reshape(-1), 0
        while at < rows.size:
            found = np.frombuffer(unpacked.read(rows.size - at), np.uint8)
            expected = rows[at : at + found.size]
            if not found.size or cv2.norm(found, expected, cv2.NORM_INF):  # one pass, where `array_equal` takes three
                return False
            at += found.size
    return unpacked.ends_here()


class _Unpacked:
    """Packed data in parts, unpacked bit by bit: what is to come is not copied each time."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._rest = parts, b""
        self._packed = packer.decompressobj()

    def read(self, most: int) -> bytes:
        """Return up to so many bytes; none where nothing comes any more."""
        while True:
            self._rest = self._rest or next(self._parts, b"")
            found: bytes = self._packed.decompress(self._rest, most)
            ended, self._rest = not self._rest or self._packed.eof, self._packed.unconsumed_tail
            if found or ended:
                return found

    def ends_here(self) -> bool:
        """Whether all is unpacked, and nothing follows."""
        return not self.read(1) and bool(self._packed.eof) and not self._packed.unused_data and not any(self._parts)


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
