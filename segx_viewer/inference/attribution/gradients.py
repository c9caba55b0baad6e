"""Gradient-based attribution through captum; signs are dropped by the mean absolute value over the channels."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import captum.attr
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segx_viewer.domain.result import Target
from segx_viewer.inference.attribution.base import ClassMap, Subject

STEPS = 24
SAMPLES = 12
BATCH = 8


@dataclass(frozen=True, slots=True)
class GradientShap:
    """Expected gradients between a blank, noisy baseline and the image (Lundberg 2017, Erion 2021)."""

    name: str = "gradient_shap"
    label: str = "Gradient SHAP"
    paper: str = "Lundberg 2017"
    cost: str = "slow"
    random: bool = True
    signed: bool = True
    needs_layer: bool = False

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class; the same seed gives the same map."""
        for done, k in enumerate(classes):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(subject.seed)
                method = captum.attr.GradientShap(_target_function(subject))
                total = torch.zeros_like(subject.tensor)
                for start in range(0, SAMPLES, BATCH):
                    subject.cancel.raise_if_cancelled()
                    count = min(BATCH, SAMPLES - start)
                    total += count * method.attribute(
                        subject.tensor, _baselines(subject.tensor), target=k, n_samples=count, stdevs=0.05
                    )
            yield k, _to_map(total / SAMPLES)
            subject.on_fraction((done + 1) / len(classes))


@dataclass(frozen=True, slots=True)
class IntegratedGradients:
    """Path integral of the gradient from the image's mean colour to the image (Sundararajan 2017)."""

    name: str = "integrated_gradients"
    label: str = "Integrated Gradients"
    paper: str = "Sundararajan 2017"
    cost: str = "slow"
    random: bool = False
    signed: bool = True
    needs_layer: bool = False

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) for each class."""
        method = captum.attr.IntegratedGradients(_target_function(subject))
        for done, k in enumerate(classes):
            subject.cancel.raise_if_cancelled()
            attribution = method.attribute(
                subject.tensor, _baselines(subject.tensor)[:1], target=k, n_steps=STEPS, internal_batch_size=BATCH
            )
            yield k, _to_map(attribution)
            subject.on_fraction((done + 1) / len(classes))


def _target_function(subject: Subject) -> Callable[[Tensor], Tensor]:
    def function(x: Tensor) -> Tensor:
        logits = subject.network(x)
        return logits.sigmoid() if subject.target is Target.PROBABILITY else logits

    return function


def _baselines(tensor: Tensor) -> Tensor:
    """Return two answers to "what is nothing?", (2, 3, h, w): the image's own mean colour, and black."""
    mean = tensor.mean((2, 3), keepdim=True).expand_as(tensor)
    return torch.cat([mean, torch.full_like(tensor, float(tensor.min()))])


def _to_map(attribution: Tensor) -> NDArray[np.float32]:
    return attribution[0].detach().abs().mean(0).float().cpu().numpy()


GRADIENT_METHODS = (GradientShap(), IntegratedGradients())
