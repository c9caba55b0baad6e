"""Methods that draw at random: samples grow until two halves of them give the same map, or the budget ends.

A map of few samples is mostly noise, and its picture does not show it. Each half is drawn on its own, so that how far
the two agree tells how far another draw would give this map again; the map itself is made of both.
"""

from dataclasses import dataclass, field

from torch import Tensor

from segx_viewer.domain.result import Agreement

AGREED = 0.7
"""Spearman rank correlation of the halves' maps from which no more samples are drawn: their mean, of twice as many
samples, then has 2 r / (1 + r) = 0.82 with another such mean (Spearman 1910, Brown 1910)."""


@dataclass(slots=True)
class Halves:
    """Sums of two independent halves of a method's samples; batches go to each in turn.

    Attributes
    ----------
    counts : list of int
        Samples of each half so far.
    sums : list of tuple of Tensor
        Of each half, whatever the method adds up.
    """

    counts: list[int] = field(default_factory=lambda: [0, 0])
    sums: list[tuple[Tensor, ...]] = field(default_factory=lambda: [(), ()])

    @property
    def total(self) -> int:
        """Samples of both halves."""
        return sum(self.counts)

    @property
    def even(self) -> bool:
        """Whether both halves have the same number of samples."""
        return self.counts[0] == self.counts[1] > 0

    def add(self, count: int, *sums: Tensor) -> None:
        """Add a batch to the smaller half."""
        half = int(self.counts[1] < self.counts[0])
        known = self.sums[half]
        self.sums[half] = tuple(a + b for a, b in zip(known, sums, strict=True)) if known else sums
        self.counts[half] += count

    def whole(self) -> tuple[Tensor, ...]:
        """Return the sums of both halves."""
        first, second = self.sums
        return tuple(a + b for a, b in zip(first, second, strict=True)) if second else first


def agreement(first: Tensor, second: Tensor, samples: int) -> Agreement | None:
    """Return how far the maps (h, w) of two halves agree; None where one of them is flat or not finite."""
    from segx_viewer.explain.consensus import consensus  # SciPy is only needed for this

    both = consensus({"first": first.float().cpu().numpy(), "second": second.float().cpu().numpy()})
    if both is None:
        return None
    return Agreement(samples, both.agreement, both.top_overlap, both.agreement >= AGREED)
