"""Inputs and outputs in object storage, by fsspec's URLs: ``s3://``, ``gs://``, ``memory://`` and the like.

No listing is cached: s3fs would never see what another process has written since. Nothing is appended and no
transaction is used, because one covers new files only: each object is written in one go, complete or not at all.
"""

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from segx_viewer.cohort.journal import NAME, content_hash, file_stamp, stamp_of
from segx_viewer.errors import ExportError, ImageReadError, SegxError
from segx_viewer.imaging.containers import Found

_URL = re.compile(r"[a-z][a-z0-9+.-]+://|memory:", re.IGNORECASE)  # two letters at least: C: is a disk
_GLOB = frozenset("*?[")
_SEGMENTS = f"{NAME}.d"
_SEGMENT = re.compile(r"(\d{9})(-all)?\.jsonl")
_MANY = 100  # segments, that are put together when a run goes on
_HELD = 64 * 1024  # bytes of endings that may wait; what they tell is done again after a kill


def is_url(name: str) -> bool:
    """Whether a name is a URL of storage, rather than a path."""
    return _URL.match(name) is not None and not Path(name).exists()


def as_local(name: str) -> str:
    """Return the path that a ``file:`` URL names, and any other name as it is."""
    return re.sub(r"^file:(//(localhost(?=/))?)?", "", name) if name.startswith("file:") else name


@contextlib.contextmanager
def answering(raised: Callable[[str], Exception], what: str) -> Iterator[None]:
    """Turn what a storage's package raises into one sentence; that there is no such object stays what it is."""
    try:
        yield
    except (SegxError, FileNotFoundError, FileExistsError):
        raise
    except Exception as error:  # each package has errors of its own, and not all of them are OSErrors
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise raised(f"{what}: {reason}.") from error


def storage(url: str) -> tuple[Any, str]:
    """Return fsspec's file system for a URL, and the path in it. Raises `SegxError`."""
    import fsspec

    try:
        return fsspec.core.url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise SegxError(f"{url} needs more: pip install 'segx-viewer[storage]' ({error}).") from error
    except ValueError as error:
        raise SegxError(f"{url} is no URL that can be opened: {error}.") from error


def listed(url: str) -> Iterator[Found]:
    """Yield the objects that a URL names: itself, those that a glob matches, or all below it, while they are found.

    Raises
    ------
    SegxError
        If the storage does not answer.
    """
    system, path = storage(url)
    found = _walked(system, path)
    while True:
        try:
            with answering(SegxError, f"{url} could not be listed"):
                item = next(found, None)
        except FileNotFoundError:  # nothing of that name
            return
        if item is None:
            return
        yield item


def _walked(system: Any, path: str) -> Iterator[Found]:
    if _GLOB & set(path):
        for name, facts in sorted(system.glob(path, detail=True).items()):
            yield _found(system, name, facts, named=False)
    elif system.isfile(path):
        yield _found(system, path, system.info(path), named=True)
    else:
        # An error while listing would else be taken for an empty folder.
        for _folder, _folders, files in system.walk(path, detail=True, on_error="raise"):
            for name in sorted(files):
                if name and not name.startswith("."):
                    yield _found(system, files[name]["name"], files[name], named=False)


def _found(system: Any, name: str, facts: dict[str, Any], *, named: bool) -> Found:
    url = system.unstrip_protocol(name)
    states = [facts.get(key) for key in ("size", "ETag", "etag", "md5Hash", "LastModified", "mtime", "created")]
    return Found(Path(PurePosixPath(name).name), url, named, url, stamp_of(url, *states))


def stamp(item: Found) -> str:
    """Return what tells a file that has not changed from all others; see `file_stamp`."""
    return item.stamp if item.url else file_stamp(item.path)


@contextlib.contextmanager
def fetched(item: Found) -> Iterator[Path]:
    """Give the file's path here: its own, or that of a copy, which is removed afterwards. Raises `ImageReadError`."""
    if item.problem:
        raise ImageReadError(item.problem)
    if not item.url:
        yield item.path
        return
    with tempfile.TemporaryDirectory(prefix="segx-viewer-") as folder:
        path = Path(folder, item.path.name)
        fetch(item.url, path, item.label)
        yield path


def fetch(url: str, path: Path, label: str) -> None:
    """Copy an object into a file. Raises `ImageReadError`."""
    try:
        with answering(ImageReadError, f"{label} could not be fetched"):
            system, name = storage(url)
            system.get_file(name, str(path))
    except FileNotFoundError as error:
        raise ImageReadError(f"{label} is not there any more.") from error


def content(item: Found) -> str:
    """Return the hash of a file's content; see `content_hash`."""
    try:
        with fetched(item) as path:
            return content_hash(path)
    except ImageReadError:
        return f"unreadable {stamp_of(item.url or item.label)}"


