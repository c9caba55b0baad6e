"""Commands and options of the command line."""

import argparse
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from segx_viewer import __version__
from segx_viewer.cli import commands
from segx_viewer.domain.methods import METHODS
from segx_viewer.imaging.limits import DEFAULT_LIMITS

_DESCRIPTION = """\
Show what a network saw in a medical image, and how far its explanation can be trusted.
Research use only - not for diagnosis.

Without a command, or with files alone, the window opens."""

_ANALYZE = """\
Analyse images without a window and write a report (PNG) and all numbers (JSON) for each of them, and one table (CSV)
for the run.

Files are DICOM or pictures. Folders are searched with everything below them; globs, ZIP archives (in folders, too) and
DICOMDIRs are opened. Files that are found there and are no images are skipped; everything else that cannot be analysed
has failed, and is told with its reason.

What is written carries neither file names nor patients: an image is called by its number and the first 8 digits of
the SHA-256 of its pixels, for example 0003-1f09a2c4.png. Which file is which is shown on the terminal, and written
only to the --index that you ask for.

A run that was stopped goes on when it is started again with the same folder and options: DIR/run.jsonl holds what is
done, by the hashes of the files' contents."""

_MOST = 1e9
_EXIT = "exit codes: 0 everything was analysed, 1 some files failed (named on stderr), 2 wrong usage, 130 stopped"


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def build_parser(only: str = "") -> argparse.ArgumentParser:
    """Return the parser; each command sets ``run``, a function from the arguments to the exit code.

    Parameters
    ----------
    only : str
        Leave out all commands but this one, and what they would import: for arguments that begin with it.
    """
    parser = argparse.ArgumentParser(
        prog="segx-viewer", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"segx-viewer {__version__}")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for names, add in _ADD.items():
        if not only or only in names:
            add(actions)
    return parser


def _add_open(actions: Commands) -> None:
    command = actions.add_parser("open", help="open the window, with files or folders if given")
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="DICOM files, pictures or folders")
    command.add_argument(
        "--new-window", action="store_true", help="beside a window that is open, which keeps its images"
    )
    command.set_defaults(run=commands.open_window)


def _add_summary(actions: Commands) -> None:
    command = actions.add_parser(
        "summary",
        help="sum up the results of a run on a page",
        description="Write summary.html into the folder of a run of analyze: findings, badge levels, refusals, drift "
        "by scanner and month, least certain findings. It names no file and nobody.",
    )
    command.add_argument("folder", metavar="DIR", help="folder, or URL, that analyze wrote its results to")
    command.add_argument("--models", type=Path, metavar="DIR", help="folder with more model bundles")
    command.set_defaults(run=commands.summarise)


def _add_demo(actions: Commands) -> None:
    command = actions.add_parser(
        "demo",
        help="show the program on a chest radiograph and a drawn lesion",
        description="Open the window on a chest radiograph and a synthetic lesion. Without a display, analyse both "
        "and write their reports.",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="folder for the reports (default: ./segx-viewer-demo)")
    command.add_argument("--no-window", action="store_true", help="write the reports even where there is a display")
    command.set_defaults(run=commands.demo)


def _add_screenshots(actions: Commands) -> None:
    command = actions.add_parser("screenshots", help="take pictures of the window for the documentation")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the pictures")
    command.set_defaults(run=commands.screenshots)


def _from_module(name: str) -> Callable[[Commands], None]:
    """Return what has a module of `segx_viewer.cli` add its command; the module is imported then."""
    return lambda actions: import_module(f"segx_viewer.cli.{name}").register(actions)


