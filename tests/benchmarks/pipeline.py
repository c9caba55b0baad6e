"""A whole analysis of a decoded image, overlay included, against the bare networks of the same bundle."""

import torch

from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.predictor import preprocess
from segx_viewer.inference.store import BundleStore
from segx_viewer.pipeline import analyse
from segx_viewer.reporting.overlay import base_layer, compose, contour_layer, heatmap_layer, region_on_image
from tests.benchmarks.harness import Outcome, compare

GOAL = 0.8
BUNDLE = "dermoscopy-ham10000"


def run() -> Outcome:
    """Measure on a drawn lesion of 450 x 600 pixels, the size of HAM10000's originals."""
    image = MedicalImage(draw_lesion((450, 600)), "", PhotometricInterpretation.RGB, SourceInfo(None))
    store = BundleStore()
    bundle = store.get(BUNDLE)
    networks = bundle.load_classifier(), bundle.load_segmenter()
    array, _ = preprocess(to_display(image), bundle.preprocessing)
    tensor = torch.from_numpy(array)[None]

    def draw(analysis: Analysis) -> None:
        ((_, k),) = analysis.attributions
        A = analysis.attributions["gradcam", k].saliency_map
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
            if analysis.certainties and not drawn:
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
    what = "decoded image to SegX, SegU with every alignment and overlay / bare classifier and segmenter"
    return compare("pipeline", GOAL, what, ours, bare)
