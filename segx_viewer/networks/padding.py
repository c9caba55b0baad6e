"""Convolutions with another padding at each side, which a graph has an operation for and torch has not."""

from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from segx_viewer.networks.libraries import timm
from segx_viewer.networks.swapped import swapped

Conv2dSame: type[nn.Conv2d] = timm.layers.Conv2dSame

Sides = tuple[int, int, int, int]
"""Padding on the left, on the right, at the top and at the bottom."""


def known_sizes(network: nn.Module) -> AbstractContextManager[None]:
    """Let a network's "same" convolutions take the size of their input for known."""
    return swapped((layer for layer in network.modules() if isinstance(layer, Conv2dSame)), _pad_by_known_sizes)


def _pad_by_known_sizes(self: nn.Conv2d, x: Tensor) -> Tensor:
    """Do what `Conv2dSame.forward` does, with numbers for the padding.

    In a graph, finding it anew each time takes a dozen operations, and the padding itself two copies of the image.
    """
    rows, columns = (
        timm.layers.get_same_padding(int(length), *how)
        for length, *how in zip(x.shape[2:], self.kernel_size, self.stride, self.dilation, strict=True)
    )
    padding = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
    how = x, self.weight, self.bias, self.stride, self.dilation, self.groups, padding
    asks_gradient = torch.is_grad_enabled() and (x.requires_grad or self.weight.requires_grad)  # another thread does
    return _padded_convolution(*how) if asks_gradient else PaddedConvolution.apply(*how)


def _padded_convolution(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    groups: int,
    padding: Sides,
) -> Tensor:
    return functional.conv2d(functional.pad(x, padding), weight, bias, stride, 0, dilation, groups)


class PaddedConvolution(torch.autograd.Function):
    """A convolution with another padding at each side: one operation in a graph, for which torch has two."""

    @staticmethod
    def forward(_: Any, *how: Any) -> Tensor:
        """Return the convolution; `how` is what `_padded_convolution` takes."""
        return _padded_convolution(*how)

    @staticmethod
    def symbolic(g: Any, x: Any, weight: Any, bias: Any, stride: Any, dilation: Any, groups: int, padding: Any) -> Any:
        """Return the graph's operation."""
        left, right, top, bottom = padding
        return g.op(
            "Conv", x, weight, *([] if bias is None else [bias]),
            strides_i=stride, dilations_i=dilation, group_i=groups, pads_i=(top, left, bottom, right),
        )  # fmt: skip
