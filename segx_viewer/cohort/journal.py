"""What a run has done, so that a run that was killed goes on where it was. Holds no names of files."""

import contextlib
import hashlib
import io
import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from segx_viewer.cohort.register import Ended, Register
from segx_viewer.domain.tables import as_int, as_table, as_text
from segx_viewer.errors import SegxError, UsageError, write_error
from segx_viewer.paths import sha256_of
from segx_viewer.reporting.atomic import drop_parts

NAME = "run.jsonl"
_ENDED = re.compile(rb'\{"ended": (\d+), "row": \{')
_DONE = b'"status": "done"'  # within a text, quotes would have backslashes


Mirrored = Callable[[bytes], None]
"""Told of every line, for a journal that is kept elsewhere as well."""


class Journal:
    """An append-only list of lines: first the settings, then for each image that it was begun and how it ended.

    An image is known by the hash of its content, and gets its number when it is begun: a run that goes on gives it
    the same number again, and so writes over what a killed run may have left of it.
    """

    def __init__(self, folder: Path, settings: Mapping[str, object], mirror: Mirrored | None = None) -> None:
        self._mirror = mirror
        self._path = folder / NAME
        self._register = Register()
        self._next = 1
        self.changed = False
        """Whether this run has noted anything."""
        self._waiting: list[bytes] | None = None
        self._held = 0  # bytes that wait
        self._size = 0
        plain = json.loads(json.dumps(settings))
        self._read(folder, plain)
        self._register.index()
        self._next = self._register.last + 1
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab", buffering=0)
        except OSError as error:
            raise write_error(self._path, error) from error
        _lock(self._file, folder)
        drop_parts(folder)
        if not self._size:
            try:
                self._append({"settings": plain})
            except SegxError:
                self.__exit__()
                raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()
        self._register.close()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Write what is noted meanwhile in one go, when it ends: a flush to disk costs more than a line."""
        if self._waiting is not None:
            yield
            return
        self._waiting = []
        try:
            yield
        finally:
            with _whole():
                lines, self._waiting, self._held = self._waiting, None, 0
                if lines:
                    self._write(b"".join(lines))

    def begin(self, content: str, stamp: str = "", frames: int = 1) -> tuple[int, bool]:
        """Give an image its number. Returns it, and whether a run before has done this image already.

        Parameters
        ----------
        content : str
            Hash of the file's content; the same content twice is two images.
        stamp : str
            See `file_stamp`; "" where it does not matter.
        frames : int
            How many images of this file are analysed.
        """
        known = self._register.claim(content)
        if known is not None:
            return known.number, known.done
        number = self._next
        line: dict[str, object] = {"begun": number, "content": content}
        if stamp:
            line |= {"stamp": stamp, "frames": frames}
        with _whole():
            self._next += 1
            self._register.begin_now(number, content, stamp, frames)
            self._append(line)
        return number, False

    def finished(self, stamp: str) -> list[tuple[int, str]]:
        """Return the images of a file of which a run before has done all, without reading the file; [] for others.

        Returns
        -------
        list of (int, str)
            Their numbers, and what `begin` was told of their content.
        """
        return [(known.number, known.content) for known in self._register.claim_all(stamp)] if stamp else []

    def end(self, number: int, row: Mapping[str, object]) -> None:
        """Note how an image ended: its row of the run's table, with "status"."""
        with _whole():
            place, size = self._append({"ended": number, "row": dict(row)})
            self._register.end(number, place, size, done=row.get("status") == "done")

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield the rows of the run's table, by number, each with the hash of its file's content."""
        with self._path.open("rb") as file:
            for ended in self._register.ended():
                yield self._row(file, ended) | {"file_sha256": file_hash(ended.content)}

    def identifiers(self) -> Iterator[tuple[int, str]]:
        """Yield numbers with what the results call their images; of one that has not ended, nothing is said."""
        for row in self.rows():
            yield int(str(row["id"]).partition("-")[0]), str(row["id"])

    def _row(self, file: io.BufferedReader, ended: Ended) -> dict[str, object]:
        file.seek(ended.place)
        row: dict[str, object] = json.loads(file.read(ended.size))["row"]
        return row

    def _read(self, folder: Path, settings: object) -> None:
        """Take in what the file says, line by line: of a row, only where it is."""
        try:
            with self._path.open("rb") as file:
                for raw in file:
                    if not raw.endswith(b"\n"):
                        break  # killed while writing a line: as if it had not begun to
                    if not self._size:
                        self._compare(json.loads(raw), settings, folder)
                    else:
                        self._take(raw)
                    self._size += len(raw)
                torn = file.seek(0, os.SEEK_END) > self._size
        except FileNotFoundError:
            return
        except OSError as error:
            raise SegxError(f"{self._path} could not be read: {error.strerror or error}.") from error
        except (TypeError, ValueError) as error:
            raise SegxError(f"{self._path} is damaged: name another folder, or remove it.") from error
        if torn:
            with self._path.open("rb+") as file:
                file.truncate(self._size)

    def _compare(self, line: dict[str, object], settings: object, folder: Path) -> None:
        if line.get("settings") != settings:
            raise UsageError(
                f"{folder} holds a run with other settings: name another folder for this one, or remove that one."
            )

    def _take(self, raw: bytes) -> None:
        """Take in a line. Of how an image ended, which is long, only what must be known is read."""
        ended = _ENDED.match(raw)
        if ended is not None and raw.endswith(b"}}\n"):
            self._register.end(int(ended[1]), self._size, len(raw), done=_DONE in raw)
            return
        line: dict[str, object] = json.loads(raw)
        if "begun" in line:
            stamp, frames = as_text(line.get("stamp", "")), as_int(line.get("frames", 1))
            self._register.begin(as_int(line["begun"]), as_text(line["content"]), stamp, frames)
        elif "ended" in line:
            done = as_table(line["row"]).get("status") == "done"
            self._register.end(as_int(line["ended"]), self._size, len(raw), done=done)

    def _append(self, line: dict[str, object]) -> tuple[int, int]:
        """Write a line, or let it wait for `together` to end. Returns its place in the file and its size."""
        self.changed = True
        data = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
        if self._waiting is None:
            place = self._size
            self._write(data)
            return place, len(data)
        place = self._size + self._held
        self._waiting.append(data)
        self._held += len(data)
        return place, len(data)

    def _write(self, data: bytes) -> None:
        whole, left = self._size, data
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):  # half a line would be taken for damage
                self._file.truncate(whole)
            raise write_error(self._path, error) from error
        self._size += len(data)
        if self._mirror is not None:
            self._mirror(data)


@contextlib.contextmanager
def _whole() -> Iterator[None]:
    """Let Ctrl+C wait until a line is in the file and known to be there: the places of all later ones depend on it."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    heard: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            before(*heard[0])


