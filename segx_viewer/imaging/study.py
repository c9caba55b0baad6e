"""Folders of files."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from segx_viewer.imaging.stacks import natural_key


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
        for folder, subfolders, names in os.walk(path):
            subfolders[:] = sorted((name for name in subfolders if not name.startswith(".")), key=natural_key)
            for name in sorted(names, key=natural_key):
                file = Path(folder, name)
                if not name.startswith(".") and _is_file(file):
                    yield file


def _is_file(path: Path) -> bool:
    """Whether a path is a file; what the system does not even let one look at is none."""
    try:
        return path.is_file()
    except OSError:
        return False
