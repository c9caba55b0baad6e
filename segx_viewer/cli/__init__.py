"""The command line: ``segx-viewer``. Heavy libraries are imported by the commands that need them."""

import sys
from collections.abc import Sequence

from segx_viewer.errors import SegxError

__all__ = ["COMMANDS", "DONE", "FAILED", "INTERRUPTED", "USAGE", "main"]

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
COMMANDS = ("open", "analyze", "demo", "train", "calibrate", "evaluate", "card", "models", "screenshots")


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
    argv = sys.argv[1:] if argv is None else list(argv)
    try:
        if not argv or (argv[0] not in COMMANDS and not any(word.startswith("-") for word in argv)):
            return _open_window(argv)  # the parser of all commands would take a tenth of the time to the window
        return _run(argv)
    except SegxError as error:
        print(f"segx-viewer: {error}", file=sys.stderr)  # noqa: T201
        return FAILED
    except KeyboardInterrupt:
        print("\nsegx-viewer: stopped.", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except BrokenPipeError:  # `segx-viewer ... | head`: the reader has seen enough
        sys.stderr.close()
        return FAILED


def _open_window(names: list[str]) -> int:
    from pathlib import Path

    from segx_viewer.app.application import run

    return run([Path(name) for name in names])


def _run(argv: list[str]) -> int:
    from segx_viewer.cli.parser import build_parser

    known = {"-h", "--help", "--version", *COMMANDS}
    try:
        arguments = build_parser().parse_args(argv if argv[0] in known else ["open", *argv])
    except SystemExit as stop:  # argparse has said what is wrong, or has shown the help
        return stop.code if isinstance(stop.code, int) else USAGE
    complaint = arguments.check(arguments) if "check" in arguments else ""
    if complaint:
        print(f"segx-viewer: {complaint}", file=sys.stderr)  # noqa: T201
        return USAGE
    return int(arguments.run(arguments))
