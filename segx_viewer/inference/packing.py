"""Convolutions with the activation function that follows them, in the layout that oneDNN runs fastest on a processor.

Only passes without gradients use it; where gradients are asked for, the same modules run as they were.
"""

import copy
from collections import Counter, OrderedDict
from typing import Any

import torch
from timm.layers import Conv2dSame
from torch import Tensor, nn
from torch.nn import functional

_FUSED: dict[type[nn.Module], tuple[str, list[float]]] = {
    nn.Identity: ("none", []),
    nn.ReLU: ("relu", []),
    nn.ReLU6: ("hardtanh", [0.0, 6.0]),
    nn.SiLU: ("swish", []),
}
_SHAPES = 2  # input shapes whose weights are kept: one image, and a batch


def can_pack() -> bool:
    """Return whether this build of torch has what is needed."""
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_convolution_pointwise")


@torch.no_grad()
def pack(network: nn.Module, example: Tensor, keep: str = "") -> nn.Module:
    """Return a copy whose convolutions are packed together with the activation functions that they feed.

    What a convolution gives must go nowhere but into its activation function; callers compare outputs.

    Parameters
    ----------
    network : nn.Module
        Folded and frozen.
    example : Tensor, shape (1, 3, h, w)
        Any input: it shows which function follows which convolution.
    keep : str
        A convolution whose own output is looked at, and that is therefore not fused.
    """
    packed = copy.deepcopy(network)
    calls, followers = _followers(packed, example)
    for name, module in list(packed.named_modules()):
        if not _packable(module) or calls[name] != 1:
            continue
        follower = followers.get(name, "")
        if name == keep or calls[follower] != 1:
            follower = ""
        packed.set_submodule(name, PackedConv(module, packed.get_submodule(follower) if follower else nn.Identity()))
        if follower:
            packed.set_submodule(follower, nn.Identity())
    return packed


class PackedConv(nn.Module):
    """A convolution and its activation function.

    Attributes
    ----------
    conv, act : nn.Module
        As they were; they run where gradients are asked for, and on anything but float32 on a processor.
    """

    def __init__(self, conv: nn.Conv2d, act: nn.Module) -> None:
        super().__init__()
        self.conv, self.act = conv, act
        self._ready: OrderedDict[Any, tuple[Any, ...]] = OrderedDict()

    def forward(self, x: Tensor) -> Tensor:
        """Apply both."""
        weight = self.conv.weight
        suits = x.dtype == weight.dtype == torch.float32 and x.device.type == "cpu"
        if not suits or (torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)):
            return self.act(self.conv(x))
        # A weight that was written to, by tests of randomised parameters for instance, is packed anew.
        key = (tuple(x.shape), weight.data_ptr(), 0 if weight.is_inference() else weight._version)
        if key not in self._ready:
            self._ready[key] = self._prepare(x)
            if len(self._ready) > _SHAPES:
                self._ready.popitem(last=False)
        return torch.ops.mkldnn._convolution_pointwise(x, *self._ready[key])

    @torch.no_grad()
    def _prepare(self, x: Tensor) -> tuple[Any, ...]:
        conv, weight = self.conv, self.conv.weight
        padding = list(conv.padding)
        if isinstance(conv, Conv2dSame):
            grown, padding = zip(*map(_even, x.shape[2:], weight.shape[2:], conv.stride), strict=True)
            weight = functional.pad(weight, (grown[1], 0, grown[0], 0))
        geometry = list(padding), list(conv.stride), list(conv.dilation), conv.groups
        ready = torch.ops.mkldnn._reorder_convolution_weight(weight.contiguous(), *geometry, list(x.shape))
        name, scalars = _FUSED[type(self.act)]
        return ready, conv.bias, *geometry, name, scalars, ""

    def __getstate__(self) -> dict[str, Any]:
        """Leave the packed weights out of copies."""
        return {**self.__dict__, "_ready": OrderedDict()}


def _even(length: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return by how many leading zeros a kernel grows, and the even padding that then does what "same" asks for.

    Padding the image by one more pixel at its end than at its beginning would copy the image each time.
    """
    total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
    return total % 2, total - total // 2


def _packable(module: nn.Module) -> bool:
    if type(module) not in (nn.Conv2d, Conv2dSame):
        return False
    same = isinstance(module, Conv2dSame)
    return (
        module.padding_mode == "zeros"
        and not isinstance(module.padding, str)
        and not (same and tuple(module.dilation) != (1, 1))
    )


def _followers(network: nn.Module, example: Tensor) -> tuple[Counter[str], dict[str, str]]:
    """Return how often each module ran in a pass, and by convolution the activation function that took its output."""
    calls: Counter[str] = Counter()
    made_by: dict[int, tuple[str, Tensor]] = {}
    followers: dict[str, str] = {}

    def hook(name: str, module: nn.Module, given: Any, output: Any) -> None:
        calls[name] += 1
        if isinstance(module, nn.Conv2d):
            made_by[id(output)] = (name, output)  # the tensor is kept, so that its id stays its own
        elif given and id(given[0]) in made_by and type(module) is not nn.Identity:
            followers.setdefault(made_by[id(given[0])][0], name)

    handles = [
        module.register_forward_hook(lambda m, i, o, n=name: hook(n, m, i, o))
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d) or type(module) in _FUSED
    ]
    try:
        network(example)
    finally:
        for handle in handles:
            handle.remove()
    return calls, followers
