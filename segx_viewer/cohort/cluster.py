"""Machines that share a run: a Dask scheduler, and the networks that each of its workers keeps open."""

import logging
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import cv2
import dask
from distributed import Client, KilledWorker, LocalCluster, Worker, WorkerPlugin, as_completed, get_worker
from distributed.client import FutureCancelledError
from distributed.utils import sync

from segx_viewer import __version__
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cohort.inputs import Input
from segx_viewer.cohort.journal import NAME as JOURNAL
from segx_viewer.cohort.options import LOCAL, Batch, check_scheduler
from segx_viewer.cohort.remote import exists
from segx_viewer.cohort.work import Outcome, Task, carry_out, look_at
from segx_viewer.errors import SegxError, UsageError
from segx_viewer.evaluation.spread import Spread, use_one_thread
from segx_viewer.networks.threads import set_thread_count
from segx_viewer.paths import all_models_folders

Job = TypeVar("Job")
Done = TypeVar("Done")

_CONNECT_SECONDS = 30
_WORKER_SECONDS = 300
AHEAD = 2  # pieces of work for each worker, so that none waits for the next one
TRIES = 2  # of an image that ends its worker
SCHEDULER_GONE = "The scheduler is gone."
GONE = (CancelledError, FutureCancelledError, OSError, TimeoutError)
"""What a client raises when its scheduler is gone."""
PLUGIN = "segx-viewer"

SETTINGS = {  # of a scheduler that is started here; others are as their site wants them
    "distributed.scheduler.allowed-failures": 1,  # a second try, on another worker, tells an accident from a poison
    "distributed.worker.daemon": False,  # a daemon may not start the process that decodes
}

CLIENT = {  # of this process, whoever has started the scheduler
    # Else the last 1000 messages stay, with all images they speak of. `begun` needs so many of what it was told.
    "distributed.admin.low-level-log-length": TRIES + 1,
}


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Connect to a scheduler, or start one.

    Parameters
    ----------
    address : str
        ``local:N`` for N processes on this machine, ``tcp://`` or ``tls://`` of a scheduler that runs, or the path of
        a scheduler file (``dask scheduler --scheduler-file``).

    Raises
    ------
    SegxError
        If there is no scheduler there, or no worker comes.
    """
    check_scheduler(address)
    _quiet()
    if address.startswith(LOCAL):
        count = address.removeprefix(LOCAL)
        with (
            dask.config.set({**SETTINGS, **CLIENT}),
            LocalCluster(
                n_workers=int(count),
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",  # any free port: two runs may be on one machine
                silence_logs=50,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        where = {"address": address} if "://" in address else {"scheduler_file": address}
        with dask.config.set(CLIENT):
            client = Client(**where, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raised = UsageError if isinstance(error, ValueError) else SegxError  # such as a protocol that is none
        raise raised(f"--scheduler {address}: there is no scheduler that answers ({error}).") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_WORKER_SECONDS)
        except TimeoutError as error:
            raise SegxError(f"--scheduler {address}: it has no worker.") from error
        yield client


@contextmanager
def spreading(address: str) -> Iterator[Spread]:
    """Connect as `connected` does, and give what spreads an evaluation's jobs over the workers, few at a time."""
    with connected(address) as client:

        def spread(function: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
            left, arriving = iter(jobs), as_completed(loop=client.loop)
            try:
                ahead = AHEAD * max(1, len(client.nthreads()))
                for job in islice(left, ahead):
                    arriving.add(client.submit(_alone, function, job, __version__, pure=False))
                for future in arriving:
                    yield future.result()
                    for job in islice(left, 1):
                        arriving.add(client.submit(_alone, function, job, __version__, pure=False))
            except KilledWorker as error:
                raise SegxError("A part of the work ended its worker, again and again.") from error
            except GONE as error:
                raise SegxError(f"{SCHEDULER_GONE} Start it again: what was measured is not measured again.") from error

        yield spread


def _alone(function: Callable[[Job], Done], job: Job, version: str) -> Done:
    """Carry out a job in a worker, as a process of its own would."""
    if version != __version__:
        raise SegxError(f"a worker has version {__version__} of segx-viewer, and not {version}.")
    multiprocessing.current_process().daemon = False
    use_one_thread()
    return function(job)


def _quiet() -> None:
    """Keep quiet what Dask logs: what happens to schedulers and workers is told in our words."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Networks(WorkerPlugin):
    """What a worker keeps between images: the run's options, and the networks, opened once in each process."""

    name = PLUGIN

    def __init__(self, batch: Batch, classes: tuple[int, ...] | None, digests: Sequence[str]) -> None:
        self.batch = replace(batch, names=(), lists=())  # the client's own; there may be a million
        self.classes = classes
        self._digests = tuple(digests)
        self._version = __version__
        self.problem = ""
        self.store: BundleStore | None = None

    def setup(self, worker: Worker) -> None:
        """Look whether this worker would give the same results, and open the networks."""
        # A nanny's child is a daemon, which may not have children: ours decodes.
        multiprocessing.current_process().daemon = False
        cv2.setNumThreads(1)
        self.store = BundleStore(all_models_folders(self.batch.models), device=self.batch.device)
        self.problem = self._unlike(self.store)
        if not self.problem and self.batch.bundle:
            for network in ("classifier", "segmenter"):
                self.store.graph(self.batch.bundle, network)

    def _unlike(self, store: BundleStore) -> str:
        if self._version != __version__:
            return f"a worker has version {__version__} of segx-viewer, and not {self._version}."
        try:
            found = bundle_digests(self.batch, store)
        except SegxError as error:
            return f"a worker has other models: {error}"
        if found != self._digests:
            return "a worker has other models than this machine; install the same ones there."
        if self.batch.target:
            return "" if exists(self.batch.target) else f"a worker does not see {self.batch.target}."
        if not (self.batch.out / JOURNAL).is_file():
            return f"a worker does not see {self.batch.out}; name a folder that all machines share."
        return ""


def bundle_digests(batch: Batch, store: BundleStore) -> tuple[str, ...]:
    """Return the digests of the bundles that a run may use, sorted."""
    bundles = [store.get(batch.bundle)] if batch.bundle else store.bundles().values()
    return tuple(sorted(bundle.info.digest for bundle in bundles))


def _networks() -> tuple[Networks, BundleStore]:
    plugin = get_worker().plugins[PLUGIN]
    assert isinstance(plugin, Networks)  # noqa: S101 - registered under this name
    if plugin.problem or plugin.store is None:
        raise SegxError(plugin.problem)
    set_thread_count(1)  # counts for each thread by itself
    return plugin, plugin.store


def begun(name: str) -> int:
    """Tell the scheduler that something is begun here, and return how often it was, on whichever workers; in one."""
    worker = get_worker()
    topic = f"{PLUGIN} {name}"
    sync(worker.loop, worker.scheduler.log_event, topic=topic, msg=worker.address)
    return len(sync(worker.loop, worker.scheduler.events, topic=topic))


def look(items: Sequence[Input]) -> list[tuple[str, int]]:
    """Carry out `look_at` for several files, in a worker."""
    plugin, _ = _networks()
    return [look_at(item, plugin.batch) for item in items]


def analyse(tasks: Sequence[Task]) -> list[Outcome]:
    """Analyse several images, in a worker."""
    plugin, store = _networks()
    return [carry_out(task, plugin.batch, plugin.classes, store) for task in tasks]
