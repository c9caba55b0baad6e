"""The command line: ``segx-viewer``. Heavy libraries are imported by the commands that need them."""

import argparse
import sys
from collections.abc import Sequence

from segx_viewer.cli.parser import DONE, FAILED, INTERRUPTED, USAGE, build_parser
from segx_viewer.errors import SegxError

__all__ = ["DONE", "FAILED", "INTERRUPTED", "USAGE", "main"]


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
    parser = build_parser()
    try:
        arguments = parser.parse_args(_with_default_command(parser, sys.argv[1:] if argv is None else list(argv)))
    except SystemExit as stop:  # argparse has said what is wrong, or has shown the help
        return stop.code if isinstance(stop.code, int) else USAGE
    complaint = arguments.check(arguments) if "check" in arguments else ""
    if complaint:
        print(f"segx-viewer: {complaint}", file=sys.stderr)  # noqa: T201
        return USAGE
    try:
        return int(arguments.run(arguments))
    except SegxError as error:
        print(f"segx-viewer: {error}", file=sys.stderr)  # noqa: T201
        return FAILED
    except KeyboardInterrupt:
        print("\nsegx-viewer: stopped.", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except BrokenPipeError:  # `segx-viewer ... | head`: the reader has seen enough
        sys.stderr.close()
        return FAILED


def _with_default_command(parser: argparse.ArgumentParser, argv: list[str]) -> list[str]:
    """Let ``segx-viewer`` and ``segx-viewer FILE...`` open the window."""
    known = {"-h", "--help", "--version", *parser.get_default("commands")}
    if argv and argv[0] in known:
        return argv
    return ["open", *argv]
