"""Looks at the pictures of one lesion for its time line: each by itself, and two laid on each other."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segx_viewer.app.jobs.engine import Engine
from segx_viewer.app.jobs.jobs import BACKGROUND, MODELS, Jobs
from segx_viewer.app.jobs.survey import Summary, summary_of
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.documents import Document
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.domain.result import Analysis
from segx_viewer.errors import AnalysisCancelled, SegxError

if TYPE_CHECKING:
    from segx_viewer.imaging.change import Tint
    from segx_viewer.imaging.lesion import Shape
    from segx_viewer.imaging.registration import Registration

SIDE = 720
"""Pixels of the longer side that pictures are shown and compared at."""


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """One picture of the lesion.

    Attributes
    ----------
    picture : ndarray, shape (h, w, 3), uint8 RGB
    mask : ndarray, shape (h, w), bool, optional
        The region; None where there is none.
    shape : Shape, optional
    tint : Tint, optional
        The region's colour against the skin around it.
    summary : Summary
    """

    picture: NDArray[np.uint8] = field(repr=False)
    mask: NDArray[np.bool_] | None = field(repr=False)
    shape: "Shape | None"
    tint: "Tint | None"
    colours: tuple[str, ...]
    summary: Summary


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two pictures laid on each other; `later` and `difference` are None where that cannot be believed at all.

    `area_ratio` is the later region's area over the earlier one's, measured in mm, or where a scale is missing, by the
    scale of a good registration, which `by_registration` says.
    """

    registration: "Registration"
    later: NDArray[np.uint8] | None = field(repr=False)
    difference: NDArray[np.uint8] | None = field(repr=False)
    area_ratio: float | None
    by_registration: bool
    colour_change: float | None


class Visits(QObject):
    """Looks at pictures one after the other, and compares two when asked."""

    found = Signal(object, object)  # Document, Visit
    failed = Signal(object, str)  # Document, sentence
    compared = Signal(object, object, object)  # the two Documents, Comparison

    def __init__(self, jobs: Jobs, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._engine = jobs, engine
        self._token = CancelToken()
        self._asked: object = None

    def start(self, documents: list[Document], method: str, bundle: str | None) -> None:
        """Look at pictures; what was under way is dropped."""
        self.stop()
        token = self._token = CancelToken()
        for document in documents:
            request = partial(AnalysisRequest, bundle_name=bundle, methods=(method,), mask_override=document.region)
            done = document.analysis if document.analysis is not None and document.analysis.complete else None
            look = partial(_look, self._engine, document.path, document.frame, request, token, method, done)
            self._jobs.run(
                partial(look, document.scaled),
                then=partial(self._tell, document),
                failed=partial(self._fail, document),
                lane=MODELS,
                wanted=lambda token=token: self._token is token,  # type: ignore[misc]
                cancel=token,
            )

    def stop(self) -> None:
        """Look at no more."""
        self._token.cancel()
        self._asked = None

    def compare(self, earlier: Document, first: Visit, later: Document, second: Visit) -> None:
        """Lay one picture on another; only what was asked for last is told."""
        asked = self._asked = object()
        self._jobs.run(
            compare,
            first,
            second,
            then=partial(self._tell_compared, earlier, later),
            lane=BACKGROUND,
            wanted=lambda: self._asked is asked,
        )

    # Methods, and no signals' emit: an answer to a window that was closed meanwhile is dropped.

    def _tell(self, document: Document, visit: Visit) -> None:
        self.found.emit(document, visit)

    def _tell_compared(self, earlier: Document, later: Document, comparison: Comparison) -> None:
        self.compared.emit(earlier, later, comparison)

    def _fail(self, document: Document, error: SegxError) -> None:
        if not isinstance(error, AnalysisCancelled):
            self.failed.emit(document, told(error))


def _look(
    engine: Engine,
    path: Path,
    frame: int,
    request: "partial[AnalysisRequest]",
    token: CancelToken,
    method: str,
    done: Analysis | None,
    scaled: "partial[MedicalImage]",
) -> Visit:
    from segx_viewer.app.model.privacy import limits
    from segx_viewer.imaging.guarded import read_image_guarded

    if done is not None:
        return visit_of(done, method)
    image = scaled(read_image_guarded(path, frame, limits()))
    *_, last = engine.analyse(request(image=image), token, lambda _progress: None)
    return visit_of(last, method)


def visit_of(analysis: Analysis, method: str) -> Visit:
    """Return what a time line shows of a complete analysis."""
    import cv2

    from segx_viewer.imaging.change import tint_of
    from segx_viewer.imaging.display import default_voi, to_display
    from segx_viewer.reporting.lesion import region_colours, region_shape

    whole = to_display(analysis.image, default_voi(analysis.image))
    whole = whole if whole.ndim == 3 else np.repeat(whole[..., None], 3, axis=2)
    scale = min(1.0, SIDE / max(whole.shape[:2]))
    size = max(1, round(whole.shape[1] * scale)), max(1, round(whole.shape[0] * scale))
    picture = np.asarray(cv2.resize(np.ascontiguousarray(whole), size, interpolation=cv2.INTER_AREA), np.uint8)
    mask = None
    if analysis.segmentation is not None and analysis.segmentation.mask.any():
        mask = np.asarray(analysis.placement.to_image(analysis.segmentation.mask, size[::-1]), np.bool_)
    tint = tint_of(picture, mask) if mask is not None else None
    return Visit(picture, mask, region_shape(analysis), tint, region_colours(analysis), summary_of(analysis, method))


def compare(earlier: Visit, later: Visit) -> Comparison:
    """Lay a later picture on an earlier one and say what changed; pure, in the background's lane."""
    from segx_viewer.imaging.change import difference, shown_difference
    from segx_viewer.imaging.registration import Trust, covered, laid_on, register
    from segx_viewer.reporting.overlay import colormap

    registration = register(earlier.picture, later.picture)
    moved = changed = None
    shape = earlier.picture.shape[:2]
    if registration.trust is not Trust.NONE:
        moved = laid_on(later.picture, registration, shape)
        both = covered(later.picture.shape[:2], registration, shape)
        changed = shown_difference(difference(earlier.picture, moved, both), colormap("magma"))
    ratio, by_registration = None, False
    if earlier.shape is not None and later.shape is not None:
        if earlier.shape.unit == later.shape.unit == "mm":
            ratio = later.shape.area / earlier.shape.area
        elif registration.trust is Trust.GOOD and earlier.mask is not None and later.mask is not None:
            ratio = float(later.mask.sum()) / registration.scale**2 / float(earlier.mask.sum())
            by_registration = True
    apart = None
    if earlier.tint is not None and later.tint is not None:
        apart = later.tint.apart(earlier.tint)
    return Comparison(registration, moved, changed, ratio, by_registration, apart)
