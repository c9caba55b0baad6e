"""Reading what a run has found: its journal, line by line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from segx_viewer.cohort.journal import NAME
from segx_viewer.cohort.places import Where, journal_lines
from segx_viewer.cohort.statements import scores_of, stated_by
from segx_viewer.domain.result import Level
from segx_viewer.domain.tables import Table, as_float_or_none, as_int, as_table
from segx_viewer.errors import SegxError


def read_settings(folder: Where) -> Table:
    """Return the settings of the run that wrote into a folder. Raises `SegxError` where there is none."""
    for line in _lines(folder):
        return as_table(line.get("settings", {}))
    raise SegxError(f"{folder} holds no results of analyze: there is no {NAME} in it.")


def read_rows(folder: Where) -> list[Table]:
    """Return the last row of each image of a run, by number. Raises `SegxError`."""
    rows: dict[int, Table] = {}
    for line in _lines(folder):
        if "ended" in line:
            rows[as_int(line["ended"])] = as_table(line["row"])
    return [rows[number] for number in sorted(rows)]


@dataclass(frozen=True, slots=True)
class Result:
    """One image of a run, as a list shows it.

    Attributes
    ----------
    number : int
    name : str
        What its files are called, without their endings.
    content, stamp : str
        What the journal knows the file by; see `Journal.begin`.
    frame : int
    status : str
        "done", "failed" or "skipped".
    finding, code : str
        The leading class, in words and as the data set has it; "" where there is none.
    probability, right : float or None
        The network's own for that class, and the calibrated one that it is correct.
    scores : str
        "CODE=P; CODE=P ...", of all classes.
    badge, gate : str
        A `Level` and a `GateLevel`, by their values.
    reason : str
        Why there is no result, no statement, or a doubt.
    model, month, scanner : str
    stated : tuple of str, optional
        The codes of what is stated; () where no finding lies above its cut-off, None where no statement is made.
    """

    number: int
    name: str
    content: str = ""
    stamp: str = ""
    frame: int = 0
    status: str = "done"
    finding: str = ""
    code: str = ""
    probability: float | None = None
    right: float | None = None
    scores: str = ""
    badge: str = ""
    gate: str = ""
    reason: str = ""
    model: str = ""
    month: str = ""
    scanner: str = ""
    stated: tuple[str, ...] | None = None

    @property
    def nothing(self) -> bool:
        """Whether no finding lies above its cut-off; finding and badge are then those of the most probable one."""
        return self.stated == ()

    def score(self, code: str) -> float | None:
        """Return the probability of a class, None where it was not asked for.

        Examples
        --------
        >>> Result(1, "0001-ab", scores="mel=0.620000; nv=0.380000").score("nv")
        0.38
        """
        return scores_of(self.scores).get(code)


def read_results(folder: Where) -> list[Result]:
    """Return what became of each image of a run, by number. Raises `SegxError`."""
    begun: dict[int, tuple[str, str]] = {}
    by_number: dict[int, Result] = {}
    for line in _lines(folder):
        if "begun" in line:
            begun[as_int(line["begun"])] = str(line["content"]), str(line.get("stamp", ""))
        elif "ended" in line:
            number = as_int(line["ended"])
            by_number[number] = _result(number, as_table(line["row"]), *begun.get(number, ("", "")))
    return [by_number[number] for number in sorted(by_number)]


def _result(number: int, row: Table, content: str, stamp: str) -> Result:
    stated = stated_by(row)
    reasons = (row.get("error"), row.get("gate_reason"), None if stated == () else row.get("badge_reason"))
    refused = Level.ABSTAIN.value if row.get("status") == "done" else ""
    return Result(
        number,
        str(row.get("id", "")),
        content,
        stamp,
        as_int(row.get("frame") or 0),
        str(row.get("status", "")),
        str(row.get("class_label") or ""),
        str(row.get("class_code") or ""),
        as_float_or_none(row.get("probability")),
        as_float_or_none(row.get("probability_correct")),
        str(row.get("probabilities") or ""),
        str(row.get("badge") or refused),
        str(row.get("gate") or ""),
        " ".join(dict.fromkeys(str(reason) for reason in reasons if reason)),
        str(row.get("model") or ""),
        str(row.get("month") or ""),
        str(row.get("scanner") or ""),
        stated if row.get("status") == "done" else None,
    )


def _lines(folder: Where) -> Iterator[Table]:
    for raw in journal_lines(folder):
        try:
            yield json.loads(raw)
        except ValueError as error:
            raise SegxError(f"The {NAME} of {folder} is damaged.") from error
