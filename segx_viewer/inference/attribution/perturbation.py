"""Attribution by covering parts of the input and asking again. Forward passes only; one set serves all classes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from segx_viewer.domain.result import Agreement
from segx_viewer.inference.attribution.base import ClassMap, Described, Subject
from segx_viewer.inference.attribution.batches import in_batches
from segx_viewer.inference.attribution.halves import Halves, agreement


@dataclass(frozen=True, slots=True)
class Occlusion(Described):
    """How far the score falls when a square is painted in the image's mean colour, at every place (Zeiler 2014).

    First with large squares side by side, for an early coarse map, then with overlapping smaller ones.
    """

    name: str = "occlusion"
    coarse: int = 4
    fine: int = 8

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class, first coarse, then fine. Squares that raise the score count as 0."""
        original = subject.of_logits(subject.passed.logits.detach())[0]
        parts = self.coarse**2, (2 * self.fine - 1) ** 2
        for begin, total, squares in (
            (0, parts[0], _squares(subject.input_shape, self.coarse, overlap=False)),
            (parts[0], parts[1], _squares(subject.input_shape, self.fine, overlap=True)),
        ):
            portion = _share(subject, begin, total, sum(parts))
            drops = original.to(squares.device) - _scores_covered(portion, squares)
            covered = squares.sum(0).clamp(min=1)
            for k in classes:
                mean_drop = torch.einsum("n,nhw->hw", drops[:, k], squares) / covered
                yield k, _numpy(mean_drop.clamp(min=0))


@dataclass(frozen=True, slots=True)
class Rise(Described):
    """How much higher the score is when a pixel is visible, over random masks (Petsiuk 2018).

    The paper weights the masks by the score. Logits may be negative, so here the mean score over all masks is taken
    off first, which changes no order among the pixels; what lies below the mean counts as 0.
    """

    name: str = "rise"
    masks: int = 960
    first: int = 240
    cells: int = 7
    visible: float = 0.5

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class: coarse maps after an eighth of the masks, then the final ones.

        From `first` masks on, none is drawn once two halves of them agree.
        """
        generator = torch.Generator().manual_seed(subject.seed)
        nothing = subject.tensor.mean((2, 3), keepdim=True)
        halves = Halves()

        @torch.no_grad()
        def look(_start: int, count: int) -> tuple[int, Tensor, Tensor, Tensor]:
            masks = self._draw(count, subject.input_shape, generator).to(subject.tensor.device)
            scores = subject.score(nothing + masks[:, None] * (subject.tensor - nothing))
            return count, torch.einsum("nk,nhw->khw", scores, masks), masks.sum(0), scores.sum(0)

        early, due = self.masks // 8, self.first
        for found in in_batches(subject, self.masks, look):
            halves.add(*found)
            if early and halves.total >= early:
                early = 0
                yield from self._result(halves, classes)
            if halves.even and halves.total >= due:
                due += self.first // 2
                if all(agreed is not None and agreed.enough for agreed in self._agreements(halves, classes).values()):
                    break
        for k, agreed in self._agreements(halves, classes).items():
            subject.on_agreement(k, agreed)
        yield from self._result(halves, classes)
        subject.on_fraction(1.0)

    @staticmethod
    def _agreements(halves: Halves, classes: Sequence[int]) -> dict[int, Agreement | None]:
        if not min(halves.counts):
            return {}
        first, second = (_gains(sums, n) for sums, n in zip(halves.sums, halves.counts, strict=True))
        return {k: agreement(first[k], second[k], halves.total) for k in classes}

    @staticmethod
    def _result(halves: Halves, classes: Sequence[int]) -> Iterator[ClassMap]:
        gains = _gains(halves.whole(), halves.total)
        for k in classes:
            yield k, _numpy(gains[k].clamp(min=0))

    def _draw(self, count: int, shape: tuple[int, int], generator: torch.Generator) -> Tensor:
        """Draw smooth masks (N, h, w): coarse cells on or off, enlarged, and shifted by a part of a cell."""
        cell = [-(-side // self.cells) for side in shape]
        coarse = (torch.rand(count, 1, self.cells + 1, self.cells + 1, generator=generator) < self.visible).float()
        size = [(self.cells + 1) * side for side in cell]
        large = functional.interpolate(coarse, size, mode="bilinear", align_corners=False)[:, 0]
        tops = torch.randint(cell[0], (count,), generator=generator).tolist()
        lefts = torch.randint(cell[1], (count,), generator=generator).tolist()
        h, w = shape
        places = zip(large, tops, lefts, strict=True)
        return torch.stack([m[top : top + h, left : left + w] for m, top, left in places])


def _gains(sums: tuple[Tensor, ...], seen: int) -> Tensor:
    """Return how much higher each class's score is where a pixel is visible, (K, h, w), of sums over masks."""
    weighted, masks, scores = sums
    return weighted / masks.clamp(min=1e-6) - scores[:, None, None] / seen


def _squares(shape: tuple[int, int], count: int, *, overlap: bool) -> Tensor:
    """Return masks (N, h, w), 1 where covered: `count` squares a side, or nearly twice that with half overlaps."""
    edges = [np.linspace(0, side, (2 * count if overlap else count) + 1).round().astype(int) for side in shape]
    width = 2 if overlap else 1
    masks = []
    for top, bottom in zip(edges[0], edges[0][width:], strict=False):
        for left, right in zip(edges[1], edges[1][width:], strict=False):
            mask = torch.zeros(shape)
            mask[top:bottom, left:right] = 1
            masks.append(mask)
    return torch.stack(masks)


@torch.no_grad()
def _scores_covered(subject: Subject, squares: Tensor) -> Tensor:
    """Return the targets (N, K) with each square painted in the image's mean colour."""
    colour = subject.tensor.mean((2, 3), keepdim=True)

    def look(start: int, count: int) -> Tensor:
        masks = squares[start : start + count, None].to(subject.tensor.device)
        return subject.score(torch.lerp(subject.tensor, colour, masks))

    return torch.cat(list(in_batches(subject, len(squares), look))).to(squares.device)


def _share(subject: Subject, begin: int, count: int, total: int) -> Subject:
    tell = subject.on_fraction
    return replace(subject, on_fraction=lambda fraction: tell((begin + fraction * count) / total))


def _numpy(tensor: Tensor) -> NDArray[np.float32]:
    return tensor.float().cpu().numpy()


PERTURBATION_METHODS = (Occlusion(), Rise())
