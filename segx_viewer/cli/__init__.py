"""The command line: ``segx-viewer``. Heavy libraries are imported by the commands that need them."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from segx_viewer import process
from segx_viewer.errors import SegxError, UsageError, library_needed

__all__ = ["COMMANDS", "DONE", "FAILED", "INTERRUPTED", "USAGE", "main", "program"]

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
COMMANDS = (
    *("open", "analyze", "summary", "deidentify", "demo", "train", "calibrate", "evaluate", "card", "models"),
    *("archive", "receive", "screenshots"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        Exit code: 0 done, 1 something failed (said on stderr), 2 wrong usage, 130 stopped by Ctrl+C.
    """
    process.begin()
    words = sys.argv[1:] if argv is None else list(argv)
    if not words or words[0] not in ("-h", "--help", "--version", *COMMANDS):
        words = ["open", *words]
    try:
        if words[0] == "open" and not any(word.startswith("-") for word in words):
            return open_window(words[1:])  # the parser of all commands would take a tenth of the time to the window
        return _run(words)
    except SegxError as error:
        print(f"segx-viewer: {error}", file=sys.stderr)  # noqa: T201
        return USAGE if isinstance(error, UsageError) else FAILED
    except ModuleNotFoundError as error:
        if (needed := library_needed(error)) is None:
            raise
        print(f"segx-viewer: {needed}", file=sys.stderr)  # noqa: T201
        return FAILED
    except KeyboardInterrupt:
        print("\nsegx-viewer: stopped.", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except BrokenPipeError:  # `segx-viewer ... | head`: the reader has seen enough
        sys.stderr.close()
        return FAILED
    except OSError as error:  # a folder that is gone, no rights, a full disk
        print(f"segx-viewer: {_place(error)}{error.strerror or error}.", file=sys.stderr)  # noqa: T201
        return FAILED


def program() -> NoReturn:
    """Run a command as a process of its own, which ends with it."""
    process.fill_streams()
    process.leave(main())


def _place(error: OSError) -> str:
    return f"{error.filename}: " if error.filename is not None else ""


def open_window(files: Iterable[str | Path], *, new: bool = False) -> int:
    """Show the window with these files and folders, a `new` one beside any other; return its exit status."""
    process.begin_window()
    with process.importing():
        from segx_viewer.app.application import run

    paths = [Path(file) for file in files]
    return run(paths, new=True) if new else run(paths)


def _run(words: list[str]) -> int:
    with process.importing():
        from segx_viewer.cli.names import complaint
        from segx_viewer.cli.parser import build_parser

    try:
        arguments = build_parser(words[0] if words[0] in COMMANDS else "").parse_args(words)
    except SystemExit as stop:  # argparse has said what is wrong, or has shown the help
        sys.stdout.flush()  # if it could
        return stop.code if isinstance(stop.code, int) else USAGE
    if wrong := complaint(words, arguments):
        print(f"segx-viewer: {wrong}", file=sys.stderr)  # noqa: T201
        return USAGE
    return int(arguments.run(arguments))
