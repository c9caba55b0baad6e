"""What is to be sent: kept until a server has it, offered again after a failure, and sent once."""

import contextlib
import hashlib
import io
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from segx_viewer.archive.model import Answer, Archive, Outgoing, is_uid
from segx_viewer.archive.servers import Server
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveCancelled, ArchiveError, SegxError, worded
from segx_viewer.reporting.atomic import write_bytes

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY,
    server TEXT NOT NULL,       -- its name
    uid TEXT NOT NULL,          -- SOP Instance UID
    label TEXT NOT NULL,        -- what the user calls it
    fingerprint TEXT NOT NULL,  -- of what it says, whatever its UID; "" for none
    sent REAL,                  -- seconds since 1970; NULL while it waits
    said TEXT NOT NULL,         -- the server's last answer
    UNIQUE (server, uid)
)"""
_BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Item:
    """An object for a server."""

    number: int
    server: str
    uid: str
    label: str
    said: str
    sent: float | None


def outbox_folder() -> Path:
    """Return the folder of what waits to be sent, in the user's data folder; it may not exist."""
    import platformdirs

    return Path(platformdirs.user_data_dir("segx-viewer", appauthor=False)) / "outbox"


class Outbox:
    """A table of objects, and their files while they wait. Safe against a kill at any moment.

    Parameters
    ----------
    folder : Path, optional
        By default `outbox_folder`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or outbox_folder()

    def put(self, server: Server, data: bytes, label: str, fingerprint: str = "") -> Item | None:
        """Keep an object for a server. Returns None where it, or one that says the same, was sent or waits already.

        Parameters
        ----------
        server : Server
        data : bytes
            A DICOM file.
        label : str
            What the user calls it.
        fingerprint : str
            Of what it says: results that are written anew get new UIDs, and would be stored twice.

        Raises
        ------
        ArchiveError
            If it is no DICOM object.
        ExportError
            If it cannot be kept.
        """
        outgoing = read_outgoing(data, label)
        with self._open() as table:
            same = "uid = ? OR (fingerprint = ? AND fingerprint != '')"
            known = table.execute(
                f"SELECT id FROM items WHERE server = ? AND ({same})",  # noqa: S608 - no value of a user's
                (server.name, outgoing.uid, fingerprint),
            ).fetchone()
            if known:
                return None
            write_bytes(self._file(server.name, outgoing.uid), data, private=True)
            row = table.execute(
                "INSERT INTO items (server, uid, label, fingerprint, said) VALUES (?, ?, ?, ?, '')",
                (server.name, outgoing.uid, label, fingerprint),
            )
            return Item(row.lastrowid or 0, server.name, outgoing.uid, label, "", None)

    def waiting(self, server: str | None = None) -> list[Item]:
        """Return what has not been sent, oldest first; of all servers by default."""
        return [item for item in self._items(server) if item.sent is None]

    def sent_at(self, server: Server, fingerprint: str) -> float | None:
        """Return when something that says the same was sent, None where it was not."""
        if not self._table.exists():
            return None
        with self._open() as table:
            row = table.execute(
                "SELECT sent FROM items WHERE server = ? AND fingerprint = ? AND sent IS NOT NULL",
                (server.name, fingerprint),
            ).fetchone()
        return None if row is None else float(row[0])

    def deliver(
        self,
        server: Server,
        archive: Archive,
        *,
        on_answer: Callable[[Item, Answer], None] = lambda item, answer: None,
        cancel: CancelToken | None = None,
    ) -> int:
        """Send what waits for a server; what fails goes on waiting. Returns how many were sent.

        A program that is killed after the server has stored an object, and before that was noted, sends it again:
        with the same UID, so that the server has it once.

        Raises
        ------
        ArchiveError
            If the server cannot be reached or broke off; noted with what waits.
        ArchiveCancelled
        """
        items, objects = [], []
        for item in self.waiting(server.name):
            file = self._file(item.server, item.uid)
            try:
                objects.append(read_outgoing(file.read_bytes(), item.label))
                items.append(item)
            except (OSError, ArchiveError) as error:
                self._note(item, Answer(False, worded(f"Its file is gone or damaged: {error}")))
        answers: list[Answer] = []
        try:
            for item, answer in zip(items, archive.store(objects, cancel or CancelToken()), strict=False):
                answers.append(answer)
                self._note(item, answer)
                on_answer(item, answer)
        except ArchiveCancelled:
            raise
        except SegxError as error:
            for item in items[len(answers) :]:
                self._note(item, Answer(False, str(error)))
            raise
        return sum(answer.stored for answer in answers)

    def drop(self, items: Sequence[Item]) -> None:
        """Remove objects from the queue without sending them."""
        with self._open() as table:
            for item in items:
                table.execute("DELETE FROM items WHERE id = ? AND sent IS NULL", (item.number,))
                self._file(item.server, item.uid).unlink(missing_ok=True)

    def drop_sent_before(self, moment: float) -> None:
        """Forget what was sent before a time, in seconds since 1970. What waits stays."""
        if self._table.exists():
            with self._open() as table:
                table.execute("DELETE FROM items WHERE sent < ?", (moment,))

    def forget(self) -> None:
        """Remove everything, also what waits."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _table(self) -> Path:
        return self.folder / "outbox.sqlite"

    def _items(self, server: str | None) -> list[Item]:
        if not self._table.exists():
            return []
        with self._open() as table:
            rows = table.execute("SELECT id, server, uid, label, said, sent FROM items ORDER BY id").fetchall()
        return [Item(*row) for row in rows if server is None or row[1] == server]

    def _note(self, item: Item, answer: Answer) -> None:
        with self._open() as table:
            sent = time.time() if answer.stored else None
            table.execute("UPDATE items SET sent = ?, said = ? WHERE id = ?", (sent, answer.sentence, item.number))
        if answer.stored:
            self._file(item.server, item.uid).unlink(missing_ok=True)

    def _file(self, server: str, uid: str) -> Path:
        return self.folder / hashlib.sha256(server.encode()).hexdigest()[:16] / f"{uid}.dcm"

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Give the table within one transaction."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            table = sqlite3.connect(self._table, timeout=_BUSY_SECONDS, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"What is to be sent cannot be kept in {self.folder}: {error}.") from error
        try:
            table.execute("PRAGMA synchronous = FULL")
            table.execute("BEGIN IMMEDIATE")
            table.execute(_SCHEMA)
            yield table
            table.execute("COMMIT")
        except sqlite3.Error as error:
            raise ArchiveError(f"What is to be sent cannot be kept in {self.folder}: {error}.") from error
        finally:
            table.close()


def read_outgoing(data: bytes, name: str) -> Outgoing:
    """Return an object to send from a file's bytes. Raises `ArchiveError` where it is no DICOM object."""
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
        uid, sop_class = str(dataset.SOPInstanceUID), str(dataset.SOPClassUID)
        syntax = str(dataset.file_meta.TransferSyntaxUID)
    except (InvalidDicomError, AttributeError, EOFError, OSError, ValueError) as error:
        raise ArchiveError(f"{name} is no DICOM object that could be sent.") from error
    if not is_uid(uid):
        raise ArchiveError(f"{name} has no valid SOP Instance UID.")
    return Outgoing(uid, sop_class, syntax, data)