def _add_analyze(actions: Commands) -> None:
    command = actions.add_parser(
        "analyze",
        help="analyse images without a window",
        description=_ANALYZE,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="files, folders, globs, ZIP archives, DICOMDIRs, or URLs of storage (s3://, gs://, ...)",
    )
    command.add_argument(
        "--list",
        dest="lists",
        action="append",
        metavar="FILE",
        help="text file with one name a line; - reads the names from standard input",
    )
    command.add_argument(
        "--out", required=True, metavar="DIR", help="folder for the results, or a URL of storage (s3://, gs://, ...)"
    )
    command.add_argument(
        "--output",
        dest="outputs",
        action="append",
        choices=(
            "png",
            "pdf",
            "json",
            "csv",
            "parquet",
            "npz",
            "dicom",
            "dicom-pdf",
            "dicom-labelmap",
            "dicom-gsps",
            "dicom-sc-j2k",
        ),
        help="what to write (default: png, json and csv); may be given several times; dicom writes segmentations, "
        "parametric maps, a structured report and the page, dicom-pdf the PDF as a DICOM document, dicom-labelmap the "
        "region as a label map, dicom-gsps outlines and window as a presentation state, dicom-sc-j2k the page as "
        "JPEG 2000; all of these need --include-identity for DICOM images",
    )
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
        help="class to explain, or all (default: the most probable one); may be given several times; needs --bundle",
    )
    command.add_argument(
        "--as-published",
        action="store_true",
        help="explain as SegX's reference implementation does: the class's sigmoid score, Grad-CAM scaled to 0..1; "
        "no calibration applies",
    )
    command.add_argument(
        "--frame",
        type=_frame,
        default=0,
        metavar="N",
        help="frame of multi-frame files, counted from 0, or all (default: 0); an image's results say which it is",
    )
    command.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda", "mps"),
        default="auto",
        help="where the networks run (default: auto; ready graphs on the processor, others on a graphics card if any)",
    )
    command.add_argument("--theme", choices=("light", "dark"), default="light", help="of the report pages")
    command.add_argument(
        "--size",
        choices=("full", "medium", "small"),
        default="medium",
        help="of the pictures on the report pages (default: medium, 1.5 megapixels; full: the image's own resolution)",
    )
    command.add_argument("--models", type=Path, metavar="DIR", help="folder with more model bundles")
    command.add_argument(
        "--workers",
        type=_positive,
        default=2,
        metavar="N",
        help="images that are read ahead and reports that are written at the same time (default: 2)",
    )
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="share the work among the workers of a Dask scheduler: tcp://HOST:PORT, tls://HOST:PORT, a scheduler "
        "file, or local:N for N processes on this machine; the machines share the files and DIR",
    )
    command.add_argument("--watch", type=Path, metavar="DIR", help="go on with the files that arrive in a folder")
    command.add_argument(
        "--index",
        type=Path,
        metavar="FILE",
        help="write which file is which, for you alone: id as in results.csv, SHA-256 of the file, frame, path",
    )
    command.add_argument(
        "--include-identity",
        action="store_true",
        help="write patient, study and file names into the results, which are then marked",
    )
    command.add_argument(
        "--include-origin",
        action="store_true",
        help="write the study's month and the scanner's maker and model into the run's journal and Parquet table, by "
        "which summary shows drift; together they may single out a patient, and a month is a date of a person",
    )
    _add_limits(command)
    command.add_argument("--verbose", action="store_true", help="show where an unexpected error came from")
    command.set_defaults(run=commands.analyze, check=_analyze_has_input)


def _add_limits(command: argparse.ArgumentParser) -> None:
    """Files are decoded in a process of its own, which may take no more than this."""
    limits = (
        ("--max-megapixels", DEFAULT_LIMITS.pixels / 1e6, "pixels of one frame, in millions"),
        ("--max-memory", DEFAULT_LIMITS.memory_bytes / 2**30, "memory for decoding a file, in GiB"),
        ("--max-seconds", DEFAULT_LIMITS.seconds, "time for decoding a file, in seconds"),
    )
    for option, default, what in limits:
        told = f"{what}; a file that asks for more has failed (default: {default:.4g})"
        command.add_argument(option, type=_amount, default=default, metavar="X", help=told)


def _analyze_has_input(arguments: argparse.Namespace) -> str:
    return (
        "" if arguments.files or arguments.lists or arguments.watch else "name a FILE, a --list or a folder to --watch"
    )


