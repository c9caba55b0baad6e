"""A run whose images are shared among the workers of a scheduler, as the terminal sees it."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from segx_viewer.bundles.store import BundleStore
from segx_viewer.cli.terminal import Screen
from segx_viewer.cohort.index import Index
from segx_viewer.cohort.inputs import Input, Inputs, unfinished
from segx_viewer.cohort.journal import Journal, Mirrored
from segx_viewer.cohort.options import Batch, run_settings
from segx_viewer.cohort.outputs import is_result
from segx_viewer.cohort.tables import write_tables
from segx_viewer.cohort.work import Outcome, Task
from segx_viewer.errors import DiskFullError, SegxError


def run_shared(
    batch: Batch,
    classes: tuple[int, ...] | None,
    store: BundleStore,
    screen: Screen,
    mirror: Mirrored | None = None,
) -> int:
    """Analyse every file on the workers of ``batch.scheduler``; results, journal and exit codes as `run_batch`.

    Raises
    ------
    SegxError
        If the scheduler cannot be reached or goes away, a worker is not fit, the disk is full, or there is no image.
    """
    try:
        from segx_viewer.cohort.cluster import Networks, bundle_digests, connected
        from segx_viewer.cohort.dispatch import Dispatcher
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("segx_viewer"):
            raise
        raise SegxError(f"--scheduler needs {error.name}: pip install 'segx-viewer[cluster]'.") from error
    plugin = Networks(batch, classes, bundle_digests(batch, store))
    told = _Told(batch, Index(batch.index) if batch.index is not None else None, screen)
    with Inputs(batch.names, batch.lists) as inputs, Journal(batch.out, run_settings(batch, store), mirror) as journal:
        try:
            new = unfinished(_images(inputs, batch), journal, told.skip)
            first = next(new, None)
            if first is not None:
                with connected(batch.scheduler or "") as client:
                    client.register_plugin(plugin)
                    Dispatcher(client, journal, batch, told.done, told.skip, told.begun).run(chain((first,), new))
        finally:
            told.tally()
            write_tables(batch, journal, store, told.index)
    for name in inputs.empty:
        told.count["failed"] += 1
        screen.print(f"failed  {name}: there is no file in it.")
    if not told.count["done"] + told.count["failed"]:
        raise SegxError("None of the files is an image that can be analysed.")
    return 1 if told.count["failed"] else 0


def _images(inputs: Inputs, batch: Batch) -> Iterator[Input]:
    return (item for item in inputs.stream() if not is_result(item, batch.out, batch.target))


class _Told:
    """Tells and counts what comes back."""

    def __init__(self, batch: Batch, index: Index | None, screen: Screen) -> None:
        self.count: Counter[str] = Counter()
        self.index = index
        self._batch = batch
        self._screen = screen

    def begun(self, task: Task, content: str) -> None:
        """Note which file an image is of."""
        if self.index is not None:
            self.index.add(task.number, content, task.frame, task.item.label)

    def skip(self, item: Input, finished: list[tuple[int, str]]) -> None:
        """Count what an earlier run has done."""
        self.count["done"] += len(finished)
        if self.index is not None:
            for number, content in finished:
                _, _, frame = content.partition(" frame ")
                self.index.add(number, content, int(frame or self._batch.frame or 0), item.label)

    def done(self, outcome: Outcome) -> None:
        """Tell what became of an image. Raises `DiskFullError` when no other one can be written."""
        if outcome.full:
            raise DiskFullError(f"{outcome.reason} Make room and start the run again: it goes on where it was.")
        status = str(outcome.row["status"])
        self.count[status] += 1
        told = f"{outcome.row['id']}  {outcome.task.label}: {outcome.line}"
        if outcome.reason:
            told = f"{status}  {outcome.task.label}: {outcome.reason}"
        self._screen.print(told)

    def tally(self) -> None:
        """Say how many there were."""
        if self.count:
            parts = [f"{self.count['done']} of {self.count.total() - self.count['skipped']} analysed"]
            parts += [f"{self.count[s]} {s}" for s in ("failed", "skipped") if self.count[s]]
            place = self._batch.target or self._batch.out
            self._screen.print(f"{', '.join(parts)}; results in {place}")
