"""Last layers that were replaced by a sequence."""

import pytest
import torch
from torch import nn

from segx_viewer.errors import ModelError
from segx_viewer.networks.architectures import build_classifier
from segx_viewer.networks.heads import build_head, head_layers, replaced_head


def with_head(head):
    network = build_classifier("timm/test_resnet", 3)
    network.fc = head
    return network.eval()


HEADS = {
    "none": nn.Sequential(nn.Dropout(0.2), nn.Linear(96, 3)),
    "gelu": nn.Sequential(nn.Linear(96, 8), nn.GELU(), nn.Dropout(0.2), nn.Linear(8, 3)),
    "relu": nn.Sequential(nn.BatchNorm1d(96), nn.Linear(96, 8, bias=False), nn.ReLU(), nn.Linear(8, 3)),
    "tanh": nn.Sequential(nn.LayerNorm(96), nn.Linear(96, 3)),
}


@pytest.mark.parametrize("activation", list(HEADS))
def test_a_head_is_built_again_from_its_weights(activation):
    network = with_head(HEADS[activation])
    state, own = network.state_dict(), build_classifier("timm/test_resnet", 3).state_dict()
    assert replaced_head(own, state) == "fc"
    layers = head_layers("fc", state, activation, "a.pth")
    again = build_classifier("timm/test_resnet", 3, head={"path": "fc", "layers": layers}).eval()
    again.load_state_dict(state)
    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(again(x), network(x))


def test_what_lies_between_linear_layers_is_asked_for():
    state = with_head(HEADS["gelu"]).state_dict()
    with pytest.raises(ModelError, match=r"sequence of 2 linear layers, .* --head-activation none, relu, gelu"):
        head_layers("fc", state, "", "a.pth")
    both = with_head(nn.Sequential(nn.Linear(96, 8), nn.Linear(8, 3))).state_dict()
    assert head_layers("fc", both, "", "a.pth") == ["linear 96 8", "linear 8 3"]


def test_a_network_as_its_library_builds_it_has_no_other_head():
    own = build_classifier("timm/test_resnet", 3).state_dict()
    assert replaced_head(own, own) == ""


@pytest.mark.parametrize("text", ["pool 3", "linear 3", "relu 4", ""])
def test_other_layers_are_refused(text):
    with pytest.raises((ValueError, KeyError)):
        build_head([text])


def test_a_layer_of_no_known_kind_is_told():
    with pytest.raises(ModelError, match=r"fc\.0 of its head is of a kind"):
        head_layers("fc", {"fc.0.weight": torch.zeros(3, 3, 1, 1)}, "", "a.pth")
