"""The marked ones of a run, as a folder to give away: a table, and the files that the run wrote for them."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from segx_viewer.cohort.marks import Mark
from segx_viewer.cohort.places import Where, read
from segx_viewer.cohort.results import Result
from segx_viewer.errors import ExportError
from segx_viewer.reporting.atomic import write_bytes
from segx_viewer.reporting.content import RESEARCH_USE

TABLE = "worklist.csv"
REPORTS = ("png", "pdf", "json")
_COLUMNS = (
    *("id", "status", "finding", "probability", "probabilities", "stated", "badge", "probability_correct", "gate"),
    *("reason", "model", "month", "scanner", "read", "marked", "note", "notice"),
)


def export(
    results: Sequence[Result],
    marks: Mapping[str, Mark],
    folder: Where,
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
    folder : Path or str
        Of the run's results, or their URL.
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
    if not reports or (isinstance(folder, Path) and target.resolve() == folder.resolve()):
        return copied
    for result in results:
        for kind in REPORTS:
            name = f"{result.name}.{kind}"
            if result.name and _copy(folder, name, target / name):
                copied += 1
    return copied


def _copy(folder: Where, name: str, target: Path) -> bool:
    """Copy a file of the results, if there is one."""
    try:
        data = read(folder, name)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ExportError(f"{name} could not be read: {error.strerror or error}.") from error
    write_bytes(target, data)
    return True


def _row(result: Result, mark: Mark, *, notes: bool) -> dict[str, object]:
    return {
        "id": result.name,
        "status": result.status,
        "finding": result.finding,
        "probability": result.probability,
        "probabilities": result.scores,
        "stated": "; ".join(result.stated or ()),
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
