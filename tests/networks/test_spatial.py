import numpy as np
import pytest
import timm
import torch
import torchvision

from segx_viewer.errors import ModelError
from segx_viewer.inference.attribution import Subject, get_method
from segx_viewer.networks.forward import forward
from segx_viewer.networks.spatial import choose_layer, prefix_tokens, to_maps

SWIN = {"img_size": 64, "patch_size": 2, "window_size": 4, "embed_dim": 16, "depths": (1, 2), "num_heads": (1, 2)}


@pytest.fixture
def tensor():
    """A random input, not square."""
    return torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(5))


def build(name):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if name == "vit":
            network = timm.create_model("test_vit", img_size=64, num_classes=3)
        elif name == "swin":
            network = timm.models.SwinTransformer(num_classes=3, **SWIN)
        elif name == "torchvision vit":
            network = torchvision.models.VisionTransformer(64, 8, 2, 2, 32, 64, num_classes=3)
            network.heads.head.weight.data.normal_()  # it begins as zeros
        elif name == "torchvision swin":
            network = torchvision.models.SwinTransformer([2, 2], 16, [2, 2], [2, 4], [4, 4], num_classes=3)
        elif name == "densenet":
            network = torchvision.models.DenseNet(8, (2, 2), 16, num_classes=3)
        else:
            network = timm.create_model(f"test_{name}", num_classes=3)
        return network.eval().requires_grad_(False)


LAYERS = {
    "vit": "norm1",
    "torchvision vit": "ln_1",
    "swin": "norm",
    "torchvision swin": "permute",
    "resnet": "layer4",
    "efficientnet": "bn2",
    "convnext": "stages",
    "densenet": "features",
}


@pytest.mark.parametrize("name", LAYERS)
def test_the_layer_is_found_and_its_map_lies_where_the_input_changed(name):
    """The network sees a disc in one corner; a map of what changed the score must lie there."""
    network = build(name)
    x = torch.zeros(1, 3, 64, 64)
    layer = choose_layer(network, torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)))
    assert LAYERS[name] in layer.split(".")[-1] or LAYERS[name] == layer.split(".")[0]
    blank = to_maps(forward(network, x, layer).activations.detach(), (64, 64), layer)
    x[..., 40:62, 4:26] = 3
    passed = forward(network, x, layer)
    change = (to_maps(passed.activations.detach(), (64, 64), layer) - blank).abs().sum(1)[0].numpy()
    y, column = np.unravel_index(change.argmax(), change.shape)
    h, w = change.shape
    assert (h, w) != (1, 1)
    assert 36 <= (y + 0.5) * 64 / h <= 64
    assert 0 <= (column + 0.5) * 64 / w <= 28
    maps = dict(get_method("gradcam").maps(Subject(network, x, layer, passed), [0, 1, 2]))
    assert any(m.max() > 0 for m in maps.values())


@pytest.mark.parametrize("name", ["gradcam", "hirescam", "eigencam", "scorecam", "ablationcam"])
def test_methods_take_tokens(name):
    network = build("vit")
    x = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    layer = choose_layer(network, x)
    subject = Subject(network, x, layer, forward(network, x, layer))
    maps = dict(get_method(name).maps(subject, [0, 1, 2]))
    assert any(m.max() > 0 for m in maps.values())


def test_tokens_become_rows_and_columns():
    tokens = torch.arange(1 + 4 * 6).float()[None, :, None].repeat(1, 1, 5)
    maps = to_maps(tokens, (64, 96))
    assert maps.shape == (1, 5, 4, 6)
    np.testing.assert_array_equal(maps[0, 0], np.arange(1, 25).reshape(4, 6))
    assert prefix_tokens(tokens, (64, 96)) == 1


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 7, 7, 768), (1, 768, 7, 7)),
        ((1, 768, 7, 7), (1, 768, 7, 7)),
        ((1, 7, 7, 7), (1, 7, 7, 7)),
        ((1, 197, 192), (1, 192, 14, 14)),
        ((1, 201, 384), (1, 384, 14, 14)),
    ],
)
def test_axes_are_recognised(shape, expected):
    assert to_maps(torch.zeros(shape), (224, 224)).shape == expected


@pytest.mark.parametrize("shape", [(1, 1000), (1, 512, 1, 1), (1, 60, 192)])
def test_outputs_without_places_are_refused(shape):
    with pytest.raises(ModelError, match="no rows and columns"):
        to_maps(torch.zeros(shape), (224, 224), "head")


def test_the_last_block_of_a_vision_transformer_is_refused_not_drawn():
    """Its image tokens reach no score: a map would be flat, or noise."""
    network = build("torchvision vit")
    x = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    layer = "encoder.ln"
    subject = Subject(network, x, layer, forward(network, x, layer))
    with pytest.raises(ModelError, match="class token"):
        list(get_method("gradcam").maps(subject, [0]))


def test_a_layer_that_is_never_run_is_refused(tensor):
    network = torch.nn.Sequential()
    network.run, network.idle = torch.nn.Linear(96, 3), torch.nn.Conv2d(3, 3, 1)
    network.forward = lambda x: network.run(x.mean((1, 2)))
    with pytest.raises(ModelError, match="do not depend"):
        forward(network, tensor, "idle")


def test_no_layer_to_choose_is_an_error(tensor):
    network = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(3, 2))
    with pytest.raises(ModelError, match="No layer"):
        choose_layer(network, tensor)
