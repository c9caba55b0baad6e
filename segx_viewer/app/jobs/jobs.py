"""The one way to run something beside the window: a function goes to a lane, its answer comes back into the window."""

import logging
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar
from weakref import WeakSet

import shiboken6
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled, SegxError, library_needed

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Waiting = tuple[Callable[[], object], object, Callable[[], bool] | None]
"""What to do with an answer, what it was made from, and whether it is still wanted."""

FILES = "files"
"""Finding, and decoding what is looked at."""
BACKGROUND = "background"
"""Thumbnails and whatever else nobody waits for: a file that takes long there keeps no other one waiting."""
EXPORTS = "exports"
"""Whatever is written, and what must not wait behind the reading of a folder."""
MODELS = "models"
"""The networks, which analyse."""
CHECKS = "checks"
"""Sanity checks, which take longer than anybody waits for the next image."""
ARCHIVE = "archive"
"""Servers on the network, which may take as long as they like."""
LANES = (FILES, BACKGROUND, EXPORTS, MODELS, CHECKS, ARCHIVE)

_TURN_SECONDS = 0.004
"""Time for answers after which the window paints and listens before the next is received."""


class Jobs(QObject):
    """Runs functions in lanes, one after the other in each, and hands their answers to the window's thread.

    A function has captured all it needs and touches nothing of the window. Its answer is looked at in the window's
    thread, and dropped before anything is done with it when nobody wants it any more. Of answers that come at a time,
    a turn of the event loop takes only some, so that the window paints and listens in between.
    """

    said = Signal(str)  # a sentence about a job that failed and that nobody else answers for
    _answered = Signal(object)  # what to do in the window's thread

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._tokens: WeakSet[CancelToken] = WeakSet()
        self._answered.connect(self._on_answered)
        self._waiting: deque[Waiting] = deque()
        self._turns = QTimer(self, interval=1)  # runs while answers may come at a time
        self._turns.timeout.connect(self._take_turn)
        self._lanes = {name: _Lane(name, self) for name in LANES}

    def run(
        self,
        function: Callable[..., Answer],
        *captured: object,
        then: Callable[[Answer], object] | None = None,
        failed: Callable[[SegxError], object] | None = None,
        lane: str = EXPORTS,
        wanted: Callable[[], bool] | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Run ``function(*captured)`` in a lane.

        Parameters
        ----------
        function : callable
            Runs in the lane's thread.
        then : callable, optional
            Receives the answer, in the window's thread.
        failed : callable, optional
            Receives the error, `AnalysisCancelled` among them; without it, `said` tells the reader.
        lane : str
            One of `LANES`.
        wanted : callable, optional
            Asked before the function runs, in the lane's thread, and before its answer is used, in the window's: a
            job that nobody wants any more is not run, and its answer, or its failure, not applied.
        cancel : CancelToken, optional
            What the function looks at while it works; raised by `stop`, so that nobody waits for it then.
        """
        if cancel is not None:
            self._tokens.add(cancel)
        job = partial(function, *captured)
        self._lanes[lane].post(partial(self._carry_out, job, then, failed or self._say, wanted))

    def teller(self, receive: Callable[..., object], wanted: Callable[[], bool] | None = None) -> Callable[..., None]:
        """Return a function for a job to call meanwhile: what it tells is received in the window's thread."""
        return lambda *news: self._answer(partial(receive, *news), receive, wanted)

    def stop(self) -> None:
        """End every lane after its current job. Nothing is received from here on."""
        self._open = False
        self._turns.stop()
        self._waiting.clear()
        for token in self._tokens:
            token.cancel()
        for lane in self._lanes.values():
            lane.stop()

    # -- in a lane's thread ----------------------------------------------------------------------

    def _carry_out(
        self,
        job: Callable[[], Answer],
        then: Callable[[Answer], object] | None,
        failed: Callable[[SegxError], object],
        wanted: Callable[[], bool] | None,
    ) -> None:
        if wanted is not None and not wanted():
            return
        try:
            result = job()
        except SegxError as error:
            self._answer(partial(failed, error), failed, wanted)
        except Exception as error:
            needed: SegxError | None = library_needed(error)
            if needed is None:
                log.exception("A job failed: %r", job.func if isinstance(job, partial) else job)
                needed = SegxError(tr("This did not work, for a reason nobody expected; see Help > Log."))
            self._answer(partial(failed, needed), failed, wanted)
        else:
            if then is not None:
                self._answer(partial(then, result), then, wanted)

    def _answer(self, receive: Callable[[], object], of: object, wanted: Callable[[], bool] | None) -> None:
        if self._open:
            self._answered.emit((receive, of, wanted))

    # -- in the window's thread ------------------------------------------------------------------

    @Slot(object)
    def _on_answered(self, answer: Waiting) -> None:
        self._waiting.append(answer)
        if not self._turns.isActive():
            self._turns.start()
            self._take_turn()

    def _take_turn(self) -> None:
        if not self._waiting:
            self._turns.stop()
        end = time.perf_counter() + _TURN_SECONDS
        while self._waiting:
            self._deliver(self._waiting.popleft())
            if time.perf_counter() >= end:
                break

    def _deliver(self, answer: Waiting) -> None:
        receive, of, wanted = answer
        if self._open and not _is_gone(of) and (wanted is None or wanted()):
            receive()

    def _say(self, error: SegxError) -> None:
        self.said.emit(tr("Cancelled.") if isinstance(error, AnalysisCancelled) else told(error))


def _is_gone(receiver: object) -> bool:
    """Return whether a receiver belongs to a dialog, say, that was closed meanwhile."""
    while isinstance(receiver, partial):
        receiver = receiver.func
    owner = getattr(receiver, "__self__", None)
    return isinstance(owner, QObject) and not shiboken6.isValid(owner)


class _Worker(QObject):
    """Runs one job at a time."""

    @Slot(object)
    def run(self, job: Callable[[], None]) -> None:
        """Run a job; it answers for its own errors."""
        job()


class _Lane(QObject):
    """A thread and what waits for it."""

    _posted = Signal(object)

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._posted.connect(self._worker.run)
        self._thread.start()

    def post(self, job: Callable[[], None]) -> None:
        """Queue a job."""
        self._posted.emit(job)

    def stop(self) -> None:
        """End the thread after its current job."""
        self._thread.quit()
        self._thread.wait()
