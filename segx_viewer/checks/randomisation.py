"""Does a map depend on what the network learned, and on chance? Randomised parameters (Adebayo 2018), seeds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.checks.faithfulness import Attribute, OnProgress
from segx_viewer.domain.request import CancelToken
from segx_viewer.explain.consensus import consensus, rank_map


@dataclass(frozen=True, slots=True)
class Randomisation:
    """Likeness of the map to the original while parameters are randomised from the output down to the input.

    Attributes
    ----------
    layers : tuple of str
        Module reached at each step; everything between it and the output is random.
    similarity : tuple of float or None
        Spearman rank correlation with the original map at each step, -1..1; None where a map is flat or not finite.
    """

    layers: tuple[str, ...]
    similarity: tuple[float | None, ...]

    @property
    def final(self) -> float | None:
        """Likeness once every parameter is random."""
        return self.similarity[-1]


@dataclass(frozen=True, slots=True)
class Stability:
    """Likeness of maps computed with different seeds, means over pairs: Spearman -1..1, IoU of the top 5 % 0..1."""

    rank_correlation: float
    top_overlap: float


def similarity(a: NDArray[np.floating], b: NDArray[np.floating]) -> float | None:
    """Spearman rank correlation of two maps; None where one of them is flat or not finite."""
    for A in (a, b):
        if not np.isfinite(A).all() or np.ptp(A) == 0:
            return None
    return float(np.corrcoef(rank_map(a).ravel(), rank_map(b).ravel())[0, 1])


def cascading_randomisation(
    network: nn.Module,
    attribute: Attribute,
    tensor: Tensor,
    *,
    steps: int = 10,
    seed: int = 0,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> Randomisation | None:
    """Randomise the network from its output to its input, and see whether the map changes, as it should.

    Each parameter is drawn anew from a normal distribution with its own mean and standard deviation, so that
    activations stay in range and the map does not vanish for numerical reasons alone. The network is restored
    afterwards, also after an error or a cancellation.

    Parameters
    ----------
    network : nn.Module
        The network that `attribute` explains: its own module, not a fused or exported copy.
    attribute : callable
    tensor : Tensor, shape (1, C, h, w)
    steps : int
        Number of maps at most, spread evenly over the layers; the last one has every parameter random.

    Returns
    -------
    Randomisation or None
        None where the original map is flat or not finite.
    """
    original = np.asarray(attribute(tensor, seed))
    if similarity(original, original) is None:
        return None
    layers = parameter_layers(network, tensor)[::-1]
    stops = set(np.rint(np.linspace(0, len(layers), steps + 1)[1:]).astype(int)) - {0}
    generator = torch.Generator().manual_seed(seed)
    reached, likeness = [], []
    with restored(network):
        for count, (name, module) in enumerate(layers, start=1):
            if cancel is not None:
                cancel.raise_if_cancelled()
            randomise(module.parameters(recurse=False), generator)
            if count not in stops:
                continue
            reached.append(name)
            likeness.append(similarity(original, np.asarray(attribute(tensor, seed))))
            if on_progress is not None:
                on_progress(count / len(layers))
    return Randomisation(tuple(reached), tuple(likeness))


def parameter_layers(network: nn.Module, tensor: Tensor) -> list[tuple[str, nn.Module]]:
    """Return the modules that own parameters, in the order in which one forward pass enters them.

    Modules that the pass does not enter (their parameters are used by others) count as nearest to the input.
    """
    owners = {
        module: name
        for name, module in network.named_modules()
        if next(module.parameters(recurse=False), None) is not None
    }
    entered: dict[nn.Module, None] = {}
    hooks = [module.register_forward_pre_hook(lambda module, _: entered.setdefault(module)) for module in owners]
    try:
        with torch.inference_mode():
            network(tensor)
    finally:
        for hook in hooks:
            hook.remove()
    order = [module for module in owners if module not in entered] + list(entered)
    return [(owners[module], module) for module in order]


@torch.no_grad()
def randomise(parameters: Iterator[nn.Parameter], generator: torch.Generator) -> None:
    """Draw parameters anew from normal distributions with their own mean and standard deviation, in place.

    A constant tensor holds nothing learned (untrained biases, for instance) and stays as it is.
    """
    for parameter in parameters:
        values = parameter.detach().float()
        spread = values.std(correction=0) if values.numel() > 1 else values.abs()
        drawn = torch.randn(parameter.shape, generator=generator).to(parameter.device) * spread + values.mean()
        parameter.copy_(drawn)


@contextmanager
def restored(network: nn.Module) -> Iterator[None]:
    """Give a network its parameters and buffers back on leaving, whatever happened inside."""
    kept = [(tensor, tensor.detach().clone()) for tensor in (*network.parameters(), *network.buffers())]
    try:
        yield
    finally:
        with torch.no_grad():
            for tensor, values in kept:
                tensor.copy_(values)


def seed_stability(
    attribute: Attribute,
    tensor: Tensor,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> Stability | None:
    """Compare the maps that different seeds give; 1 for a deterministic method.

    Returns
    -------
    Stability or None
        None where fewer than two of the maps rank the pixels.
    """
    maps = {}
    for count, seed in enumerate(seeds, start=1):
        if cancel is not None:
            cancel.raise_if_cancelled()
        maps[str(seed)] = np.asarray(attribute(tensor, seed))
        if on_progress is not None:
            on_progress(count / len(seeds))
    agreed = consensus(maps)
    return None if agreed is None else Stability(agreed.agreement, agreed.top_overlap)
