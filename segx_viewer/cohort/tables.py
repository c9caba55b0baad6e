"""A run's tables: CSV for people, Parquet for programs, and which file is which for its owner."""

from segx_viewer.bundles.store import BundleStore
from segx_viewer.cohort.index import Index
from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.options import Batch, run_settings
from segx_viewer.cohort.outputs import Output
from segx_viewer.reporting.atomic import write_bytes
from segx_viewer.reporting.table import csv_text

TABLE = "results.csv"


def write_tables(batch: Batch, journal: Journal, store: BundleStore, index: Index | None) -> None:
    """Write what a run's journal says so far as tables. Raises `ExportError`."""
    if Output.CSV in batch.outputs:
        write_bytes(batch.out / TABLE, csv_text(journal.rows()).encode("utf-8-sig"))
    if Output.PARQUET in batch.outputs or batch.scheduler is not None:
        from segx_viewer.cohort.parquet import write_parquet

        write_parquet(batch.out, journal.rows(), run_settings(batch, store))
    if index is not None:
        index.write(journal)
