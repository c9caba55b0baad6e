"""Reading in a process of its own: a decoder that crashes, hangs or wants 100 GB costs one sentence."""

import atexit
import io
import mmap
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import reduction
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from segx_viewer import errors
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import AnalysisCancelled, ImageReadError
from segx_viewer.imaging import _decoder_process
from segx_viewer.imaging._decoded import Decoded
from segx_viewer.imaging._decoder_process import Answer, Begun, Refused
from segx_viewer.imaging.dicom import read_native_dicom
from segx_viewer.imaging.halving import Opened, halved
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from segx_viewer.imaging.segmentations import DecodedOverlays
    from segx_viewer.imaging.tags import Tag

Read = tuple[np.ndarray, Answer]
"""Values, and what was said of them."""

_START_SECONDS = 60.0
_KEPT_BYTES = 2**26
_BUSY_SECONDS = 0.3  # a decoder that is busy for longer has its next file decoded by the spare one
_SURE_SECONDS = 1.0  # what takes less is not given up: a new process takes as long
_LOOK_SECONDS = 0.1  # between looks at whether somebody still waits


def read_image_guarded(
    path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS, wanted: Callable[[], bool] | None = None
) -> MedicalImage:
    """Do what `reader.read_image` does, in a decoding process with limits on memory, time and pixels.

    Uncompressed monochrome DICOM pixels, which need no decoder, are read here within the same limits. The process
    is started on first use and used again; it imports neither Qt nor torch. Pixels come back in shared memory.
    Safe to call from any thread. Calls wait for each other; where one takes long, the next is not kept waiting but
    has a second process.

    Parameters
    ----------
    path : Path
    frame : int
        Counted from 0.
    limits : Limits
        Memory is bounded on Linux only. Time is bounded by what is enough for the picture's size.
    wanted : callable, optional
        Asked, from this thread, whether an image that takes long is still waited for; it is given up if not.

    Raises
    ------
    ImageReadError, UnsupportedImageError
        As `reader.read_image` does; also when the decoder crashed, or exceeded the limits.
    AnalysisCancelled
        When the image is not wanted any more.
    """
    found = read_at_once(Path(path), frame, limits)
    return found.image if found is not None else _decoded(Path(path), frame, limits, wanted)


def read(
    path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS, wanted: Callable[[], bool] | None = None
) -> Opened:
    """Read an image for the screen: as `read_image_guarded`, with its pixels at half the resolution."""
    found = read_at_once(path, frame, limits)
    if found is not None:
        return found
    image = _decoded(path, frame, limits, wanted)
    return Opened(image, halved(image.pixels) if min(image.shape) > 1 else None)


def read_at_once(path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS) -> Opened | None:
    """Return one frame if that takes no decoder, and so no other process; None for every other file."""
    found = read_native_dicom(path, frame, limits)
    return Opened(*found) if found is not None else None


def decode_overlays_guarded(path: Path, limits: Limits = DEFAULT_LIMITS) -> "DecodedOverlays":
    """Return what `segmentations.decode_overlays` does, from the guarded process; errors are the same."""
    from segx_viewer.imaging.segmentations import DecodedOverlays, OverlayFacts

    values, answer = _ask(Path(path), _decoder_process.OVERLAYS, limits, None)
    return DecodedOverlays(values, tuple(found for found in answer.facts if isinstance(found, OverlayFacts)))


def read_tags_guarded(path: Path, limits: Limits = DEFAULT_LIMITS) -> "tuple[Tag, ...]":
    """Return what `tags.read_tags` does, from the guarded process; errors are the same."""
    from segx_viewer.imaging.tags import Tag

    _, answer = _ask(Path(path), _decoder_process.TAGS, limits, None)
    return tuple(found for found in answer.facts if isinstance(found, Tag))


def _decoded(path: Path, frame: int, limits: Limits, wanted: Callable[[], bool] | None) -> MedicalImage:
    values, answer = _ask(path, frame, limits, wanted)
    assert answer.image is not None  # noqa: S101 - an image was asked for
    modality, fields = answer.image
    # Unpickled arrays are writable: made anew, they are read-only.
    fields["voi_luts"] = tuple(replace(lut) for lut in fields.get("voi_luts", ()))
    fields["overlays"] = tuple(replace(overlay) for overlay in fields.get("overlays", ()))
    return Decoded(values, modality, fields).image()


def _ask(path: Path, what: int | str, limits: Limits, wanted: Callable[[], bool] | None) -> Read:
    """Ask the decoder, or the spare one where it is busy for long."""
    while True:
        for decoder in (_decoder, _spare):
            if decoder.lock.acquire(timeout=_BUSY_SECONDS):
                try:
                    return decoder.read(path, what, limits, wanted)
                finally:
                    decoder.lock.release()
            if wanted is not None and not wanted():
                raise AnalysisCancelled


def start_decoder() -> None:
    """Start the decoding process ahead of its first use, which takes about a second."""
    with _decoder.lock:
        _decoder.start()


def stop_decoder() -> None:
    """End the decoding process. It is started again when needed."""
    for decoder in (_decoder, _spare):
        with decoder.lock:
            decoder.stop()


class _Died(Exception):  # noqa: N818 - never leaves this module
    """The decoding process has gone."""


