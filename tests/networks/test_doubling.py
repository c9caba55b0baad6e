"""Convolutions worked out before their maps are doubled give what they give afterwards."""

import numpy as np
import onnx
import pytest
import torch
from torch.nn import functional

from segx_viewer.networks.compiled import graph_of
from segx_viewer.networks.doubling import DecoderBlock, convolve_doubled, convolving_before_doubling
from segx_viewer.networks.folding import fold
from segx_viewer.networks.libraries import smp


def unet(**options):
    torch.manual_seed(3)
    network = smp.Unet(
        "tu-tf_efficientnet_lite0", encoder_weights=None, decoder_channels=(32, 24, 16, 16, 16), **options
    )
    for module in network.modules():  # as after training: nothing is one or zero
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    return network.eval().requires_grad_(False)


def example(side=64):
    return torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(5))


def operations(network):
    graph = onnx.load_from_string(graph_of(network, example()[:1], ())).graph
    return [node.op_type for node in graph.node]


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (7, 4)])
@pytest.mark.parametrize("with_bias", [False, True])
def test_the_convolution_is_that_of_the_doubled_maps(shape, with_bias):
    generator = torch.Generator().manual_seed(1)
    x, weight = (torch.randn(*size, generator=generator) for size in ((2, 5, *shape), (4, 5, 3, 3)))
    bias = torch.arange(4.0) if with_bias else None
    doubled = functional.interpolate(x, scale_factor=2, mode="nearest")
    expected = functional.conv2d(doubled, weight, bias, padding=1)
    np.testing.assert_allclose(convolve_doubled(x, weight, bias), expected, atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"decoder_use_norm": False}, {"decoder_attention_type": "scse"}])
@pytest.mark.parametrize("is_folded", [False, True])
def test_a_u_net_answers_the_same(options, is_folded):
    network = unet(**options)
    if is_folded:
        network = fold(network, example())
    network, x = network.double(), example().double()
    expected = network(x)
    with convolving_before_doubling(network):
        found = network(x)
    assert torch.equal(found, expected) == ("decoder_attention_type" in options)  # else it went another way
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * float(expected.abs().max()))
    assert torch.equal(network(x), expected)


def test_blocks_that_do_something_else_with_their_maps_are_left_alone():
    network = unet(decoder_interpolation="bilinear")
    expected = network(example())
    with convolving_before_doubling(network):
        assert torch.equal(network(example()), expected)


def test_maps_that_are_not_exactly_doubled_and_gradients_go_the_blocks_own_way():
    block = next(module for module in unet().modules() if isinstance(module, DecoderBlock))
    x, skip = torch.randn(1, 320, 2, 2), torch.randn(1, 112, 3, 4)
    expected = block(x, 3, 4, skip_connection=skip)
    with convolving_before_doubling(block):
        assert torch.equal(block(x, 3, 4, skip_connection=skip), expected)
        given = x.clone().requires_grad_()
        block(given, 4, 4, torch.randn(1, 112, 4, 4)).sum().backward()
    assert given.grad is not None


def test_a_graph_has_no_doubled_maps():
    assert "Resize" not in operations(unet())
    assert "Resize" in operations(unet(decoder_interpolation="bilinear"))
