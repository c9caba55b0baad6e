"""Uncompressed pixels of the usual kind, read as they lie in the file: there is nothing to decode."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np

from segx_viewer.domain.arrays import Numbers
from segx_viewer.imaging._layout import PixelLayout

_BAND = 2**19  # bytes
_THREADS = 4  # more wait for memory rather than use it


def read_native(file: BinaryIO, offset: int, layout: PixelLayout, frame: int) -> Numbers:
    """Read one frame from the file, whose pixels begin at `offset`; the same values as pydicom's decoder returns.

    Raises
    ------
    EOFError
        If the file ends before.
    """
    values = np.empty((layout.rows, layout.columns), layout.dtype)
    for top, band in native_bands(file, offset, layout, frame):
        values[top : top + len(band)] = band
    return values


def each_band(
    path: Path,
    offset: int,
    layout: PixelLayout,
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
    rows = layout.rows
    bands = -(-rows // _band_rows(layout))
    threads = min(_THREADS, os.cpu_count() or 1, bands)
    share = -(-bands // threads) * _band_rows(layout)

    def read(first: int) -> None:
        with path.open("rb") as file:
            part = range(first, min(first + share, rows))
            for top, band in native_bands(file, offset, layout, frame, seconds, part):
                work(top, band)

    if threads == 1:
        read(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(read, range(0, rows, share)))


def native_bands(
    file: BinaryIO,
    offset: int,
    layout: PixelLayout,
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
    part = range(layout.rows) if part is None else part
    room = np.empty((min(len(part), _band_rows(layout)), layout.columns), layout.dtype)
    file.seek(offset + frame * layout.frame_bytes + part.start * room[:1].nbytes)
    for top in part[:: len(room)]:
        if top != part.start and time.monotonic() > deadline:
            raise TimeoutError
        band = room[: part.stop - top]
        if file.readinto(band.data.cast("B")) != band.nbytes:  # type: ignore[attr-defined]
            raise EOFError
        _clear_unused_bits(band, layout.stored, layout.high_bit)
        yield top, band


def _band_rows(layout: PixelLayout) -> int:
    """Return the rows of a band, an even number."""
    return 2 * max(1, _BAND // (2 * layout.columns * layout.dtype.itemsize))


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
