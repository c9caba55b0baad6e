"""Commands and options of the command line."""

import argparse
from pathlib import Path

from segx_viewer import __version__
from segx_viewer.cli import commands

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

_DESCRIPTION = """\
Show what a network saw in a medical image, and how far its explanation can be trusted.
Research use only - not for diagnosis.

Without a command, or with files alone, the window opens."""

_ANALYZE = """\
Analyse images without a window and write a report (PNG) and all numbers (JSON) for each of them.

Files are DICOM or pictures; folders are searched with everything below them. What is written carries neither file
names nor patients: an image is called by its number in the list and the first 8 digits of the SHA-256 of its pixels,
for example 0003-1f09a2c4.png. Which file is which is shown on the terminal only."""

_EXIT = "exit codes: 0 everything was analysed, 1 some files failed (named on stderr), 2 wrong usage, 130 stopped"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; each command sets ``run``, a function from the arguments to the exit code."""
    parser = argparse.ArgumentParser(
        prog="segx-viewer", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"segx-viewer {__version__}")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = actions.add_parser("open", help="open the window, with files or folders if given")
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="DICOM files, pictures or folders")
    command.set_defaults(run=commands.open_window)

    _add_analyze(actions)

    command = actions.add_parser(
        "demo",
        help="show the program on a chest radiograph and a drawn lesion",
        description="Open the window on a chest radiograph and a synthetic lesion. Without a display, analyse both "
        "and write their reports.",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="folder for the reports (default: ./segx-viewer-demo)")
    command.add_argument("--no-window", action="store_true", help="write the reports even where there is a display")
    command.set_defaults(run=commands.demo)

    command = actions.add_parser("train", help="train a model bundle", description="Train a model bundle by a recipe.")
    command.add_argument("recipe", metavar="RECIPE", help="name of a recipe, or a recipe's file")
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data set")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the new bundle")
    command.set_defaults(run=commands.train)

    command = actions.add_parser(
        "evaluate", help="measure a model bundle", description="Measure a model bundle on a data set."
    )
    command.add_argument("bundle", metavar="BUNDLE", help="name of a bundle, or its folder")
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data set")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the evaluation's report")
    command.set_defaults(run=commands.evaluate)

    models = actions.add_parser("models", help="look at the installed model bundles")
    what = models.add_subparsers(title="commands", metavar="COMMAND", required=True)
    what.add_parser("list", help="list the installed model bundles").set_defaults(run=commands.list_models)

    command = actions.add_parser("screenshots", help="take pictures of the window for the documentation")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the pictures")
    command.set_defaults(run=commands.screenshots)
    return parser


def _add_analyze(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = actions.add_parser(
        "analyze",
        help="analyse images without a window",
        description=_ANALYZE,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="DICOM files, pictures or folders")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    command.add_argument("--bundle", metavar="NAME", help="model bundle (default: the one that fits the image)")
    command.add_argument(
        "--method",
        dest="methods",
        action="append",
        metavar="NAME",
        help="attribution method (default: gradcam); may be given several times, the first one is in the report",
    )
    command.add_argument(
        "--class",
        dest="classes",
        action="append",
        metavar="CODE",
        help="class to explain (default: the most probable one); may be given several times; needs --bundle",
    )
    command.add_argument(
        "--include-identity",
        action="store_true",
        help="write patient, study and file names into the results, which are then marked",
    )
    command.add_argument("--verbose", action="store_true", help="show where an unexpected error came from")
    command.set_defaults(run=commands.analyze)
