"""Many passes in batches that shrink when memory runs out, with progress, and cancellable between batches."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from segx_viewer.errors import lacks_memory
from segx_viewer.inference.attribution.base import Subject

T = TypeVar("T")

BATCH = 16


def in_batches(subject: Subject, total: int, work: Callable[[int, int], T], batch: int = BATCH) -> Iterator[T]:
    """Yield ``work(start, count)`` for consecutive batches of `total` items.

    A batch that does not fit into memory is tried again at half its size, and the size is kept.

    Raises
    ------
    AnalysisCancelled
    """
    start = 0
    while start < total:
        subject.cancel.raise_if_cancelled()
        count = min(batch, total - start)
        try:
            result = work(start, count)
        except (MemoryError, RuntimeError) as error:
            if count == 1 or not lacks_memory(error):
                raise
            batch = count // 2
            continue
        start += count
        subject.on_fraction(start / total)
        yield result
