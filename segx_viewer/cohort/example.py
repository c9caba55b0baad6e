"""Results of a run that never was, for pictures of the program: one analysis, and rows drawn at random beside it."""

from pathlib import Path

import numpy as np

from segx_viewer.cohort.journal import Journal, content_hash, file_stamp
from segx_viewer.cohort.outputs import Output, output_name, write_outputs
from segx_viewer.cohort.work import table_row
from segx_viewer.domain.result import Analysis, Level

_ROWS = 240
_SCANNERS = ("Scanner A", "Scanner B", "Scanner C")
_REASON = "The explanation covers little of the region."


def write_example(analysis: Analysis | None, folder: Path, file: Path) -> None:
    """Write results into a new folder: of `file`, whose analysis is given, and of files that are not there."""
    rng = np.random.default_rng(0)
    with Journal(folder, {"version": "example", "include_identity": False}) as journal, journal.together():
        row: dict[str, object] = {"id": "0001-example", "status": "failed", "error": "the file is damaged."}
        if analysis is not None and analysis.prediction is not None:
            name = output_name(1, analysis)
            write_outputs(analysis, folder, name, (Output.JSON, Output.NPZ, Output.PNG))
            row = table_row(analysis, name)
        journal.begin(content_hash(file), file_stamp(file))
        journal.end(1, row | {"month": "2026-01", "scanner": _SCANNERS[0]})
        for number in range(2, _ROWS + 2):
            journal.begin(f"example {number}")
            journal.end(number, _drawn(row, number, rng))


def _drawn(like: dict[str, object], number: int, rng: np.random.Generator) -> dict[str, object]:
    name = f"{number:04d}-{rng.integers(16**8):08x}"
    if number % 40 == 0:
        return {"id": name.partition("-")[0], "status": "failed", "error": "the file is damaged."}
    right = float(rng.beta(6, 1.5))
    level = Level.HIGH if right > 0.9 else Level.MODERATE if right > 0.7 else Level.LOW
    third = number % 3
    drift = 0.12 * (third == 2)
    return like | {
        "id": name,
        "status": "done",
        "error": "",
        "probability": float(np.clip(rng.beta(5, 2) - drift, 0.02, 0.99)),
        "probability_correct": right,
        "badge": level.value,
        "badge_reason": _REASON if level is Level.LOW else "",
        "c_auitc": float(np.clip(rng.normal(0.42 - drift, 0.08), 0, 1)),
        "gate_distance": float(rng.normal(0.92 + drift, 0.15)),
        "month": f"2026-{1 + number % 6:02d}",
        "scanner": _SCANNERS[third],
    }
