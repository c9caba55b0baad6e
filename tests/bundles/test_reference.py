"""SegX's published checkpoints: from model.pth to the SegX map, the same as the reference's own steps give."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional
from torchcam.methods import GradCAM

from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Target
from segx_viewer.errors import ConsentNeededError, ModelError
from segx_viewer.imaging.display import to_display
from segx_viewer.inference.predictor import preprocess
from segx_viewer.pipeline import analyse_to_end

TASKS = {"densenet121": "ham10000", "resnet50": "chestx-det10"}
ORDER = {
    "densenet121": ["nv", "mel", "bkl", "bcc", "akiec", "vasc", "df"],
    "resnet50": [
        "atelectasis", "calcification", "consolidation", "effusion", "emphysema",
        "fibrosis", "fracture", "mass", "nodule", "pneumothorax",
    ],
}  # fmt: skip


def offered(published, name):
    template = offer.like(f"segx-{TASKS[name]}-{name}", {})
    return offer.changed(template, {}, {"classifier": published[name][1], "segmenter": published["unet"][1]})


@pytest.fixture(scope="module", params=TASKS)
def added(request, published, tmp_path_factory):
    """Each reference classifier with the U-Net, installed by its template."""
    folder = tmp_path_factory.mktemp("added")
    found = add_model(offered(published, request.param), into=folder, allow_pickle=True)
    return request.param, found, BundleStore([folder])


def last_convolution(network):
    return [name for name, module in network.named_modules() if isinstance(module, torch.nn.Conv2d)][-1]


def as_the_reference_does(network, unet, x, cut_offs):
    """TorchCAM's Grad-CAM of the sigmoid scores above their cut-offs, resized, times the mask."""
    mask = (unet(x).sigmoid() > 0.5)[0, 0].numpy()
    maps = {}
    with GradCAM(network, target_layer=last_convolution(network), input_shape=tuple(x.shape[1:])) as extractor:
        scores = network(x.clone().requires_grad_()).sigmoid()
        for k in range(scores.shape[1]):
            if scores[0, k] > cut_offs[k]:
                cam = extractor(k, scores, retain_graph=True)[0]
                large = functional.interpolate(
                    cam[None], x.shape[2:], mode="bilinear", align_corners=False, antialias=True
                )
                maps[k] = large[0, 0].detach().numpy() * mask
    return mask, maps


def grad_cam_slowly(network, x, k):
    """TorchCAM's defaults by hand: the last convolution, mean gradient of the sigmoid as weight, ReLU, min-max."""
    kept = []
    handle = network.get_submodule(last_convolution(network)).register_forward_hook(lambda *a: kept.append(a[2]))
    score = network(x.clone().requires_grad_()).sigmoid()[0, k]
    handle.remove()
    A, G = kept[0][0], torch.autograd.grad(score, kept[0])[0][0]
    cam = torch.relu(sum(G[c].mean() * A[c] for c in range(len(A)))).detach()
    cam = cam - cam.min()
    return cam / (cam.max() + 1e-8)


def test_the_published_segx_maps_come_out_again(added, published):
    name, found, store = added
    network, unet = published[name][0], published["unet"][0]
    bundle = store.get(found.folder.name)
    assert [c.code for c in bundle.classes] == ORDER[name]
    assert bundle.preprocessing.input_shape == (256, 256)
    request = AnalysisRequest(found.analysis.image, bundle_name=found.folder.name, as_published=True)
    analysis = analyse_to_end(request, store)

    x = torch.from_numpy(preprocess(to_display(found.analysis.image), bundle.preprocessing)[0])[None]
    mask, maps = as_the_reference_does(network, unet, x, [c.threshold for c in bundle.classes])
    assert len(maps) > 1, "several classes lie above their cut-offs"
    assert {k for _, k in analysis.explanations} == maps.keys(), "each class above its cut-off, and no other"
    same = analysis.segmentation.mask == mask  # a pixel may lie on the threshold itself
    assert same.mean() > 0.9999
    assert 0.01 < mask.mean() < 0.99
    for k, expected in maps.items():
        assert analysis.explanations["gradcam", k].target is Target.PROBABILITY
        np.testing.assert_allclose(analysis.explanations["gradcam", k].segx[same], expected[same], atol=1e-4)
        slow = functional.interpolate(
            grad_cam_slowly(network, x, k)[None, None], (256, 256), mode="bilinear", align_corners=False
        )
        np.testing.assert_allclose(analysis.explanations["gradcam", k].saliency_map, slow[0, 0], atol=1e-4)
    assert max(expected.max() for expected in maps.values()) > 0.1


def test_without_the_switch_it_is_the_logit_unscaled(added):
    _, found, store = added
    analysis = analyse_to_end(AnalysisRequest(found.analysis.image, bundle_name=found.folder.name), store)
    for attribution in analysis.explanations.values():
        assert attribution.target is Target.LOGIT
        assert attribution.saliency_map.max() != pytest.approx(1)


def test_no_finding_above_its_cut_off_explains_the_nearest(added):
    _, found, store = added
    bundle = store.get(found.folder.name)
    strict = replace(bundle, classes=tuple(replace(c, threshold=1.0) for c in bundle.classes))
    store.bundles()[found.folder.name] = strict
    try:
        request = AnalysisRequest(found.analysis.image, bundle_name=found.folder.name)
        analysis = analyse_to_end(request, store)
    finally:
        store.bundles()[found.folder.name] = bundle
    assert analysis.prediction.findings == ()
    assert list(analysis.explanations) == [("gradcam", int(analysis.prediction.probabilities.argmax()))]


def test_a_pickle_is_not_read_without_consent(published, tmp_path):
    with pytest.raises(ConsentNeededError, match=r"model\.pth is a pickle"):
        add_model(offered(published, "densenet121"), into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_networks_checkpoint_is_told_apart(published, tmp_path):
    wrong = offer.changed(offered(published, "densenet121"), {}, {"classifier": published["resnet50"][1]})
    with pytest.raises(ModelError, match=r"segx/densenet121\): these weights are missing: embed_layers"):
        add_model(wrong, into=tmp_path, allow_pickle=True)
    assert list(tmp_path.iterdir()) == []
