"""Files that appear complete or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segx_viewer.errors import ExportError, write_error

PART = ".part-"
"""Beginning of the names of unfinished files; what a killed program leaves of them may be removed."""


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


_UMASK = _umask()  # asked once: asking changes it for a moment, in every thread


@contextmanager
def atomic_write(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a temporary path in the target's folder; on leaving, flush it to disk and put it in the target's place.

    A crash or an error leaves an existing target as it was. The folder is made where it is missing.

    Parameters
    ----------
    path : Path
        The file to write.
    private : bool
        Readable by its owner only, for what may name a patient.

    Yields
    ------
    Path
        Write here. It has the target's suffix, because some writers choose the format by it.

    Raises
    ------
    ExportError
        If the folder or file cannot be written; `DiskFullError` if that is for want of room.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=PART, suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise write_error(path, error) from error
    part = Path(name)
    try:
        yield part
        _flush(part)
        if not private:  # mkstemp makes private files; a report is an ordinary one
            part.chmod(0o666 & ~_UMASK)
        part.replace(path)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def drop_parts(folder: Path) -> None:
    """Remove what killed processes were writing into a folder; for who knows that nobody writes there any more."""
    for part in folder.glob(f"{PART}*"):
        part.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write `data` atomically and check that it reads back the same. Raises `ExportError`."""
    with atomic_write(path, private=private) as part:
        part.write_bytes(data)
        if part.read_bytes() != data:
            raise ExportError(f"{path} did not read back as it was written; check the disk.")


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
