"""Reading what a run has found: its journal, line by line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from segx_viewer.cohort.journal import NAME
from segx_viewer.errors import SegxError


def read_settings(folder: Path) -> dict[str, Any]:
    """Return the settings of the run that wrote into a folder. Raises `SegxError` where there is none."""
    for line in _lines(folder):
        found: dict[str, Any] = line.get("settings", {})
        return found
    raise SegxError(f"{folder} holds no results of analyze: there is no {NAME} in it.")


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """Return the last row of each image of a run, by number. Raises `SegxError`."""
    rows: dict[int, dict[str, Any]] = {}
    for line in _lines(folder):
        if "ended" in line:
            rows[line["ended"]] = line["row"]
    return [rows[number] for number in sorted(rows)]


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    path = folder / NAME
    try:
        with path.open("rb") as file:
            for raw in file:
                if raw.endswith(b"\n"):  # the last one may be in the middle of being written
                    yield json.loads(raw)
    except FileNotFoundError as error:
        raise SegxError(f"{folder} holds no results of analyze: there is no {NAME} in it.") from error
    except OSError as error:
        raise SegxError(f"{path} could not be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise SegxError(f"{path} is damaged.") from error
