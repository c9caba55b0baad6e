"""Drawn images, and how far the answers of ready graphs and of torch lie apart on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.domain.result import Activation, Target
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.cam import LINEAR_METHODS
from segx_viewer.inference.roads import ready_runner, torch_runner
from segx_viewer.inference.runner import Wish
from segx_viewer.pipeline import analyse_to_end

METHODS = LINEAR_METHODS
ALLOWED = 1e-5


@dataclass(frozen=True, slots=True)
class Apart:
    """Largest differences on an image; maps in fractions of their own maximum where that lies above 1."""

    probabilities: float
    region: float
    maps: float
    same_level: bool = True

    @property
    def holds(self) -> bool:
        """Whether the two ways agree."""
        return self.same_level and max(self.probabilities, self.maps) <= ALLOWED


def lesion(seed: int) -> MedicalImage:
    """Return a photograph of a drawn lesion."""
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(200, 700)), int(rng.integers(200, 700))
    return MedicalImage(draw_lesion(shape, seed=seed), "", PhotometricInterpretation.RGB, SourceInfo(Path("x.png")))


def film(original: MedicalImage, seed: int) -> MedicalImage:
    """Return a radiograph turned, shifted, enlarged, grained and exposed otherwise."""
    rng = np.random.default_rng(seed)
    rows, columns = original.pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), float(rng.uniform(-6, 6)), float(rng.uniform(0.9, 1.25)))
    turn[:, 2] += rng.uniform(-0.05, 0.05, 2) * (columns, rows)
    values = cv2.warpAffine(
        np.asarray(original.pixels, np.float32), turn, (columns, rows), borderMode=cv2.BORDER_REFLECT
    )
    span = float(values.max() - values.min())
    values = values.min() + span * ((values - values.min()) / span) ** float(rng.uniform(0.8, 1.25))
    values += rng.normal(0, 0.01 * span, values.shape).astype(np.float32)
    return MedicalImage(
        np.maximum(values, 0).astype(np.float32), original.modality, original.photometric, SourceInfo(Path("x.dcm"))
    )


def analysed(store: BundleStore, name: str, image: MedicalImage) -> Apart:
    """Compare whole analyses: every method that needs no gradients, and the badge."""
    request = AnalysisRequest(image, bundle_name=name, methods=METHODS)
    ready = analyse_to_end(request, store)
    with patch("segx_viewer.pipeline.ready_runner", lambda *_: None):
        other = analyse_to_end(request, store)
    if ready.gate.level is not other.gate.level or (ready.prediction is None) != (other.prediction is None):
        return Apart(0, 0, 0, same_level=False)
    if ready.prediction is None or other.prediction is None:
        return Apart(0, 0, 0)
    one, two = ready.explanations, other.explanations
    return Apart(
        _apart(ready.prediction.probabilities, other.prediction.probabilities),
        _apart(ready.predicted.region.probability, other.predicted.region.probability),
        max(_maps_apart(one[key].saliency_map, two[key].saliency_map) for key in two),
        one.keys() == two.keys() and all(one[k].certainty.level is two[k].certainty.level for k in two),
    )


def run_alone(store: BundleStore, name: str, seed: int) -> Apart:
    """Compare the networks alone, on drawn patterns, which the gate would not take for images of its kind."""
    bundle = store.get(name)
    inputs, seen = _pattern(bundle.preprocessing, seed), _pattern(bundle.segmenter_input, seed)
    runners = ready_runner(store, name), torch_runner(store, name)
    if runners[0] is None:
        raise AssertionError(f"{name} has no ready graphs")
    logits, regions, maps = [], [], []
    for runner in runners:
        logits.append(runner.classify(inputs).logits)
        regions.append(runner.segment(seen))
        wish = Wish(target=Target.LOGIT, scaled=False, cancel=CancelToken(), on_fraction=lambda _: None)
        classes = range(len(bundle.classes))
        maps.append({(m, k): found for m in METHODS for k, found in runner.maps(m, classes, wish)})
    turned = _softmax if bundle.activation is Activation.SOFTMAX else _sigmoid
    probabilities = [turned(np.asarray(found)) for found in logits]
    return Apart(
        _apart(*probabilities),
        _apart(_sigmoid(regions[0]), _sigmoid(regions[1])),
        max(_maps_apart(maps[0][key], maps[1][key]) for key in maps[1]),
    )


def _pattern(how: Preprocessing, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    coarse = rng.normal(0, 1, (8, 8, how.channels)).astype(np.float32)
    large = cv2.resize(coarse, how.input_shape[::-1], interpolation=cv2.INTER_CUBIC).reshape(*how.input_shape, -1)
    grained = large + rng.normal(0, 0.1, large.shape)
    return np.ascontiguousarray(grained.transpose(2, 0, 1)[None], np.float32)


def _softmax(x: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = np.exp(x - x.max())
    return shifted / shifted.sum()


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return 1 / (1 + np.exp(-x))


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one.astype(np.float64) - other).max())


def _maps_apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return _apart(one, other) / max(1.0, float(other.max()))


def drawings(original: MedicalImage | None, count: int) -> Iterator[tuple[str, MedicalImage]]:
    """Yield so many images, each with its bundle: lesions, and a radiograph's variants where there is one."""
    for seed in range(count):
        if original is None or seed % 2:
            yield "dermoscopy-ham10000", lesion(seed)
        else:
            yield "chest-pneumonia", film(original, seed)