def _lock(file: io.FileIO, folder: Path) -> None:
    """Keep a second run out of the folder, where the system has such locks; they end with the process."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise SegxError(f"Another run is writing to {folder}.") from None


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content, or of its name where it cannot be read."""
    try:
        return sha256_of(path)
    except OSError:
        return "unreadable " + hashlib.sha256(os.fsencode(path.absolute())).hexdigest()


def file_hash(content: str) -> str:
    """Return the SHA-256 of a file from what `Journal.begin` was told of it; "" for one that could not be read.

    Examples
    --------
    >>> file_hash("ab12 frame 3"), file_hash("unreadable ab12")
    ('ab12', '')
    """
    first = content.partition(" ")[0]
    return "" if first == "unreadable" else first


def file_stamp(path: Path) -> str:
    """Return a mark by which an unchanged file is known again without being read; "" for a file that is not there.

    It names nobody: a hash of the file's path, its size and the time of its last change, to the nanosecond.
    """
    try:
        status = path.stat()
    except OSError:
        return ""
    return stamp_of(os.path.abspath(path), status.st_size, status.st_mtime_ns)  # noqa: PTH100 - links stay as they are


def stamp_of(*facts: object) -> str:
    """Return the stamp of a file from what is known about it."""
    return hashlib.blake2b("\0".join(map(str, facts)).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
