"""Folders for results."""

from pathlib import Path

from segx_viewer.errors import SegxError


def check_folder(path: Path) -> None:
    """Raise `SegxError` where a folder for results cannot be, because a file is in its place or above it."""
    place = next((place for place in (path, *path.parents) if place.exists()), path)
    if place.exists() and not place.is_dir():
        raise SegxError(f"--out {path}: {place} is a file, not a folder.")
