"""Grad-CAM, SegX and SegU of all classes in one pass, against grad-cam's public API called once for each class."""

import numpy as np
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.result import GateLevel, GateVerdict
from segx_viewer.explain.segu import assess, assess_maps
from segx_viewer.explain.segx import segx_map
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.attribution import Subject, get_method
from segx_viewer.inference.predictor import preprocess
from segx_viewer.inference.segmenter import segment
from segx_viewer.networks.forward import forward, on_arrays
from tests.benchmarks.harness import Outcome, compare
from tests.benchmarks.pipeline import BUNDLE

GOAL = 0.2
ACCEPTED = GateVerdict(GateLevel.ACCEPTED)


def run() -> Outcome:
    """Measure with the bundle's networks on a drawn lesion; the region is found beforehand for both sides."""
    store = BundleStore()
    bundle = store.get(BUNDLE)
    array, _ = preprocess(draw_lesion((450, 600)), bundle.preprocessing)
    tensor = torch.from_numpy(array)[None]
    segmentation = segment(on_arrays(store.segmenter(BUNDLE)), tensor.numpy(), bundle)
    network, plain = store.classifier(BUNDLE), bundle.load_classifier()
    layer, classes = store.target_layer(BUNDLE), range(len(bundle.classes))

    def ours() -> list[np.ndarray]:
        passed = forward(network, tensor, layer)
        maps = [A for _, A in get_method("gradcam").maps(Subject(network, tensor, layer, passed), classes)]
        assess_maps(maps, segmentation, ACCEPTED)
        for A in maps:
            segx_map(A, segmentation.mask)
        return maps

    def theirs() -> list[np.ndarray]:
        maps = []
        with GradCAM(plain, [plain.get_submodule(layer)]) as cam:
            for k in classes:
                A = cam(tensor, [ClassifierOutputTarget(k)])[0]
                assess(A, segmentation, ACCEPTED)
                segx_map(A, segmentation.mask)
                maps.append(A)
        return maps

    for mine, scaled in zip(ours(), theirs(), strict=True):
        spread = float(np.ptp(mine))
        if spread > 0 and np.abs((mine - mine.min()) / spread - scaled).max() > 1e-2:
            raise AssertionError("the two sides do not compute the same")
    what = f"Grad-CAM, SegX and SegU of {len(classes)} classes / the same, grad-cam called once for each class"
    return compare("all_classes", GOAL, what, ours, theirs)
