"""Gradient-based attribution through captum; signs are dropped by the mean absolute value over the channels.

Captum is imported when first used: with the plotting library that it brings, that takes a second.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segx_viewer.domain.result import Target
from segx_viewer.inference.attribution import published
from segx_viewer.inference.attribution.base import ClassMap, Described, Subject
from segx_viewer.inference.attribution.batches import in_batches
from segx_viewer.inference.attribution.halves import Halves, agreement
from segx_viewer.inference.attribution.published import draws_of_shap, expected_gradients

BATCH = 8
FIRST = 16
"""Samples after which the first map is shown, and the halves are compared."""
MOST = 64
"""Samples after which no more are drawn."""

Draws = Callable[[int], Tensor]
"""So many samples to their mean (1, C, h, w), from the global generators."""


@dataclass(frozen=True, slots=True)
class GradientShap(Described):
    """Expected gradients between a blank, noisy baseline and the image (Lundberg 2017, Erion 2021)."""

    name: str = "gradient_shap"
    samples: int = MOST

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class, first coarse, then fine; the same seed gives the same map.

        As published, where the bundle keeps the baselines for that.
        """
        for done, k in enumerate(classes):
            portion = subject.portion(done, len(classes))
            if subject.target is Target.PROBABILITY and subject.baselines is not None:
                yield k, _as_published(portion, k, subject.baselines)
            else:
                yield from _grown(portion, k, self._draws(subject, k), self.samples)

    def attribute(self, subject: Subject, k: int) -> Tensor:
        """Return the signed attribution (1, 3, h, w) of all samples, whether or not fewer agree."""
        return _all(subject, self._draws(subject, k), self.samples)

    @staticmethod
    def _draws(subject: Subject, k: int) -> Draws:
        import captum.attr

        method = captum.attr.GradientShap(subject.score)
        x, baselines = _leaf(subject.tensor), baselines_of(subject.tensor)
        return lambda count: method.attribute(x, baselines, target=k, n_samples=count, stdevs=0.05)


@dataclass(frozen=True, slots=True)
class IntegratedGradients(Described):
    """Path integral of the gradient from the image's mean colour to the image (Sundararajan 2017)."""

    name: str = "integrated_gradients"
    steps: int = 24

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class."""
        return _each_class(subject, classes, self.attribute)

    def attribute(self, subject: Subject, k: int) -> Tensor:
        """Return the signed attribution (1, 3, h, w); it sums to the score less the baseline's score."""
        import captum.attr

        nodes, weights = np.polynomial.legendre.leggauss(self.steps)
        baseline = baselines_of(subject.tensor)[:1]
        way = subject.tensor - baseline

        def portion(start: int, count: int) -> Tensor:
            # captum's own gradients, at Gauss-Legendre nodes of this batch only.
            some = slice(start, start + count)
            alphas = torch.tensor((nodes[some] + 1) / 2, dtype=way.dtype, device=way.device)[:, None, None, None]
            points = _leaf(baseline + alphas * way)
            gradients = captum.attr.Saliency(subject.score).attribute(points, target=k, abs=False)
            share = torch.tensor(weights[some] / 2, dtype=way.dtype, device=way.device)
            return torch.einsum("n,nchw->chw", share, gradients)[None]

        return way * sum(in_batches(subject, self.steps, portion, BATCH))