def _positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _amount(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < number <= _MOST:
        raise argparse.ArgumentTypeError(f"must be more than 0, and {_MOST:.0e} at most")
    return number


def _frame(text: str) -> int | None:
    """Return a frame's number, None for all of them."""
    if text == "all":
        return None
    number = _whole(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more, or all")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _add_training(actions: Commands) -> None:
    command = actions.add_parser(
        "train",
        help="train a model bundle",
        description="Train the networks of a recipe and write the bundle. Resumes an interrupted training.",
    )
    command.add_argument("recipe", metavar="RECIPE", help="a recipe's file, or the name of the bundle it lies beside")
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data sets")
    command.add_argument("--out", type=Path, metavar="DIR", help="folder of the bundle (default: beside the recipe)")
    command.add_argument("--only", choices=("classifier", "segmenter"), help="train one of the networks")
    command.add_argument("--folds", action="store_true", help="only cross-validate the classifier, as the recipe says")
    command.set_defaults(run=commands.train)

    command = actions.add_parser(
        "calibrate",
        help="fit a bundle's input gate and the badge's calibration",
        description="Fit the input gate and the badge's calibration on the bundle's own split: the gate's distances on "
        "training images, thresholds and calibration on validation images. The test part is not read. A model of your "
        "own, which has no recipe, gets levels and prediction sets from DIR: images that it did not learn from, in a "
        "folder for each class, or a CSV with the columns image and class (and group).",
    )
    _add_measured(command)
    command.add_argument(
        "--as-published",
        action="store_true",
        help="fit what SegX's reference fits on its validation set instead: the cut-offs of the best F1, and the 50 "
        "images that its Gradient SHAP starts from, which are kept in the model's folder",
    )
    command.set_defaults(run=commands.calibrate)

    command = actions.add_parser(
        "evaluate", help="measure a model bundle", description="Measure a model bundle on the test part of its data."
    )
    _add_measured(command)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the evaluation's report")
    command.add_argument(
        "--method",
        action="append",
        dest="methods",
        choices=tuple(METHODS),
        metavar="NAME",
        help="attribution method whose maps are measured beside the badge's, Grad-CAM; may be given several times "
        "(default: gradcam and gradient_shap, which draws hundreds of samples for each image)",
    )
    command.add_argument(
        "--shifts",
        type=_positive,
        default=0,
        metavar="N",
        help="also measure badge and input check on N images that are changed: compressed, blurred, framed",
    )
    command.add_argument(
        "--beside",
        type=Path,
        metavar="DIR",
        help="folder of another bundle of the same classes: also measure whether its agreement tells right from wrong",
    )
    command.set_defaults(run=commands.evaluate)

    command = actions.add_parser(
        "card", help="write a bundle's model card", description="Write a bundle's model card from its evaluation."
    )
    command.add_argument("bundle", metavar="BUNDLE", help="name of a bundle, or its folder")
    command.add_argument("--evaluation", type=Path, metavar="FILE", help="default: evaluation.json in the bundle")
    command.add_argument(
        "--readme", type=Path, metavar="FILE", help="also write the figures of all bundles into a README"
    )
    command.set_defaults(run=commands.card)


def _add_measured(command: argparse.ArgumentParser) -> None:
    command.add_argument("bundle", metavar="BUNDLE", help="name of a bundle, or its folder")
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data sets")
    command.add_argument(
        "--workers", type=_positive, default=os.cpu_count() or 1, metavar="N", help="processes (default: all cores)"
    )
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="share the work among the workers of a Dask scheduler, as analyze does; the machines share all folders",
    )


_ADD: dict[tuple[str, ...], Callable[[Commands], None]] = {
    ("open",): _add_open,
    ("analyze",): _add_analyze,
    ("summary",): _add_summary,
    ("deidentify",): _from_module("deidentify"),
    ("demo",): _add_demo,
    ("train", "calibrate", "evaluate", "card"): _add_training,
    ("models",): _from_module("models"),
    ("archive",): _from_module("archive"),
    ("receive",): _from_module("receive"),
    ("screenshots",): _add_screenshots,
}
"""What adds which commands, in the order of the help."""
