"""The same network, faster: batch norms folded into their convolutions, and run by ONNX Runtime on a processor."""

import copy
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from segx_viewer.networks.compiled import Compiled
from segx_viewer.networks.forward import forward, network_of
from segx_viewer.networks.kinds import CPU

log = logging.getLogger(__name__)

Outputs = Callable[[nn.Module, Tensor], tuple[Tensor, ...]]
"""A network and inputs to what is wanted of it, the scores first."""

TOLERANCE = 1e-3
"""Largest difference that folding may make, relative to the largest value."""


def ready_classifier(network: nn.Module, example: Tensor, target_layer: str, gate_layer: str = "") -> nn.Module:
    """Freeze, fold and compile a classifier, as long as its scores and layers stay as they are.

    Parameters
    ----------
    example : Tensor, shape (1, 3, h, w)
        Any input: it shows which batch norm follows which convolution.
    target_layer, gate_layer : str
        Whose outputs are looked at; see `forward_each`.

    Raises
    ------
    ModelError
        If the target layer does not fit the network.
    """

    def outputs(candidate: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
        passed = forward(candidate, x, target_layer, gate_layer)
        features = None if passed.features is None else torch.from_numpy(passed.features)
        return tuple(t.detach() for t in (passed.attached(), passed.activations, features) if t is not None)

    network = _folded(frozen(network), example, outputs)
    return _compiled(network, example, outputs, tuple(dict.fromkeys(filter(None, (target_layer, gate_layer)))))


def example_of(channels: int, shape: tuple[int, int]) -> Tensor:
    """Return an input (1, C, h, w) whose values differ everywhere."""
    x = torch.randn(1, channels, *shape, generator=torch.Generator().manual_seed(0))
    return x.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def ready_segmenter(network: nn.Module, example: Tensor) -> nn.Module:
    """Freeze a segmenter, fold and compile it, as long as its output stays what it is."""

    def outputs(candidate: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
        return (candidate(x),)

    network = _folded(frozen(network), example, outputs)
    return _compiled(network, example, outputs)


def _folded(network: nn.Module, example: Tensor, outputs: Outputs) -> nn.Module:
    """Return the folded network if it answers as the network does, else the network."""
    expected = outputs(network, example)
    if network_of(network).is_program:  # it cannot be copied, and is optimised by its own runtime
        return network
    folded = fold(network, example)
    return folded if _same(outputs(folded, example), expected) else network


def _compiled(network: nn.Module, example: Tensor, outputs: Outputs, layers: Sequence[str] = ()) -> nn.Module:
    """Return the compiled network if it answers as the network does: two inputs, since a graph knows one way only."""
    if network_of(network).is_program or example.device.type != CPU:
        return network
    inputs = example, (1 - example).flip(-1).contiguous(memory_format=torch.channels_last)
    try:
        compiled = Compiled(network, example, layers)
        expected = [outputs(network, x) for x in inputs]
        if not all(_head_gives(compiled, x, known[0]) for x, known in zip(inputs, expected, strict=True)):
            compiled.head = None
        alike = all(_same(outputs(compiled, x), known) for x, known in zip(inputs, expected, strict=True))
    except RuntimeError as error:
        log.info("The network runs without ONNX Runtime: %s", error)
        return network
    return compiled if alike else network


@torch.no_grad()
def _head_gives(compiled: Compiled, x: Tensor, scores: Tensor) -> bool:
    """Whether the head makes the scores of the first layer's output: there may be more between them."""
    if compiled.head is None:
        return False
    try:
        return _same((compiled.head(*compiled.outputs(x, compiled.layers[0])),), (scores,))
    except RuntimeError:  # not even the shape fits
        return False


def frozen(network: nn.Module) -> nn.Module:
    """Return the network for inference: its parameters get no gradients, only activations and inputs do."""
    return network.requires_grad_(False).eval().to(memory_format=torch.channels_last)


@torch.no_grad()
def fold(network: nn.Module, example: Tensor) -> nn.Module:
    """Return a copy whose batch norms are folded into the convolutions that they follow directly.

    A batch norm's name stays, for what is left of it: its activation function, or nothing.
    """
    folded = copy.deepcopy(network)
    pairs = _pairs(folded, example)
    for conv_name, norm_name in pairs:
        conv, norm = folded.get_submodule(conv_name), folded.get_submodule(norm_name)
        folded.set_submodule(conv_name, fuse_conv_bn_eval(cast(nn.Conv2d, conv), cast(nn.BatchNorm2d, norm)))
        # timm's batch norms hold their dropout and activation function.
        rest = [getattr(norm, part) for part in ("drop", "act") if hasattr(norm, part)]
        active = [part for part in rest if not isinstance(part, nn.Identity)]
        folded.set_submodule(norm_name, nn.Sequential(*active) if len(active) > 1 else (*active, nn.Identity())[0])
    return folded.requires_grad_(False).eval().to(memory_format=torch.channels_last)


def _pairs(network: nn.Module, example: Tensor) -> list[tuple[str, str]]:
    """(convolution, batch norm) pairs, each run once in a pass, where one's output is the other's input."""
    calls: Counter[str] = Counter()
    made_by: dict[int, tuple[str, Tensor]] = {}
    pairs: list[tuple[str, str]] = []

    def conv_hook(name: str, output: Tensor) -> None:
        calls[name] += 1
        made_by[id(output)] = (name, output)  # the tensor is kept, so that its id stays its own

    def norm_hook(name: str, given: Tensor) -> None:
        calls[name] += 1
        if id(given) in made_by:
            pairs.append((made_by[id(given)][0], name))

    handles = []
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            handles.append(module.register_forward_hook(lambda _m, _i, o, n=name: conv_hook(n, o)))
        elif isinstance(module, nn.BatchNorm2d) and module.track_running_stats:
            handles.append(module.register_forward_hook(lambda _m, i, _o, n=name: norm_hook(n, i[0])))
    try:
        network(example)
    finally:
        for handle in handles:
            handle.remove()
    return [pair for pair in pairs if calls[pair[0]] == 1 and calls[pair[1]] == 1]


def _same(found: tuple[Tensor, ...], expected: tuple[Tensor, ...]) -> bool:
    return all(
        a.shape == b.shape and float((a - b).abs().max()) <= TOLERANCE * max(float(b.abs().max()), 1e-6)
        for a, b in zip(found, expected, strict=True)
    )
