import copy

import pytest
import timm
import torch
from timm.layers import Conv2dSame
from torch import nn

from segx_viewer.inference.folding import frozen, ready_segmenter
from segx_viewer.inference.packing import PackedConv, can_pack, pack

pytestmark = pytest.mark.skipif(not can_pack(), reason="this build of torch has no oneDNN")


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(5)


def images(generator, *shape):
    return torch.randn(*shape, generator=generator).contiguous(memory_format=torch.channels_last)


def drawn(module, generator):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return frozen(module)


@pytest.mark.parametrize("act", [nn.Identity(), nn.ReLU(), nn.ReLU6(), nn.SiLU()])
@pytest.mark.parametrize("same", [False, True])
@pytest.mark.parametrize(("kernel", "stride", "groups"), [(3, 1, 1), (3, 2, 8), (5, 2, 8), (1, 1, 1), (2, 2, 1)])
@pytest.mark.parametrize("size", [(24, 32), (23, 17)])
def test_packed_is_what_it_was(generator, act, same, kernel, stride, groups, size):
    conv = Conv2dSame(8, 16, kernel, stride, groups=groups) if same else nn.Conv2d(8, 16, kernel, stride, 1)
    network = drawn(nn.Sequential(conv, act), generator)
    packed = pack(network, images(generator, 1, 8, *size))
    assert isinstance(packed[0], PackedConv)
    for batch in (1, 3, 2, 1):
        x = images(generator, batch, 8, *size)
        with torch.no_grad():
            torch.testing.assert_close(packed(x), network(x), rtol=1e-4, atol=1e-4)


def test_gradients_run_through_the_modules_as_they_were(generator):
    network = drawn(timm.create_model("test_efficientnet", num_classes=3), generator)
    x = images(generator, 1, 3, 64, 64)
    packed = pack(network, x)
    a, b = x.clone().requires_grad_(), x.clone().requires_grad_()
    network(a)[0, 1].backward()
    packed(b)[0, 1].backward()
    torch.testing.assert_close(b.grad, a.grad)
    assert a.grad.abs().max() > 0


def test_weights_that_were_written_to_count(generator):
    network = drawn(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), generator)
    x = images(generator, 1, 3, 16, 16)
    packed = pack(network, x)
    before = packed(x)
    packed[0].conv.weight.mul_(-1)
    packed[0].conv.bias.add_(1)
    expected = nn.functional.relu(packed[0].conv(x))
    assert not torch.allclose(packed(x), before)
    torch.testing.assert_close(packed(x), expected, rtol=1e-4, atol=1e-4)


def test_copies_are_independent(generator):
    x = images(generator, 1, 3, 16, 16)
    packed = pack(drawn(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), generator), x)
    before = packed(x).clone()
    other = copy.deepcopy(packed)
    other[0].conv.weight.mul_(2)
    assert not torch.allclose(other(x), before)
    torch.testing.assert_close(packed(x), before)


def test_other_types_run_as_they_were(generator):
    x = images(generator, 1, 3, 16, 16)
    network = drawn(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), generator)
    packed = pack(network, x)
    torch.testing.assert_close(packed.double()(x.double()), network.double()(x.double()))


class Shared(nn.Module):
    """One convolution runs twice, one function serves two, and one output goes two ways."""

    def __init__(self):
        super().__init__()
        self.twice, self.once, self.act = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1), nn.ReLU()
        self.branch, self.relu = nn.Conv2d(3, 1, 1), nn.ReLU()

    def forward(self, x):
        x = self.act(self.once(self.act(self.twice(self.twice(x)))))
        y = self.branch(x)
        return self.relu(y) + y


def test_what_packing_would_change_is_left_as_it_was(generator):
    network, x = drawn(Shared(), generator), images(generator, 1, 3, 16, 16)
    network.branch.bias.fill_(-1)  # so that the function cuts something off
    packed = pack(network, x)
    assert isinstance(packed.twice, nn.Conv2d)
    assert isinstance(packed.once.act, nn.Identity)
    with torch.no_grad():
        assert not torch.allclose(packed(x), network(x))  # the branch
        kept = ready_segmenter(network, x)
        torch.testing.assert_close(kept(x), network(x), rtol=1e-4, atol=1e-4)


def test_a_convolution_that_is_looked_at_gives_its_own_output(generator):
    network, x = drawn(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), generator), images(generator, 1, 3, 16, 16)
    packed = pack(network, x, keep="0")
    with torch.no_grad():
        torch.testing.assert_close(packed[0](x), network[0](x), rtol=1e-4, atol=1e-4)
    assert isinstance(packed[1], nn.ReLU)
