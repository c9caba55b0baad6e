"""Where a run's results lie, a folder or a URL of storage, and how they are read there."""

from collections.abc import Iterator
from pathlib import Path

from segx_viewer.cohort import remote
from segx_viewer.cohort.journal import NAME
from segx_viewer.errors import SegxError
from segx_viewer.reporting.atomic import write_bytes

Where = Path | str
"""A folder, or a URL of storage as a text."""


def place_of(name: str) -> Where:
    """Return the place that a user named.

    Examples
    --------
    >>> place_of("s3://cohort/out/"), str(place_of("results"))
    ('s3://cohort/out', 'results')
    """
    name = remote.as_local(name)
    return name.rstrip("/") if remote.is_url(name) else Path(name)


def title_of(where: Where) -> str:
    """Return what to call a place, briefly."""
    return where.name if isinstance(where, Path) else where.rpartition("/")[2]


def read(where: Where, name: str) -> bytes:
    """Return what a file of the results holds.

    Raises
    ------
    FileNotFoundError
        If there is none.
    OSError
        If the disk does not give it.
    SegxError
        If the storage does not answer.
    """
    return (where / name).read_bytes() if isinstance(where, Path) else remote.read(f"{where}/{name}")


def write(where: Where, name: str, data: bytes) -> None:
    """Write a file of the results, complete or not at all. Raises `ExportError`."""
    if isinstance(where, Path):
        write_bytes(where / name, data)
    else:
        remote.write(f"{where}/{name}", data)


def journal_lines(where: Where) -> Iterator[bytes]:
    """Yield the whole lines of a run's journal; the last one may be in the middle of being written.

    Raises
    ------
    SegxError
        If there is none, or it cannot be read.
    """
    try:
        if isinstance(where, Path):
            with (where / NAME).open("rb") as file:
                yield from (line for line in file if line.endswith(b"\n"))
        else:
            for part in remote.journal_parts(where):
                yield from (line for line in part.splitlines(keepends=True) if line.endswith(b"\n"))
    except FileNotFoundError as error:
        raise SegxError(f"{where} holds no results of analyze: there is no {NAME} in it.") from error
    except OSError as error:
        raise SegxError(f"{where} could not be read: {error.strerror or error}.") from error
