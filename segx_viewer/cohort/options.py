"""What to analyse and how, and whether that can be: looked at before the first image is read."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from segx_viewer import __version__
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cohort.folders import check_folder
from segx_viewer.cohort.outputs import DEFAULT, Output
from segx_viewer.domain.methods import COMBINED, METHODS
from segx_viewer.errors import SegxError, UsageError
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits
from segx_viewer.inference.cam import LINEAR_METHODS
from segx_viewer.inference.installed import beyond, beyond_reason
from segx_viewer.networks.kinds import AUTO, CPU

_ALL = "all"
LOCAL = "local:"
"""Begins the address of a scheduler that is started on this machine."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What to analyse and how; see ``segx-viewer analyze --help``."""

    names: tuple[str, ...]
    out: Path
    lists: tuple[str, ...] = ()
    target: str = ""
    """URL that the results go to, if not into the folder."""
    bundle: str | None = None
    models: Path | None = None
    methods: tuple[str, ...] = ("gradcam",)
    classes: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = DEFAULT
    include_identity: bool = False
    include_origin: bool = False
    """The study's month and the scanner in the table; see `cohort.work.table_row`."""
    frame: int | None = 0
    """Counted from 0; None for all."""
    device: str = "auto"
    theme: str = "light"
    size: str = "medium"
    workers: int = 2
    watch: Path | None = None
    index: Path | None = None
    as_published: bool = False
    limits: Limits = DEFAULT_LIMITS
    verbose: bool = False
    scheduler: str | None = None
    """Address of a Dask scheduler; None for this machine alone."""


def check(batch: Batch) -> None:
    """Raise `SegxError` for what would fail for every image alike."""
    known = METHODS | COMBINED
    unknown = [name for name in batch.methods if name not in known]
    if unknown:
        raise SegxError(f"There is no method {unknown[0]}; there are {', '.join(known)}.")
    if lacking := beyond(batch.methods):
        raise SegxError(beyond_reason(lacking[0]))
    for option, folder in (("--models", batch.models), ("--watch", batch.watch)):
        if folder is not None and not folder.is_dir():
            raise SegxError(f"{option} {folder} is no folder.")
    if not batch.target:
        check_folder(batch.out)
    if (Output.PARQUET in batch.outputs or batch.scheduler is not None) and find_spec("pyarrow") is None:
        raise SegxError("The Parquet table needs pyarrow: pip install 'segx-viewer[cluster]'.")
    if batch.scheduler is not None:
        check_scheduler(batch.scheduler)
        if batch.watch is not None:
            raise SegxError("--watch and --scheduler do not go together.")
    if batch.index is not None and batch.index.is_dir():
        raise SegxError(f"--index {batch.index} is a folder; name a file.")


def check_scheduler(address: str) -> None:
    """Raise `UsageError` for what is no address of a scheduler, whether or not one answers there.

    Parameters
    ----------
    address : str
        ``local:N``, ``tcp://`` or ``tls://`` of a scheduler, or the path of a scheduler file.
    """
    if address.startswith(LOCAL):
        count = address.removeprefix(LOCAL)
        if not count.isdigit() or int(count) < 1:
            raise UsageError(f"--scheduler {address}: after local: comes the number of processes, 1 or more.")
    elif "://" not in address and not Path(address).is_file():
        raise UsageError(f"--scheduler {address} is neither local:N, tcp:// or tls://, nor a scheduler file.")


def runs_on_graphs(batch: Batch, store: BundleStore) -> bool:
    """Whether ready graphs are all that a run may need: then a further process costs no torch."""
    bundles = [store.get(batch.bundle)] if batch.bundle else list(store.bundles().values())
    on_processor = batch.device in (AUTO, CPU) and not batch.as_published
    return on_processor and set(batch.methods) <= set(LINEAR_METHODS) and all(bundle.has_graphs for bundle in bundles)


def class_indices(batch: Batch, store: BundleStore) -> tuple[int, ...] | None:
    """Return the numbers of the classes to explain, None for the most probable one. Raises `SegxError`."""
    bundle = store.get(batch.bundle) if batch.bundle else None
    if not batch.classes:
        return None
    if bundle is None:
        raise SegxError("--class needs --bundle, because classes belong to a model.")
    if _ALL in batch.classes and _ALL not in [info.code for info in bundle.classes]:
        return tuple(range(len(bundle.classes)))
    return bundle.class_indices(tuple(dict.fromkeys(batch.classes)))


def run_settings(batch: Batch, store: BundleStore) -> dict[str, object]:
    """Return the settings that results depend on; a run is only resumed with the same ones."""
    bundles = [store.get(batch.bundle)] if batch.bundle else store.bundles().values()
    return {
        "version": __version__,
        "bundles": sorted(bundle.info.digest for bundle in bundles),
        "methods": batch.methods,
        "classes": batch.classes,
        "as_published": batch.as_published,
        "outputs": sorted(batch.outputs),
        "include_identity": batch.include_identity,
        "frame": batch.frame,
        "theme": batch.theme,
        "size": batch.size,
        **({"include_origin": True} if batch.include_origin else {}),  # runs from before this option go on
    }
