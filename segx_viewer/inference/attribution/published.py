"""Gradient SHAP as SegX's reference implementation computes it: shap's expected gradients, from images as baselines.

Zhang 2025 explains with `shap.GradientExplainer` (Erion 2021): 50 times, one of 50 images of the validation set is
drawn, and a point between it and the image; the class's sigmoid score is differentiated there. The draws are those that
shap makes for the same seed, so that the maps are its maps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segx_viewer.inference.attribution.base import Subject
from segx_viewer.inference.attribution.batches import in_batches

SAMPLES = 50
"""Points between the image and a baseline, and baselines, as published."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One point: the baseline's number, and how far it lies from there to the image, 0..1."""

    baseline: int
    way: float


def draws_of_shap(seed: int, baselines: int, samples: int) -> list[Draw]:
    """Return the points that shap draws; for every class the same ones."""
    generator = np.random.RandomState(seed)
    return [Draw(int(generator.choice(baselines)), float(generator.uniform())) for _ in range(samples)]


def expected_gradients(subject: Subject, k: int, baselines: Tensor, draws: Sequence[Draw], batch: int) -> list[Tensor]:
    """Return the attribution (1, C, h, w) of every single draw; their mean is the signed attribution."""

    def some(start: int, count: int) -> Tensor:
        chosen = draws[start : start + count]
        begin = baselines[[draw.baseline for draw in chosen]].to(subject.tensor)
        way = torch.tensor([draw.way for draw in chosen]).to(subject.tensor)[:, None, None, None]
        points = (way * subject.tensor + (1 - way) * begin).requires_grad_()
        (gradients,) = torch.autograd.grad(subject.score(points)[:, k].sum(), points)
        return gradients * (subject.tensor - begin)

    return list(torch.cat(list(in_batches(subject, len(draws), some, batch))).split(1))
