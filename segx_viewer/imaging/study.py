"""Folders of files."""

import contextlib
import heapq
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from segx_viewer.imaging.stacks import natural_key

HELD = 50_000
"""Names of one folder that are held in memory."""


def collect_files(paths: Iterable[Path]) -> list[Path]:
    """List the files to open: files as given, folders searched recursively, their files as people count.

    Hidden files and folders inside a folder are left out, links to folders are not followed, and no file is
    listed twice. Whether a file is an image is only known on reading it. A path that does not exist is kept,
    so that reading it tells the user so.

    Parameters
    ----------
    paths : iterable of Path

    Returns
    -------
    list of Path
        In the order given.
    """
    return list(dict.fromkeys(walk_files(paths)))


def walk_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield what `collect_files` lists, while it is found; a file below two of the paths twice."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        folders = [path]
        while folders:
            folder = folders.pop()
            subfolders: list[str] = []
            for name in in_order(_names(folder, subfolders)):
                file = Path(folder, name)
                if _is_file(file):
                    yield file
            folders += [folder / name for name in sorted(subfolders, key=natural_key, reverse=True)]


def _names(folder: Path, subfolders: list[str]) -> Iterator[str]:
    """Yield the names in a folder that are no folders, as the disk has them; folders are told, unless they are links.

    Of a folder that cannot be listed to its end, nothing more comes.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if not _is_folder(entry):
                yield entry.name
            elif not entry.is_symlink():
                subfolders.append(entry.name)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def in_order(names: Iterable[str]) -> Iterator[str]:
    """Yield names as people count them, holding few at a time: the others lie sorted in temporary files."""
    with contextlib.ExitStack() as stack:
        new, runs = iter(names), list[Iterator[str]]()
        while held := sorted(islice(new, HELD), key=natural_key):
            if len(held) < HELD:
                yield from heapq.merge(*runs, held, key=natural_key)
                return
            file = stack.enter_context(tempfile.TemporaryFile("w+", encoding="ascii"))
            file.writelines(f"{json.dumps(name)}\n" for name in held)
            file.seek(0)
            runs.append(map(json.loads, file))
        yield from heapq.merge(*runs, key=natural_key)


def _is_file(path: Path) -> bool:
    """Whether a path is a file; what the system does not even let one look at is none."""
    try:
        return path.is_file()
    except OSError:
        return False
