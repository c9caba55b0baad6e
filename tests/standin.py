"""An engine in the place of the networks, for the window: tests and benchmarks say what it finds. No torch here."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from segx_viewer.app.jobs.engine import Capabilities
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import (
    Analysis,
    BundleInfo,
    Certainty,
    ClassInfo,
    Explanation,
    GateLevel,
    GateVerdict,
    MapKey,
    Prediction,
    Segmentation,
    Target,
)


class StandIn:
    """An engine that answers every request with what `answer` makes of it, at once."""

    def __init__(self, name: str, methods: Sequence[tuple[str, str]], answer: Callable[[AnalysisRequest], Analysis]):
        self._capabilities = Capabilities(((name, f"{name.capitalize()} model"),), tuple(methods))
        self.answer = answer

    def capabilities(self) -> Capabilities:
        """One model, and the methods."""
        return self._capabilities

    def prepare(self) -> None:
        """Nothing is slow here."""

    def analyse(self, request: AnalysisRequest, *_: object) -> Iterator[Analysis]:
        """Yield the answer."""
        yield self.answer(request)


def accepted(request: AnalysisRequest, name: str, region: str, shape: tuple[int, int]) -> Analysis:
    """What is known of an image that the gate accepts before the first network has run; inputs have `shape`."""
    return Analysis(
        image=request.image,
        bundle=BundleInfo(name, f"{name.capitalize()} model", "0.0", "0" * 64, region),
        placement=Placement.stretch(request.image.shape, shape),
        gate=GateVerdict(GateLevel.ACCEPTED),
        generation=request.generation,
    )


def explained(mask: np.ndarray, maps: Mapping[MapKey, np.ndarray], certainty: Certainty) -> dict[MapKey, Explanation]:
    """Explanations of maps with one region, all of the same certainty."""
    return {
        key: Explanation(key[0], "layer", key[1], Target.LOGIT, A, segx=A * mask, certainty=certainty)
        for key, A in maps.items()
    }


def predicted(classes: Sequence[ClassInfo], logits: np.ndarray, probabilities: Sequence[float]) -> Prediction:
    """A prediction of classes that exclude each other."""
    return Prediction(tuple(classes), np.float32(logits), np.float32(probabilities))


def region_of(probability: np.ndarray, drawn: np.ndarray | None = None) -> Segmentation:
    """What a segmenter gives, or the reader draws."""
    mask = probability > 0.5 if drawn is None else drawn
    return Segmentation(probability, 0.5, mask, edited=drawn is not None)
