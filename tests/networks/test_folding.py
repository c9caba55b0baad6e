import shutil

import numpy as np
import pytest
import timm
import torch
import torchvision
from torch import nn

from segx_viewer.bundles.manifest import read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.inference.attribution import METHODS, Subject
from segx_viewer.networks.architectures import build_segmenter
from segx_viewer.networks.folding import fold, frozen, ready_classifier, ready_segmenter
from segx_viewer.networks.forward import forward
from segx_viewer.networks.spatial import choose_layer
from segx_viewer.pipeline import analyse_to_end

FAST = [name for name, method in METHODS.items() if method.info.cost == "fast"]


@pytest.fixture
def x():
    return torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(2))


def with_statistics(network):
    """Give batch norms statistics of their own: fresh ones do nothing."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(module.weight, 0.7, 1.3)
            nn.init.uniform_(module.bias, -0.1, 0.2)
    return network.eval().requires_grad_(False)


def build(name):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if name == "densenet":
            return with_statistics(torchvision.models.DenseNet(8, (2, 2), 16, num_classes=3))
        return with_statistics(timm.create_model(name, num_classes=3))


def norms(network):
    return sum(isinstance(m, nn.BatchNorm2d) for m in network.modules())


@pytest.mark.parametrize("name", ["test_efficientnet", "tf_efficientnet_lite0", "test_resnet", "densenet"])
def test_folding_changes_neither_scores_nor_maps(name, x):
    network = build(name)
    layer = choose_layer(network, x)
    plain, fast = frozen(network), ready_classifier(build(name), x, layer)
    y = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(9)) * 2
    passes = [forward(n, y, layer) for n in (plain, fast)]
    torch.testing.assert_close(passes[1].logits, passes[0].logits, rtol=1e-3, atol=1e-4)
    for method in FAST:
        a, b = (
            dict(METHODS[method].maps(Subject(n, y, layer, p), [0, 1, 2]))
            for n, p in zip((plain, fast), passes, strict=True)
        )
        for k in range(3):
            np.testing.assert_allclose(b[k], a[k], atol=1e-3 * a[k].max() + 1e-7, rtol=0)


def test_every_norm_that_follows_a_convolution_is_folded(x):
    assert norms(build("tf_efficientnet_lite0")) > 40
    assert norms(fold(build("tf_efficientnet_lite0"), x)) == 0
    # DenseNet normalises before most of its convolutions: those stay.
    assert 0 < norms(fold(build("densenet"), x)) < norms(build("densenet"))


def test_the_network_itself_is_left_alone(x):
    network = build("test_resnet")
    before = {k: v.clone() for k, v in network.state_dict().items()}
    fold(network, x)
    assert all(torch.equal(v, before[k]) for k, v in network.state_dict().items())
    assert norms(network) > 0


def test_a_segmenter_is_folded(x):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        options = {"encoder_name": "tu-test_efficientnet", "encoder_depth": 3, "decoder_channels": [16, 8, 8]}
        network = with_statistics(build_segmenter("smp/unet", options))
    fast = ready_segmenter(network, x)
    assert norms(fast) == 0
    with torch.no_grad():
        torch.testing.assert_close(fast(x), network(x), rtol=1e-3, atol=1e-4)


class Branching(nn.Module):
    """The convolution's own output is used beside the batch norm's: folding would change it."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.head = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2)
        with_statistics(self)

    def forward(self, x):
        y = self.conv(x)
        return self.head((self.norm(y) + y).mean((2, 3)))


def test_what_folding_would_change_is_not_folded(x):
    assert norms(ready_classifier(Branching(), x, "norm")) == 1


def test_a_target_layer_before_its_norm_is_not_folded(x):
    network = build("test_resnet")
    layer = "layer4.0.conv2"
    plain = forward(frozen(network), x, layer).activations.detach()
    torch.testing.assert_close(forward(ready_classifier(network, x, layer), x, layer).activations.detach(), plain)


def test_a_target_layer_left_to_tracing(tiny_models, tmp_path, lesion):
    folder = shutil.copytree(tiny_models / "tiny-skin", tmp_path / "tiny-skin")
    manifest = read_manifest(folder)
    manifest["classifier"]["target_layer"] = "auto"
    write_manifest(folder, manifest)
    store = BundleStore([tmp_path])
    assert store.target_layer("tiny-skin") == "bn2"
    found = analyse_to_end(AnalysisRequest(lesion), store)
    expected = analyse_to_end(AnalysisRequest(lesion), BundleStore([tiny_models]))
    (key,) = expected.explanations
    np.testing.assert_array_equal(found.explanations[key].saliency_map, expected.explanations[key].saliency_map)
    assert found.explanations[key].target_layer == "bn2"
