"""Convolutions of doubled maps, worked out before they are doubled: the same numbers for less.

A U-Net's decoder repeats every value of its maps twice in each direction, puts the encoder's maps beside them and
convolves both by 3 x 3. Where values are repeated, four weights at a time see the same one: each of the four places
that a value is repeated to has a convolution of the small maps by 2 x 2, and what the four give is interleaved (the
sub-pixel convolution of Shi et al., CVPR 2016, the other way round). That is four multiplications instead of nine.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import product
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from segx_viewer.networks.libraries import smp
from segx_viewer.networks.padding import PaddedConvolution
from segx_viewer.networks.swapped import swapped

DecoderBlock: type[nn.Module] = smp.decoders.unet.decoder.UnetDecoderBlock

_SUMS = np.array([[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]], np.float32)
"""For the first and the second place of a value: which of three weights see the value before it and which itself, or
itself and the value behind it."""
_KERNELS = torch.from_numpy(np.einsum("aik,bjl->klabij", _SUMS, _SUMS).reshape(9, 16))
"""Which of nine weights are summed up for the kernels (2, 2) of the four places."""
_SIDES = (1, 0), (0, 1)
"""How far the small map is padded before and behind for each place."""


def convolve_doubled(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return what a convolution gives of maps whose values are all repeated twice in each direction.

    Parameters
    ----------
    x : Tensor, shape (N, C, h, w)
        The maps, not doubled.
    weight : Tensor, shape (K, C, 3, 3)
        Of a convolution with a padding of 1.
    bias : Tensor, shape (K,), optional

    Returns
    -------
    Tensor, shape (N, K, 2h, 2w)
    """
    kernels = torch.matmul(weight.flatten(2), _KERNELS.to(weight.dtype)).unflatten(2, (4, 2, 2)).unbind(2)
    places = [
        PaddedConvolution.apply(x, kernel, bias, (1, 1), (1, 1), 1, (*horizontal, *vertical))
        for kernel, (vertical, horizontal) in zip(kernels, product(_SIDES, repeat=2), strict=True)
    ]
    return cast(Tensor, _Interleaved.apply(*places))


def convolving_before_doubling(network: nn.Module) -> AbstractContextManager[None]:
    """Let the decoder blocks of a U-Net of segmentation-models-pytorch convolve their maps before they double them."""
    blocks = (module for module in network.modules() if isinstance(module, DecoderBlock) and _suits(module))
    return swapped(blocks, _forward)


def _suits(block: nn.Module) -> bool:
    """Whether a block repeats values, attends to nothing and convolves by 3 x 3 with a batch norm at most."""
    attention, layers = getattr(block.attention1, "attention", None), list(cast(nn.Sequential, block.conv1))
    if getattr(block, "interpolation_mode", "") != "nearest" or not isinstance(attention, nn.Identity):
        return False
    if len(layers) < 2 or type(layers[0]) is not nn.Conv2d:
        return False
    norm = layers[1]
    known = type(norm) is nn.Identity or (type(norm) is nn.BatchNorm2d and norm.affine and norm.track_running_stats)
    return known and _how(layers[0]) == ((3, 3), (1, 1), (1, 1), (1, 1), 1)


def _how(conv: nn.Conv2d) -> tuple[object, ...]:
    return conv.kernel_size, conv.stride, conv.padding, conv.dilation, conv.groups


def _forward(block: nn.Module, x: Tensor, height: int, width: int, skip_connection: Tensor | None = None) -> Tensor:
    """Do what the block's own `forward` does."""
    asks_gradient = torch.is_grad_enabled() and x.requires_grad  # another thread does
    is_doubled = (int(height), int(width)) == (2 * int(x.shape[2]), 2 * int(x.shape[3]))
    if asks_gradient or not is_doubled:
        return cast(Tensor, type(block).forward(block, x, height, width, skip_connection))
    conv, norm, *rest = cast(nn.Sequential, block.conv1)
    weight, bias = _with_norm(cast(nn.Conv2d, conv), norm)
    if skip_connection is None:
        y = convolve_doubled(x, weight, bias)
    else:
        doubled, beside = weight.split((int(x.shape[1]), int(skip_connection.shape[1])), 1)
        y = functional.conv2d(skip_connection, beside, bias, padding=1) + convolve_doubled(x, doubled)
    for layer in rest:
        y = layer(y)
    return cast(Tensor, cast(nn.Module, block.attention2)(cast(nn.Module, block.conv2)(y)))


def _with_norm(conv: nn.Conv2d, norm: nn.Module) -> tuple[Tensor, Tensor | None]:
    """Return the weight and bias of a convolution and a batch norm in one."""
    if not isinstance(norm, nn.BatchNorm2d):
        return conv.weight, conv.bias
    assert norm.running_mean is not None  # noqa: S101 - `_suits` has looked
    assert norm.running_var is not None  # noqa: S101
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    bias = norm.bias - norm.running_mean * factor
    return conv.weight * factor[:, None, None, None], bias if conv.bias is None else bias + conv.bias * factor


class _Interleaved(torch.autograd.Function):
    """Four maps (N, K, h, w), one for each place of a value, as one of (N, K, 2h, 2w): one operation in a graph."""

    @staticmethod
    def forward(_: Any, *places: Tensor) -> Tensor:
        return functional.pixel_shuffle(torch.stack(places, 2).flatten(1, 2), 2)

    @staticmethod
    def symbolic(g: Any, *places: Sequence[Any]) -> Any:
        return g.op("DepthToSpace", g.op("Concat", *places, axis_i=1), blocksize_i=2, mode_s="DCR")
