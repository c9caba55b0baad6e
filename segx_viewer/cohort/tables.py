"""A run's tables: CSV for people, Parquet for programs, and which file is which for its owner."""

from pathlib import Path

from segx_viewer.bundles.store import BundleStore
from segx_viewer.cohort.index import Index
from segx_viewer.cohort.journal import NAME, Journal
from segx_viewer.cohort.options import Batch, run_settings
from segx_viewer.cohort.outputs import PARQUET, Output
from segx_viewer.reporting.atomic import atomic_write
from segx_viewer.reporting.table import write_csv

TABLE = "results.csv"


def write_tables(batch: Batch, journal: Journal, store: BundleStore, index: Index | None) -> None:
    """Write what a run's journal says so far as tables, row by row; those that say it already stay.

    Raises
    ------
    ExportError
    """
    if Output.CSV in batch.outputs and not _is_current(batch.out / TABLE, journal):
        with (
            atomic_write(batch.out / TABLE) as path,
            path.open("w", encoding="utf-8-sig", newline="") as file,
        ):
            write_csv(file, journal.rows())
    if Output.PARQUET in batch.outputs or batch.scheduler is not None:
        from segx_viewer.cohort.parquet import write_parquet

        if not _is_current(batch.out / PARQUET, journal):
            write_parquet(batch.out, journal.rows(), run_settings(batch, store))
    if index is not None:
        index.write(journal)


def _is_current(table: Path, journal: Journal) -> bool:
    """Whether a table was written after the journal's last line."""
    try:
        return not journal.changed and table.stat().st_mtime_ns >= table.with_name(NAME).stat().st_mtime_ns
    except OSError:
        return False
