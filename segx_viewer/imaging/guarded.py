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
from dataclasses import replace
from multiprocessing import reduction
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np

from segx_viewer import errors
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ImageReadError
from segx_viewer.imaging import _decoder_process
from segx_viewer.imaging._decoded import Decoded
from segx_viewer.imaging.dicom import read_native_dicom
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits

_START_SECONDS = 60.0
_KEPT_BYTES = 2**26


def read_image_guarded(path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS) -> MedicalImage:
    """Do what `reader.read_image` does, in a decoding process with limits on memory, time and pixels.

    Uncompressed monochrome DICOM pixels, which need no decoder, are read here within the same limits. The process
    is started on first use and used again; it imports neither Qt nor torch. Pixels come back in shared memory.
    Safe to call from any thread; calls wait for each other.

    Parameters
    ----------
    path : Path
    frame : int
        Counted from 0.
    limits : Limits
        Memory is bounded on Linux only.

    Raises
    ------
    ImageReadError, UnsupportedImageError
        As `reader.read_image` does; also when the decoder crashed, or exceeded the limits.
    """
    path = Path(path)
    found = read_native_dicom(path, frame, limits)
    return found[0] if found is not None else _decoder.read(path, frame, limits)


def start_decoder() -> None:
    """Start the decoding process ahead of its first use, which takes about a second."""
    _decoder.start()


def stop_decoder() -> None:
    """End the decoding process. It is started again when needed."""
    _decoder.stop()


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

    def ask(self, request: tuple[str, int, int]) -> None:
        try:
            self._connection.send(request)
        except OSError:
            raise _Died from None

    def receive(self, seconds: float) -> Any:
        try:
            if not self._connection.poll(max(0.0, seconds)):
                raise TimeoutError
            return self._connection.recv()
        except (EOFError, ConnectionResetError, BrokenPipeError):
            raise _Died from None

    def take_values(self, name: str, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """Return a copy of the shared values. What an unusually large image took is given back."""
        values = np.empty(shape, dtype)
        remaining = memoryview(values).cast("B")
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
    """Asks one worker, and replaces it when it has died. The lock is held from question to answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def start(self, limits: Limits = DEFAULT_LIMITS) -> None:
        with self._lock:
            self._running(limits)

    def stop(self) -> None:
        with self._lock:
            self._end()

    def read(self, path: Path, frame: int, limits: Limits) -> MedicalImage:
        with self._lock:
            worker, (error, answer) = self._question(path, frame, limits)
            if error is not None:
                raise getattr(errors, error)(answer)
            name, shape, dtype, modality, fields = answer
            values = worker.take_values(name, shape, dtype)
            for key in ("voi_luts", "overlays"):  # unpickled arrays are writable: made anew, they are read-only
                fields[key] = tuple(replace(item) for item in fields.get(key, ()))
        return Decoded(values, modality, fields).image()

    def _question(self, path: Path, frame: int, limits: Limits) -> tuple[_Worker, Any]:
        """Return who answered, and what. Without an answer, end the worker."""
        self._running(limits)  # the time that starting takes is not the file's
        deadline = time.monotonic() + limits.seconds
        answered = False
        try:
            worker = self._ask((str(path), frame, limits.pixels), limits)
            answer = worker.receive(deadline - time.monotonic())
            answered = True
        except _Died:
            raise ImageReadError(f"{path.name} is probably damaged: its decoder crashed.") from None
        except TimeoutError:
            raise ImageReadError(f"{path.name} could not be read within {limits.seconds:g} seconds.") from None
        finally:
            if not answered:  # an answer that comes late must not be taken for the next file's
                self._end()
        return worker, answer

    def _ask(self, request: tuple[str, int, int], limits: Limits) -> _Worker:
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


_decoder = _Decoder()
atexit.register(stop_decoder)
