"""PNG files unpacked by ISA-L: Pillow has zlib unpack a line at a time, which takes twice as long as the rest of it.

Pillow still reads the file, with all that it says, but for pixels that are stored as they are. (That it has zlib-ng is
what it says: findings/pillow-zlib-ng-unused.sh.)
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER, _PIXELS, _ANIMATION = b"IHDR", b"IDAT", b"acTL"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_MOST = 2**26  # bytes; the pixels of larger pictures are not held twice


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    data: memoryview
    end: int


def unpacked(file: BinaryIO) -> BinaryIO:
    """Return a PNG file (W3C PNG, third edition) with pixels that are not packed.

    The file itself, at its beginning, where it is none, is damaged, interlaced, animated or large.
    """
    file.seek(0)
    if file.read(len(_SIGNATURE)) == _SIGNATURE and file.seek(0, io.SEEK_END) <= _MOST:
        file.seek(0)
        data = file.read()
        try:
            found = _stored(data)
        except (struct.error, ValueError):
            found = None
        if found is not None:
            return io.BytesIO(found)
    file.seek(0)
    return file


def _stored(data: bytes) -> bytes | None:
    chunks = list(_chunks(data))
    pixels = [chunk for chunk in chunks if chunk.kind == _PIXELS]
    if not pixels or any(chunk.kind == _ANIMATION for chunk in chunks):
        return None
    size = _size(chunks[0])
    together = chunks.index(pixels[-1]) - chunks.index(pixels[0]) + 1 == len(pixels)
    if not together or not 0 < size <= _MOST:
        return None
    values = _inflated(b"".join(chunk.data for chunk in pixels), size)
    if values is None:
        return None
    packed = zlib.compress(values, 0)
    whole = struct.pack(">I", len(packed)), _PIXELS, packed, struct.pack(">I", zlib.crc32(packed, zlib.crc32(_PIXELS)))
    return b"".join((data[: pixels[0].start], *whole, data[pixels[-1].end :]))


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Yield the chunks of a PNG file. Raises `ValueError` or `struct.error` where one is cut off."""
    view, at = memoryview(data), len(_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("cut off")
        yield _Chunk(kind, at, view[at + 8 : end - 4], end)
        at = end


def _size(header: _Chunk) -> int:
    """Return how many bytes the unpacked lines have, each with its filter's; 0 for what is left to Pillow."""
    if header.kind != _HEADER or len(header.data) != 13:
        return 0
    columns, rows, bits, colour, compression, filtering, interlaced = struct.unpack(">IIBBBBB", header.data)
    if colour not in _SAMPLES or compression or filtering or interlaced:
        return 0
    return int(rows * (1 + (columns * _SAMPLES[colour] * bits + 7) // 8))


def _inflated(packed: bytes, size: int) -> bytes | None:
    """Return exactly so many bytes; None where there are more or fewer, or they are damaged."""
    try:
        from isal import isal_zlib
    except ImportError:  # a platform that it is not built for
        return None
    unpacker: Any = isal_zlib
    unpacking = unpacker.decompressobj()
    try:
        values: bytes = unpacking.decompress(packed, size + 1)
    except unpacker.error:
        return None
    return values if len(values) == size and unpacking.eof and not unpacking.unused_data else None
