"""Images go to workers in chunks sized by what they cost; what comes back is noted. Little is held here at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from distributed import Client, Future, KilledWorker, as_completed

from segx_viewer.cohort import cluster
from segx_viewer.cohort.inputs import Input, Skip
from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.options import Batch
from segx_viewer.cohort.remote import content, stamp
from segx_viewer.cohort.work import Outcome, Task, failed
from segx_viewer.errors import ImageReadError, SegxError

CHUNK_SECONDS = 4.0
"""What a chunk of images should take: long against the scheduler's work for it, short against a run."""
_FIRST = 2
_MOST = 256
_LOOKED_AT = 64  # files that are hashed in one go
_COUNT_SECONDS = 5.0

Analyse = Callable[[Sequence[Task]], list[Outcome]]
Look = Callable[[Sequence[Input]], list[tuple[str, int]]]


Looks = list[tuple[str, int]]
"""Of each file, the hash of its content and how many frames it has."""


@dataclass(slots=True)
class Chunks:
    """How many images go together, by the measured cost of one (a moving mean)."""

    seconds: float = 0.0
    """For one image; 0 while nothing is known."""

    def measured(self, seconds: float, images: int) -> None:
        """Take in what some images took."""
        cost = seconds / max(images, 1)
        self.seconds = cost if not self.seconds else 0.7 * self.seconds + 0.3 * cost

    def size(self, waiting: int, workers: int, *, last: bool) -> int:
        """Return how many images the next chunk has; towards the end less, so that all workers end together.

        Examples
        --------
        >>> Chunks(0.1).size(1000, 2, last=False), Chunks(0.1).size(20, 2, last=True), Chunks().size(9, 2, last=False)
        (40, 5, 2)
        """
        if not self.seconds:
            return _FIRST
        wanted = max(1, min(_MOST, round(CHUNK_SECONDS / self.seconds)))
        return max(1, min(wanted, -(-waiting // (2 * workers)))) if last else wanted


@dataclass(slots=True, eq=False)
class Dispatcher:
    """Sends one run's images out and takes their outcomes in.

    Of a chunk whose worker died again and again, each image is tried alone when the others are done: the name that
    Dask blames need not be the culprit's.
    """

    client: Client
    journal: Journal
    batch: Batch
    done: Callable[[Outcome], None]
    skip: Skip
    begun: Callable[[Task, str], None]
    analyse: Analyse = cluster.analyse
    look: Look = cluster.look
    _chunks: Chunks = field(default_factory=Chunks)
    _looks: deque[tuple[list[Input], Future[Looks]]] = field(default_factory=deque)
    _running: dict[str, tuple[Future[list[Outcome]], list[Task], float]] = field(default_factory=dict)
    _tasks: deque[Task] = field(default_factory=deque)
    _suspects: deque[Task] = field(default_factory=deque)
    _workers: int = 1
    _counted: float = 0.0
    _listed: bool = False

    def run(self, files: Iterable[Input]) -> None:
        """Analyse files. Raises `SegxError` when the scheduler is gone, or a worker cannot do this run."""
        new = iter(files)
        arriving = as_completed(loop=self.client.loop)
        try:
            while True:
                self._send(new, arriving)
                if not self._looks and not self._running:
                    if not self._suspects:
                        return
                    self._submit([self._suspects.popleft()], arriving)
                batches = [next(arriving), *arriving.next_batch(block=False)]
                for future in batches:
                    self._take(future)
                self._number()
        except cluster.GONE as error:
            raise SegxError(
                f"{cluster.SCHEDULER_GONE} Start the run again: it goes on where it was, and nothing is lost."
            ) from error

    def _send(self, new: Iterator[Input], arriving: as_completed) -> None:
        now = time.monotonic()
        if now - self._counted > _COUNT_SECONDS:
            self._workers, self._counted = max(1, sum(self.client.nthreads().values())), now
        room = cluster.AHEAD * self._workers
        # A look waits behind a chunk: as many images as all workers have before them are looked at meanwhile.
        ahead = max(_LOOKED_AT, room * self._chunks.size(0, self._workers, last=False))
        while not self._listed and len(self._tasks) + _LOOKED_AT * len(self._looks) < 2 * ahead:
            items = list(islice(new, _LOOKED_AT))
            if not items:
                self._listed = True
                break
            future = self.client.submit(self.look, items, pure=False, priority=1)
            self._looks.append((items, future))
            arriving.add(future)
        last = self._listed and not self._looks
        while self._tasks and len(self._running) < room:
            size = self._chunks.size(len(self._tasks), self._workers, last=last)
            self._submit([self._tasks.popleft() for _ in range(min(size, len(self._tasks)))], arriving)

    def _submit(self, tasks: list[Task], arriving: as_completed) -> None:
        future = self.client.submit(self.analyse, tasks, pure=False)
        self._running[str(future.key)] = future, tasks, time.monotonic()
        arriving.add(future)

    def _number(self) -> None:
        """Give the files that were looked at their numbers, in the order of the list."""
        with self.journal.together():
            while self._looks and self._looks[0][1].done():
                items, future = self._looks.popleft()
                for item, (content, frames) in zip(items, self._looked(items, future), strict=True):
                    self._begin(item, content, frames)

    def _looked(self, items: list[Input], future: Future[Looks]) -> Looks:
        try:
            found: Looks = future.result()
        except KilledWorker:  # looking at frames decodes, in its own process; so this is no file's doing
            return [(content(item), 1) for item in items]
        return found

    def _begin(self, item: Input, content: str, frames: int) -> None:
        chosen = range(frames) if self.batch.frame is None else (self.batch.frame,)
        for frame in chosen:
            what = f"{content} frame {frame}" if frame else content
            number, finished = self.journal.begin(what, stamp(item), len(chosen))
            suffix = f" frame {frame}" if len(chosen) > 1 else ""
            task = Task(item, number, frame, item.label + suffix)
            self.begun(task, what)
            if finished:
                self.skip(item, [(number, what)])
            else:
                self._tasks.append(task)

    def _take(self, future: Future[list[Outcome]]) -> None:
        """Take in a chunk's outcomes; looks are taken in their order."""
        if str(future.key) not in self._running:
            return
        _, tasks, sent = self._running.pop(str(future.key))
        try:
            outcomes = future.result()
        except KilledWorker:
            if len(tasks) == 1 and not self._running:
                reason = ImageReadError("It ended the worker that read it, twice; it is left out.")
                outcomes = [failed(tasks[0], reason, self.batch)]
            else:
                self._suspects.extend(tasks)
                return
        if len(self._running) < cluster.AHEAD * self._workers:
            waited = min(len(self._running) + 1, cluster.AHEAD * self._workers) / self._workers
            self._chunks.measured((time.monotonic() - sent) / max(waited, 1.0), len(tasks))
        with self.journal.together():
            for outcome in outcomes:
                if outcome.full:
                    continue
                self.journal.end(outcome.task.number, outcome.row)
        for outcome in outcomes:
            self.done(outcome)
