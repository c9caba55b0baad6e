"""What a compressed frame says of itself: its own size, depth and sign, whatever the header claims."""

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

_SOF = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7}
_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
_PROCESSES = {0xC3: "lossless", 0xC5: "hierarchical", 0xC6: "hierarchical", 0xC7: "hierarchical", 0xF7: "near-lossless"}
_ARITHMETIC = range(0xC9, 0xD0)
_DEEPEST_HEADER = 2**20  # bytes looked through: application segments may hold a colour profile
_ITEM = 0xFFFE, 0xE000


@dataclass(frozen=True, slots=True)
class Stream:
    """The frame header of a JPEG, JPEG-LS or JPEG 2000 codestream.

    Attributes
    ----------
    rows, columns : int
    precision : int
        Bits per sample of the first component.
    components : int
    signed : bool or None
        Of the first component; None where the format has no signs (JPEG, JPEG-LS).
    process : str
        Of JPEG: "lossless", "near-lossless" (JPEG-LS), "hierarchical", "arithmetically coded"; "" for others.
    """

    rows: int
    columns: int
    precision: int
    components: int
    signed: bool | None = None
    process: str = ""


def stream_of(frame: bytes) -> Stream | None:
    """Read the frame header of a codestream (ISO/IEC 10918-1 B.2.2, 14495-1 C.2.2, 15444-1 A.5.1).

    Returns
    -------
    Stream or None
        None for another kind of data, such as RLE, and for a header that is damaged or leaves its height open.
    """
    start = frame[: 2**16].find(b"\xff\x4f\xff\x51")
    if start >= 0 and not frame.startswith(b"\xff\xd8"):
        return _jpeg_2000(frame[start + 4 : start + 46])
    return _jpeg(frame[:_DEEPEST_HEADER]) if frame.startswith(b"\xff\xd8") else None


def _jpeg_2000(siz: bytes) -> Stream | None:
    if len(siz) < 42:
        return None
    _, _, right, bottom, left, top = struct.unpack(">HHLLLL", siz[:20])
    (components, depth) = struct.unpack(">HB", siz[36:39])
    if not (0 < right - left < 2**16 and 0 < bottom - top < 2**16 and components):  # more than DICOM has rows
        return None
    return Stream(bottom - top, right - left, (depth & 0x7F) + 1, components, bool(depth & 0x80))


def _jpeg(frame: bytes) -> Stream | None:
    at = 2
    while at + 4 <= len(frame):
        if frame[at] != 0xFF:
            return None
        marker = frame[at + 1]
        if marker == 0xFF or marker in _BARE:  # a fill byte, or nothing follows
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack(">H", frame[at + 2 : at + 4])
        if marker in _SOF:
            if length < 8 or at + 10 > len(frame):
                return None
            precision, rows, columns, components = struct.unpack(">BHHB", frame[at + 4 : at + 10])
            if not rows or not columns or not components:
                return None
            process = "arithmetically coded" if marker in _ARITHMETIC else _PROCESSES.get(marker, "")
            return Stream(rows, columns, precision, components, None, process)
        at += 2 + length
    return None


def encapsulated_frames(file: BinaryIO, offset: int, most: int) -> int:
    """Count the frames that encapsulated pixels can hold (PS3.5 A.4), which have at least one fragment each.

    Parameters
    ----------
    offset : int
        Where the basic offset table begins.
    most : int
        Counting ends here.
    """
    left = file.seek(0, io.SEEK_END) - offset
    file.seek(offset)
    count = -1  # the first item is the offset table
    while count < most:
        head = file.read(8)
        if len(head) < 8:
            break
        group, element, length = struct.unpack("<HHL", head)
        if (group, element) != _ITEM:
            break
        if count < 0 and 0 < length <= left:  # as many frames as the table has entries, where it has any
            return int(length) // 4
        count += 1
        file.seek(length, io.SEEK_CUR)
    return max(count, 0)
