"""Many images without a window: each one alone may fail, the others are still done; a killed run goes on."""

import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from segx_viewer import pipeline
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cli.terminal import Screen
from segx_viewer.cohort.index import Index
from segx_viewer.cohort.inputs import Input, Inputs, unfinished
from segx_viewer.cohort.journal import Journal, Mirrored
from segx_viewer.cohort.options import Batch, check, class_indices, run_settings, runs_on_graphs
from segx_viewer.cohort.outputs import is_result
from segx_viewer.cohort.remote import content as content_of
from segx_viewer.cohort.remote import spooled, stamp
from segx_viewer.cohort.tables import write_tables
from segx_viewer.cohort.work import (
    Outcome,
    Task,
    read,
    request_for,
    summary,
    table_row,
    without_names,
    write_results,
)
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.result import Analysis
from segx_viewer.errors import DiskFullError, SegxError, UnsupportedImageError
from segx_viewer.explain.distance import prepare_transport
from segx_viewer.imaging.containers import Containers
from segx_viewer.imaging.study import collect_files
from segx_viewer.paths import all_models_folders
from segx_viewer.reporting.facts import pixel_digest

EXPLAINERS = 4  # images analysed side by side in threads, at most
MANY = 400  # images from which on processes are started for them, which takes as long as some tens on each core

T = TypeVar("T")
_POLL_SECONDS = 2.0
_COUNTED = 2000  # files that are listed ahead: of so many it is told how many there are


def run_batch(batch: Batch, store: "BundleStore | None" = None) -> int:
    """Analyse every file.

    Parameters
    ----------
    batch : Batch
    store : BundleStore, optional
        Of the bundles that the run names, where something was loaded already.

    Returns
    -------
    int
        0 when all were done, 1 when some failed or there was no image, 2 when the options cannot be followed.
    """
    screen = Screen()
    try:
        check(batch)
        if store is None:
            store = BundleStore(all_models_folders(batch.models) if batch.models else None, device=batch.device)
        classes = class_indices(batch, store)
    except SegxError as error:
        screen.print(f"segx-viewer: {error}")
        return 2
    with ExitStack() as stack:
        mirror = None
        if batch.target:
            folder, kept = stack.enter_context(spooled(batch.target))
            batch, mirror = replace(batch, out=folder), kept.take
        if batch.scheduler is not None:
            from segx_viewer.cli.sharing import run_shared

            return run_shared(batch, classes, store, screen, mirror)
        return _run_alone(batch, classes, store, screen, mirror)


def _run_alone(
    batch: Batch, classes: tuple[int, ...] | None, store: BundleStore, screen: Screen, mirror: Mirrored | None
) -> int:
    with (
        Inputs(batch.names, batch.lists) as inputs,
        Journal(batch.out, run_settings(batch, store), mirror) as journal,
        _Run(batch, classes, store, journal, screen) as run,
    ):
        run.analyse(item for item in inputs.stream() if not is_result(item, batch.out, batch.target))
        if not run.count and batch.watch is None:
            raise SegxError("There is no file to analyse.")
        for name in inputs.empty:
            run.fail(name, "there is no file in it.")
        if batch.watch is not None:
            screen.print(f"Watching {batch.watch}; Ctrl+C ends.")
            for arrived in _arrivals(batch.watch):
                with Containers() as opened:  # what was unpacked does not stay for as long as a folder is watched
                    items = chain.from_iterable(map(opened.found, arrived))
                    run.analyse([item for item in items if not is_result(item, batch.out)])
    if batch.watch is None and not run.count["done"] + run.count["failed"]:
        raise SegxError("None of the files is an image that can be analysed.")
    return 1 if run.count["failed"] else 0


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """An image that is being decoded."""

    item: Input
    number: int
    image: "Future[MedicalImage]"
    label: str


_Explained = tuple[_Reading | None, Analysis | Exception | None]
"""What became of an image; None for one that an earlier run has done."""


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """An image whose results are being written."""

    item: Input
    number: int
    analysis: Analysis
    name: "Future[tuple[str, str]]"
    """What its files are called, and what went wrong with some of them."""
    label: str