@contextlib.contextmanager
def results_folder(folder: Path, target: str) -> Iterator[Path]:
    """Give the folder for an image's results; what is written there goes to the target's URL, if there is one.

    Raises
    ------
    ExportError
        If it cannot be sent.
    """
    if not target:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="segx-viewer-") as name:
        try:
            yield Path(name)
        finally:  # what could be made is sent, whatever else went wrong
            for path in sorted(Path(name).iterdir()):
                send(path, f"{target}/{path.name}")


def send(path: Path, url: str) -> None:
    """Write a file's content as an object. Raises `ExportError`."""
    write(url, path.read_bytes())


def write(url: str, data: bytes) -> None:
    """Write an object, complete or not at all. Raises `ExportError`."""
    try:
        with answering(ExportError, f"{url} could not be written"):
            system, name = storage(url)
            system.pipe_file(name, data)
    except FileNotFoundError as error:  # no such bucket
        raise ExportError(f"{url} could not be written: there is no such place.") from error


def read(url: str) -> bytes:
    """Return an object's content. Raises `FileNotFoundError`, and `SegxError` if the storage does not answer."""
    with answering(SegxError, f"{url} could not be read"):
        system, name = storage(url)
        data: bytes = system.cat_file(name)
    return data


def exists(url: str) -> bool:
    """Whether there is something of that name, or below it."""
    try:
        with answering(SegxError, url):
            system, name = storage(url)
            return bool(system.exists(name))
    except (SegxError, OSError):
        return False


def journal_parts(target: str) -> Iterator[bytes]:
    """Yield a run's journal in the parts that it lies in. Raises `FileNotFoundError` and `SegxError`."""
    with answering(SegxError, f"{target} could not be read"):
        system, root = storage(f"{target}/{_SEGMENTS}")
        names = _segments(system, root)
    if not names:
        yield read(f"{target}/{NAME}")  # results that were copied there
    for name in names:
        yield read(f"{target}/{_SEGMENTS}/{name}")


def _segments(system: Any, root: str) -> list[str]:
    """Return the journal's segments that count, in order; those before one that holds all are in it."""
    if not system.exists(root):
        return []
    found = sorted(PurePosixPath(name).name for name in system.ls(root, detail=False))
    names = [name for name in found if _SEGMENT.fullmatch(name)]
    first = max((n for n, name in enumerate(names) if "-all" in name), default=0)
    last = names[first] if names else ""
    return [name for name in names[first:] if name == last or name[:9] != last[:9]]


class Mirror:
    """A run's journal in object storage: segments, each written once, from which the run goes on anywhere.

    That an image was begun is written before anything is done with it; how images ended may wait a little.
    """

    def __init__(self, target: str, folder: Path) -> None:
        """Fetch what a run before has left into ``folder``. Raises `SegxError`."""
        self._target = target
        self._system, self._root = storage(f"{target}/{_SEGMENTS}")
        self._held: list[bytes] = []
        with answering(SegxError, f"{target} could not be read"):
            self._next = 1 + self._fetch(folder / NAME)

    def _fetch(self, path: Path) -> int:
        names = _segments(self._system, self._root)
        with path.open("wb") as file:
            for name in names:
                file.write(self._system.cat_file(f"{self._root}/{name}"))
        if not names:
            path.unlink()
            return 0
        number = int(names[-1][:9])
        if len(names) > _MANY:
            self._system.pipe_file(f"{self._root}/{number:09d}-all.jsonl", path.read_bytes())
            self._system.rm([f"{self._root}/{name}" for name in names])
        return number

    def take(self, data: bytes) -> None:
        """Take in lines of the journal. Raises `SegxError`."""
        self._held.append(data)
        if b'{"begun"' in data or b'{"settings"' in data or sum(map(len, self._held)) > _HELD:
            self.flush()

    def flush(self) -> None:
        """Write what waits. Raises `SegxError`."""
        if not self._held:
            return
        data, self._held = b"".join(self._held), []
        try:
            with answering(ExportError, f"{self._target} could not be written"):
                self._system.pipe_file(f"{self._root}/{self._next:09d}.jsonl", data, mode="create")
        except FileExistsError as error:
            raise SegxError(f"Another run is writing to {self._target}.") from error
        except FileNotFoundError as error:  # no such bucket
            raise ExportError(f"{self._target} could not be written: there is no such place.") from error
        self._next += 1


@contextlib.contextmanager
def spooled(target: str) -> Iterator[tuple[Path, Mirror]]:
    """Give a folder for a run's journal and tables, whose tables go to the target's URL at the end."""
    with tempfile.TemporaryDirectory(prefix="segx-viewer-") as name:
        folder = Path(name)
        mirror = Mirror(target, folder)
        try:
            yield folder, mirror
        finally:
            mirror.flush()
            tables = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != NAME]
            for path in tables:
                send(path, f"{target}/{path.relative_to(folder).as_posix()}")
