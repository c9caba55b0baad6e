"""What a run has done, so that a run that was killed goes on where it was. Holds no names of files."""

import contextlib
import hashlib
import io
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from segx_viewer.domain.tables import as_int, as_table, as_text
from segx_viewer.errors import SegxError, write_error
from segx_viewer.paths import sha256_of
from segx_viewer.reporting.atomic import PART

NAME = "run.jsonl"


class Journal:
    """An append-only list of lines: first the settings, then for each image that it was begun and how it ended.

    An image is known by the hash of its content, and gets its number when it is begun: a run that goes on gives it
    the same number again, and so writes over what a killed run may have left of it.
    """

    def __init__(self, folder: Path, settings: Mapping[str, object]) -> None:
        self._path = folder / NAME
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._contents: dict[int, str] = {}
        self._ends: dict[int, tuple[int, int, bool]] = {}  # where a row is in the file, and whether it says "done"
        self._stamps: dict[str, list[int]] = defaultdict(list)
        self._frames: dict[str, int] = {}
        self._claimed: set[int] = set()
        self._next = 1
        self._waiting: list[bytes] | None = None
        self._size = 0
        plain = json.loads(json.dumps(settings))
        self._read(folder, plain)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab", buffering=0)
        except OSError as error:
            raise write_error(self._path, error) from error
        _lock(self._file, folder)
        for part in folder.glob(f"{PART}*"):  # what a killed run was writing
            part.unlink(missing_ok=True)
        if not self._size:
            self._append({"settings": plain})

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

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
            lines, self._waiting = self._waiting, None
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
        numbers = self._numbers[content]
        while numbers:
            number = numbers.pop(0)
            if number not in self._claimed:
                self._claimed.add(number)
                return number, self._is_done(number)
        number = self._next
        self._next += 1
        self._contents[number] = content
        self._claimed.add(number)
        line: dict[str, object] = {"begun": number, "content": content}
        if stamp:
            line |= {"stamp": stamp, "frames": frames}
        self._append(line)
        return number, False

    def finished(self, stamp: str) -> list[tuple[int, str]]:
        """Return the images of a file of which a run before has done all, without reading the file; [] for others.

        Returns
        -------
        list of (int, str)
            Their numbers, and what `begin` was told of their content.
        """
        numbers = self._stamps.get(stamp, [])
        if len(numbers) != self._frames.get(stamp, -1) or self._claimed.intersection(numbers):
            return []
        if not all(self._is_done(number) for number in numbers):
            return []
        self._claimed.update(numbers)
        return [(number, self._contents[number]) for number in numbers]

    def end(self, number: int, row: Mapping[str, object]) -> None:
        """Note how an image ended: its row of the run's table, with "status"."""
        place, size = self._append({"ended": number, "row": dict(row)})
        self._ends[number] = place, size, row.get("status") == "done"

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield the rows of the run's table, by number, each with the hash of its file's content."""
        if not self._ends:
            return
        with self._path.open("rb") as file:
            for number in sorted(self._ends):
                yield self._row(file, number) | {"file_sha256": file_hash(self._contents.get(number, ""))}

    def identifiers(self) -> Iterator[tuple[int, str]]:
        """Yield numbers with what the results call their images; of one that has not ended, nothing is said."""
        for row in self.rows():
            yield int(str(row["id"]).partition("-")[0]), str(row["id"])

    def _is_done(self, number: int) -> bool:
        return number in self._ends and self._ends[number][2]

    def _row(self, file: io.BufferedReader, number: int) -> dict[str, object]:
        place, size, _ = self._ends[number]
        file.seek(place)
        row: dict[str, object] = json.loads(file.read(size))["row"]
        return row

    def _read(self, folder: Path, settings: object) -> None:
        """Take in what the file says, line by line: of a row, only where it is."""
        try:
            with self._path.open("rb") as file:
                for raw in file:
                    if not raw.endswith(b"\n"):
                        break  # killed while writing a line: as if it had not begun to
                    line = json.loads(raw)
                    if not self._size and line.get("settings") != settings:
                        raise SegxError(
                            f"{folder} holds a run with other settings: name another folder for this one, or remove "
                            "that one."
                        )
                    self._take(line, len(raw))
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

    def _take(self, line: dict[str, object], size: int) -> None:
        if "begun" in line:
            number, content = as_int(line["begun"]), as_text(line["content"])
            self._numbers[content].append(number)
            self._contents[number] = content
            self._next = max(self._next, number + 1)
            if "stamp" in line:
                stamp = as_text(line["stamp"])
                self._stamps[stamp].append(number)
                self._frames[stamp] = as_int(line["frames"])
        elif "ended" in line:
            self._ends[as_int(line["ended"])] = self._size, size, as_table(line["row"]).get("status") == "done"

    def _append(self, line: dict[str, object]) -> tuple[int, int]:
        """Write a line, or let it wait for `together` to end. Returns its place in the file and its size."""
        data = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
        if self._waiting is None:
            place = self._size
            self._write(data)
            return place, len(data)
        place = self._size + sum(map(len, self._waiting))
        self._waiting.append(data)
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
    """Return what tells a file that has not changed from all others without reading it; "" for one that is not there.

    It names nobody: a hash of its place, its size and the nanosecond of its last change.
    """
    try:
        status = path.stat()
    except OSError:
        return ""
    return stamp_of(os.path.abspath(path), status.st_size, status.st_mtime_ns)  # noqa: PTH100 - links stay as they are


def stamp_of(*facts: object) -> str:
    """Return the stamp of a file from what is known about it."""
    return hashlib.blake2b("\0".join(map(str, facts)).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
