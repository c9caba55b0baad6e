"""Which file is which: a table for the user alone, because results carry no names."""

import csv
import io
from pathlib import Path

from segx_viewer.cohort.journal import Journal, file_hash
from segx_viewer.errors import SegxError
from segx_viewer.reporting.atomic import write_bytes

COLUMNS = ("id", "file_sha256", "frame", "file")


class Index:
    """Joins ``results.csv`` to the files by its ``id``. Rows of an earlier run that goes on are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[int, tuple[str, int, str]] = {}
        try:
            text = path.read_text("utf-8-sig")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise SegxError(f"{path} could not be read: {getattr(error, 'strerror', None) or error}.") from error
        rows = csv.DictReader(io.StringIO(text))
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise SegxError(f"{path} is another file, not an index; name another one.")
        for row in rows:
            number = row["id"].partition("-")[0]
            if number.isdecimal() and row["frame"].isdecimal():
                self._rows[int(number)] = row["file_sha256"], int(row["frame"]), row["file"]

    def add(self, number: int, content: str, frame: int, label: str) -> None:
        """Note an image: its number, what the journal knows it by, and where it is."""
        self._rows[number] = file_hash(content), frame, label

    def write(self, journal: Journal) -> None:
        """Write the table, for its owner only. Raises `ExportError`."""
        names = dict(journal.identifiers())
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((names.get(number, f"{number:04d}"), *self._rows[number]) for number in sorted(self._rows))
        write_bytes(self._path, buffer.getvalue().encode("utf-8-sig"), private=True)
