"""What runs in the decoding process: read a file, put its pixels where the other side can see them, say how it went."""

import contextlib
import logging
import mmap
import os
import secrets
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segx_viewer import process
from segx_viewer.errors import SegxError, worded
from segx_viewer.imaging._decoded import Decoded, ImageFields, Modality
from segx_viewer.imaging.limits import Limits

if TYPE_CHECKING:
    from segx_viewer.imaging.segmentations import OverlayFacts
    from segx_viewer.imaging.tags import Tag

READY = "ready"
_THREADS = 4  # each takes its own share of the memory that is allowed
STOP = None
OVERLAYS, TAGS = "overlays", "tags"


def serve(connection: Connection, memory_bytes: int) -> None:
    """Answer requests ``(path, what, pixel limit)`` until told to stop, or until the other side has gone.

    What is asked for is a frame by its number, or one of `OVERLAYS` and `TAGS`.

    First comes the shared memory (a file descriptor; on Windows there is none, see `_share`). Answers are
    `Refused`, or `Answer`, after `Begun`.
    """
    _be_quiet()
    process.begin()
    process.keep_little_memory()
    from segx_viewer.imaging import _icc, _pixels, reader  # noqa: F401 - now, before memory is bounded

    os.environ.setdefault("OPJ_NUM_THREADS", str(min(os.cpu_count() or 1, _THREADS)))  # of OpenJPEG in Pillow
    descriptor = reduction.recv_handle(connection) if sys.platform != "win32" else -1
    _limit_memory(memory_bytes)
    connection.send(READY)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while (request := connection.recv()) is not STOP:
            path, what, pixels = request
            connection.send(_answer(Path(path), what, _Telling(pixels=pixels, tell=connection.send), descriptor))


class Begun(NamedTuple):
    """Told before an answer: the header is read, and the decoding of so many pixels begins."""

    pixels: int


class Refused(NamedTuple):
    """An error of ours: its class in `segx_viewer.errors`, and what it says."""

    error: str
    message: str


class Answer(NamedTuple):
    """What was read; the values lie in the shared memory, or in the mapping of that name.

    `image` are an image's modality transformation and other fields, `facts` those of each overlay, or tags.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    image: tuple[Modality | None, ImageFields] | None
    facts: "tuple[OverlayFacts | Tag, ...]"


@dataclass(frozen=True, slots=True)
class _Telling(Limits):
    """Limits that tell how large a picture is when they are asked about it, which is before it is decoded."""

    tell: Callable[[Begun], None] = lambda _begun: None

    def check_pixels(self, path: Path, rows: int, columns: int) -> None:
        Limits.check_pixels(self, path, rows, columns)
        self.tell(Begun(rows * columns))


def decode_image(path: Path, frame: int, limits: Limits) -> Decoded:
    """Do what `reader.decode_image` does."""
    from segx_viewer.imaging.reader import decode_image as decode  # pydicom is imported as `process.begin` wants it

    return decode(path, frame, limits)


def _answer(path: Path, what: int | str, limits: Limits, descriptor: int) -> Refused | Answer:
    try:
        if isinstance(what, int):
            decoded = decode_image(path, what, limits)
            return _shared(decoded.values, descriptor, image=(decoded.modality, decoded.fields))
        if what == OVERLAYS:
            from segx_viewer.imaging.segmentations import decode_overlays

            overlays = decode_overlays(path, limits)
            return _shared(overlays.values, descriptor, overlays.facts)
        from segx_viewer.imaging.tags import read_tags

        return _shared(np.zeros(1, np.uint8), descriptor, read_tags(path))
    except SegxError as error:
        return Refused(type(error).__name__, str(error))
    except (MemoryError, OSError):
        return Refused("ImageReadError", worded(f"{path.name} needs more memory than reading it is allowed."))


def _shared(
    values: NDArray[np.generic],
    descriptor: int,
    facts: "tuple[OverlayFacts | Tag, ...]" = (),
    image: tuple[Modality | None, ImageFields] | None = None,
) -> Answer:
    values = np.ascontiguousarray(values)
    return Answer(_share(values, descriptor), values.shape, values.dtype.str, image, facts)


_kept: list[mmap.mmap] = []


def _share(values: np.ndarray, descriptor: int) -> str:
    """Write values into the shared memory; on Windows, into a named mapping that lives until the next request."""
    if sys.platform != "win32":
        remaining = values.data.cast("B")
        offset = 0
        while offset < len(remaining):
            offset += os.pwrite(descriptor, remaining[offset:], offset)
        return ""
    _kept.clear()
    name = f"segx-viewer-{secrets.token_hex(8)}"
    _kept.append(mmap.mmap(-1, values.nbytes, tagname=name))
    _kept[0].write(values.data.cast("B"))
    return name


def _be_quiet() -> None:
    """Native decoders write to stderr, and Ctrl+C in a terminal reaches this process too: neither is for the user."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    logging.disable()
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
    os.close(null)


def _limit_memory(allowed: int) -> None:
    """Bound the memory that decoding may add to what the process has now. Linux only; elsewhere it stays unbound."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * mmap.PAGESIZE + allowed
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the patient's image
