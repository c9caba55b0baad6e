"""What a journal says, so that it can be asked: a temporary SQLite table, for more images than memory should hold."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_PENDING = 2000  # changes that go into the table together


class Known(NamedTuple):
    """An image that a run has begun."""

    number: int
    content: str
    done: bool


class Ended(NamedTuple):
    """An image that has ended: where its row lies in the journal, and what its file is known by."""

    number: int
    place: int
    size: int
    content: str


class Register:
    """Images by number, content and stamp. SQLite keeps the table in a file of its own that nobody else sees."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)
        self._table.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE images (number INTEGER PRIMARY KEY, content TEXT, stamp TEXT, frames INTEGER,"
            " place INTEGER, size INTEGER, done INTEGER DEFAULT 0, claimed INTEGER DEFAULT 0);"
            "BEGIN"
        )
        self._begun: list[tuple[int, str, str, int]] = []
        self._ended: list[tuple[int, int, int, bool]] = []

    def index(self) -> None:
        """Make it quick to ask: once, after what a run before has left was taken in."""
        self._settle()
        self._table.execute("CREATE INDEX by_content ON images (content)")
        self._table.execute("CREATE INDEX by_stamp ON images (stamp)")

    def close(self) -> None:
        """Forget everything."""
        self._table.close()

    def begin(self, number: int, content: str, stamp: str, frames: int) -> None:
        """Note that an image was begun by a run before."""
        self._begun.append((number, content, stamp, frames))
        if len(self._begun) >= _PENDING:
            self._settle()

    def begin_now(self, number: int, content: str, stamp: str, frames: int) -> None:
        """Note that an image is begun by this run, which no other of its images is taken for."""
        self._table.execute(
            "INSERT INTO images (number, content, stamp, frames, claimed) VALUES (?, ?, ?, ?, 1)",
            (number, content, stamp, frames),
        )

    def end(self, number: int, place: int, size: int, *, done: bool) -> None:
        """Note how an image ended: where its row lies, and whether it is done."""
        self._ended.append((number, place, size, done))
        if len(self._ended) >= _PENDING:
            self._settle()

    def _settle(self) -> None:
        self._table.executemany(
            "INSERT OR REPLACE INTO images (number, content, stamp, frames) VALUES (?, ?, ?, ?)", self._begun
        )
        self._table.executemany(
            "INSERT INTO images (number, place, size, done) VALUES (?, ?, ?, ?) ON CONFLICT (number) DO UPDATE"
            " SET place = excluded.place, size = excluded.size, done = excluded.done",
            self._ended,
        )
        self._begun.clear()
        self._ended.clear()

    @property
    def last(self) -> int:
        """The highest number, 0 where there is none."""
        self._settle()
        found: int | None = self._table.execute("SELECT max(number) FROM images").fetchone()[0]
        return found or 0

    def claim(self, content: str) -> Known | None:
        """Return the first image of a content that no other one was taken for, and keep it from being taken again."""
        if self._ended:
            self._settle()
        row = self._table.execute(
            "SELECT number, content, done FROM images WHERE content = ? AND claimed = 0 ORDER BY number LIMIT 1",
            (content,),
        ).fetchone()
        if row is None:
            return None
        self._table.execute("UPDATE images SET claimed = 1 WHERE number = ?", row[:1])
        return Known(row[0], row[1], bool(row[2]))

    def claim_all(self, stamp: str) -> list[Known]:
        """Return a file's images, if a run before has done all of them and none was taken yet; else none."""
        if self._ended:
            self._settle()
        rows = self._table.execute(
            "SELECT number, content, done, claimed, frames FROM images WHERE stamp = ? ORDER BY number", (stamp,)
        ).fetchall()
        if not rows or len(rows) != rows[-1][4] or not all(row[2] and not row[3] for row in rows):
            return []
        numbers: Sequence[tuple[int]] = [row[:1] for row in rows]
        self._table.executemany("UPDATE images SET claimed = 1 WHERE number = ?", numbers)
        return [Known(row[0], row[1], done=True) for row in rows]

    def ended(self) -> Iterator[Ended]:
        """Yield the images that have ended, by number."""
        self._settle()
        rows = self._table.execute(
            "SELECT number, place, size, coalesce(content, '') FROM images WHERE place IS NOT NULL ORDER BY number"
        )
        return map(Ended._make, rows)
