"""What the commands say."""

import sys
from contextlib import AbstractContextManager, nullcontext


def waiting(text: str) -> AbstractContextManager[object]:
    """Show that something is going on while torch is imported, which takes seconds; silent in a pipe."""
    from rich.console import Console

    return Console(stderr=True).status(text) if sys.stderr.isatty() else nullcontext()


def say(text: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
