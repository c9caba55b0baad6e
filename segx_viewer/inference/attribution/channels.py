"""Score-CAM and Ablation-CAM: each channel of the target layer is weighted by what the network says about it.

Weights are those of the grad-cam package. Its own loops hold every upsampled channel in memory at once, run once for
each class and cannot be cancelled; here all classes share one set of passes, batch by batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from segx_viewer.domain.result import Target
from segx_viewer.inference.attribution.base import ClassMap, Described, Subject
from segx_viewer.inference.attribution.batches import in_batches
from segx_viewer.inference.attribution.gradcam import (
    activation_maps,
    class_gradients,
    layer_output,
)
from segx_viewer.inference.cam import to_input_grid
from segx_viewer.networks.forward import scores_from
from segx_viewer.networks.spatial import channel_axis, prefix_tokens

_EARLY = 8  # a coarse map is made of the first part in so many


@dataclass(frozen=True, slots=True)
class ScoreCam(Described):
    """Weights: softmax over the channels of the score of the input seen through each channel."""

    name: str = "scorecam"

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, raw map) for each class: coarse maps of an eighth of the channels, then the final ones."""
        activations = activation_maps(subject)[0]
        scores: list[Tensor] = []
        early, seen = len(activations) // _EARLY, 0
        for found in scored(subject, torch.from_numpy(activations).to(subject.tensor.device)):
            scores.append(found)
            seen += len(found)
            last = seen == len(activations)
            if last or (early and seen >= early):
                early = 0
                weights = torch.cat(scores).softmax(0).cpu().numpy()
                yield from _weighted(activations[:seen], weights, classes, subject.input_shape)


@dataclass(frozen=True, slots=True)
class AblationCam(Described):
    """Weights: how far the score falls when the channel is set to zero.

    The paper divides the drop by the score. A logit may be negative, which would turn the map's sign: the drop itself
    is taken, which is the same map up to a positive factor where the logit is positive.
    """

    name: str = "ablationcam"

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, raw map) for each class."""
        subject.cancel.raise_if_cancelled()
        activations = activation_maps(subject)
        original = subject.of_logits(subject.passed.logits.detach())
        weights = (original - ablated_scores(subject)).cpu().numpy()
        yield from _weighted(activations[0], weights, classes, subject.input_shape)
        subject.on_fraction(1.0)


def scored(subject: Subject, channels: Tensor) -> Iterator[Tensor]:
    """Yield the targets (n, K) of the input multiplied by upsampled, min-max-scaled channels (C, h, w), by batches."""

    @torch.no_grad()
    def score(start: int, count: int) -> Tensor:
        some = channels[start : start + count, None]
        large = functional.interpolate(some, subject.input_shape, mode="bilinear", align_corners=True)
        low, high = large.amin((2, 3), keepdim=True), large.amax((2, 3), keepdim=True)
        return subject.score(subject.tensor * ((large - low) / (high - low + 1e-8)))

    return in_batches(subject, len(channels), score)


def ablated_scores(subject: Subject) -> Tensor:
    """Return the targets (C, K) with each channel of the target layer set to zero, wherever it has a place.

    Where the logits are an affine function of the layer (pooling and one linear layer above it), each channel's share
    of them is its gradient times its activation, exactly, and no further pass is needed.
    """
    shares = logit_shares(subject)
    if _add_up(subject, shares):
        return subject.of_logits(subject.passed.logits.detach() - shares)
    each = torch.eye(len(shares), dtype=torch.bool)

    def score(start: int, count: int) -> Tensor:
        return _without(subject, each[start : start + count])

    return torch.cat(list(in_batches(subject, len(each), score)))


def logit_shares(subject: Subject) -> Tensor:
    """Return gradient times activation of each logit, summed over the channel's places, (C, K)."""
    classes = range(subject.passed.logits.shape[1])
    gradients = class_gradients(replace(subject, target=Target.LOGIT), classes)
    shares = np.einsum("kchw,chw->ck", gradients, activation_maps(subject)[0])
    return torch.from_numpy(shares).to(subject.tensor.device)


def _add_up(subject: Subject, shares: Tensor, trials: int = 4) -> bool:
    """Whether the shares of many channels together are what the logits lose without them, for random halves."""
    generator = torch.Generator().manual_seed(0)
    halves = torch.rand(trials, len(shares), generator=generator) < 0.5
    expected = subject.passed.logits.detach() - halves.to(shares) @ shares
    return torch.allclose(_without(replace(subject, target=Target.LOGIT), halves), expected, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def _without(subject: Subject, removed: Tensor) -> Tensor:
    """Return the targets (N, K) with channels (N, C) of the target layer set to zero, wherever they have a place."""
    whole = layer_output(subject).detach()
    axis = channel_axis(whole, subject.input_shape)
    kept = (~removed).to(whole).reshape(len(removed), *(-1 if i == axis else 1 for i in range(1, whole.ndim)))
    ablated = whole * kept
    if prefix := prefix_tokens(whole, subject.input_shape):
        ablated[:, :prefix] = whole[:, :prefix]
    inputs = subject.tensor.expand(len(removed), -1, -1, -1)
    return subject.of_logits(scores_from(subject.network, inputs, subject.target_layer, ablated))


def _weighted(
    activations: NDArray[np.float32], weights: NDArray[np.float32], classes: Sequence[int], shape: tuple[int, int]
) -> Iterator[ClassMap]:
    for k in classes:
        yield k, to_input_grid(np.tensordot(weights[:, k], activations, 1), shape)


CHANNEL_METHODS = (ScoreCam(), AblationCam())
