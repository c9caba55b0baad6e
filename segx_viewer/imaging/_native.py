"""Uncompressed pixels of the usual kind, read as they lie in the file: there is nothing to decode."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from segx_viewer.domain.arrays import Numbers

_SYNTAXES = {ImplicitVRLittleEndian, ExplicitVRLittleEndian}
_MONOCHROME = {"MONOCHROME1", "MONOCHROME2"}
_BAND = 2**19  # bytes
_THREADS = 4  # more wait for memory rather than use it


def is_native(syntax: UID, length: int, options: dict[str, Any]) -> bool:
    """Whether pixels are little-endian numbers of 8 or 16 bits, one each.

    Parameters
    ----------
    syntax : UID
        As the pixels are, whatever the header says.
    length : int
        Bytes of the pixel data.
    options : dict
        As `_pixels.pixel_options` returns them.
    """
    return (
        syntax in _SYNTAXES
        and options["pixel_keyword"] == "PixelData"
        and options["samples_per_pixel"] == 1
        and options["photometric_interpretation"] in _MONOCHROME
        and options["bits_allocated"] in (8, 16)
        and 1 <= options["bits_stored"] <= options["bits_allocated"]
        and options["pixel_representation"] in (0, 1)
        and min(options["rows"], options["columns"]) > 0
        and length >= frame_bytes(options) * options["number_of_frames"]
    )


def frame_bytes(options: dict[str, Any]) -> int:
    """Return the bytes of one frame."""
    return options["rows"] * options["columns"] * options["bits_allocated"] // 8


def read_native(file: BinaryIO, offset: int, options: dict[str, Any], frame: int) -> Numbers:
    """Read one frame from the file, whose pixels begin at `offset`; the same values as pydicom's decoder returns.

    Raises
    ------
    EOFError
        If the file ends before.
    """
    values = np.empty((options["rows"], options["columns"]), _dtype(options))
    for top, band in native_bands(file, offset, options, frame):
        values[top : top + len(band)] = band
    return values


def each_band(
    path: Path,
    offset: int,
    options: dict[str, Any],
    frame: int,
    seconds: float,
    work: Callable[[int, Numbers], None],
) -> None:
    """Call `work` with each of `native_bands`, several at a time: the parts of one frame in threads of their own.

    Raises
    ------
    EOFError, TimeoutError
        As `native_bands` does.
    """
    rows = options["rows"]
    bands = -(-rows // _band_rows(options))
    threads = min(_THREADS, os.cpu_count() or 1, bands)
    share = -(-bands // threads) * _band_rows(options)

    def read(first: int) -> None:
        with path.open("rb") as file:
            part = range(first, min(first + share, rows))
            for top, band in native_bands(file, offset, options, frame, seconds, part):
                work(top, band)

    if threads == 1:
        read(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(read, range(0, rows, share)))


def native_bands(
    file: BinaryIO,
    offset: int,
    options: dict[str, Any],
    frame: int,
    seconds: float = float("inf"),
    part: range | None = None,
) -> Iterator[tuple[int, Numbers]]:
    """Read one frame, or some of its rows, by bands that stay in the processor's cache for whoever works on them.

    Yields
    ------
    top : int
        Even where the first row asked for is.
    band : ndarray
        Stored values of some rows from `top` on; overwritten by the next band.

    Raises
    ------
    EOFError
        If the file ends before.
    TimeoutError
        After `seconds`, for a disk or network that gives its bytes slowly.
    """
    deadline = time.monotonic() + seconds
    part = range(options["rows"]) if part is None else part
    room = np.empty((min(len(part), _band_rows(options)), options["columns"]), _dtype(options))
    file.seek(offset + frame * frame_bytes(options) + part.start * room[:1].nbytes)
    for top in part[:: len(room)]:
        if top != part.start and time.monotonic() > deadline:
            raise TimeoutError
        band = room[: part.stop - top]
        if file.readinto(band.data.cast("B")) != band.nbytes:  # type: ignore[attr-defined]
            raise EOFError
        _clear_unused_bits(band, options["bits_stored"], high_bit(options))
        yield top, band


def _band_rows(options: dict[str, Any]) -> int:
    """Return the rows of a band, an even number."""
    return 2 * max(1, _BAND // (2 * options["columns"] * _dtype(options).itemsize))


def _dtype(options: dict[str, Any]) -> np.dtype[Any]:
    return np.dtype(f"<{'i' if options['pixel_representation'] else 'u'}{options['bits_allocated'] // 8}")


def high_bit(options: dict[str, Any]) -> int:
    """Return the highest bit of a pixel's value (PS3.5 8.1.1), the usual one where the header's is impossible."""
    stored = int(options["bits_stored"])
    stated = int(options["high_bit"])
    return stated if stored <= stated < options["bits_allocated"] else stored - 1


def _clear_unused_bits(values: Numbers, stored: int, high: int) -> None:
    """Bring values to the lowest bits, and give the bits above what they should have had (PS3.5 8.1.1)."""
    above = values.itemsize * 8 - 1 - high
    unused = values.itemsize * 8 - stored
    if above != unused:  # left-justified
        np.left_shift(values, above, out=values)
        np.right_shift(values, unused, out=values)
        return
    signed = values.dtype.kind == "i"
    highest = 2 ** (stored - 1) - 1 if signed else 2**stored - 1
    if unused and (values.max() > highest or (signed and values.min() < -highest - 1)):
        np.left_shift(values, unused, out=values)
        np.right_shift(values, unused, out=values)
