"""The inference thread: one worker in one QThread. torch is imported here and nowhere else in the window."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from segx_viewer.domain.methods import METHODS
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.errors import AnalysisCancelled, SegxError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the installed models and methods can do: (name, title) pairs for the menus.

    `costs` says by method name how long one takes: "fast", "slow" or "very slow".
    """

    bundles: tuple[tuple[str, str], ...]
    methods: tuple[tuple[str, str], ...]
    costs: Mapping[str, str] = field(default_factory=dict)


class Engine:
    """Reaches the pipeline; everything heavy is imported when first used, in the worker's thread."""

    def __init__(self) -> None:
        self._store: Any = None

    @property
    def store(self) -> Any:
        """The bundle store, made at first use."""
        if self._store is None:
            from segx_viewer.bundles.store import BundleStore

            self._store = BundleStore()
        return self._store

    def capabilities(self) -> Capabilities:
        """List the bundles and attribution methods."""
        bundles = tuple((name, bundle.info.title) for name, bundle in self.store.bundles().items())
        methods = tuple((name, method.label) for name, method in METHODS.items())
        return Capabilities(bundles, methods, {name: method.cost for name, method in METHODS.items()})

    def prepare(self) -> None:
        """Import what only the end of an analysis needs, beside whatever the worker does meanwhile."""
        from segx_viewer.explain.distance import transport_solver

        threading.Thread(target=transport_solver, name="preparing", daemon=True).start()

    def analyse(self, request: AnalysisRequest, token: CancelToken, on_progress: Callable[[Any], None]) -> Any:
        """Return the iterator over an ever fuller analysis."""
        from segx_viewer.pipeline import analyse

        return analyse(request, self.store, cancel=token, on_progress=on_progress)


class Worker(QObject):
    """Runs requests one after the other. Every answer carries the generation of its request."""

    ready = Signal(object)  # Capabilities
    progress = Signal(int, object)  # generation, Progress
    partial = Signal(int, object)  # generation, Analysis
    finished = Signal(int, object)  # generation, Analysis
    failed = Signal(int, str)  # generation, sentence
    cancelled = Signal(int)
    job_done = Signal(object, object)  # tag, result
    job_failed = Signal(object, object)  # tag, SegxError

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    @Slot()
    def prepare(self) -> None:
        """Import what is slow to import, so that the first analysis does not wait for it."""
        try:
            self.ready.emit(self._engine.capabilities())
            self._engine.prepare()
        except SegxError as error:
            self.failed.emit(-1, str(error))
        except Exception:
            log.exception("The models could not be prepared")
            self.failed.emit(-1, "The models could not be loaded; see Help > Log.")

    @Slot(object, object)
    def analyse(self, request: AnalysisRequest, token: CancelToken) -> None:
        """Run a request to its end, its cancellation or its failure."""
        generation = request.generation
        if token.cancelled:
            self.cancelled.emit(generation)
            return
        analysis = None
        try:
            for analysis in self._engine.analyse(
                request, token, lambda progress: self.progress.emit(generation, progress)
            ):
                token.raise_if_cancelled()
                if not analysis.complete:
                    self.partial.emit(generation, analysis)
        except AnalysisCancelled:
            self.cancelled.emit(generation)
        except SegxError as error:
            self.failed.emit(generation, str(error))
        except Exception:
            log.exception("An analysis of %s failed", request.image.source.name)
            self.failed.emit(
                generation, f"{request.image.source.name}: the analysis failed unexpectedly; see Help > Log."
            )
        else:
            self.finished.emit(generation, analysis)

    @Slot(object, object)
    def run_job(self, tag: object, job: Callable[[Any], Any]) -> None:
        """Do something with the store of models: ``job(store)``."""
        try:
            result = job(self._engine.store)
        except SegxError as error:
            self.job_failed.emit(tag, error)
        except Exception:
            log.exception("A job on the models failed")
            self.job_failed.emit(tag, SegxError("This failed unexpectedly; see Help > Log."))
        else:
            self.job_done.emit(tag, result)


class InferenceThread(QObject):
    """Owns the worker and its thread. Requests go over by queued signals."""

    _prepare = Signal()
    _analyse = Signal(object, object)
    _job = Signal(object, object)

    def __init__(self, engine: Engine | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("inference")
        self.worker = Worker(engine or Engine())
        self.worker.moveToThread(self._thread)
        self._prepare.connect(self.worker.prepare)
        self._analyse.connect(self.worker.analyse)
        self._job.connect(self.worker.run_job)
        self._thread.start()

    def prepare(self) -> None:
        """Ask the worker to load what is slow to load."""
        self._prepare.emit()

    def post(self, request: AnalysisRequest, token: CancelToken) -> None:
        """Queue a request."""
        self._analyse.emit(request, token)

    def run(self, tag: object, job: Callable[[Any], Any]) -> None:
        """Queue something to do with the store of models; the worker's `job_done` or `job_failed` carries the tag."""
        self._job.emit(tag, job)

    def stop(self) -> None:
        """End the thread after its current step; the caller has cancelled the running request."""
        self._thread.quit()
        self._thread.wait()
