"""Consensus of several attribution methods: where they agree that it matters, and where they disagree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from segx_viewer.explain.segx import DEFAULT_PERCENT, top


@dataclass(frozen=True, slots=True, eq=False)
class Consensus:
    """What several methods say together about one class.

    Attributes
    ----------
    mean_rank : ndarray, shape (h, w), float32, 0..1
        Mean over the methods of each pixel's rank (0 the least relevant pixel, 1 the most). A saliency map like
        any other: SegX and SegU apply to it.
    disagreement : ndarray, shape (h, w), float32, 0..0.5
        Standard deviation of those ranks over the methods; 0.5 where half put the pixel first and half last.
    methods : tuple of str
        The methods that took part.
    left_out : mapping of str to str
        Methods whose map ranks nothing, with the reason.
    rank_correlation : ndarray, shape (M, M)
        Spearman correlation of each two methods, -1..1.
    top_overlap : float
        Mean over pairs of methods of the IoU of their 5 % most relevant pixels, 0..1.
    """

    mean_rank: NDArray[np.float32] = field(repr=False)
    disagreement: NDArray[np.float32] = field(repr=False)
    methods: tuple[str, ...]
    left_out: Mapping[str, str]
    rank_correlation: NDArray[np.float64] = field(repr=False)
    top_overlap: float

    @property
    def agreement(self) -> float:
        """Mean Spearman correlation over pairs of methods, -1..1."""
        pairs = np.triu_indices(len(self.methods), k=1)
        return float(self.rank_correlation[pairs].mean())


def rank_map(A: NDArray[np.floating]) -> NDArray[np.float64]:
    """Replace each value by its rank, 0 for the lowest to 1 for the highest; ties share their mean rank.

    Examples
    --------
    >>> rank_map([[5.0, 1.0, 1.0]]).tolist()
    [[1.0, 0.25, 0.25]]
    """
    A = np.asarray(A)
    ranks: NDArray[np.float64] = rankdata(A, axis=None) - 1
    return (ranks / max(1, A.size - 1)).reshape(A.shape)


def consensus(maps: Mapping[str, NDArray[np.floating]]) -> Consensus | None:
    """Combine the maps of several methods for one class by their ranks.

    Ranks make methods comparable whose maps have no common scale; each method has one vote.

    Parameters
    ----------
    maps : mapping of str to ndarray, all of one shape (h, w), >= 0
        Saliency maps by method. Flat and non-finite ones are left out, with the reason.

    Returns
    -------
    Consensus or None
        None when fewer than two maps rank the pixels.

    Raises
    ------
    ValueError
        If the maps differ in shape.
    """
    if len({np.shape(A) for A in maps.values()}) > 1:
        raise ValueError("maps of different shapes have no consensus")
    left_out = {name: reason for name, A in maps.items() if (reason := _says_nothing(A))}
    used = {name: np.asarray(A) for name, A in maps.items() if name not in left_out}
    if len(used) < 2:
        return None
    ranks = np.stack([rank_map(A) for A in used.values()])
    tops = [top(A, DEFAULT_PERCENT) for A in used.values()]
    mean, deviation = ranks.mean(axis=0).astype(np.float32), ranks.std(axis=0).astype(np.float32)
    correlation = np.asarray(np.corrcoef(ranks.reshape(len(used), -1)))
    for array in (mean, deviation, correlation):
        array.setflags(write=False)
    return Consensus(
        mean_rank=mean,
        disagreement=deviation,
        methods=tuple(used),
        left_out=MappingProxyType(left_out),
        rank_correlation=correlation,
        top_overlap=float(np.mean([_overlap(a, b) for a, b in combinations(tops, 2)])),
    )


def _says_nothing(A: NDArray[np.floating]) -> str:
    if not np.isfinite(A).all():
        return "The map has values that are not finite."
    return "The map is flat: no pixel is more relevant than another." if np.ptp(A) == 0 else ""


def _overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 0.0
