"""What a reader noted in a worklist: beside the results, or in the user's folder where they cannot be written."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from segx_viewer.cohort.places import Where, read, write
from segx_viewer.errors import ExportError, SegxError
from segx_viewer.reporting.atomic import write_bytes

NAME = "worklist.json"
FORMAT = "segx-viewer/worklist"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """What is noted about one image, and when (ISO 8601, UTC): of two, the later one counts."""

    read: bool = False
    marked: bool = False
    note: str = ""
    when: str = ""


class Marks:
    """The marks of one run's results, by the names of its images.

    Several readers may note at the same time: each writes what is there already together with its own.
    """

    def __init__(self, folder: Where, spare: Path) -> None:
        """Read what is noted.

        Parameters
        ----------
        folder : Path or str
            Of the results, or their URL.
        spare : Path
            Folder of the user's own, for results that cannot be written to.

        Raises
        ------
        SegxError
            If there is something that cannot be read.
        """
        self._folder = folder
        whole = folder.resolve() if isinstance(folder, Path) else folder
        name = hashlib.sha256(os.fsencode(whole)).hexdigest()[:16]
        self._spare = spare / f"{name}.json"
        self.all: dict[str, Mark] = self._read()
        self.is_spare = self._spare.is_file() and not _may_write(folder)

    def _read(self) -> dict[str, Mark]:
        return _later(_stored(self._folder, NAME), _stored(self._spare.parent, self._spare.name))

    def change(self, name: str, **changes: Any) -> Mark:
        """Change what is noted about an image; written by `write`."""
        before = asdict(self.all.get(name, Mark()))
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        self.all[name] = Mark(**{**before, **changes, "when": now})
        return self.all[name]

    def write(self, marks: Mapping[str, Mark]) -> bool:
        """Write marks, with those that others have noted meanwhile; return whether that was beside the results.

        Raises
        ------
        ExportError
            If neither place can be written.
        """
        text = _packed(_later(self._read(), marks))
        try:
            if not _may_write(self._folder):
                raise ExportError("The folder cannot be written.")
            write(self._folder, NAME, text)
        except ExportError:
            write_bytes(self._spare, text, private=True)
            return False
        self._spare.unlink(missing_ok=True)
        return True


def _later(first: Mapping[str, Mark], second: Mapping[str, Mark]) -> dict[str, Mark]:
    names: Iterable[str] = dict.fromkeys([*first, *second])
    return {n: max((m[n] for m in (first, second) if n in m), key=lambda mark: mark.when) for n in names}


def _packed(marks: Mapping[str, Mark]) -> bytes:
    record = {"format": FORMAT, "version": VERSION, "marks": {name: asdict(mark) for name, mark in marks.items()}}
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()


def _may_write(folder: Where) -> bool:
    """Whether a folder can be written; of storage, only trying tells."""
    return not isinstance(folder, Path) or os.access(folder, os.W_OK)


def _stored(folder: Where, name: str) -> dict[str, Mark]:
    path = f"{folder}/{name}" if isinstance(folder, str) else folder / name
    try:
        record = json.loads(read(folder, name))
        if record["format"] != FORMAT or record["version"] != VERSION:
            raise SegxError(f"{path} was written by another version of the program, and is left alone.")
        return {
            str(name): Mark(bool(m["read"]), bool(m["marked"]), str(m["note"]), str(m["when"]))
            for name, m in record["marks"].items()
        }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SegxError(f"{path} could not be read: {error.strerror or error}.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SegxError(f"{path} is damaged; move it away to begin anew.") from error
