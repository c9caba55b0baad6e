"""A run's table as Parquet: typed columns, parted by model, with what the figures depend on in its metadata."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from segx_viewer import __version__
from segx_viewer.cohort.outputs import PARQUET
from segx_viewer.errors import ExportError, write_error
from segx_viewer.explain.alignment import ALIGNMENTS
from segx_viewer.pipeline import library_versions
from segx_viewer.reporting.atomic import PART
from segx_viewer.reporting.content import RESEARCH_USE
from segx_viewer.reporting.table import CSV_COLUMNS

_MORE = ("gate_distance", "month", "scanner")
NO_MODEL = "none"
_ROWS = 50_000  # held in memory, and in a row group, at a time
_NUMBERS = frozenset(
    {
        "probability",
        "probability_correct",
        "none_of_them",
        "c_auitc",
        "c_iou",
        "outside",
        "region_area",
        "seconds",
        "gate_distance",
        *ALIGNMENTS,
    }
)
_WHOLE = frozenset(("width", "height", "frame"))


def schema(settings: Mapping[str, object]) -> pa.Schema:
    """Return the columns of the table with their types, and its metadata: versions, model digests, settings."""
    facts = {
        "notice": RESEARCH_USE,
        "program": f"segx-viewer {__version__}",
        "schema": "segx-viewer/results 1",
        "settings": json.dumps(settings, sort_keys=True),
        "models": json.dumps(settings.get("bundles", [])),
        "versions": json.dumps(dict(library_versions()), sort_keys=True),
    }
    fields = [(name, _type(name)) for name in (*CSV_COLUMNS, *_MORE) if name != "model"]
    return pa.schema(fields, metadata=facts)


def _type(name: str) -> pa.DataType:
    if name in _NUMBERS:
        return pa.float64()
    return pa.int32() if name in _WHOLE else pa.string()


def write_parquet(folder: Path, rows: Iterable[Mapping[str, object]], settings: Mapping[str, object]) -> Path:
    """Write ``results.parquet/model=NAME/part-0.parquet`` for each model; it appears complete or not at all.

    Returns
    -------
    Path
        The data set's folder, in the place of an earlier one.

    Raises
    ------
    ExportError
    """
    target, part, old = folder / PARQUET, folder / f"{PART}{PARQUET}", folder / f"{PART}old.parquet"
    try:
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)
        part.mkdir(parents=True)
        _write(part, iter(rows), schema(settings))
        if target.exists():
            target.rename(old)
        part.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise write_error(target, error) from error
    except pa.ArrowException as error:
        raise ExportError(f"{target} could not be written: {error}.") from error
    return target


def _write(folder: Path, rows: Iterator[Mapping[str, object]], columns: pa.Schema) -> None:
    writers: dict[str, pq.ParquetWriter] = {}
    try:
        while some := list(islice(rows, _ROWS)):
            parts: dict[str, list[dict[str, object]]] = {}
            for row in some:
                plain = {name: row.get(name) for name in columns.names}
                parts.setdefault(str(row.get("model") or NO_MODEL), []).append(plain)
            for model, found in parts.items():
                if model not in writers:
                    place = folder / f"model={model}"
                    place.mkdir()
                    writers[model] = pq.ParquetWriter(place / "part-0.parquet", columns, compression="zstd")
                writers[model].write_table(pa.Table.from_pylist(found, columns))
    finally:
        for writer in writers.values():
            writer.close()