class _Run:
    """Decodes ahead, analyses and writes behind: few images in threads, many in processes (`cohort.crew`).

    On a processor, images are analysed side by side, each on its share of the cores: the many short steps beside the
    networks leave most cores idle otherwise. These steps of one image hold up those of another in the same process.
    """

    def __init__(
        self,
        batch: Batch,
        classes: tuple[int, ...] | None,
        store: BundleStore,
        journal: Journal,
        screen: Screen,
    ) -> None:
        self.count: Counter[str] = Counter()
        self._batch = batch
        self._classes = classes
        self._store = store
        self._journal = journal
        self._screen = screen
        self._idle = [store]
        self._readers = ThreadPoolExecutor(batch.workers, "read")
        self._writers = ThreadPoolExecutor(batch.workers, "write")
        self._writing: deque[_Written] = deque()
        self._index = Index(batch.index) if batch.index is not None else None
        self._full: DiskFullError | None = None

    def __enter__(self) -> "_Run":
        return self

    def __exit__(self, *exception: object) -> None:
        """Finish what is being written, then the run's table: also after Ctrl+C, so that nothing done is lost."""
        self._readers.shutdown(cancel_futures=True)
        self._writers.shutdown()
        self._collect_all()
        try:
            if self.count:
                place = self._batch.target or self._batch.out
                self._screen.print(f"{self._tally()}; results in {place}")
        finally:  # also where nobody reads any more
            try:
                self._write_tables()
            except DiskFullError as error:
                self._full = error
        if self._full is not None:
            raise DiskFullError(f"{self._full} Make room and start the run again: it goes on where it was.")

    def fail(self, name: str, reason: str) -> None:
        """Tell and count something that was named and cannot be analysed."""
        self.count["failed"] += 1
        self._screen.print(f"failed  {name}: {reason}")

    def _tally(self) -> str:
        parts = [f"{self.count['done']} of {self.count.total() - self.count['skipped']} analysed"]
        return ", ".join(parts + [f"{self.count[s]} {s}" for s in ("failed", "skipped") if self.count[s]])

    def _write_tables(self) -> None:
        write_tables(self._batch, self._journal, self._store, self._index)

    def analyse(self, files: Iterable[Input]) -> None:
        """Analyse files in order, listed as they are needed."""
        new = unfinished(files, self._journal, self._skip)
        first = list(islice(new, _COUNTED))
        if not first:
            return
        processes = self._processes_for(len(first))
        with self._screen.progress(len(first) if len(first) < _COUNTED else None) as count_one:
            if processes > 1:
                self._analyse_in_processes(processes, chain(first, new), count_one)
            else:
                self._analyse_in_threads(len(first), chain(first, new), count_one)

    def _processes_for(self, images: int) -> int:
        if images < MANY or not runs_on_graphs(self._batch, self._store):
            return 1
        from segx_viewer.cohort import crew  # a run of one image does without

        return crew.size_for(images)

    def _analyse_in_processes(self, count: int, files: Iterable[Input], count_one: Callable[[str], None]) -> None:
        from segx_viewer.cohort.crew import Crew

        with Crew(count, self._batch, self._classes) as crew:
            try:
                for outcomes in crew.analyse(self._tasks(files, count_one), self._journal.together):
                    for outcome in outcomes:
                        self._take(outcome)
                        count_one(Path(outcome.task.label).name)
                    if self._full is not None:
                        break
            except DiskFullError as error:
                self._full = error

    def _tasks(self, files: Iterable[Input], count_one: Callable[[str], None]) -> Iterator[Task]:
        """Yield the images to analyse, numbered."""
        for item, content, frame, frames, suffix, _ in self._frames(files):
            number = self._number(item, content, frame, frames)
            if self._full is not None:
                return
            if number is None:
                count_one("")
            else:
                yield Task(item, number, frame, item.label + suffix)

    def _take(self, outcome: Outcome) -> None:
        """Note and tell what became of an image."""
        if outcome.full:
            self._full = DiskFullError(outcome.reason)
            return
        status, label = str(outcome.row["status"]), outcome.task.label
        self._journal.end(outcome.task.number, outcome.row)
        self.count[status] += 1
        told = f"{outcome.row['id']}  {label}: {outcome.line}"
        self._screen.print(f"{status}  {label}: {outcome.reason}" if outcome.reason else told)

    def _analyse_in_threads(self, images: int, files: Iterable[Input], count_one: Callable[[str], None]) -> None:
        explaining: deque[Future[_Explained]] = deque()
        with (
            self._store.sharing_processor(min(EXPLAINERS, images)) as (count, begin),
            ThreadPoolExecutor(count, "explain", begin) as explainers,
        ):

            def take() -> None:
                task, outcome = explaining.popleft().result()
                if task is not None:
                    self._guard(task, self._begin_writing, (task, outcome))
                count_one(Path(task.label).name if task is not None else "")
                self._collect_written()

            try:
                for task in self._decoded(files):
                    if self._full is not None:  # every further image would fail alike
                        explainers.shutdown(wait=True, cancel_futures=True)
                        explaining = deque(future for future in explaining if not future.cancelled())
                        break
                    explaining.append(explainers.submit(self._explain, task))
                    while len(explaining) > 2 * count:
                        take()
            except KeyboardInterrupt:
                explainers.shutdown(wait=False, cancel_futures=True)
                explaining = deque(future for future in explaining if not future.cancelled())
                raise
            finally:
                while explaining:
                    take()
            self._collect_all()

    def _collect_written(self) -> None:
        """Take note of what is written; wait for it where more is being written than is to be held in memory."""
        while self._writing and (len(self._writing) > self._batch.workers or self._writing[0].name.done()):
            self._collect(self._writing.popleft())

    def _collect_all(self) -> None:
        while self._writing:
            self._collect(self._writing.popleft())

    def _skip(self, item: Input, finished: list[tuple[int, str]]) -> None:
        """Count what an earlier run has done."""
        self.count["done"] += len(finished)
        if self._index is not None:
            for number, content in finished:
                _, _, frame = content.partition(" frame ")
                self._index.add(number, content, int(frame or self._batch.frame or 0), item.label)

    def _decoded(self, files: Iterable[Input]) -> Iterator[_Reading | None]:
        """Yield the images to analyse, a few being decoded ahead; None for one that an earlier run has done."""
        ahead: deque[_Reading | None] = deque()
        frames = self._frames(files)
        while True:
            while len(ahead) <= self._batch.workers + 1 and (found := next(frames, None)) is not None:
                ahead.append(self._begin(*found))
            if not ahead:
                return
            yield ahead.popleft()

    def _frames(self, files: Iterable[Input]) -> Iterator[tuple[Input, str, int, int, str, MedicalImage | None]]:
        """Yield the arguments of `_begin` for each frame, one file being looked at while another is read."""
        looks = deque[tuple[Input, Future[tuple[str, MedicalImage | None]]]]()
        left = iter(files)
        while True:
            while len(looks) <= self._batch.workers + 1 and (item := next(left, None)) is not None:
                looks.append((item, self._readers.submit(self._look_at, item)))
            if not looks:
                return
            item, look = looks.popleft()
            content, image = look.result()
            frames = 1 if image is None else image.source.frames
            chosen = range(frames) if self._batch.frame is None else (self._batch.frame,)
            for frame in chosen:
                suffix = f" frame {frame}" if len(chosen) > 1 else ""
                yield item, content, frame, len(chosen), suffix, None if frame else image

    def _begin(
        self, item: Input, content: str, frame: int, frames: int, suffix: str, image: MedicalImage | None
    ) -> _Reading | None:
        number = self._number(item, content, frame, frames)
        if number is None:
            return None
        prepare_transport()
        if image is None:
            reading = self._readers.submit(read, item, frame, self._batch.limits)
        else:
            reading = Future[MedicalImage]()
            reading.set_result(image)
        return _Reading(item, number, reading, item.label + suffix)

    def _number(self, item: Input, content: str, frame: int, frames: int) -> int | None:
        """Give an image its number; None for one that an earlier run has done, and where the disk is full."""
        try:
            number, done = self._journal.begin(f"{content} frame {frame}" if frame else content, stamp(item), frames)
        except DiskFullError as error:
            self._full = error
            return None
        if self._index is not None:
            self._index.add(number, content, frame, item.label)
        if not done:
            return number
        self.count["done"] += 1
        return None

    def _look_at(self, item: Input) -> tuple[str, MedicalImage | None]:
        """Return the hash of a file's content and its first frame; None where that is not wanted or cannot be read."""
        content = content_of(item)
        if self._batch.frame is not None:
            return content, None
        try:
            return content, read(item, 0, self._batch.limits)
        except SegxError:
            return content, None  # said when its turn comes

    def _explain(self, task: _Reading | None) -> _Explained:
        """Analyse an image; what goes wrong is its outcome."""
        if task is None:
            return None, None
        try:
            store = self._idle.pop()
        except IndexError:
            store = self._store.sibling()
        try:
            image = task.image.result()
            self._readers.submit(pixel_digest, image)  # by which the results are called
            return task, pipeline.analyse_to_end(request_for(image, task.number, self._batch, self._classes), store)
        except Exception as error:  # noqa: BLE001 - told in the image's turn
            return task, error
        finally:
            self._idle.append(store)

    def _begin_writing(self, explained: tuple[_Reading, Analysis | Exception | None]) -> None:
        task, outcome = explained
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is None:
            return
        name = self._writers.submit(write_results, outcome, task.number, self._batch)
        self._writing.append(_Written(task.item, task.number, outcome, name, task.label))

    def _collect(self, written: _Written) -> None:
        self._guard(written, self._finish, written)

    def _finish(self, written: _Written) -> None:
        name, problem = written.name.result()
        row = table_row(written.analysis, name, origin=self._batch.include_origin)
        if problem:
            self._note(written, "failed", problem, row)
            return
        self._journal.end(written.number, row)
        self.count["done"] += 1
        self._screen.print(f"{name}  {written.label}: {summary(written.analysis)}")

    def _guard(self, task: _Reading | _Written, step: Callable[[T], None], subject: T) -> None:
        """Do a step of one image; what goes wrong is told and noted, and the run goes on."""
        try:
            step(subject)
        except DiskFullError as error:
            self._full = error
        except SegxError as error:
            skipped = isinstance(error, UnsupportedImageError) and not task.item.named
            self._note(task, "skipped" if skipped else "failed", str(error))
        except Exception as error:  # noqa: BLE001 - one image's accident must not cost the others their results
            self._note(task, "failed", f"unexpected {type(error).__name__}: {error}")
            if self._batch.verbose:
                traceback.print_exc()

    def _note(
        self, task: _Reading | _Written, status: str, reason: str, row: Mapping[str, object] | None = None
    ) -> None:
        self.count[status] += 1
        self._screen.print(f"{status}  {task.label}: {reason}")
        reason = without_names(reason, task.item, self._batch)
        known = row or {"id": f"{task.number:04d}"}
        try:
            self._journal.end(task.number, {**known, "status": status, "error": reason})
        except DiskFullError as error:
            self._full = error


def _arrivals(folder: Path) -> Iterator[list[Path]]:
    """Yield files that are new in a folder, once they have stopped growing; looks for ever."""
    seen: dict[Path, tuple[int, int]] = {}
    taken: set[tuple[Path, tuple[int, int]]] = set()
    while True:
        now = {}
        for path in collect_files([folder]) if folder.is_dir() else ():
            try:
                status = path.stat()
            except OSError:
                continue
            now[path] = (status.st_size, status.st_mtime_ns)
        steady = [(path, state) for path, state in now.items() if seen.get(path) == state]
        arrived = [entry for entry in steady if entry not in taken]
        seen = now
        taken.update(arrived)
        if arrived:
            yield [path for path, _ in arrived]
        time.sleep(_POLL_SECONDS)
