import copy

import onnx
import pytest
import timm
import torch
from torch import nn

from segx_viewer.networks import compiled
from segx_viewer.networks.architectures import build_segmenter
from segx_viewer.networks.compiled import Compiled, NotCompilable, graph_of
from segx_viewer.networks.folding import frozen, ready_classifier, ready_segmenter
from segx_viewer.networks.forward import forward_each, scores_from
from segx_viewer.networks.padding import known_sizes

SHAPE = (3, 64, 96)


def images(count=1, shape=SHAPE, seed=3):
    x = torch.randn(count, *shape, generator=torch.Generator().manual_seed(seed))
    return x.contiguous(memory_format=torch.channels_last)


def seeded(build):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return frozen(build())


@pytest.fixture
def classifier():
    return seeded(lambda: timm.create_model("test_efficientnet", num_classes=3))


@pytest.fixture
def segmenter():
    options = {"encoder_name": "tu-test_efficientnet", "encoder_depth": 3, "decoder_channels": [16, 8, 8]}
    return seeded(lambda: build_segmenter("smp/unet", options))


@pytest.mark.parametrize("threads", [1, 2])
@torch.inference_mode()
def test_a_segmenter_answers_as_before(segmenter, threads):
    fast = ready_segmenter(segmenter, images())
    assert isinstance(fast, Compiled)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for count in (1, 3, 2):
            x = images(count, seed=count)
            kept = x.clone()
            torch.testing.assert_close(fast(x), segmenter(x), rtol=1e-3, atol=1e-5)
            assert torch.equal(x, kept)
    finally:
        torch.set_num_threads(before)


def test_a_classifiers_pass_is_the_networks_own(classifier):
    layer, gate = "bn2", "blocks.1"
    fast = ready_classifier(classifier, images(), layer, gate)
    assert fast.explains(layer)
    x = images(3)
    for found, expected in zip(
        forward_each(fast, x, layer, gate), forward_each(classifier, x, layer, gate), strict=True
    ):
        torch.testing.assert_close(found.logits, expected.logits, rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(found.activations, expected.activations, rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(*map(torch.from_numpy, (found.features, expected.features)), rtol=1e-3, atol=1e-5)
        slopes = [
            torch.autograd.grad(p.attached()[0, 1], p.activations, retain_graph=True)[0] for p in (found, expected)
        ]
        torch.testing.assert_close(*slopes)
        assert slopes[0].abs().max() > 0


def test_scores_that_follow_from_a_layers_output(classifier):
    fast, x = ready_classifier(classifier, images(), "bn2"), images(2)
    given = torch.rand(forward_each(classifier, x, "bn2")[0].activations.shape).expand(2, -1, -1, -1)
    with torch.no_grad():
        expected = scores_from(classifier, x, "bn2", given)
        torch.testing.assert_close(scores_from(fast, x, "bn2", given), expected)
        assert not torch.allclose(expected, classifier(x))


def test_a_layer_with_more_above_it_than_the_head(classifier):
    layer = "blocks.1"
    fast, x = ready_classifier(classifier, images(), layer), images(2)
    assert isinstance(fast, Compiled)
    assert not fast.explains(layer)
    for found, expected in zip(forward_each(fast, x, layer), forward_each(classifier, x, layer), strict=True):
        torch.testing.assert_close(found.activations, expected.activations, rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(found.logits, expected.logits, rtol=1e-3, atol=1e-5)
        assert found.logits.requires_grad


def test_gradients_sizes_and_types_take_the_network_itself(classifier):
    fast = Compiled(classifier, images())
    a, b = images().requires_grad_(), images().requires_grad_()
    fast(a)[0, 1].backward()
    classifier(b)[0, 1].backward()
    assert torch.equal(a.grad, b.grad)
    assert a.grad.abs().max() > 0
    small = images(shape=(3, 32, 32))
    assert torch.equal(fast(small), classifier(small))
    double = images().double()
    assert torch.equal(fast.double()(double), classifier(double))


def test_copies_are_the_network_itself(classifier):
    other = copy.deepcopy(Compiled(classifier, images()))
    assert type(other) is type(classifier)
    assert other is not classifier


def test_layers_have_the_networks_names(classifier):
    assert Compiled(classifier, images()).get_submodule("bn2") is classifier.bn2


class Choosing(nn.Module):
    """Its way depends on the image: a graph knows only one."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 1)

    def forward(self, x):
        return self.conv(x) if x.mean() > 0.02 else -self.conv(x)


class Unknown(nn.Module):
    """An operation that ONNX does not have."""

    def forward(self, x):
        return torch.linalg.svdvals(x)[..., :1, None] + x


def test_padding_is_part_of_the_convolutions():
    network = seeded(lambda: nn.Sequential(timm.layers.Conv2dSame(3, 4, 3, stride=2), nn.ReLU()))
    graph = onnx.load_from_string(compiled.graph_of(network, images(), ())).graph
    assert [node.op_type for node in graph.node] == ["Conv", "Relu"]
    x = images(seed=5)
    torch.testing.assert_close(Compiled(network, images())(x), network(x))


def test_gradients_asked_for_while_another_network_is_compiled():
    layer = timm.layers.Conv2dSame(3, 4, 3, stride=2)
    x = torch.rand(1, 3, 9, 8, requires_grad=True)
    plain = layer(x)
    with known_sizes(layer):
        known = layer(x)
    torch.testing.assert_close(known, plain)
    gradients = [torch.autograd.grad(found.sum(), x)[0] for found in (known, plain)]
    torch.testing.assert_close(*gradients)


def test_what_a_graph_cannot_say_runs_as_it_was(segmenter, monkeypatch):
    for network in (Choosing(), Unknown()):
        assert ready_segmenter(network, images() + 1) is not None
        assert not isinstance(ready_segmenter(network, images() + 1), Compiled)
    monkeypatch.setattr(compiled, "LARGEST", 1000)
    with pytest.raises(NotCompilable, match="weights"):
        Compiled(segmenter, images())
    assert not isinstance(ready_segmenter(segmenter, images()), Compiled)


def test_a_failure_of_the_runtime_is_told(classifier):
    with pytest.raises(RuntimeError, match=r"ONNX Runtime: .*bn7"):
        Compiled(classifier, images()).outputs(images(), "bn7")


def test_a_graph_that_cannot_be_exported_is_not_printed(capfd):
    network = timm.create_model("test_vit", num_classes=3, dynamic_img_size=True).eval()
    with pytest.raises(NotCompilable, match="not supported"):
        graph_of(network, torch.zeros(1, 3, 96, 96), [])
    assert capfd.readouterr().out == ""
