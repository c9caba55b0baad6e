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

from segx_viewer.inference.attribution.base import ClassMap, Described, Subject
from segx_viewer.inference.attribution.batches import in_batches

BATCH = 8


@dataclass(frozen=True, slots=True)
class GradientShap(Described):
    """Expected gradients between a blank, noisy baseline and the image (Lundberg 2017, Erion 2021)."""

    name: str = "gradient_shap"
    samples: int = 12

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class; the same seed gives the same map."""
        return _each_class(subject, classes, self.attribute)

    def attribute(self, subject: Subject, k: int) -> Tensor:
        """Return the signed attribution (1, 3, h, w)."""
        import captum.attr

        method = captum.attr.GradientShap(subject.score)
        x, baselines = _leaf(subject.tensor), baselines_of(subject.tensor)

        def sample(_start: int, count: int) -> Tensor:
            return count * method.attribute(x, baselines, target=k, n_samples=count, stdevs=0.05)

        with seeded(subject.seed):
            return torch.stack(list(in_batches(subject, self.samples, sample, BATCH))).sum(0) / self.samples


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
    samples: int = 16
    noise: float = 0.15

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class; the same seed gives the same map."""
        return _each_class(subject, classes, self.attribute)

    def attribute(self, subject: Subject, k: int) -> Tensor:
        """Return the signed attribution (1, 3, h, w); the noise is a share of the input's range."""
        import captum.attr

        method = captum.attr.NoiseTunnel(captum.attr.Saliency(subject.score))
        x = _leaf(subject.tensor)
        spread = self.noise * float(subject.tensor.max() - subject.tensor.min())

        def sample(_start: int, count: int) -> Tensor:
            return count * method.attribute(
                x, nt_type="smoothgrad", nt_samples=count, stdevs=spread, target=k, abs=False
            )

        with seeded(subject.seed):
            return torch.stack(list(in_batches(subject, self.samples, sample, BATCH))).sum(0) / self.samples


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


def _to_map(attribution: Tensor) -> NDArray[np.float32]:
    return attribution[0].detach().abs().mean(0).float().cpu().numpy()


GRADIENT_METHODS = (GradientShap(), IntegratedGradients(), SmoothGrad())
