"""Names on the command line that cannot be meant: told before a command begins."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from segx_viewer.cohort.folders import check_folder
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
