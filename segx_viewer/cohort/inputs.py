"""What the user named, as a list of files: globs and lists; folders, ZIP archives and DICOMDIRs are opened."""

import glob
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.remote import as_local, is_url, listed, stamp
from segx_viewer.errors import SegxError
from segx_viewer.imaging.containers import Containers
from segx_viewer.imaging.containers import Found as Input

__all__ = ["Input", "Inputs", "Skip", "unfinished"]

_GLOB = frozenset("*?[")
_LIST_IS_STDIN = "-"


Skip = Callable[[Input, list[tuple[int, str]]], None]
"""Told of a file that is done: the file, its images' numbers and what they are known by."""


class Inputs:
    """Opens what the user named; a context manager, because archives are unpacked into a temporary folder."""

    def __init__(self, names: Iterable[str], lists: Iterable[str] = ()) -> None:
        self._named, self._lists = tuple(names), tuple(lists)
        for source in self._lists:
            if source != _LIST_IS_STDIN:
                next(_listed(source), None)  # said before anything is begun
        for name in self._named:
            if _GLOB & set(name) and not is_url(name) and not Path(name).exists():
                _matches(name)
        self._containers = Containers()
        self.empty: list[str] = []
        """What was named, and `files` found nothing in."""

    def __enter__(self) -> "Inputs":
        return self

    def __exit__(self, *exception: object) -> None:
        self._containers.close()

    def files(self) -> list[Input]:
        """Return the files in the order named, each once.

        Raises
        ------
        SegxError
            If a glob matches nothing, or a list or an archive cannot be read.
        """
        by_path: dict[str | Path, Input] = {}
        self.empty = []
        for name in self._names():
            items = list(self._opened(name))
            if not items:
                self.empty.append(name)
            for item in items:
                key = item.url or item.path
                if item.named or key not in by_path:  # named by itself, it must be an image
                    by_path[key] = item
        return list(by_path.values())

    def stream(self) -> Iterator[Input]:
        """Yield the files as they are found, each once: for more than one would want in a list. Raises alike."""
        seen: set[int] = set()
        several = len(self._named) != 1 or bool(self._lists) or bool(_GLOB & set(self._named[0]))
        by_itself = {Path(name) for name in self._named if Path(name).is_file()} if several else set()
        self.empty = []
        for name in self._names():
            empty = True
            for item in self._opened(name):
                empty = False
                key = hash(item.url or item.path)
                if key not in seen:
                    if several:  # else no file comes twice
                        seen.add(key)
                    # Named by itself, too, it must be an image.
                    yield replace(item, named=True) if not item.url and item.path in by_itself else item
            if empty:
                self.empty.append(name)

    def _names(self) -> Iterator[str]:
        yield from self._named
        for source in self._lists:
            yield from _listed(source)

    def _opened(self, name: str) -> Iterator[Input]:
        name = as_local(name)
        if is_url(name):
            yield from listed(name)
            return
        if Path(name).exists() or not _GLOB & set(name):
            yield from self._containers.open(Path(name))
            return
        for match in sorted(_matches(name)):
            yield from self._opened(match)


def _matches(pattern: str) -> Iterator[str]:
    """Return what matches a pattern. Raises `SegxError` at once if nothing does."""
    found = glob.iglob(pattern, recursive=True)  # noqa: PTH207 - pathlib refuses absolute patterns
    first = next(found, None)
    if first is None:
        raise SegxError(f"No file matches {pattern}.")
    return chain((first,), found)


def unfinished(files: Iterable[Input], journal: Journal, skip: Skip) -> Iterator[Input]:
    """Yield the files that are not known to be done, without reading any; `skip` is told of the others."""
    for item in files:
        finished = journal.finished(stamp(item))
        if finished:
            skip(item, finished)
        else:
            yield item


def _listed(source: str) -> Iterator[str]:
    """Yield the lines of a list of files; relative names lie beside the list."""
    try:
        if source == _LIST_IS_STDIN:
            yield from (line.strip() for line in sys.stdin if line.strip())
            return
        with Path(source).open(encoding="utf-8-sig") as lines:
            for line in lines:
                if line.strip() and not line.startswith("#"):
                    name = line.strip()
                    yield name if is_url(name) else str(Path(source).parent / name)
    except OSError as error:
        raise SegxError(f"The list {source} could not be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise SegxError(f"The list {source} could not be read: it is no text in UTF-8.") from error
