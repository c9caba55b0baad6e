"""A reading session as one file: a ZIP of JSON and arrays that names its images by the hash of their content.

The file opens on another machine too: images are looked for where they were, beside the session file, and then in a
folder that the reader names, and are taken only when their content is the same.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segx_viewer import __version__
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.sessions.session import Entry, Snapshot
from segx_viewer.errors import ImageReadError, SegxError

SUFFIX = ".segx"
FORMAT = "segx-viewer/session"
VERSION = 1

_MEMBER = "session.json"
_LARGEST = 64 * 2**20  # bytes of one member
_MOST_FILES = 100_000  # looked at when images are searched for


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A session as it was read: plain values, and the drawn regions by document number."""

    path: Path
    values: Snapshot
    regions: dict[int, NDArray[np.bool_]]


# -- saving ----------------------------------------------------------------------------------------


def capture(workspace: Workspace) -> Snapshot:
    """Return the session as plain values and arrays, for `save`, which needs no window."""
    from segx_viewer.app.sessions.session import snapshot

    values = snapshot(workspace)
    for entry, document in zip(values["documents"], workspace.documents, strict=True):
        entry["sha256"] = document.sha256
        entry["region"] = document.region
        entry["label"] = document.label
    return values


def save(values: Snapshot, path: Path) -> Path:
    """Write what `capture` returned, atomically; hash the images that were not opened yet.

    Raises
    ------
    SegxError
        If an image is gone, or the file cannot be written.
    """
    from segx_viewer.imaging.reader import file_sha256
    from segx_viewer.reporting.atomic import write_bytes

    buffer = io.BytesIO()
    documents = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, entry in enumerate(values["documents"]):
            source, region = Path(entry["path"]), entry["region"]
            member = None
            if region is not None:
                member = f"regions/{number}.npy"
                array = io.BytesIO()
                np.save(array, np.asarray(region, np.bool_), allow_pickle=False)
                archive.writestr(member, array.getvalue())
            documents.append(
                {
                    **entry,
                    "name": source.name,
                    "relative": _relative(source, path.parent),
                    "sha256": entry["sha256"] or file_sha256(source),
                    "size": _size(source),
                    "region": member,
                }
            )
        head = {
            "format": FORMAT,
            "version": VERSION,
            "program": __version__,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        text = json.dumps({**values, **head, "documents": documents}, indent=1, ensure_ascii=False, allow_nan=False)
        archive.writestr(_MEMBER, text)
    write_bytes(path, buffer.getvalue(), private=True)  # it may name patients
    return path


def _relative(path: Path, folder: Path) -> str:
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise ImageReadError(f"{path.name} could not be read: {error.strerror or error}.") from error


# -- reading ---------------------------------------------------------------------------------------


def read(path: Path) -> Stored:
    """Read a session file.

    Raises
    ------
    SegxError
        If it is not one, is damaged, or was written by a later version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            values = json.loads(_member(archive, _MEMBER))
            known = isinstance(values, dict) and values.get("format") == FORMAT
            if not known:
                raise SegxError(f"{path.name} is not a session file.")
            if values.get("version") != VERSION:
                raise SegxError(f"{path.name} was written by another version of the program and cannot be opened.")
            _check(values["documents"])
            regions = {
                number: _region(_member(archive, entry["region"]))
                for number, entry in enumerate(values["documents"])
                if entry["region"] is not None
            }
    except OSError as error:
        raise SegxError(f"{path.name} could not be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise SegxError(f"{path.name} is not a session file, or is damaged.") from error
    return Stored(path, values, regions)


def _check(documents: list[Entry]) -> None:
    """Raise what `read` takes for damage where an image is not described as it should be."""
    for entry in documents:
        words = [entry[name] for name in ("path", "name", "relative", "sha256", "label")]
        if not all(isinstance(word, str) for word in words) or not entry["sha256"]:
            raise ValueError(words)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError(name)
    return data


def _region(data: bytes) -> NDArray[np.bool_]:
    file = io.BytesIO(data)
    major, _ = np.lib.format.read_magic(file)
    header = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(file)
    # Looked at before anything is allocated; objects would be pickles.
    if dtype != np.bool_ or len(shape) != 2 or shape[0] * shape[1] > len(data):
        raise ValueError(shape)
    return np.load(io.BytesIO(data), allow_pickle=False)


# -- finding the images ----------------------------------------------------------------------------


def find_images(
    stored: Stored, folders: Sequence[Path] = (), unpack: Callable[[Path], Iterable[Path]] | None = None
) -> list[Path | None]:
    """Return where each image of a session is now, None for one that was not found.

    Parameters
    ----------
    stored : Stored
    folders : sequence of Path
        Searched with everything below them, after the places where the images were and the session file's own folder.
    unpack : callable, optional
        Returns the files in an archive; for images that came out of one.
    """
    search = _Search(stored)
    if None not in search.found:
        return search.found
    archives = {Path(entry["label"].rpartition("!")[0]) for entry in search.entries if entry["label"]}
    names = {archive.name for archive in archives}
    around = list(_below((search.here, *folders)))
    for path in around:
        search.take(path)
    if unpack is not None:
        for archive in (*archives, *(path for path in around if path.name in names)):
            if None in search.found and _is_near(archive, search.here) and archive.is_file():
                for path in unpack(archive):
                    search.take(path)
    return search.found


class _Search:
    """Where the images of a session are, as far as they were found; begins with the places where they were."""

    def __init__(self, stored: Stored) -> None:
        self.here = stored.path.parent
        self.entries = stored.values["documents"]
        self._hashes: dict[Path, str] = {}
        self.found: list[Path | None] = [self._where_it_was(entry) for entry in self.entries]

    def take(self, path: Path) -> None:
        """Take a file for every image that it is and that was not found yet."""
        for number, entry in enumerate(self.entries):
            if self.found[number] is None and self._is_same(path, entry):
                self.found[number] = path

    def _where_it_was(self, entry: Entry) -> Path | None:
        places = [Path(entry["path"]), self.here / entry["name"]]
        if entry["relative"]:
            places.insert(1, self.here / entry["relative"])
        near = (place for place in places if _is_near(place, self.here))
        return next((place for place in near if self._is_same(place, entry)), None)

    def _is_same(self, path: Path, entry: Entry) -> bool:
        from segx_viewer.imaging.reader import file_sha256

        try:
            if not path.is_file() or path.stat().st_size != entry["size"]:
                return False
            if path not in self._hashes:
                self._hashes[path] = file_sha256(path)
        except (OSError, ImageReadError):
            return False
        return self._hashes[path] == entry["sha256"]


def _is_near(place: Path, here: Path) -> bool:
    """Return whether looking there asks no other computer: a stranger's session may name one (a network share)."""
    return not str(place).startswith(("\\\\", "//")) or place.drive == here.drive != ""


def _below(folders: Sequence[Path]) -> Iterator[Path]:
    from segx_viewer.imaging.study import collect_files

    for folder in folders:
        yield from collect_files([folder])[:_MOST_FILES]
