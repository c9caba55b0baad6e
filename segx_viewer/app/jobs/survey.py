"""Analyses many open images, one after the other, and keeps of each what a contact sheet shows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from segx_viewer.app.jobs.engine import Engine
from segx_viewer.app.jobs.jobs import MODELS, Jobs
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.documents import Document
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.domain.result import Analysis, Level, level_so_far, stated
from segx_viewer.errors import AnalysisCancelled, SegxError
from segx_viewer.reporting.words import percent


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of an image without its pixels and maps.

    Attributes
    ----------
    scores : dict
        The network's own score (0..1) by a finding's label, most probable first; empty where there is no prediction.
    level : Level, optional
        The badge's; None where the image could not be analysed.
    right : float, optional
        Calibrated probability (0..1) of being right.
    reason : str
        Why the badge abstains, or why there is no analysis.
    stated : tuple of str
        The labels of what is stated, most probable first.
    nothing : bool
        No finding lies above its cut-off: neither level nor reason speaks of one that is stated.
    """

    scores: dict[str, float] = field(default_factory=dict)
    level: Level | None = None
    right: float | None = None
    reason: str = ""
    stated: tuple[str, ...] = ()
    nothing: bool = False

    @property
    def badge(self) -> Level | None:
        """The level to show: none where it would be that of a finding that is not stated."""
        return None if self.nothing else self.level

    @property
    def finding(self) -> str:
        """What is stated, in words: the first finding and how many more, that there is none, or nothing at all."""
        if self.nothing:
            return tr("No finding lies above its cut-off")
        if not self.stated or not self.scores:
            return ""
        first = f"{tr(self.stated[0])} {percent(self.scores[self.stated[0]])}"
        more = len(self.stated) - 1
        return tr("{classes} and {count} more").format(classes=first, count=more) if more else first


def summary_of(analysis: Analysis, method: str) -> Summary:
    """Return what a contact sheet shows of a complete analysis: of its most probable class, by one method."""
    prediction = analysis.prediction
    if prediction is None:
        return Summary(level=Level.ABSTAIN, reason=analysis.gate.reason)
    scores = {prediction.classes[i].label: float(prediction.probabilities[i]) for i in prediction.ranking}
    key = (method, prediction.top)
    certainty = analysis.certainty_of(key)
    reason = certainty.reason if certainty is not None and certainty.reason else analysis.gate.reason
    right = certainty.probability_correct if certainty is not None else None
    level = level_so_far(analysis, key)
    if level is None:  # not explained by this method
        return Summary(scores, Level.ABSTAIN, right, reason)
    found = stated(analysis, key)
    labels = tuple(prediction.classes[k].label for k in found or ())
    return Summary(scores, level, right, "" if found == () else reason, labels, found == ())


class Survey(QObject):
    """Analyses one image at a time in the models' lane, so that the image being looked at is never far behind."""

    found = Signal(object, object)  # Document, Summary
    ended = Signal()  # nothing waits any more

    def __init__(self, jobs: Jobs, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._engine = jobs, engine
        self._waiting: list[Document] = []
        self._token: CancelToken | None = None
        self._method = "gradcam"
        self._bundle: str | None = None

    @property
    def left(self) -> int:
        """How many images are not analysed yet."""
        return len(self._waiting) + (self._token is not None)

    def start(self, documents: Iterable[Document], method: str, bundle: str | None) -> None:
        """Analyse documents; those that are analysed already are found at once."""
        self.stop()
        self._method, self._bundle = method, bundle
        for document in documents:
            done = document.analysis
            if document.error:
                self.found.emit(document, Summary(reason=document.error))
            elif done is not None and done.complete:
                self.found.emit(document, summary_of(done, method))
            else:
                self._waiting.append(document)
        self._next()

    def stop(self) -> None:
        """Analyse no more."""
        self._waiting.clear()
        if self._token is not None:
            self._token.cancel()
            self._token = None

    def _next(self) -> None:
        if not self._waiting:
            self._token = None
            self.ended.emit()
            return
        document = self._waiting.pop(0)
        token = self._token = CancelToken()
        request = partial(
            AnalysisRequest, bundle_name=self._bundle, methods=(self._method,), mask_override=document.region
        )
        self._jobs.run(
            partial(_look, self._engine, document.path, document.frame, request, token, self._method),
            then=partial(self._take, document),
            failed=partial(self._fail, document),
            lane=MODELS,
            wanted=lambda: self._token is token,
            cancel=token,
        )

    def _take(self, document: Document, summary: Summary) -> None:
        self.found.emit(document, summary)
        self._next()

    def _fail(self, document: Document, error: SegxError) -> None:
        if not isinstance(error, AnalysisCancelled):
            self.found.emit(document, Summary(reason=str(error)))
        self._next()


def _look(
    engine: Engine, path: Path, frame: int, request: "partial[AnalysisRequest]", token: CancelToken, method: str
) -> Summary:
    """Read and analyse an image, in the models' lane."""
    from segx_viewer.app.model.privacy import limits
    from segx_viewer.imaging.guarded import read_image_guarded

    image = read_image_guarded(path, frame, limits())
    *_, last = engine.analyse(request(image=image), token, lambda _progress: None)
    return summary_of(last, method)