class _Worker:
    """A running decoding process, the pipe to it, and the memory that both see."""

    def __init__(self, memory_bytes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.memory_bytes = memory_bytes
        self._connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_decoder_process.serve, args=(theirs, memory_bytes), name="segx-viewer decoder", daemon=True
        )
        self._memory = _anonymous_file()
        self._process.start()
        theirs.close()
        try:
            if self._memory >= 0:
                reduction.send_handle(self._connection, self._memory, self._process.pid)
            self.receive(_START_SECONDS)
        except (_Died, TimeoutError, OSError):
            self.end()
            raise ImageReadError("The process that decodes images did not start.") from None

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def ask(self, request: tuple[str, int | str, int]) -> None:
        try:
            self._connection.send(request)
        except OSError:
            raise _Died from None

    def receive(self, seconds: float) -> Refused | Answer | Begun:
        try:
            if not self._connection.poll(max(0.0, seconds)):
                raise TimeoutError
            answer: Refused | Answer | Begun = self._connection.recv()
        except (EOFError, ConnectionResetError, BrokenPipeError):
            raise _Died from None
        return answer

    def take_values(self, name: str, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """Return a copy of the shared values. What an unusually large image took is given back."""
        values = np.empty(shape, dtype)
        remaining = values.data.cast("B")
        if self._memory < 0:
            with mmap.mmap(-1, len(remaining), tagname=name, access=mmap.ACCESS_READ) as shared:  # type: ignore[call-arg]
                remaining[:] = shared
            return values
        with io.FileIO(self._memory, "r", closefd=False) as shared:  # not mapped: pixels are here once
            shared.seek(0)
            while remaining:
                remaining = remaining[shared.readinto(remaining) :]
        if values.nbytes > _KEPT_BYTES:
            os.ftruncate(self._memory, 0)
        return values

    def end(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.join()
        if self._memory >= 0:
            os.close(self._memory)


def _anonymous_file() -> int:
    """Return the descriptor of a file without a name, so that nothing is left behind whoever dies; -1 on Windows."""
    if sys.platform == "win32":
        return -1
    if sys.platform.startswith("linux"):
        return os.memfd_create("segx-viewer")  # unlike /dev/shm, not capped by a container
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class _Decoder:
    """Asks one worker, and replaces it when it has died. The caller holds the lock from question to answer."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._worker: _Worker | None = None

    def start(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._running(limits)

    def stop(self) -> None:
        self._end()

    def read(self, path: Path, what: int | str, limits: Limits, wanted: Callable[[], bool] | None = None) -> Read:
        worker, answer = self._question(path, what, limits, wanted)
        if isinstance(answer, Refused):
            raise getattr(errors, answer.error)(answer.message)
        return worker.take_values(answer.name, answer.shape, answer.dtype), answer

    def _question(
        self, path: Path, what: int | str, limits: Limits, wanted: Callable[[], bool] | None
    ) -> tuple[_Worker, Refused | Answer]:
        """Return who answered, and what. Without an answer, end the worker."""
        self._running(limits)  # the time that starting takes is not the file's
        begun, answered = time.monotonic(), False
        file_bytes = path.stat().st_size if path.is_file() else 0
        seconds = limits.seconds_for(0, file_bytes)
        try:
            worker = self._ask((str(path), what, limits.pixels), limits)
            answer = _waited_for(worker, begun, seconds, wanted)
            while isinstance(answer, Begun):
                seconds = limits.seconds_for(answer.pixels, file_bytes)
                answer = _waited_for(worker, begun, seconds, wanted)
            answered = True
        except _Died:
            raise ImageReadError(f"{path.name} is probably damaged: its decoder crashed.") from None
        except TimeoutError:
            raise ImageReadError(f"{path.name} could not be read within {seconds:g} seconds.") from None
        finally:
            if not answered:  # an answer that comes late must not be taken for the next file's
                self._end()
        return worker, answer

    def _ask(self, request: tuple[str, int | str, int], limits: Limits) -> _Worker:
        worker = self._running(limits)
        try:
            worker.ask(request)
        except _Died:  # while it was idle: not this file's doing
            self._end()
            worker = self._running(limits)
            worker.ask(request)
        return worker

    def _running(self, limits: Limits) -> _Worker:
        if self._worker is None or not self._worker.is_alive() or self._worker.memory_bytes != limits.memory_bytes:
            self._end()
            self._worker = _Worker(limits.memory_bytes)
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


def _waited_for(
    worker: _Worker, begun: float, seconds: float, wanted: Callable[[], bool] | None
) -> Refused | Answer | Begun:
    """Return what a worker says before `seconds` from `begun` are over.

    Raises
    ------
    TimeoutError
    AnalysisCancelled
        If it takes long and nobody wants it any more.
    """
    if wanted is None:
        return worker.receive(begun + seconds - time.monotonic())
    look = min(begun + _SURE_SECONDS, begun + seconds)
    while True:
        try:
            return worker.receive(look - time.monotonic())
        except TimeoutError:
            if not wanted():
                raise AnalysisCancelled from None
            if look >= begun + seconds:
                raise
        look = min(look + _LOOK_SECONDS, begun + seconds)


_decoder, _spare = _Decoder(), _Decoder()
atexit.register(stop_decoder)
