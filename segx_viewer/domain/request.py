"""What is asked of the pipeline, and how it answers while it works."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import read_only
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import AnalysisCancelled


class Stage(StrEnum):
    """Stages of an analysis, in order."""

    DECODE = "Decoding"
    CHECK = "Checking the input"
    CLASSIFY = "Classification"
    SEGMENT = "Segmentation"
    ATTRIBUTE = "Attribution"
    SEGU = "SegX and SegU"
    DONE = "Done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis has come: a stage, 0..1 over the whole analysis, and a few words."""

    stage: Stage
    fraction: float
    text: str = ""


class CancelToken:
    """A flag that one thread raises and the working thread looks at between stages and batches."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise `AnalysisCancelled` if `cancel` was called."""
        if self.cancelled:
            raise AnalysisCancelled("The analysis was cancelled.")


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisRequest:
    """Everything an analysis needs, captured when it was asked for.

    Attributes
    ----------
    image : MedicalImage
    generation : int
        Identifies the request; answers of older generations are dropped by the receiver.
    bundle_name : str or None
        None chooses the bundle whose modalities and input gate accept the image.
    methods : tuple of str
        Registry names of attribution methods; the first one is shown first.
    classes : tuple of int or None
        Classes to explain; None explains the most probable one.
    mask_override : ndarray or None
        (h, w) bool on the model-input grid: a region drawn by the reader instead of the predicted one.
    as_published : bool
        Explain as SegX's reference implementation does, for comparison with its figures: the sigmoid of the class's
        score is explained, and Grad-CAM and its gradient-weighted kin scale each map to 0..1. No calibration applies.
    """

    image: MedicalImage
    generation: int = 0
    bundle_name: str | None = None
    methods: tuple[str, ...] = ("gradcam",)
    classes: tuple[int, ...] | None = None
    mask_override: NDArray[np.bool_] | None = field(default=None, repr=False)
    as_published: bool = False

    def __post_init__(self) -> None:
        if self.mask_override is not None:
            object.__setattr__(self, "mask_override", read_only(self.mask_override, np.bool_))
