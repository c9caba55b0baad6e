import copy

import pytest
import torch
from torch import nn

from segx_viewer.inference.architectures import build_segmenter
from segx_viewer.inference.folding import frozen, ready_segmenter
from segx_viewer.inference.recording import NotRecordable, Recorded


@pytest.fixture
def unet():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        options = {"encoder_name": "tu-test_efficientnet", "encoder_depth": 3, "decoder_channels": [16, 8, 8]}
        return frozen(build_segmenter("smp/unet", options))


def images(*shape, seed=3):
    x = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    return x.contiguous(memory_format=torch.channels_last)


@pytest.fixture
def watched(unet, monkeypatch):
    """A ready segmenter and the shapes that its modules were asked for."""
    network, asked = ready_segmenter(unet, images(1, 3, 64, 96)), []
    plain = network.network.forward
    monkeypatch.setattr(network.network, "forward", lambda x: asked.append(tuple(x.shape)) or plain(x))
    return network, asked


def test_a_recorded_pass_gives_what_the_network_gives(unet, watched):
    network, asked = watched
    for seed in (4, 5):
        x = images(1, 3, 64, 96, seed=seed)
        with torch.inference_mode():
            torch.testing.assert_close(network(x), unet(x), rtol=1e-3, atol=1e-5)
    assert not asked


def test_other_shapes_and_gradients_go_the_usual_way(unet, watched):
    network, asked = watched
    for shape in ((2, 3, 64, 96), (1, 3, 32, 32)):
        with torch.inference_mode():
            torch.testing.assert_close(network(images(*shape)), unet(images(*shape)), rtol=1e-3, atol=1e-5)
    x = images(1, 3, 64, 96).requires_grad_()
    network(x).sum().backward()
    assert x.grad.abs().max() > 0
    assert asked == [(2, 3, 64, 96), (1, 3, 32, 32), (1, 3, 64, 96)]


def test_the_input_is_not_written_to(watched):
    x = images(1, 3, 64, 96)
    before = x.clone()
    with torch.inference_mode():
        watched[0](x)
    assert torch.equal(x, before)


def test_copies_are_the_network_itself(unet, watched):
    assert not isinstance(copy.deepcopy(watched[0]), Recorded)


class InPlace(nn.Module):
    def forward(self, x):
        y = x + 1
        y.mul_(2)
        y[..., 0] = 0
        return torch.cat([y, y.relu_(), torch.ones_like(y)]).sum(1)


@torch.no_grad()
def test_what_happens_in_place_is_recorded():
    network = InPlace()
    recorded = Recorded(network, images(1, 3, 4, 5))
    for seed in (7, 8):
        x = images(1, 3, 4, 5, seed=seed)
        torch.testing.assert_close(recorded(x), network(x))


class Choosing(nn.Module):
    """Its way depends on the image: a recorded one would be wrong."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 1)

    def forward(self, x):
        return self.conv(x) if x.mean() > 0.02 else -self.conv(x)


class Several(nn.Module):
    def forward(self, x):
        return x.max(1).values


def test_what_cannot_be_recorded_runs_as_it_was():
    with pytest.raises(NotRecordable):
        Recorded(Several(), images(1, 3, 8, 8))
    example = images(1, 3, 8, 8)
    network = ready_segmenter(Choosing(), example + 1)
    assert not isinstance(network, Recorded)
