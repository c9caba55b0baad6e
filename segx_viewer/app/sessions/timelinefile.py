"""A patient's time lines as one readable file, for as long as the reader keeps it.

It names the pictures by where they lie from the file, and by the hash of their content: a folder that is moved as a
whole, or to another machine, opens there. It holds what the reader said of each picture and the regions that the reader
drew; the pictures themselves stay where they are.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from segx_viewer import __version__
from segx_viewer.app.model.documents import Document
from segx_viewer.app.sessions.readings import Packed, Reading, pack, unpack
from segx_viewer.app.sessions.session import Snapshot
from segx_viewer.app.sessions.sessionfile import Stored
from segx_viewer.domain.tables import Table, as_int, as_table, as_tables, as_text
from segx_viewer.errors import ImageReadError, SegxError

SUFFIX = ".timeline.json"
FORMAT = "segx-viewer/time line"
VERSION = 1
_NOTE = "Research use only - not for diagnosis. Regions are masks of the model's input: rows and columns, packed bits."


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture as it is to be kept: where it lies, and what the reader said of it."""

    path: Path
    frame: int
    label: str
    sha256: str
    reading: Packed


def is_timeline(path: Path) -> bool:
    """Return whether a file is a time line by its name."""
    return path.name.lower().endswith(SUFFIX)


def capture(documents: Iterable[Document], patient: str) -> list[Picture]:
    """Return the pictures of a patient, as `LesionRecord.key` compares patients, that belong to a lesion."""
    return [
        Picture(d.path, d.frame, d.label, d.sha256, pack(Reading(region=d.region, lesion=d.lesion)))
        for d in documents
        if d.lesion.key is not None and d.lesion.key[0] == patient
    ]


def file_in(folder: Path, patient: str) -> Path:
    """Return where a patient's time line lies in a folder.

    Examples
    --------
    >>> file_in(Path("a"), "Doe / Jane").name
    'Doe - Jane.timeline.json'
    """
    plain = "".join(c if c.isalnum() or c in " ._-" else "-" for c in patient).strip(" .")
    return folder / f"{plain or 'patient'}{SUFFIX}"


def save(pictures: Iterable[Picture], path: Path) -> Path:
    """Write a patient's pictures, atomically; those that the file holds already and that are not given stay in it.

    Raises
    ------
    SegxError
        If the file is there and is another patient's, or no time line; a picture is gone; or it cannot be written.
    """
    from segx_viewer.reporting.atomic import write_bytes

    entries = [_entry(picture, path.parent) for picture in pictures]
    if path.exists():
        known = cast(list[Table], read(path).values["documents"])
        if known and entries and _patient(known[0]) != _patient(entries[0]):
            raise SegxError(f"{path.name} is the time line of another patient.")
        now = {(entry["sha256"], entry["frame"]) for entry in entries}
        entries += [_stored(entry) for entry in known if (entry["sha256"], entry["frame"]) not in now]
    entries.sort(key=_order)
    head = {"format": FORMAT, "version": VERSION, "program": __version__, "note": _NOTE}
    text = json.dumps({**head, "pictures": entries}, indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(path, text.encode(), private=True)  # it may name patients
    return path


def _entry(picture: Picture, folder: Path) -> Table:
    from segx_viewer.imaging.reader import file_sha256

    try:
        size = picture.path.stat().st_size
    except OSError as error:
        raise ImageReadError(f"{picture.path.name} could not be read: {error.strerror or error}.") from error
    return {
        "path": _relative(picture.path, folder),
        "frame": picture.frame,
        "label": picture.label,
        "sha256": picture.sha256 or file_sha256(picture.path),
        "size": size,
        "lesion": picture.reading["lesion"],
        "region": picture.reading["region"],
    }


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()


def _stored(entry: Table) -> Table:
    """Return an entry as it stands in the file, of one that `read` gave."""
    kept = {name: entry[name] for name in ("frame", "label", "sha256", "size", "lesion", "region")}
    return {"path": entry["relative"], **kept}


def _patient(entry: Table) -> str:
    return as_text(as_table(entry["lesion"])["patient"]).strip().casefold()


def _order(entry: Table) -> tuple[str, str]:
    lesion = as_table(entry["lesion"])
    return as_text(lesion["lesion"]).casefold(), as_text(lesion["taken"]) or "9999"


def read(path: Path) -> Stored:
    """Read a time line, for `sessionfile.find_images` and `readings_of`.

    Raises
    ------
    SegxError
        If it is not one, is damaged, or was written by a later version.
    """
    try:
        values = as_table(json.loads(path.read_text(encoding="utf-8")))
        if values.get("format") != FORMAT:
            raise SegxError(f"{path.name} is not a time line.")
        if values.get("version") != VERSION:
            raise SegxError(f"{path.name} was written by another version of the program and cannot be opened.")
        documents = [_checked(entry, path.parent) for entry in as_tables(values["pictures"])]
    except OSError as error:
        raise SegxError(f"{path.name} could not be read: {error.strerror or error}.") from error
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise SegxError(f"{path.name} is not a time line, or is damaged.") from error
    return Stored(path, cast(Snapshot, {"documents": documents}), {})


def _checked(entry: Table, folder: Path) -> Table:
    """Return an entry as `find_images` takes it. Raises what `read` takes for damage."""
    relative = as_text(entry["path"])
    unpack(_packed(entry))
    if not as_text(entry["sha256"]) or not as_text(as_table(entry["lesion"])["patient"]):
        raise ValueError(relative)
    return {
        **entry,
        "path": str(folder / relative),
        "relative": relative,
        "name": Path(relative).name,
        "frame": as_int(entry["frame"]),
        "size": as_int(entry["size"]),
        "label": as_text(entry["label"]),
    }


def _packed(entry: Table) -> Packed:
    lesion = as_table(entry["lesion"])
    return {"annotations": [], "region": entry["region"], "impression": None, "key": False, "lesion": lesion}


def readings_of(stored: Stored) -> list[Reading]:
    """Return what the reader said of each picture of a time line that `read` read, and its region."""
    return [unpack(_packed(cast(Table, entry))) for entry in stored.values["documents"]]
