"""Is a map faithful to its network? Deletion and insertion curves (Petsiuk 2018), max-sensitivity (Yeh 2019)."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Activation

Score = Callable[[Tensor], Tensor]
"""(N, C, h, w) inputs to the (N,) probabilities of the class under explanation."""

Attribute = Callable[[Tensor, int], NDArray[np.floating]]
"""One input (1, C, h, w) and a seed to a saliency map (h, w), >= 0. Deterministic methods ignore the seed."""

OnProgress = Callable[[float], None]
"""Told how far the work has come, 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Score of the class while pixels are replaced, most relevant first.

    Attributes
    ----------
    shares : ndarray, shape (S + 1,)
        Share of the pixels replaced, 0 to 1.
    scores : ndarray, shape (S + 1,)
        Probability of the class.
    auc : float
        Area under the curve by the trapezoid rule, 0..1.
    """

    shares: NDArray[np.float64] = field(repr=False)
    scores: NDArray[np.float64] = field(repr=False)
    auc: float


def class_score(network: nn.Module, class_index: int, activation: Activation = Activation.SOFTMAX) -> Score:
    """Return the function that gives one class's probability for a batch of inputs."""

    @torch.inference_mode()
    def score(batch: Tensor) -> Tensor:
        logits: Tensor = network(batch).float()
        probabilities = logits.softmax(1) if activation is Activation.SOFTMAX else logits.sigmoid()
        return probabilities[:, class_index]

    return score


def deletion(
    score: Score,
    tensor: Tensor,
    saliency_map: NDArray[np.floating],
    *,
    baseline: Tensor | None = None,
    steps: int = 50,
    batch_size: int = 16,
    seed: int = 0,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> Curve:
    """Remove the most relevant pixels first: the score of a faithful map falls early (low area is better).

    Parameters
    ----------
    score : callable
    tensor : Tensor, shape (1, C, h, w)
        Normalised input.
    saliency_map : ndarray, shape (h, w)
        Ties are ordered at random (seeded), not by their place in the image.
    baseline : Tensor, broadcastable to `tensor`, optional
        What pixels are replaced by; 0, the mean colour of the training images, as in the paper.
    steps : int
        Points on the curve beside the untouched image.
    cancel : CancelToken, optional
        Looked at between batches.

    Raises
    ------
    AnalysisCancelled
    """
    after = torch.zeros_like(tensor) if baseline is None else baseline.expand_as(tensor)
    return _replace(score, tensor, after, saliency_map, steps, batch_size, seed, cancel, on_progress)


def insertion(
    score: Score,
    tensor: Tensor,
    saliency_map: NDArray[np.floating],
    *,
    baseline: Tensor | None = None,
    steps: int = 50,
    batch_size: int = 16,
    seed: int = 0,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> Curve:
    """Bring the most relevant pixels back first: the score of a faithful map rises early (high area is better).

    The start is the blurred image, as in the paper, or `baseline`. See `deletion` for the parameters.
    """
    before = blurred(tensor) if baseline is None else baseline.expand_as(tensor)
    return _replace(score, before, tensor, saliency_map, steps, batch_size, seed, cancel, on_progress)


@torch.inference_mode()
def _replace(
    score: Score,
    before: Tensor,
    after: Tensor,
    saliency_map: NDArray[np.floating],
    steps: int,
    batch_size: int,
    seed: int,
    cancel: CancelToken | None,
    on_progress: OnProgress | None,
) -> Curve:
    place = torch.from_numpy(removal_order(saliency_map, seed)).to(before.device)
    if place.shape != before.shape[-2:]:
        raise ValueError(f"a map of shape {tuple(place.shape)} does not fit an input of {tuple(before.shape[-2:])}")
    counts = np.rint(np.linspace(0, place.numel(), steps + 1)).astype(np.int64)
    scores = []
    for start in range(0, len(counts), batch_size):
        if cancel is not None:
            cancel.raise_if_cancelled()
        replaced = torch.from_numpy(counts[start : start + batch_size]).to(place.device)[:, None, None, None]
        scores.append(score(torch.where(place < replaced, after, before)).double().cpu().numpy())
        if on_progress is not None:
            on_progress(min(1.0, (start + batch_size) / len(counts)))
    values, shares = np.concatenate(scores), counts / place.numel()
    return Curve(shares, values, float(np.trapezoid(values, shares)))


def removal_order(saliency_map: NDArray[np.floating], seed: int = 0) -> NDArray[np.int64]:
    """Return each pixel's place in the order of falling relevance, 0 first; ties in random order.

    Examples
    --------
    >>> removal_order(np.array([[1.0, 5.0, 3.0]])).tolist()
    [[2, 0, 1]]
    """
    A = np.asarray(saliency_map)
    lottery = np.random.default_rng(seed).permutation(A.size)
    place = np.empty(A.size, np.int64)
    place[np.lexsort((lottery, -A.ravel()))] = np.arange(A.size)
    return place.reshape(A.shape)


def blurred(tensor: Tensor, size: int = 11, sigma: float = 5.0) -> Tensor:
    """Blur an input (N, C, h, w) with Petsiuk's Gaussian (11 x 11, sigma 5), mirrored at the border."""
    x = torch.arange(size, dtype=tensor.dtype, device=tensor.device) - size // 2
    kernel = torch.exp(-(x**2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).expand(tensor.shape[1], 1, 1, size)
    padded = functional.pad(tensor, [size // 2] * 4, mode="reflect")
    rows = functional.conv2d(padded, kernel, groups=tensor.shape[1])
    return functional.conv2d(rows, kernel.transpose(2, 3), groups=tensor.shape[1])


def max_sensitivity(
    attribute: Attribute,
    tensor: Tensor,
    *,
    radius: float | Tensor = 0.02,
    samples: int = 10,
    seed: int = 0,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> float | None:
    """Largest relative change of the map when the input changes a little (low is better).

    max over samples of |A(x + d) - A(x)| / |A(x)|, d uniform within +-radius (Monte-Carlo form of the paper, the
    norm being Euclidean). The method's own seed stays the same, so that only the input differs.

    Parameters
    ----------
    radius : float or Tensor, broadcastable to `tensor`
        In units of the normalised input; for r on the 0..1 scale of the picture pass r / std.

    Returns
    -------
    float or None
        None where undefined: the map is zero, or one of the maps is not finite.
    """
    generator = torch.Generator().manual_seed(seed)
    original = np.asarray(attribute(tensor, seed), np.float64)
    norm = float(np.linalg.norm(original))
    if norm == 0 or not np.isfinite(norm):
        return None
    largest = 0.0
    for sample in range(samples):
        if cancel is not None:
            cancel.raise_if_cancelled()
        noise = 2 * torch.rand(tensor.shape, generator=generator, dtype=tensor.dtype) - 1
        moved = np.asarray(attribute(tensor + radius * noise.to(tensor.device), seed), np.float64)
        change = float(np.linalg.norm(moved - original)) / norm
        if not np.isfinite(change):
            return None
        largest = max(largest, change)
        if on_progress is not None:
            on_progress((sample + 1) / samples)
    return largest
