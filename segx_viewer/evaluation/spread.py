"""How the work of an evaluation is spread: over this machine's processes, or however the caller has it."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Protocol, TypeVar

import cv2

Job = TypeVar("Job")
Done = TypeVar("Done")


class Spread(Protocol):
    """Carries out jobs, each with one thread for its networks, and yields what they return as it comes."""

    def __call__(self, function: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        """Yield ``function(job)`` of every job, in any order."""


def over_processes(workers: int) -> Spread:
    """Return what spreads jobs over processes; with 1 everything happens in this one, with its own threads."""

    def spread(function: Callable[[Job], Done], jobs: Sequence[Job]) -> Iterator[Done]:
        if workers <= 1 or len(jobs) <= 1:
            yield from map(function, jobs)
            return
        # Spawned, not forked: a process that has run torch's threads cannot be forked safely.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context, initializer=use_one_thread) as pool:
            for done in as_completed([pool.submit(function, job) for job in jobs]):
                yield done.result()

    return spread


def use_one_thread() -> None:
    """Let the networks of this process and thread use one thread: sums depend on how they are parted."""
    import torch

    from segx_viewer.networks.threads import set_thread_count

    torch.set_num_threads(1)
    set_thread_count(1)
    cv2.setNumThreads(0)
