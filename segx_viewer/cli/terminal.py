"""What the commands say."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext


def waiting(text: str) -> AbstractContextManager[object]:
    """Show that something is going on while torch is imported, which takes seconds; silent in a pipe."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(text)


def say(text: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Screen:
    """Standard error, line by line, with a bar below the lines where it is a terminal: only then rich is imported."""

    def __init__(self) -> None:
        self._console = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._console = Console(stderr=True, highlight=False, emoji=False)

    def print(self, text: str) -> None:
        """Write a line."""
        if self._console is None:
            sys.stderr.write(f"{text}\n")
        else:
            self._console.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def progress(self, total: int | None) -> Iterator[Callable[[str], None]]:
        """Show how many of so many are done; what is yielded counts one, by its name, "" for one without."""
        if self._console is None:
            yield lambda _name: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = BarColumn(24), MofNCompleteColumn(), TimeRemainingColumn(compact=True)
        told = TextColumn("{task.description}", markup=False)
        with Progress(*columns, told, console=self._console, transient=True) as progress:
            bar = progress.add_task("", total=total)
            yield lambda name: progress.update(bar, advance=1, description=name or None)
