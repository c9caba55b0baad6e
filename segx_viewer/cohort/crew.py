"""Processes of this machine that analyse a run's images, each on its own core: threads of one wait for each other."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import islice
from multiprocessing.connection import Connection, wait

from segx_viewer.cohort._crew_process import GONE, READY, serve
from segx_viewer.cohort.options import Batch
from segx_viewer.cohort.work import Outcome, Task, failed
from segx_viewer.errors import ImageReadError, SegxError
from segx_viewer.networks.threads import processors
from segx_viewer.reporting.atomic import drop_parts

IMAGES_EACH = 32
"""So many images a process must have before it, at least: starting it takes as long as some tens of them."""
_MOST = 16
_MEMORY = 2**29  # bytes for a process and the one that decodes for it; all together get a quarter of the machine's
_TRIES = 2  # that an image has by itself
_AHEAD = 3  # images that a process has: one is written, one analysed, one decoded
_HELD = 256  # outcomes, for each process, that may wait for an image before them
_PATIENCE_SECONDS = 10.0


def size_for(images: int) -> int:
    """Return how many processes are worth their start for so many images; one alone never is."""
    most = min(_MOST, processors(), images // IMAGES_EACH)
    with contextlib.suppress(AttributeError, OSError, ValueError):  # Windows does not tell
        most = min(most, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (4 * _MEMORY))
    return most


class Crew:
    """Some processes that analyse images. A context manager; they end with it, and with this process.

    Parameters
    ----------
    count : int
    batch : Batch
    classes : tuple of int, optional
    member : callable
        What each process runs; see `_crew_process.serve`.
    """

    def __init__(
        self, count: int, batch: Batch, classes: tuple[int, ...] | None, member: Callable[..., None] = serve
    ) -> None:
        self._batch, self._classes, self._member = replace(batch, names=(), lists=()), classes, member
        self._threads = max(1, processors() // count)
        self._members = [self._begun() for _ in range(count)]
        self._suspects: deque[Task] = deque()
        self._ended: Counter[int] = Counter()  # processes, by the number of the image that was alone in them
        self._is_one_lost = False

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *exception: object) -> None:
        for member in self._members:
            member.connection.close()
        for member in self._members:
            member.end()
        if self._is_one_lost:
            drop_parts(self._batch.out)

    def analyse(
        self, tasks: Iterable[Task], together: Callable[[], AbstractContextManager[None]]
    ) -> Iterator[list[Outcome]]:
        """Yield what became of the images, in their order, some at a time.

        Images whose process has died are tried again, each alone in a process: it may have been another one's doing.
        One that ends two processes by itself is left out.

        Parameters
        ----------
        tasks : iterable of Task
            Asked for an image when a process has room for it.
        together : callable
            Gives a context in which outcomes are told and further images are asked for.

        Raises
        ------
        SegxError
            If a process ends before it can begin.
        KeyboardInterrupt
            After Ctrl+C, once every process has ended the image that it had begun, and these were yielded.
        """
        with _stopping() as stop:
            yield from self._analyse(iter(tasks), together, stop)

    def _analyse(
        self, left: Iterator[Task], together: Callable[[], AbstractContextManager[None]], stop: Connection
    ) -> Iterator[list[Outcome]]:
        order, found = deque[int](), dict[int, Outcome]()
        while True:
            given: list[tuple[_Member, Task]] = []
            with together():
                if ended := list(_in_order(order, found)):
                    yield ended
                for member in self._members:
                    new = list(islice(left, self._room(member, len(order))))
                    order.extend(task.number for task in new)
                    given += [(member, task) for task in new]
            for member, task in given:
                member.give(task)
            if not order:
                return
            arrived = wait([stop, *(member.connection for member in self._members)])
            if stop in arrived:
                with together():
                    yield [*found.values(), *self._rest()]
                raise KeyboardInterrupt
            found.update((outcome.task.number, outcome) for outcome in self._taken(arrived))

    def _rest(self) -> Iterator[Outcome]:
        """Yield what becomes of the first image of each process."""
        for member in self._members:
            with contextlib.suppress(*GONE):
                if member.tasks:
                    yield member.take()

    def _room(self, member: "_Member", waiting: int) -> int:
        """Return how many further images a process gets; one of the suspects, where it has nothing to do."""
        if self._suspects and not member.tasks:
            member.give(self._suspects.popleft(), alone=True)
        if member.is_trying:
            return 0
        return max(0, min(_AHEAD - len(member.tasks), _HELD * len(self._members) - waiting))

    def _taken(self, arrived: Iterable[object]) -> Iterator[Outcome]:
        """Yield what has come by some connections; start another process for one that has died."""
        for connection in arrived:
            place = next(n for n, member in enumerate(self._members) if member.connection is connection)
            member = self._members[place]
            try:
                yield member.take()
            except GONE:
                self._is_one_lost = True
                self._members[place] = self._begun()
                member.end()
                if not member.is_ready:
                    raise SegxError("A process that analyses images ended before it could begin.") from None
                if not member.is_trying:
                    self._suspects.extend(member.tasks)
                    continue
                task = member.tasks[0]
                self._ended[task.number] += 1
                if self._ended[task.number] < _TRIES:
                    self._suspects.appendleft(task)
                    continue
                reason = ImageReadError("It ended the process that analysed it, twice; it is left out.")
                yield failed(task, reason, self._batch)

    def _begun(self) -> "_Member":
        return _Member(self._member, self._threads, (self._batch, self._classes))


def _in_order(order: deque[int], found: dict[int, Outcome]) -> Iterator[Outcome]:
    """Take what was found from `found`, as far as nothing before it is missing."""
    while order and order[0] in found:
        yield found.pop(order.popleft())


class _Member:
    """A process, and the images that it has."""

    def __init__(self, serve: Callable[..., None], threads: int, what: tuple[Batch, tuple[int, ...] | None]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.tasks: deque[Task] = deque()
        self.is_ready = self.is_trying = False
        self._process = context.Process(target=serve, args=(theirs, threads), name="segx-viewer analyze")
        with _deaf():
            self._process.start()
        theirs.close()
        with contextlib.suppress(*GONE):  # noticed when something is awaited from it
            self.connection.send(what)

    def give(self, task: Task, *, alone: bool = False) -> None:
        """Send an image."""
        self.tasks.append(task)
        self.is_trying = alone
        with contextlib.suppress(*GONE):
            self.connection.send(task)

    def take(self) -> Outcome:
        """Return what became of the first of its images. Raises one of `GONE` where it has died."""
        if not self.is_ready:
            self.is_ready = self.connection.recv() == READY
        outcome: Outcome = self.connection.recv()
        self.tasks.popleft()
        self.is_trying = False
        return outcome

    def end(self) -> None:
        """End it; what it is writing, it may finish."""
        self.connection.close()
        self._process.join(_PATIENCE_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextlib.contextmanager
def _stopping() -> Iterator[Connection]:
    """Yield where Ctrl+C can be read, which interrupts nothing meanwhile; pressed again, it does."""
    heard, tell = multiprocessing.Pipe(duplex=False)
    before = signal.getsignal(signal.SIGINT)

    def hear(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        tell.send_bytes(b"stop")

    is_heard = threading.current_thread() is threading.main_thread() and callable(before)
    if is_heard:
        signal.signal(signal.SIGINT, hear)
    try:
        yield heard
    finally:
        if is_heard:
            signal.signal(signal.SIGINT, before)
        heard.close()
        tell.close()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Let processes that are started here not hear Ctrl+C, which the terminal sends to all: this one ends them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
