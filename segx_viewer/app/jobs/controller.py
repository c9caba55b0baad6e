"""Opens images, asks for analyses and applies the answers that are still wanted."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from segx_viewer.app.jobs import files
from segx_viewer.app.jobs.opening import Opener
from segx_viewer.app.jobs.work import Work
from segx_viewer.app.jobs.worker import Capabilities, Engine, InferenceThread
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.app.model.stack import stack_of
from segx_viewer.app.model.viewstate import PER_IMAGE, ViewState
from segx_viewer.domain.request import AnalysisRequest, CancelToken, Progress, Stage
from segx_viewer.domain.result import Analysis, MapKey, Target

GRID: MapKey = ("*", -1)
"""Stands for all cells of the grid where one map's key would stand."""

log = logging.getLogger(__name__)
_PAUSE_MS = 400
_PAINTED_MS = 5  # by then an image that is shown is on the screen
_ADDED = {"hash": "sha256", "picture": "thumbnail"}
"""Jobs on an image that is shown already, and the field of its document that each one fills."""


class Controller(QObject):
    """The window's memory and its threads.

    Every request gets a new generation; each receiver first compares the answer's generation with the newest one,
    so that nothing of an earlier image or question is ever applied.
    """

    image_shown = Signal(object)  # Document, with the analysis that it has so far
    analysis_changed = Signal(object)  # Analysis or None of the image that is shown already
    progress = Signal(object)  # Progress, or None when nothing runs
    failed = Signal(str)  # sentence about the current image's analysis
    message = Signal(str)  # sentence for the status bar
    capabilities = Signal(object)
    exported = Signal(object)  # Path

    def __init__(self, state: ViewState, engine: Engine | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.documents = Documents(self)
        self.methods: tuple[tuple[str, str], ...] = (("gradcam", "Grad-CAM"),)
        self.costs: Mapping[str, str] = {}
        self.bundles: tuple[tuple[str, str], ...] = ()
        self.bundle: str | None = None  # None: chosen by the image
        self._generation = 0
        self._token: CancelToken | None = None
        self._asked: tuple[Document, MapKey | None] | None = None
        self.was_cancelled = False  # or it failed; nothing starts again by itself then
        self._pause = QTimer(self, singleShot=True)
        self._painted = QTimer(self, singleShot=True, interval=_PAINTED_MS)
        self._painted.timeout.connect(self._settle)
        self._pause.timeout.connect(self.analyse)
        self.work = Work(self)
        self._files = files.FileThread(self)
        self._exports = files.FileThread(self, "exports")
        for thread in (self._files, self._exports):
            thread.worker.done.connect(self._job_done)
            thread.worker.failed.connect(self._job_failed)
            thread.worker.cancelled.connect(self._job_cancelled)
        self._export_token = CancelToken()
        self._loading: set[tuple[str, int]] = set()
        self.opener = Opener(self.documents, self._files, self.work, self)
        self.opener.message.connect(self.message)
        self.opener.opened.connect(self.open_documents)
        self._inference = InferenceThread(engine, self)
        worker = self._inference.worker
        worker.ready.connect(self._on_ready)
        worker.progress.connect(self._on_progress)
        worker.partial.connect(self._on_analysis)
        worker.finished.connect(self._on_finished)
        worker.failed.connect(self._on_failed)
        worker.cancelled.connect(self._on_cancelled)
        self.documents.current_changed.connect(self._on_current)

    @property
    def inference(self) -> InferenceThread:
        """The thread of the models."""
        return self._inference

    # -- opening ---------------------------------------------------------------------------------

    def open_paths(self, paths: list[Path]) -> None:
        """Open files, folders, archives and DICOMDIRs; the first new image is shown."""
        self.opener.open(paths)

    def open_demo(self, make: Callable[[], list[Path]]) -> None:
        """Open the files that `make` makes or finds, in the file thread."""
        self._files.post("demo", make)

    def open_documents(self, documents: list[Document], first: Document) -> None:
        """Show one of some documents that were just added, and draw the thumbnails of the others."""
        self.remember_view()
        self.documents.set_current(first)
        self.opener.draw_thumbnails([d for d in documents if d is not first])

    def prepare(self) -> None:
        """Load the models in the background."""
        self._files.post("prepare", files.prepare)
        self._inference.prepare()

    # -- the current image -----------------------------------------------------------------------

    def _on_current(self, document: Document | None) -> None:
        self._new_generation()
        self._pause.stop()
        self.work.end("read")
        generation = self._generation
        if document is not None and document.image is None:  # it is read while the window makes room for it
            job = partial(self._read_if_wanted, generation, document.path, document.frame)
            self._files.post(("read", generation, document.number), job)
        self.progress.emit(None)
        if document is None or document.image is None:
            self.analysis_changed.emit(None)
        if document is None:
            self.image_shown.emit(None)
        elif document.image is not None:
            self._show(document)
        else:
            self.image_shown.emit(document)
            self.work.begin("read", tr("Reading {name} …").format(name=document.name))

    def _read_if_wanted(self, generation: int, path: Path, frame: int) -> files.Opened | list[Any] | None:
        """Read an image, in the file thread; frames that were scrolled past are not decoded."""
        return files.read(path, frame) if generation == self._generation else None

    def _read(self, generation: int, number: int, found: files.Opened | list[Any] | None) -> None:
        document = self.documents.by_number(number)
        if generation != self._generation:
            if document is not None:
                self.opener.draw_thumbnails([document])
            return
        self.work.end("read")
        if document is None:
            return
        if isinstance(found, list):
            self.opener.attach(document, found)
            if document is self.documents.current:
                self.image_shown.emit(document)
            return
        document.take(*found)
        self._show(document)

    def _settle(self) -> None:
        """Do for the current image whatever could wait until it was on the screen."""
        document = self.documents.current
        if document is None or document.image is None:
            return
        self.documents.update(document)
        if not document.sha256:
            self._exports.post(("hash", document.number), partial(files.sha256, document.path))
        if document.thumbnail is None and document.frame == 0:  # the file's first frame stands for all
            self._files.post(("picture", document.number), partial(files.thumbnail, document.image))

    def _show(self, document: Document) -> None:
        self.state.reset(*PER_IMAGE)
        self.state.update(**document.view)
        self.image_shown.emit(document)
        self._painted.start()
        if document.analysis is None or not document.analysis.complete:
            # Not before it is painted; in a stack, when the reader stays at it.
            self._pause.start(_PAINTED_MS if stack_of(self.documents, document) is None else _PAUSE_MS)

    def remember_view(self) -> None:
        """Keep the per-image part of the view with the image shown now."""
        document = self.documents.current
        if document is not None and document.image is not None:
            document.view = {name: getattr(self.state.view, name) for name in PER_IMAGE}

    # -- analysis --------------------------------------------------------------------------------

    @property
    def analysis(self) -> Analysis | None:
        """The current image's analysis so far."""
        document = self.documents.current
        return document.analysis if document is not None else None

    @property
    def key(self) -> MapKey | None:
        """Method and class being looked at, None before there is a prediction."""
        analysis = self.analysis
        if analysis is None or analysis.prediction is None:
            return None
        chosen, method, usable = self.state.view.class_index, self.state.view.method, analysis.bundle.methods
        if usable and method not in usable:  # the model is a black box: its own method stands in
            method = usable[0]
        return method, analysis.prediction.top if chosen is None else chosen

    def analyse(self, key: MapKey | None = None) -> None:
        """Analyse the current image, or explain one class by one method of it."""
        methods = (key[0] if key else self.state.view.method,)
        self._post(methods, (key[1],) if key else None, key)

    def fill_grid(self, classes: int) -> None:
        """Compute what the grid lacks: the most probable `classes` classes by every method that is not very slow."""
        analysis = self.analysis
        if analysis is None or analysis.prediction is None or self._running_for(GRID):
            return
        wanted = analysis.prediction.ranking[:classes]
        order = {"fast": 0, "slow": 1}
        names = sorted(self.grid_methods, key=lambda name: order.get(self.costs.get(name, "fast"), 2))
        missing = [name for name in names if any((name, k) not in analysis.attributions for k in wanted)]
        if missing:
            self._post(missing, wanted, GRID)

    @property
    def grid_methods(self) -> list[str]:
        """Names of the methods that the grid shows, in the order of the menu."""
        return [name for name, _ in self.methods if self.costs.get(name) != "very slow"]

    def complete(self, document: Document) -> None:
        """Load and analyse an image that is shown beside the current one, when nothing else is to be done."""
        from segx_viewer.app.panels.comparison import key_of

        if document.image is None:
            tag = ("beside", document.number)
            if not document.error and tag not in self._loading:
                self._loading.add(tag)
                self._files.post(tag, partial(files.read, document.path, document.frame))
            return
        current = self.documents.current
        finished = current is not None and current.analysis is not None and current.analysis.complete
        if self._token is not None or self.was_cancelled or not finished:
            return
        key, analysis = key_of(document, self.state.view.method), document.analysis
        if analysis is None or not analysis.complete:
            self._post((self.state.view.method,), None, None, document)
        elif key is not None and key not in analysis.attributions:
            self._post((key[0],), (key[1],), key, document)

    def _post(
        self,
        methods: Sequence[str],
        classes: tuple[int, ...] | None,
        key: MapKey | None,
        document: Document | None = None,
    ) -> None:
        document = document or self.documents.current
        if document is None or document.image is None:
            return
        self._new_generation()
        self.was_cancelled = False
        self._token = CancelToken()
        self._asked = document, key
        request = AnalysisRequest(
            image=document.image,
            generation=self._generation,
            bundle_name=document.analysis.bundle.name if key and document.analysis else self.bundle,
            methods=tuple(methods),
            classes=classes,
            mask_override=document.region,
            as_published=self._as_published(document, key),
        )
        self._inference.post(request, self._token)
        # Loading the models comes before their first word.
        self.progress.emit(Progress(Stage.CHECK, 0.0))

    def _as_published(self, document: Document, key: MapKey | None) -> bool:
        """Whether to explain as the reference does: further maps of an analysis are made like those it has."""
        made = document.analysis.attributions.values() if key and document.analysis else ()
        return next((a.target is Target.PROBABILITY for a in made), self.state.view.as_published)

    def explain(self, class_index: int | None = None, method: str | None = None) -> None:
        """Look at another class or method; its map is computed if it is not there yet."""
        if class_index is not None:
            self.state.update(class_index=class_index)
        if method is not None:
            self.state.update(method=method)
        analysis, key = self.analysis, self.key
        if analysis is None or key is None:
            return
        if key not in analysis.attributions:
            if not self._running_for(key):
                self.analyse(key)
        elif self._token is not None and self._asked and self._asked[1] not in (None, GRID):
            self.cancel()  # another map was asked for meanwhile; this one is here already

    def set_region(self, document: Document, mask: Any) -> None:
        """Take over a region drawn by the reader, or the predicted one for None; SegX and SegU follow."""
        from segx_viewer.app.canvas.editing import restored
        from segx_viewer.pipeline import reassess

        if document is self.documents.current:
            self._new_generation()  # what runs was asked with another region
            self.progress.emit(None)
        analysis = document.analysis
        document.region = mask
        if analysis is None or analysis.segmentation is None:
            return
        if not analysis.segmentation.edited:
            document.predicted = {
                "segmentation": analysis.segmentation,
                "certainties": dict(analysis.certainties),
            }
        if mask is not None:
            analysis = reassess(analysis, mask)
        elif document.predicted is not None:
            analysis = restored(analysis, document.predicted)
        else:
            analysis = None  # restored from a session: only the models know the predicted region
        self.documents.update(document, analysis=analysis)
        if document is self.documents.current:
            self.analysis_changed.emit(analysis)
            if analysis is None:
                self.analyse()
            elif self.key not in analysis.attributions:
                self.analyse(self.key)

    def cancel(self) -> None:
        """Stop the running analysis at its next check."""
        if self._token is not None:
            self._token.cancel()

    def cancel_by_reader(self) -> None:
        """Stop what runs because the reader said so. What a thread still finishes is dropped, so nobody waits."""
        self.opener.cancel()
        self._export_token.cancel()
        if "read" in self.work:
            self._new_generation()
            self.work.end("read")
            self.documents.update(self.documents.current, error=tr("Opening was cancelled."))
            self.image_shown.emit(self.documents.current)
        elif self._token is not None:
            self.was_cancelled = True
            self._new_generation()
            self.progress.emit(None)
            self.message.emit(tr("Cancelled. Press F5 to analyse again."))

    @property
    def is_analysing(self) -> bool:
        """Whether an analysis is under way."""
        return self._token is not None

    def _running_for(self, key: MapKey) -> bool:
        return self._token is not None and self._asked is not None and self._asked[1] == key

    def _new_generation(self) -> None:
        self.cancel()
        self._token = None
        self._asked = None
        self._generation += 1

    def _on_progress(self, generation: int, progress: Progress) -> None:
        if generation != self._generation:
            return
        self.progress.emit(progress)

    def _on_analysis(self, generation: int, analysis: Analysis) -> None:
        if generation != self._generation:
            return
        document, key = self._asked or (self.documents.current, None)
        if document is None:
            return
        if key is not None and document.analysis is not None:
            analysis = _extended(document.analysis, analysis)
        self.documents.update(document, analysis=analysis)
        if document is self.documents.current:
            self.analysis_changed.emit(analysis)

    def _on_finished(self, generation: int, analysis: Analysis) -> None:
        if generation != self._generation:
            return
        self._on_analysis(generation, analysis)
        if generation != self._generation:
            return  # a receiver has already asked for something else
        beside = self._asked is not None and self._asked[0] is not self.documents.current
        self._token = None
        self.progress.emit(None)
        key = self.key
        if beside or key is None:
            return
        if analysis.attributions and key not in self.analysis.attributions:
            self.analyse(key)  # the reader chose another class before the prediction's own map was done

    def _on_failed(self, generation: int, sentence: str) -> None:
        if generation < 0:
            self.message.emit(sentence)  # not about an image
        if generation != self._generation:
            return
        self._token = None
        self.was_cancelled = True
        self.progress.emit(None)
        self.failed.emit(sentence)

    def _on_cancelled(self, generation: int) -> None:
        if generation != self._generation:
            return
        self._token = None
        self.progress.emit(None)
        self.message.emit(tr("Cancelled. Press F5 to analyse again."))

    def _on_ready(self, capabilities: Capabilities) -> None:
        self.methods = capabilities.methods
        self.costs = capabilities.costs
        self.bundles = capabilities.bundles
        self.capabilities.emit(capabilities)

    # -- file jobs -------------------------------------------------------------------------------

    def run_job(self, tag: object, job: Any) -> None:
        """Run a job beside the reading of files."""
        self._exports.post(tag, job)

    def export(self, make: Callable[[CancelToken], Callable[[], Path]]) -> None:
        """Run an export; `make` gives it the token by which the reader can cancel it."""
        self._export_token = CancelToken()
        self.work.begin("export", tr("Writing the report …"))
        self._exports.post("export", make(self._export_token))

    def _job_done(self, tag: Any, result: Any) -> None:
        kind = tag if isinstance(tag, str) else tag[0]
        if kind == "collect":
            self.opener.collected(*result)
        elif kind == "demo":
            self.open_paths(result)
        elif kind == "read":
            self._read(tag[1], tag[2], result)
        elif kind == "thumbnail":
            self.opener.thumbnail(tag[1], result)
        elif kind in _ADDED:
            self._add(tag[1], **{_ADDED[kind]: result})
        elif kind == "beside":
            self._loaded(tag, result)
        elif kind == "export":
            self.work.end("export")
            self.exported.emit(result)
        elif kind == "say":
            self.message.emit(result)

    def _job_failed(self, tag: Any, sentence: str, unsupported: bool) -> None:
        kind = tag if isinstance(tag, str) else tag[0]
        if kind == "thumbnail":
            self.opener.thumbnail_failed(tag[1], sentence, unsupported)
        elif kind == "beside":
            self._loaded(tag, None, sentence)
        elif kind == "read":
            self._read_failed(tag[1], tag[2], sentence, unsupported)
        elif kind in _ADDED:
            log.info("Nothing added: %s", sentence)  # the image itself is there
        else:
            self.work.end(kind)
            self.message.emit(sentence)

    def _add(self, number: int, **changes: Any) -> None:
        """Take over what was found out about an image after it was shown."""
        document = self.documents.by_number(number)
        if document is not None:
            self.documents.update(document, **changes)

    def _loaded(self, tag: tuple[str, int], found: files.Opened | None, error: str = "") -> None:
        """Take over an image that was loaded to be shown beside the current one, or why there is none."""
        self._loading.discard(tag)
        document = self.documents.by_number(tag[1])
        if document is None:
            return
        self.documents.use(document)
        if found is not None:
            document.take(*found)
        self.documents.update(document, error=error)

    def _job_cancelled(self, tag: str) -> None:
        self.work.end(tag)
        self.message.emit(tr("Cancelled."))

    def _read_failed(self, generation: int, number: int, sentence: str, unsupported: bool) -> None:
        if generation != self._generation:
            return
        self.work.end("read")
        document = self.documents.by_number(number)
        if document is not None and not self.opener.leave_out(document, sentence, unsupported):
            self.documents.update(document, error=sentence)
            self.analysis_changed.emit(None)
            self.image_shown.emit(document)

    def shut_down(self) -> None:
        """Cancel what runs and end both threads."""
        self.opener.cancel()
        self._pause.stop()
        self.cancel()
        self._generation += 1
        self._files.stop()
        self._exports.stop()
        self._inference.stop()
        self.opener.shut_down()


def _extended(old: Analysis, new: Analysis) -> Analysis:
    """Return `new` with the maps that `old` already had."""
    return replace(
        new,
        # The same model saw the same image: the old objects keep their pictures valid.
        prediction=old.prediction or new.prediction,
        segmentation=old.segmentation or new.segmentation,
        regions=old.regions or new.regions,
        attributions={**old.attributions, **new.attributions},
        segx={**old.segx, **new.segx},
        certainties={**old.certainties, **new.certainties},
        warnings=tuple(dict.fromkeys([*old.warnings, *new.warnings])),
        complete=True,
    )
