"""Images go to workers in chunks sized by what they cost; what comes back is noted. Little is held here at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar
from uuid import uuid4

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
_LOOK_SECONDS = 1.0  # what a look at some files should take: a worker's chunk waits for it
_FIRST_LOOK, _MOST_LOOKED_AT = 16, 1024
_COUNT_SECONDS = 5.0
_CLOCK = 1e-6  # seconds; what no clock tells from nothing

T = TypeVar("T")
U = TypeVar("U")

Analyse = Callable[[Sequence[Task]], list[Outcome]]
Look = Callable[[Sequence[Input]], list[tuple[str, int]]]


Looks = list[tuple[str, int]]
"""Of each file, the hash of its content and how many frames it has."""

Timed = tuple[list[T], float]
"""What came of some files, and the seconds that it took where it was done."""


def timed(work: Callable[[Sequence[U]], list[T]], files: Sequence[U]) -> Timed[T]:
    """Carry out `work` on some files in a worker; return what it gave, and its seconds without waiting."""
    begun = time.perf_counter()
    return work(files), time.perf_counter() - begun


def tried(work: Callable[[Sequence[U]], list[T]], files: Sequence[U], name: str) -> Timed[T]:
    """Carry out `work` on some files in a worker; give them up where workers have died of them before.

    The scheduler hands out the files of a dead worker again and again. Each beginning is noted under `name`; after
    `cluster.TRIES` of them nothing is done, and ([], 0.0) is returned.
    """
    return timed(work, files) if cluster.begun(name) <= cluster.TRIES else ([], 0.0)


@dataclass(slots=True)
class Chunks:
    """How many images go together, by the measured cost of one (a moving mean)."""

    seconds: float = 0.0
    """For one image; 0 while nothing is known."""

    def measured(self, seconds: float, images: int) -> None:
        """Update the moving average of the seconds per image by what some images took."""
        cost = max(seconds, _CLOCK) / max(images, 1)
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

    def look(self) -> int:
        """Return how many files the next look has, where `seconds` is that of looking at one.

        Examples
        --------
        >>> Chunks().look(), Chunks(0.01).look()
        (16, 100)
        """
        return max(1, min(_MOST_LOOKED_AT, round(_LOOK_SECONDS / self.seconds))) if self.seconds else _FIRST_LOOK


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
    _glances: Chunks = field(default_factory=Chunks)
    _looks: deque[tuple[list[Input], Future[Timed[tuple[str, int]]]]] = field(default_factory=deque)
    _looked_at: int = 0
    """Files in these."""
    _running: dict[str, list[Task]] = field(default_factory=dict)
    _tasks: deque[Task] = field(default_factory=deque)
    _suspects: deque[Task] = field(default_factory=deque)
    _trial: str = ""
    """The key of the last one that was tried alone."""
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
                    self._try(self._suspects.popleft(), arriving)
                arrived = [next(arriving), *arriving.next_batch(block=False)]
                with self.journal.together():
                    self._take([future for future in arrived if str(future.key) in self._running])
                    self._number()
        except cluster.GONE as error:
            raise SegxError(
                f"{cluster.SCHEDULER_GONE} Start the run again: it goes on where it was, and nothing is lost."
            ) from error

    def _send(self, new: Iterator[Input], arriving: as_completed) -> None:
        now = time.monotonic()
        if now - self._counted > _COUNT_SECONDS:
            self._workers, self._counted = max(1, sum(self.client.nthreads().values())), now
        # Until it is known what an image costs, chunks are small: one for each worker is enough.
        room = self._workers * (cluster.AHEAD if self._chunks.seconds else 1)
        # A look waits behind a chunk: as many images as all workers have before them are looked at meanwhile.
        ahead = cluster.AHEAD * self._workers * self._chunks.size(0, self._workers, last=False)
        while not self._listed and len(self._tasks) + self._looked_at < 2 * max(ahead, self._glances.look()):
            items = list(islice(new, self._glances.look()))
            if not items:
                self._listed = True
                break
            future = self.client.submit(timed, self.look, items, pure=False, priority=1)
            self._looks.append((items, future))
            self._looked_at += len(items)
            arriving.add(future)
        last = self._listed and not self._looks
        chunks: list[list[Task]] = []
        while self._tasks and len(self._running) + len(chunks) < room:
            size = self._chunks.size(len(self._tasks), self._workers, last=last)
            chunks.append([self._tasks.popleft() for _ in range(min(size, len(self._tasks)))])
        self._submit(chunks, arriving)

    def _submit(self, chunks: list[list[Task]], arriving: as_completed) -> None:
        """Send chunks, in one message: each message costs the scheduler as much as a chunk does."""
        if not chunks:
            return
        futures = self.client.map(partial(timed, self.analyse), chunks, pure=False, key="analyse")
        for tasks, future in zip(chunks, futures, strict=True):
            self._running[str(future.key)] = tasks
            arriving.add(future)

    def _try(self, task: Task, arriving: as_completed) -> None:
        """Try an image while no other one is under way."""
        self._trial = f"try-{uuid4().hex}"
        future = self.client.submit(tried, self.analyse, [task], self._trial, key=self._trial)
        self._running[self._trial] = [task]
        arriving.add(future)

    def _number(self) -> None:
        """Give the files that were looked at their numbers, in the order of the list."""
        while self._looks and self._looks[0][1].done():
            items, future = self._looks.popleft()
            self._looked_at -= len(items)
            for item, (digest, frames) in zip(items, self._looked(items, future), strict=True):
                self._begin(item, digest, frames)

    def _looked(self, items: list[Input], future: Future[Timed[tuple[str, int]]]) -> Looks:
        try:
            found, seconds = future.result()
        except KilledWorker:  # looking at frames decodes, in its own process; so this is no file's doing
            return [(content(item), 1) for item in items]
        self._glances.measured(seconds, len(items))
        return found

    def _begin(self, item: Input, digest: str, frames: int) -> None:
        chosen = range(frames) if self.batch.frame is None else (self.batch.frame,)
        for frame in chosen:
            what = f"{digest} frame {frame}" if frame else digest
            number, finished = self.journal.begin(what, stamp(item), len(chosen))
            suffix = f" frame {frame}" if len(chosen) > 1 else ""
            task = Task(item, number, frame, item.label + suffix)
            self.begun(task, what)
            if finished:
                self.skip(item, [(number, what)])
            else:
                self._tasks.append(task)

    def _take(self, futures: list[Future[Timed[Outcome]]]) -> None:
        """Take in chunks' outcomes; looks are taken in their order."""
        fetched = self._fetched([future for future in futures if future.status == "finished"])
        outcomes: list[Outcome] = []
        for future in futures:
            tasks = self._running.pop(str(future.key))
            try:
                found, seconds = fetched.get(str(future.key)) or future.result()
            except KilledWorker:
                found, seconds = [], 0.0
            if found:
                self._chunks.measured(seconds, len(tasks))
                outcomes += found
            elif str(future.key) == self._trial:
                reason = ImageReadError("It ended the worker that read it, twice; it is left out.")
                outcomes.append(failed(tasks[0], reason, self.batch))
            else:
                self._suspects.extend(tasks)
        for outcome in outcomes:
            if not outcome.full:
                self.journal.end(outcome.task.number, outcome.row)
        for outcome in outcomes:
            self.done(outcome)

    def _fetched(self, futures: list[Future[Timed[Outcome]]]) -> dict[str, Timed[Outcome]]:
        """Return what came of several chunks, asked for together; nothing where one was lost just now."""
        try:
            return dict(zip((str(f.key) for f in futures), self.client.gather(futures), strict=True))
        except KilledWorker:
            return {}
