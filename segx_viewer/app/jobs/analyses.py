"""Asks the models for analyses and applies the answers that are still wanted."""

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segx_viewer.app.jobs import analysing
from segx_viewer.app.jobs.engine import Capabilities, Engine
from segx_viewer.app.jobs.jobs import FILES, MODELS, Jobs
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.documents import Document, Documents, Measured, key_of
from segx_viewer.app.model.region import restored
from segx_viewer.app.model.viewstate import ViewState
from segx_viewer.domain.methods import METHODS, Needs
from segx_viewer.domain.request import AnalysisRequest, CancelToken, Progress, Stage
from segx_viewer.domain.result import Analysis, MapKey, Target
from segx_viewer.errors import AnalysisCancelled, SegxError

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore

GRID: MapKey = ("*", -1)
"""Stands for all cells of the grid where one map's key would stand."""

log = logging.getLogger(__name__)


Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """The analysis under way: of which image, asked for which map (None: for the whole of it), how to stop it."""

    document: Document
    key: MapKey | None
    token: CancelToken


class Analyses(QObject):
    """What the models found in the open images, and what they are asked.

    One analysis is under way at a time. Another question, another image or the reader's word ends it: its answers are
    dropped from then on, so that nothing of an earlier image or question is ever applied.
    """

    changed = Signal(object)  # Document, with the analysis that it has now
    interrupted = Signal(bool)  # whether something was cancelled that can be gone on with
    progress = Signal(object)  # Progress, or None when nothing runs
    failed = Signal(str)  # sentence about the current image's analysis
    said = Signal(str)  # sentence for the status bar
    ready = Signal(object)  # Capabilities

    def __init__(
        self,
        documents: Documents,
        state: ViewState,
        jobs: Jobs,
        engine: Engine | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._documents, self._state, self._jobs = documents, state, jobs
        self._engine = engine or Engine()
        self.methods: tuple[tuple[str, str], ...] = (("gradcam", "Grad-CAM"),)
        self.costs: Mapping[str, str] = {}
        self.beyond: Mapping[str, str] = {}
        self.bundles: tuple[tuple[str, str], ...] = ()
        self.bundle: str | None = None  # None: chosen by the image
        self.was_cancelled = False  # or it failed; nothing starts again by itself then
        self._running: Running | None = None
        self._coarse: dict[
            MapKey, NDArray[np.float32]
        ] = {}  # maps that what runs will still put finer ones in place of
        self._again: Callable[[], None] | None = None  # asks once more for what was asked last
        self._numbers = itertools.count(1)
        documents.current_changed.connect(lambda _document: self.stop())

    @property
    def engine(self) -> Engine:
        """The engine that analyses; only functions in the models' lane may use it."""
        return self._engine

    # -- the models ------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Load the models in the background, and list them."""
        self._jobs.run(analysing.prepare, self._engine, then=self._on_ready, lane=MODELS)

    def _on_ready(self, capabilities: Capabilities) -> None:
        self.methods = capabilities.methods
        self.costs = capabilities.costs
        self.beyond = capabilities.beyond
        self.bundles = capabilities.bundles
        self.ready.emit(capabilities)

    def with_models(
        self,
        job: "Callable[[BundleStore], Answer]",
        then: Callable[[Answer], object],
        failed: Callable[[SegxError], object] | None = None,
        *,
        lane: str = MODELS,
        cancel: CancelToken | None = None,
    ) -> None:
        """Run ``job(store)`` with the store of the models, in their thread unless another `lane` is named."""
        self._jobs.run(lambda: job(self._engine.store), then=then, failed=failed, lane=lane, cancel=cancel)

    # -- the current image -----------------------------------------------------------------------

    @property
    def current(self) -> Analysis | None:
        """The current image's analysis so far."""
        document = self._documents.current
        return document.analysis if document is not None else None

    @property
    def key(self) -> MapKey | None:
        """Method and class being looked at, None before there is a prediction."""
        analysis = self.current
        if analysis is None or analysis.prediction is None:
            return None
        chosen, method, usable = self._state.view.class_index, self._state.view.method, analysis.bundle.methods
        if usable and method not in usable:  # the model is a black box: its own method stands in
            method = usable[0]
        return method, analysis.prediction.top if chosen is None else chosen

    def analyse(self, key: MapKey | None = None) -> None:
        """Analyse the current image, or explain one class by one method of it."""
        methods = (key[0] if key else self._state.view.method,)
        self._ask(methods, (key[1],) if key else None, key)

    def explain(self, class_index: int | None = None, method: str | None = None) -> None:
        """Look at another class or method; its map is computed if it is not there yet."""
        if class_index is not None:
            self._state.update(class_index=class_index)
        if method is not None:
            self._state.update(method=method)
        analysis, key = self.current, self.key
        if analysis is None or key is None:
            return
        if key not in analysis.explanations:
            if not self._runs_for(key):
                self.analyse(key)
        elif self._running is not None and self._running.key not in (None, GRID):
            self.cancel()  # another map was asked for meanwhile; this one is here already

    def fill_grid(self, classes: int) -> None:
        """Compute what the grid lacks: the most probable `classes` classes by every method of `grid_methods`."""
        analysis = self.current
        if analysis is None or analysis.prediction is None or self._runs_for(GRID):
            return
        wanted = analysis.prediction.ranking[:classes]
        order = {"fast": 0, "slow": 1}
        names = sorted(self.grid_methods, key=lambda name: order.get(self.costs.get(name, "fast"), 2))
        missing = [name for name in names if any((name, k) not in analysis.explanations for k in wanted)]
        if missing:
            self._ask(missing, wanted, GRID)

    @property
    def grid_methods(self) -> list[str]:
        """Names of the methods that the grid shows, in the order of the menu.

        What draws gradients until two halves agree takes hundreds of passes, and belongs there all the same: SegX's
        own Gradient SHAP is one of them. It comes after the faster ones.
        """
        return [name for name in self.usable_methods if self.costs.get(name) != "very slow" or _by_gradients(name)]

    @property
    def usable_methods(self) -> list[str]:
        """Names of the methods that this installation can carry out, in the order of the menu."""
        return [name for name, _ in self.methods if name not in self.beyond]

    def analyse_beside(self, document: Document) -> None:
        """Analyse an image that is shown beside the current one, when nothing else is to be done."""
        current = self.current
        if self._running is not None or self.was_cancelled or current is None or not current.complete:
            return
        key, analysis = key_of(document, self._state.view.method), document.analysis
        if analysis is None and document.stored is not None:
            self.recall(document)
        elif analysis is None or not analysis.complete:
            self._ask((self._state.view.method,), None, None, document)
        elif key is not None and key not in analysis.explanations:
            self._ask((key[0],), (key[1],), key, document)

    # -- what a run has stored -------------------------------------------------------------------

    def begin(self) -> None:
        """Show what is stored of the current image, or analyse it."""
        document = self._documents.current
        if document is not None and document.stored is not None and document.analysis is None:
            self.recall(document)
        else:
            self.analyse()

    def recall(self, document: Document) -> None:
        """Show the analysis that a run has stored of an image; the models are not asked."""
        stored, image = document.stored, document.image
        if stored is None or image is None:
            return
        self._jobs.run(
            analysing.recalled,
            stored,
            image,
            then=partial(self._on_recalled, document),
            failed=partial(self._on_not_recalled, document),
            lane=FILES,
            wanted=lambda: document.image is image and document.stored is stored,
        )

    def _on_recalled(self, document: Document, analysis: Analysis) -> None:
        document.analysis = analysis
        if document is self._documents.current and analysis.explanations and self.key not in analysis.explanations:
            method, index = next(iter(analysis.explanations))
            top = analysis.prediction is not None and index == analysis.prediction.top
            self._state.update(method=method, class_index=None if top else index)
        if document.region is not None:
            self.set_region(document, document.region)
        self.changed.emit(document)

    def _on_not_recalled(self, document: Document, error: SegxError) -> None:
        from segx_viewer.cohort.stored import NothingStoredError

        document.stored = None
        if document is not self._documents.current:
            return
        if isinstance(error, NothingStoredError):
            self.said.emit(tr("The results hold no maps of this image (analyze --output npz); it is analysed again."))
            self.analyse()
        else:  # whatever is shown must be of these pixels
            self.was_cancelled = True
            self.failed.emit(told(error))

    # -- the region ------------------------------------------------------------------------------

    def set_region(self, document: Document, mask: NDArray[np.bool_] | None) -> None:
        """Take over a region drawn by the reader, or the predicted one for None; SegX and SegU follow."""
        from segx_viewer.pipeline import reassess

        if document is self._documents.current:
            self.stop()  # what runs was asked with another region
        analysis = document.analysis
        document.region = mask
        if analysis is None or analysis.segmentation is None:
            return
        if not analysis.segmentation.edited:
            certainties = {k: e.certainty for k, e in analysis.explanations.items() if e.certainty}
            document.predicted = Measured(analysis.segmentation, certainties)
        if mask is not None:
            analysis = reassess(analysis, mask)
        elif document.predicted is not None:
            analysis = restored(analysis, document.predicted)
        else:
            analysis = None  # restored from a session: only the models know the predicted region
        document.analysis = analysis
        self.changed.emit(document)
        if document is self._documents.current:
            if analysis is None:
                self.analyse()
            elif self.key not in analysis.explanations:
                self.analyse(self.key)

    # -- stopping --------------------------------------------------------------------------------

    @property
    def is_analysing(self) -> bool:
        """Whether an analysis is under way."""
        return self._running is not None

    def is_coarse(self, key: MapKey | None) -> bool:
        """Whether a map of the current image will still be replaced by a finer one."""
        current = self.current
        shown = current.explanations.get(key) if key is not None and current is not None else None
        return shown is not None and shown.saliency_map is self._coarse.get(shown.key)

    def _drop_coarse(self, document: Document) -> None:
        """Keep no coarse map whose finer one will not come: it would pass for the map itself."""
        analysis, coarse = document.analysis, self._coarse
        self._coarse = {}
        if analysis is not None and coarse:
            kept = {k: e for k, e in analysis.explanations.items() if coarse.get(k) is not e.saliency_map}
            if len(kept) < len(analysis.explanations):
                document.analysis = replace(analysis, explanations=kept)
                self.changed.emit(document)

    def cancel(self) -> None:
        """Stop the running analysis at its next check, and say so then."""
        if self._running is not None:
            self._running.token.cancel()

    def stop(self) -> None:
        """Stop the running analysis; whatever it still finds is dropped."""
        self.cancel()
        running, self._running = self._running, None
        if running is not None:
            self._drop_coarse(running.document)
        self._again = None
        self.interrupted.emit(False)
        self.progress.emit(None)

    def leave_grid(self) -> None:
        """Stop what is computed for the grid: nobody looks at it any more."""
        if self._runs_for(GRID):
            self.stop()

    def go_on(self) -> None:
        """Ask again for what the reader cancelled; what was found by then is there."""
        if self._again is not None:
            self._again()

    def stop_by_reader(self) -> None:
        """Stop what runs because the reader said so; nothing starts again by itself."""
        if self._running is not None:
            self.was_cancelled = True
            again, self._again = self._again, None
            self.stop()
            self._again = again
            self.interrupted.emit(again is not None)
            self.said.emit(tr("Cancelled. Press F5 to analyse again."))

    # -- asking and being answered ---------------------------------------------------------------

    def _runs_for(self, key: MapKey) -> bool:
        return self._running is not None and self._running.key == key

    def next_model(self) -> bool:
        """Analyse the current image with the next of the models that fit it as well; False where one fits alone."""
        document = self._documents.current
        if document is None or document.analysis is None:
            return False
        if document.analysis.also_fits:
            document.fitting = (document.analysis.bundle, *document.analysis.also_fits)
        names = [info.name for info in document.fitting]
        if len(names) < 2:
            return False
        now = document.analysis.bundle.name
        document.model = names[(names.index(now) + 1) % len(names)] if now in names else names[0]
        self.analyse()
        return True

    def other_model(self) -> str | None:
        """Return the model to compare with: the next of those that fit the image as well, else of all installed."""
        document = self._documents.current
        if document is None or document.analysis is None:
            return None
        now = document.analysis.bundle.name
        for names in ([info.name for info in (*document.fitting, *document.analysis.also_fits)], dict(self.bundles)):
            others = [name for name in names if name != now]
            if others:
                return others[0]
        return None

    def _ask(
        self,
        methods: Sequence[str],
        classes: tuple[int, ...] | None,
        key: MapKey | None,
        document: Document | None = None,
    ) -> None:
        document = document or self._documents.current
        if document is None or document.image is None:
            return
        self.cancel()
        if self._running is not None:
            self._drop_coarse(self._running.document)
        self._coarse = {}
        self.was_cancelled = False
        self._again = partial(self._ask, methods, classes, key, document)
        self.interrupted.emit(False)
        asked = self._running = Running(document, key, CancelToken())
        request = AnalysisRequest(
            image=document.image,
            generation=next(self._numbers),
            bundle_name=document.analysis.bundle.name if key and document.analysis else document.model or self.bundle,
            methods=tuple(methods),
            classes=classes,
            mask_override=document.region,
            as_published=self._as_published(document, key),
        )

        def wanted() -> bool:
            return self._running is asked

        self._jobs.run(
            analysing.analyse,
            self._engine,
            request,
            asked.token,
            self._jobs.teller(self.progress.emit, wanted),
            self._jobs.teller(partial(self._take, asked), wanted),
            then=partial(self._finish, asked),
            failed=self._fail,
            lane=MODELS,
            wanted=wanted,
            cancel=asked.token,
        )
        # Loading the models comes before their first word.
        self.progress.emit(Progress(Stage.CHECK, 0.0))

    def _as_published(self, document: Document, key: MapKey | None) -> bool:
        """Whether to explain as the reference does: further maps of an analysis are made like those it has."""
        made = document.analysis.explanations.values() if key and document.analysis else ()
        return next((a.target is Target.PROBABILITY for a in made), self._state.view.as_published)

    def _take(self, asked: Running, analysis: Analysis) -> None:
        document = asked.document
        for explained, explanation in analysis.explanations.items():
            method = METHODS.get(explained[0])
            if method is not None and method.coarse_first:
                self._coarse.setdefault(explained, explanation.saliency_map)  # the first of two
        if analysis.complete:
            self._coarse = {}
        image = document.image
        if image is not None and image is not analysis.image and image.pixels is analysis.image.pixels:
            analysis = replace(analysis, image=image)  # the reader set its scale meanwhile
        if asked.key is not None and document.analysis is not None:
            analysis = analysing.extended(document.analysis, analysis)
        document.analysis = analysis
        self.changed.emit(document)

    def _finish(self, asked: Running, analysis: Analysis) -> None:
        self._take(asked, analysis)
        if self._running is not asked:
            return  # a receiver has already asked for something else
        self._running = None
        self.progress.emit(None)
        key = self.key
        if asked.document is not self._documents.current or key is None:
            return
        current = self.current
        if analysis.explanations and current is not None and key not in current.explanations:
            self.analyse(key)  # the reader chose another class before the prediction's own map was done

    def _fail(self, error: SegxError) -> None:
        running, self._running = self._running, None
        if running is not None:
            self._drop_coarse(running.document)
        if isinstance(error, AnalysisCancelled):
            self.progress.emit(None)
            self.said.emit(tr("Cancelled. Press F5 to analyse again."))
            return
        self.was_cancelled = True
        self.progress.emit(None)
        self.failed.emit(told(error))


def _by_gradients(method: str) -> bool:
    return method in METHODS and METHODS[method].needs is Needs.GRADIENTS
