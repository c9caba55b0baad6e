"""Received objects that wait to be analysed: a table and their files, bounded, safe against a kill at any moment."""

import contextlib
import io
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pydicom

from segx_viewer.archive.model import is_uid
from segx_viewer.errors import ArchiveError
from segx_viewer.imaging.header import text
from segx_viewer.reporting.atomic import PART, write_bytes

DEFAULT_WAITING = 1000
_TRIES = 10
_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    number INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,   -- SOP Instance UID
    caller TEXT NOT NULL,       -- title of who sent it
    modality TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    said TEXT NOT NULL DEFAULT '',
    received REAL NOT NULL      -- seconds since 1970
)"""


class State(StrEnum):
    """How far a received object has come."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class Taken(StrEnum):
    """Whether the inbox took an object."""

    NEW = "new"
    KNOWN = "known"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Received:
    """An object that was received and waits to be analysed: its number in the queue, its UID, who sent it."""

    number: int
    uid: str
    caller: str
    modality: str
    path: Path


class Inbox:
    """A queue of received objects, kept in a folder that one program at a time may use.

    Parameters
    ----------
    folder : Path
    limit : int
        How many objects may wait; more are turned away, and their sender keeps them.

    Raises
    ------
    ArchiveError
        If another program uses the folder, or it cannot be written.
    """

    def __init__(self, folder: Path, limit: int = DEFAULT_WAITING) -> None:
        self._files = folder / "incoming"
        self._limit = limit
        self._lock = threading.Lock()
        try:
            self._files.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._table = sqlite3.connect(
                folder / "received.sqlite", timeout=0.1, isolation_level=None, check_same_thread=False
            )
            self._table.execute("PRAGMA locking_mode = EXCLUSIVE")  # ends with the process, however it ends
            self._table.execute("PRAGMA synchronous = FULL")
            self._table.execute("BEGIN EXCLUSIVE")
            self._table.execute(_SCHEMA)
            self._table.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise ArchiveError(f"Another program receives into {folder}.") from error
            raise ArchiveError(f"{folder} cannot hold received images: {error}.") from error
        except OSError as error:
            raise ArchiveError(f"{folder} cannot hold received images: {error.strerror}.") from error
        self._sweep()

    def close(self) -> None:
        """Close the queue's database; the objects stay in the folder."""
        with self._lock:
            self._table.close()

    def take(self, data: bytes, caller: str) -> Taken:
        """Keep an object that has arrived; when this returns `NEW`, it will not be lost.

        Parameters
        ----------
        data : bytes
            A DICOM file.
        caller : str
            Title of who sent it.

        Raises
        ------
        ArchiveError
            If it is no object, or the table cannot be written.
        ExportError
            If its file cannot be written.
        """
        try:
            header = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
            uid, modality = str(header.SOPInstanceUID), text(header, "Modality").upper()
        except Exception as error:  # a stranger's bytes may raise anything in pydicom
            raise ArchiveError("What was received is no DICOM object.") from error
        if not is_uid(uid):  # it becomes the name of a file
            raise ArchiveError("What was received has no valid UID.")
        with self._lock, self._transaction():
            if self._one("SELECT 1 FROM objects WHERE uid = ?", uid):
                return Taken.KNOWN
            if self._one("SELECT COUNT(*) FROM objects WHERE state = 'waiting'")[0] >= self._limit:
                return Taken.FULL
            write_bytes(self._path(uid), data, private=True)
            self._table.execute(
                "INSERT INTO objects (uid, caller, modality, state, received) VALUES (?, ?, ?, 'waiting', ?)",
                (uid, caller, modality, time.time()),
            )
        return Taken.NEW

    def next(self) -> Received | None:
        """Return the object that waits longest; None where nothing waits.

        One during which the program ended comes after the others; after ten times it has failed, because it is most
        likely why.
        """
        with self._lock, self._transaction():
            self._table.execute(
                "UPDATE objects SET state = 'failed', said = 'the program ended while it was analysed' "
                "WHERE state = 'waiting' AND tries >= ?",
                (_TRIES,),
            )
            row = self._one(
                "SELECT number, uid, caller, modality FROM objects WHERE state = 'waiting' "
                "ORDER BY tries, number LIMIT 1"
            )
            if not row:
                return None
            self._table.execute("UPDATE objects SET tries = tries + 1 WHERE number = ?", (row[0],))
        return Received(row[0], row[1], row[2], row[3], self._path(row[1]))

    def end(self, received: Received, state: State, said: str, *, keep: bool = False) -> None:
        """Note what has become of an object; its file goes unless it failed or shall be kept."""
        with self._lock, self._transaction():
            self._table.execute(
                "UPDATE objects SET state = ?, said = ? WHERE number = ?", (state.value, said, received.number)
            )
        if state is not State.FAILED and not keep:
            received.path.unlink(missing_ok=True)

    def postpone(self, received: Received) -> None:
        """Let an object wait on, as if it had not been begun: the program is asked to end."""
        with self._lock, self._transaction():
            self._table.execute("UPDATE objects SET tries = tries - 1 WHERE number = ?", (received.number,))

    def retry_failed(self) -> int:
        """Let what has failed wait again. Returns how many."""
        with self._lock, self._transaction():
            done = self._table.execute("UPDATE objects SET state = 'waiting', tries = 0 WHERE state = 'failed'")
        return done.rowcount

    def counts(self) -> dict[State, int]:
        """Return how many objects are in each state."""
        with self._lock, self._transaction():
            rows = self._table.execute("SELECT state, COUNT(*) FROM objects GROUP BY state").fetchall()
        return dict.fromkeys(State, 0) | {State(state): count for state, count in rows}

    def _path(self, uid: str) -> Path:
        return self._files / f"{uid}.dcm"

    def _one(self, question: str, *values: object) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._table.execute(question, values).fetchone()
        return row or ()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Do all of it or nothing; also where the block returns early."""
        try:
            self._table.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._table.execute("ROLLBACK")
                raise
            self._table.execute("COMMIT")
        except sqlite3.Error as error:
            raise ArchiveError(f"The table of received images cannot be written: {error}.") from error
        finally:
            if self._table.in_transaction:
                self._table.execute("ROLLBACK")

    def _sweep(self) -> None:
        """Remove files that no row knows: of objects whose sender was not yet told that they are safe."""
        with self._lock, self._transaction():
            known = {f"{uid}.dcm" for (uid,) in self._table.execute("SELECT uid FROM objects")}
        for file in self._files.iterdir():
            if file.name not in known or file.name.startswith(PART):
                file.unlink(missing_ok=True)
