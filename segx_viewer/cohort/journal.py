"""What a run has done, so that a run that was killed goes on where it was. Holds no names of files."""

import contextlib
import hashlib
import io
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from segx_viewer.errors import SegxError, write_error
from segx_viewer.paths import sha256_of
from segx_viewer.reporting.atomic import PART

NAME = "run.jsonl"


class Journal:
    """An append-only list of lines: first the settings, then for each image that it was begun and how it ended.

    An image is known by the hash of its content, and gets its number when it is begun: a run that goes on gives it
    the same number again, and so writes over what a killed run may have left of it.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._path = folder / NAME
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._contents: dict[int, str] = {}
        self._rows: dict[int, dict[str, Any]] = {}
        self._next = 1
        plain = json.loads(json.dumps(settings))
        lines = self._read()
        if lines and lines[0].get("settings") != plain:
            raise SegxError(
                f"{folder} holds a run with other settings: name another folder for this one, or remove that one."
            )
        for line in lines[1:]:
            self._take(line)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab", buffering=0)
        except OSError as error:
            raise write_error(self._path, error) from error
        _lock(self._file, folder)
        for part in folder.glob(f"{PART}*"):  # what a killed run was writing
            part.unlink(missing_ok=True)
        if not lines:
            self._append({"settings": plain})

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def begin(self, content: str) -> tuple[int, bool]:
        """Give an image its number. Returns it, and whether a run before has done this image already.

        Parameters
        ----------
        content : str
            Hash of the file's content; the same content twice is two images.
        """
        if self._numbers[content]:
            number = self._numbers[content].pop(0)
            return number, self._rows.get(number, {}).get("status") == "done"
        number = self._next
        self._next += 1
        self._contents[number] = content
        self._append({"begun": number, "content": content})
        return number, False

    def end(self, number: int, row: Mapping[str, Any]) -> None:
        """Note how an image ended: its row of the run's table, with "status"."""
        self._rows[number] = dict(row)
        self._append({"ended": number, "row": dict(row)})

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the run's table, by number, each with the hash of its file's content."""
        for number in sorted(self._rows):
            yield self._rows[number] | {"file_sha256": file_hash(self._contents.get(number, ""))}

    def identifier(self, number: int) -> str:
        """Return what the results call an image; its number alone while it has none."""
        return str(self._rows.get(number, {}).get("id", f"{number:04d}"))

    def _read(self) -> list[dict[str, Any]]:
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise SegxError(f"{self._path} could not be read: {error.strerror or error}.") from error
        whole, _, torn = raw.rpartition(b"\n")
        try:
            lines = [json.loads(line) for line in whole.splitlines()]
        except ValueError as error:
            raise SegxError(f"{self._path} is damaged: name another folder, or remove it.") from error
        if torn:  # killed while writing a line: as if it had not begun to
            with self._path.open("rb+") as file:
                file.truncate(len(raw) - len(torn))
        return lines

    def _take(self, line: dict[str, Any]) -> None:
        if "begun" in line:
            self._numbers[line["content"]].append(line["begun"])
            self._contents[line["begun"]] = line["content"]
            self._next = max(self._next, line["begun"] + 1)
        elif "ended" in line:
            self._rows[line["ended"]] = line["row"]

    def _append(self, line: dict[str, Any]) -> None:
        data = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
        whole = os.fstat(self._file.fileno()).st_size
        try:
            while data:
                data = data[self._file.write(data) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):  # half a line would be taken for damage
                self._file.truncate(whole)
            raise write_error(self._path, error) from error


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
