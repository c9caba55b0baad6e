"""The marked ones of a run, as a folder to give away: a table, and the files that the run wrote for them."""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from segx_viewer.cohort.marks import Mark
from segx_viewer.cohort.results import Result
from segx_viewer.errors import write_error
from segx_viewer.reporting.atomic import atomic_write, write_bytes
from segx_viewer.reporting.content import RESEARCH_USE

TABLE = "worklist.csv"
REPORTS = ("png", "pdf", "json")
_COLUMNS = (
    *("id", "status", "finding", "probability", "probabilities", "badge", "probability_correct", "gate", "reason"),
    *("model", "month", "scanner", "read", "marked", "note", "notice"),
)


def export(
    results: Sequence[Result],
    marks: Mapping[str, Mark],
    folder: Path,
    target: Path,
    *,
    reports: bool = True,
    notes: bool = False,
) -> int:
    """Write a table of chosen images, and copy their reports and JSON; only notes may name files or people.

    Parameters
    ----------
    results : sequence of Result
        The images to write.
    marks : mapping
        By the images' names.
    folder : Path
        Of the run's results.
    target : Path
        Folder to write into; made if missing.
    reports : bool
        Copy reports and JSON: of a run that was asked for identities, they hold them.
    notes : bool
        Write the reader's notes as they are.

    Returns
    -------
    int
        How many files were copied.

    Raises
    ------
    ExportError
    """
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(result, marks.get(result.name, Mark()), notes=notes) for result in results)
    write_bytes(target / TABLE, buffer.getvalue().encode("utf-8-sig"))
    copied = 0
    if not reports or target.resolve() == folder.resolve():
        return copied
    for result in results:
        for kind in REPORTS:
            source = folder / f"{result.name}.{kind}"
            if result.name and source.is_file():
                _copy(source, target / source.name)
                copied += 1
    return copied


def _copy(source: Path, target: Path) -> None:
    try:
        with atomic_write(target) as part:
            shutil.copyfile(source, part)
    except OSError as error:
        raise write_error(target, error) from error


def _row(result: Result, mark: Mark, *, notes: bool) -> dict[str, object]:
    return {
        "id": result.name,
        "status": result.status,
        "finding": result.finding,
        "probability": result.probability,
        "probabilities": result.scores,
        "badge": result.badge,
        "probability_correct": result.right,
        "gate": result.gate,
        "reason": result.reason,
        "model": result.model,
        "month": result.month,
        "scanner": result.scanner,
        "read": "yes" if mark.read else "",
        "marked": "yes" if mark.marked else "",
        "note": mark.note if notes else "",
        "notice": RESEARCH_USE,
    }
