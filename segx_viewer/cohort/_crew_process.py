"""What runs in a process of a crew: images come, are analysed on one core, and what became of them goes back."""

import contextlib
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from segx_viewer import process

if TYPE_CHECKING:
    from segx_viewer.cohort.options import Batch
    from segx_viewer.cohort.work import Outcome, Task
    from segx_viewer.domain.image import MedicalImage
    from segx_viewer.domain.result import Analysis

READY = "ready"
GONE = (EOFError, BrokenPipeError, ConnectionResetError)
"""What a connection raises when its other side has ended."""
_AHEAD = 2
"""Images that are here at a time, beside the one that is written: one is decoded while the other is analysed."""

Read = tuple["Task", "Future[MedicalImage]"]


def serve(connection: Connection, threads: int) -> None:
    """Analyse images until the other side has gone.

    First come the run's options and classes; `READY` goes back when the networks are open. Then come instances of
    `Task`, each of which is answered by an `Outcome`, in their order. Ctrl+C is left to the other side.

    Parameters
    ----------
    connection : Connection
    threads : int
        On how many threads the networks run.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process.begin()
    process.limit_threads(threads)
    with contextlib.suppress(*GONE):
        batch, classes = connection.recv()
        _analyse(connection, batch, classes, threads)


def _analyse(connection: Connection, batch: "Batch", classes: tuple[int, ...] | None, threads: int) -> None:
    with process.importing():
        import cv2

        from segx_viewer.bundles.store import BundleStore
        from segx_viewer.cohort import work
        from segx_viewer.imaging.guarded import start_decoder
        from segx_viewer.networks.threads import set_thread_count
        from segx_viewer.paths import all_models_folders

    cv2.setNumThreads(threads)
    set_thread_count(threads)
    store = BundleStore(all_models_folders(batch.models), device=batch.device)
    # Reading and writing wait, for the process that decodes and for the disk.
    with ThreadPoolExecutor(1, "read") as reader, ThreadPoolExecutor(1, "write") as writer:
        opened = reader.submit(start_decoder)
        if batch.bundle:
            for network in ("classifier", "segmenter"):
                store.graph(batch.bundle, network)
        opened.result()
        connection.send(READY)

        def read(task: "Task") -> "Future[MedicalImage]":
            return reader.submit(work.read, task.item, task.frame, batch.limits)

        def answer(task: "Task", found: "Analysis | Outcome") -> None:
            connection.send(found if isinstance(found, work.Outcome) else work.write(task, found, batch))

        written: Future[None] | None = None
        for task, image in _arriving(connection, read):
            found = work.analyse(task, image.result, batch, classes, store)
            if written is not None:
                written.result()  # one at a time: what waits to be written is held in memory
            written = writer.submit(answer, task, found)


def _arriving(connection: Connection, read: Callable[["Task"], "Future[MedicalImage]"]) -> Iterator[Read]:
    """Yield images as they come, one being read ahead."""
    here: deque[Read] = deque()
    while True:
        while len(here) < _AHEAD and (not here or connection.poll()):
            task = connection.recv()
            here.append((task, read(task)))
        yield here.popleft()
