"""What scheduler and client spend on an image without the work: workers that only sleep, and the client's memory."""

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dask
import psutil
from distributed import Client, LocalCluster

from segx_viewer.cohort import cluster
from segx_viewer.cohort.dispatch import Dispatcher
from segx_viewer.cohort.inputs import Input
from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.options import Batch
from segx_viewer.cohort.work import Outcome as Done
from segx_viewer.cohort.work import Task
from tests.benchmarks.harness import Outcome
from tests.benchmarks.resume import ROW

GOAL = 0.5
IMAGES = int(os.environ.get("SEGX_BENCHMARK_IMAGES", "100000"))
WORKERS = int(os.environ.get("SEGX_BENCHMARK_WORKERS", "200"))
SLEEP = 0.1  # seconds for an image
GROWTH = 24 * 2**20  # bytes that the client may grow by, from a fifth of the images to all of them


START = """
import asyncio, logging, sys
logging.disable()
import dask
from distributed import Worker
import tests.benchmarks.dispatch

# What every worker does in a process of its own, to watch itself, is too much for two hundred in one.
dask.config.set(
    {
        "distributed.admin.system-monitor.interval": "60s",
        "distributed.admin.tick.interval": "1s",
        "distributed.worker.profile.enabled": False,
    }
)

async def work(address, count):
    workers = [
        Worker(address, nthreads=1, host="127.0.0.1", dashboard=False, memory_limit=0) for _ in range(count)
    ]
    await asyncio.gather(*workers)
    await asyncio.gather(*(worker.finished() for worker in workers))

asyncio.run(work(sys.argv[1], int(sys.argv[2])))
"""


def look(items: list[Input]) -> list[tuple[str, int]]:
    """Stand for reading files: each has the name for its content."""
    return [(item.path.name, 1) for item in items]


def sleep(tasks: list[Task]) -> list[Done]:
    """Stand for the work."""
    time.sleep(SLEEP * len(tasks))
    return [Done(task, ROW | {"id": f"{task.number:04d}-00000000"}) for task in tasks]


def run() -> Outcome:
    """Seconds of processor time of this process, in which scheduler and client run, for each image.

    The workers, of one thread each, share a process of their own. Nothing is decoded, written or explained; the
    journal is.
    """
    memory: list[int] = []
    with (
        tempfile.TemporaryDirectory() as name,
        dask.config.set({**cluster.SETTINGS, **cluster.CLIENT}),
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50) as local,
        Client(local) as client,
        _workers(local.scheduler_address),
    ):
        client.wait_for_workers(WORKERS, timeout=300)
        batch = Batch((), Path(name))
        with Journal(Path(name, "out"), {}) as journal:
            seen = itertools.count(1)

            def done(_outcome: Done) -> None:
                if next(seen) == IMAGES // 5:
                    memory.append(_memory())

            dispatcher = Dispatcher(client, journal, batch, done, lambda *_: None, lambda *_: None, sleep, look)
            begun = time.process_time()
            dispatcher.run(_files())
            spent = time.process_time() - begun
            memory.append(_memory())
    grown = memory[-1] - memory[0]
    each = 1e3 * spent / IMAGES
    what = (
        f"of scheduler and client for each of {IMAGES:,} images on {WORKERS} workers that sleep; the client grew by "
        f"{grown / 2**20:.0f} MiB from a fifth of them to the last"
    )
    return Outcome("dispatch", each, GOAL, each <= GOAL and grown <= GROWTH, each, None, "ms", 1, what)


@contextmanager
def _workers(address: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", START, address, str(WORKERS)])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _files() -> Iterator[Input]:
    for number in range(IMAGES):
        path = Path(f"/nowhere/{number:08d}.png")
        yield Input(path, str(path), named=False)


def _memory() -> int:
    """Return the memory of this process, in bytes."""
    return int(psutil.Process().memory_info().rss)