@dataclass(frozen=True, slots=True)
class SmoothGrad(Described):
    """Mean gradient of noisy copies of the image (Smilkov 2017)."""

    name: str = "smoothgrad"
    samples: int = MOST
    noise: float = 0.15

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class, first coarse, then fine; the same seed gives the same map."""
        for done, k in enumerate(classes):
            yield from _grown(subject.portion(done, len(classes)), k, self._draws(subject, k), self.samples)

    def attribute(self, subject: Subject, k: int) -> Tensor:
        """Return the signed attribution (1, 3, h, w) of all samples, whether or not fewer agree."""
        return _all(subject, self._draws(subject, k), self.samples)

    def _draws(self, subject: Subject, k: int) -> Draws:
        """Return the mean gradients of so many noisy copies; the noise is a share of the input's range."""
        import captum.attr

        method = captum.attr.NoiseTunnel(captum.attr.Saliency(subject.score))
        x = _leaf(subject.tensor)
        spread = self.noise * float(subject.tensor.max() - subject.tensor.min())
        return lambda count: method.attribute(
            x, nt_type="smoothgrad", nt_samples=count, stdevs=spread, target=k, abs=False
        )


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from fresh generators for a while: captum takes random numbers from torch's and from NumPy's global one."""
    state = np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002


def _sums(subject: Subject, draws: Draws, most: int) -> Iterator[tuple[int, Tensor]]:
    """Yield batches of samples as their number and sum, each from generators of its own."""

    def draw(start: int, count: int) -> tuple[int, Tensor]:
        with seeded(int(np.random.SeedSequence([subject.seed, start]).generate_state(1)[0])):
            return count, count * draws(count).detach()

    yield from in_batches(subject, most, draw, BATCH)


def _all(subject: Subject, draws: Draws, count: int) -> Tensor:
    return torch.stack([total for _, total in _sums(subject, draws, count)]).sum(0) / count


def _grown(subject: Subject, k: int, draws: Draws, most: int) -> Iterator[ClassMap]:
    """Yield a coarse map, and the one of ever more samples, of which two halves agree or no more may be drawn."""
    halves, coarse = Halves(), True
    for count, total in _sums(subject, draws, most):
        halves.add(count, total)
        last = halves.total >= most
        if not last and (halves.total < FIRST or not halves.even):
            continue
        agreed = None
        if min(halves.counts):
            a, b = (sums[0] / n for sums, n in zip(halves.sums, halves.counts, strict=True))
            agreed = agreement(_grey(a), _grey(b), halves.total)
        last = last or (agreed is not None and agreed.enough)
        if last or coarse:
            coarse = False
            subject.on_agreement(k, agreed)
            yield k, _to_map(halves.whole()[0] / halves.total)
        if last:
            break
    subject.on_fraction(1.0)


def _as_published(subject: Subject, k: int, baselines: Tensor) -> NDArray[np.float32]:
    grown = expected_gradients(
        subject, k, baselines, draws_of_shap(subject.seed, len(baselines), published.SAMPLES), BATCH
    )
    first, second = (_grey(torch.stack(grown[half::2]).mean(0)) for half in (0, 1))
    subject.on_agreement(k, agreement(first, second, len(grown)))
    return _to_map(torch.stack(grown).mean(0))


def baselines_of(tensor: Tensor) -> Tensor:
    """Return two answers to "what is nothing?", (2, 3, h, w): the image's own mean colour, and black."""
    mean = tensor.mean((2, 3), keepdim=True).expand_as(tensor)
    return torch.cat([mean, torch.full_like(tensor, float(tensor.min()))])


def _each_class(
    subject: Subject, classes: Sequence[int], attribute: Callable[[Subject, int], Tensor]
) -> Iterator[ClassMap]:
    for done, k in enumerate(classes):
        yield k, _to_map(attribute(subject.portion(done, len(classes)), k))


def _leaf(tensor: Tensor) -> Tensor:
    """Return the values as a tensor that gradients reach; captum warns when it must set this itself."""
    return tensor.detach().requires_grad_()


def _grey(attribution: Tensor) -> Tensor:
    """Drop the signs: the mean absolute value over the channels, (h, w)."""
    return attribution[0].detach().abs().mean(0)


def _to_map(attribution: Tensor) -> NDArray[np.float32]:
    return _grey(attribution).float().cpu().numpy()


GRADIENT_METHODS = (GradientShap(), IntegratedGradients(), SmoothGrad())
