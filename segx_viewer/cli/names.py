"""Names on the command line that cannot be meant: told before a command begins."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from segx_viewer.errors import SegxError

_NOTHING = re.compile(r"|--[a-z-]+=")


def complaint(words: Sequence[str], arguments: argparse.Namespace) -> str:
    """Return what is wrong with a command's names, "" for nothing."""
    if any(_NOTHING.fullmatch(word) for word in words):  # a variable that is not set, most of the time
        return "a name is empty."
    out = getattr(arguments, "out", None)
    try:
        if isinstance(out, Path):
            check_folder(out)
    except SegxError as error:
        return str(error)
    return str(arguments.check(arguments)) if "check" in arguments else ""


def check_folder(path: Path) -> None:
    """Raise `SegxError` where a folder for results cannot be, because a file is in its place or above it."""
    place = next((place for place in (path, *path.parents) if place.exists()), path)
    if place.exists() and not place.is_dir():
        raise SegxError(f"--out {path}: {place} is a file, not a folder.")
