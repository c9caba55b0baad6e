"""``segx-viewer deidentify``: copies of DICOM files without their patients."""

import argparse
import csv
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from segx_viewer.cohort.inputs import Input, Inputs
from segx_viewer.errors import SegxError
from segx_viewer.paths import pseudonym_key_file

if TYPE_CHECKING:
    from segx_viewer.reporting.copies import Copied

_DESCRIPTION = """\
Write copies of DICOM files without their patients, by the Basic Application Confidentiality Profile (PS3.15 Annex E).

Folders are searched with everything below them; globs, ZIP archives and DICOMDIRs are opened. Copies are called
PSEUDONYM/STUDY/INSTANCE.dcm. A patient has the same pseudonym in every copy that is made with the same key: keep the
key file, and keep it to yourself, because who has it and the originals can tell who is who.

What looks like typed text in a picture is blanked. That is not proof that nothing is left: files of kinds that often
have text in the picture are named, look at them."""

_EXIT = "exit codes: 0 every DICOM file was copied, 1 some were not (named on stderr), 2 wrong usage, 130 stopped"


def register(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = actions.add_parser(
        "deidentify",
        help="copy DICOM files without their patients",
        description=_DESCRIPTION,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("files", nargs="*", metavar="FILE", help="files, folders, globs, ZIP archives, DICOMDIRs")
    command.add_argument(
        "--list", dest="lists", action="append", metavar="FILE", help="text file with one name a line; - reads stdin"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the copies")
    command.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="key of the pseudonyms; made where it is missing (default: one file in your data folder)",
    )
    command.add_argument(
        "--dates",
        choices=("empty", "shift"),
        default="empty",
        help="empty dates and times (default), or shift all dates of a patient by as many days and keep the times",
    )
    command.add_argument(
        "--text",
        choices=("blank", "skip", "keep"),
        default="blank",
        help="what looks like text in a picture is blanked (default); skip leaves out files with it, or of a kind that "
        "often has it; keep does not look",
    )
    command.add_argument(
        "--table", type=Path, metavar="FILE", help="write who is who, for you alone: pseudonym, patient, file, copy"
    )
    command.set_defaults(run=run, check=_check)


def _check(arguments: argparse.Namespace) -> str:
    if not arguments.files and not arguments.lists:
        return "name a FILE or a --list."
    out = arguments.out.resolve()
    if any(Path(name).is_dir() and Path(name).resolve() == out for name in arguments.files):
        return f"--out {arguments.out} is the folder of the originals; name another one."
    for option, path in (("--key", arguments.key), ("--table", arguments.table)):
        if path is not None and path.is_dir():
            return f"{option} {path} is a folder; name a file."
        if path is not None and path.resolve().is_relative_to(out):
            return f"{option} {path} would lie beside the copies; keep it elsewhere."
    return ""


def run(arguments: argparse.Namespace) -> int:
    """Copy files."""
    from segx_viewer.imaging.privacy import Dates, Disguise
    from segx_viewer.imaging.pseudonyms import kept_key
    from segx_viewer.reporting.copies import Text, copy_files

    screen = Console(stderr=True, highlight=False, emoji=False)
    path = arguments.key or pseudonym_key_file()
    made: list[Copied] = []
    with Inputs(arguments.files, arguments.lists or ()) as inputs:
        files = list(_originals(inputs.files(), arguments.out))
        if not files:
            raise SegxError("There is no file to copy.")
        disguise = Disguise(kept_key(path), Dates(arguments.dates))
        screen.print(f"Key of the pseudonyms: {path}", markup=False, soft_wrap=True)
        try:
            for copied in copy_files(files, arguments.out, disguise, Text(arguments.text)):
                made.append(copied)
                screen.print(_line(copied, arguments.out), markup=False, soft_wrap=True)
        finally:
            if arguments.table is not None:
                _write_table(arguments.table, made)
    count = Counter("copied" if c.target else "skipped" if c.skipped else "failed" for c in made)
    patients = len({copied.pseudonym for copied in made if copied.target})
    parts = [f"{count['copied']} file(s) of {patients} patient(s) copied"]
    parts += [f"{count[word]} {word}" for word in ("failed", "skipped") if count[word]]
    screen.print(f"{', '.join(parts)}; copies in {arguments.out}", markup=False, soft_wrap=True)
    if not count["copied"] + count["failed"]:
        raise SegxError("None of the files is DICOM.")
    return 1 if count["failed"] else 0


def _originals(files: Iterable[Input], out: Path) -> Iterable[Input]:
    """Leave out copies of an earlier run, where their folder lies in that of the originals."""
    folder = out.resolve()
    return (item for item in files if item.named or not item.place.resolve().is_relative_to(folder))


def _line(copied: "Copied", out: Path) -> str:
    if copied.target is None:
        return f"{'skipped' if copied.skipped else 'failed'}  {copied.label}: {copied.problem}"
    return f"{copied.target.relative_to(out)}  {copied.label}{f': {copied.note}' if copied.note else ''}"


def _write_table(path: Path, made: "list[Copied]") -> None:
    from segx_viewer.reporting.atomic import write_bytes

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("pseudonym", "patient_id", "patient_name", "file", "copy"))
    writer.writerows((c.pseudonym, c.patient_id, c.patient_name, c.label, c.target) for c in made if c.target)
    write_bytes(path, buffer.getvalue().encode("utf-8-sig"), private=True)
