"""On how many threads a network runs. Set for each thread by itself: images can be analysed side by side."""

import os
import threading

_own = threading.local()


def processors() -> int:
    """Return how many processors the program may use; ``OMP_NUM_THREADS`` makes it fewer."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return min(available, int(asked)) if asked.isdigit() and int(asked) > 0 else available


def thread_count() -> int:
    """Return on how many threads the calling thread's networks run."""
    return getattr(_own, "count", 0) or processors()


def set_thread_count(count: int) -> None:
    """Say on how many threads the networks of the calling thread run; 0 for as many as there are processors."""
    _own.count = count


def is_one_of_many() -> bool:
    """Whether the calling thread was told to have its networks to itself: others have the other processors."""
    return getattr(_own, "count", 0) == 1
