"""A whole analysis of a decoded image, overlay included, against the bare networks of the same bundle.

`pipeline` leaves out the calibrated probability, for which the networks look at more views of the image; `badge` is
the same with it.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from segx_viewer.bundles.manifest import read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.predictor import preprocess
from segx_viewer.paths import models_folder
from segx_viewer.pipeline import analyse
from segx_viewer.reporting.overlay import base_layer, compose, contour_layer, heatmap_layer, region_on_image
from tests.benchmarks.harness import Outcome, compare

GOAL = 0.55
BUNDLE = "dermoscopy-ham10000"


def run() -> Outcome:
    """Measure on a drawn lesion of 450 x 600 pixels, the size of HAM10000's originals."""
    what = "decoded image to SegX, SegU with every alignment and overlay / bare classifier and segmenter"
    with _uncalibrated() as store:
        return measure("pipeline", GOAL, what, store)


def measure(name: str, goal: float, what: str, store: BundleStore) -> Outcome:
    """Compare a store's whole analysis with its bare networks."""
    image = MedicalImage(draw_lesion((450, 600)), "", PhotometricInterpretation.RGB, SourceInfo(None))
    bundle = store.get(BUNDLE)
    networks = bundle.load_classifier(), bundle.load_segmenter()
    array, _ = preprocess(to_display(image), bundle.preprocessing)
    tensor = torch.from_numpy(array)[None]

    def draw(analysis: Analysis) -> None:
        ((_, k),) = analysis.explanations
        A = analysis.explanations["gradcam", k].saliency_map
        layers = (
            base_layer(to_display(image)),
            heatmap_layer(A, analysis.placement, vmax=float(A.max())),
            contour_layer(region_on_image(analysis.segmentation, analysis.placement)),
        )
        compose(layers)

    def ours() -> torch.Tensor:
        """As the window does: the overlay is drawn when the badge is there, beside the last alignments."""
        drawn = False
        for analysis in analyse(AnalysisRequest(image, bundle_name=BUNDLE), store):
            if analysis.explanations and not drawn:
                draw(analysis)
                drawn = True
        return torch.from_numpy(analysis.prediction.logits.copy())

    @torch.inference_mode()
    def bare() -> torch.Tensor:
        classifier, segmenter = networks
        segmenter(tensor)
        return classifier(tensor)[0]

    if float((ours() - bare()).abs().max()) > 1e-3:
        raise AssertionError("the two sides do not compute the same")
    return compare(name, goal, what, ours, bare)


@contextmanager
def _uncalibrated() -> Iterator[BundleStore]:
    """Yield a store with the same bundle, its calibration left out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / BUNDLE
        shutil.copytree(models_folder() / BUNDLE, folder)
        manifest = read_manifest(folder)
        del manifest["calibration"]
        write_manifest(folder, manifest)
        yield BundleStore([folder.parent])
