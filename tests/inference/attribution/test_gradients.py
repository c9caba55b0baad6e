# ruff: noqa: NPY002 - captum draws from NumPy's global generator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled
from segx_viewer.inference.attribution import METHODS
from segx_viewer.inference.attribution.gradients import (
    GradientShap,
    IntegratedGradients,
    SmoothGrad,
    baselines_of,
    seeded,
)

RANDOM = [name for name, method in METHODS.items() if method.info.seeded]
# Ablation-CAM of an affine head needs no batches; see test_cams.py.
SLOW = [name for name, method in METHODS.items() if method.info.cost != "fast" and name != "ablationcam"]


class Linear(nn.Module):
    """Scores are weighted sums of the pixels: every method's answer is known."""

    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(2, *shape, generator=torch.Generator().manual_seed(1)))

    def forward(self, x):
        return torch.einsum("kchw,nchw->nk", self.weight, x)


@pytest.fixture
def linear(subject):
    network = Linear(subject.tensor.shape[1:]).requires_grad_(False)
    return replace(subject, network=network)


def test_integrated_gradients_sum_to_the_difference_of_scores(subject):
    baseline = baselines_of(subject.tensor)[:1]
    with torch.no_grad():
        difference = subject.score(subject.tensor) - subject.score(baseline)
    for k in range(4):
        total = IntegratedGradients(steps=128).attribute(subject, k).sum()
        assert total == pytest.approx(float(difference[0, k]), rel=0.02)


def test_integrated_gradients_do_not_depend_on_the_batch(subject, monkeypatch):
    whole = IntegratedGradients().attribute(subject, 1)
    monkeypatch.setattr("segx_viewer.inference.attribution.gradients.BATCH", 5)
    torch.testing.assert_close(IntegratedGradients().attribute(subject, 1), whole, rtol=1e-4, atol=1e-6)


def test_gradient_shap_of_a_linear_score_is_exact_on_average(linear):
    """Weight times input less the mean baseline; the residue is the sampling of baselines and noise."""
    found = GradientShap(samples=400).attribute(linear, 1)
    expected = linear.network.weight[1] * (linear.tensor - baselines_of(linear.tensor).mean(0))
    assert float((found - expected).abs().mean()) < 0.1 * float(expected.abs().mean())


def test_gradient_shap_is_complete_on_average(subject):
    baselines = baselines_of(subject.tensor)
    with torch.no_grad():
        difference = subject.score(subject.tensor)[0, 0] - subject.score(baselines)[:, 0].mean()
    assert abs(difference) > 0.3
    found = GradientShap(samples=800).attribute(subject, 0).sum()
    assert float(found) == pytest.approx(float(difference), abs=0.06)


def test_smoothgrad_of_a_linear_score_is_its_weight(linear):
    torch.testing.assert_close(SmoothGrad().attribute(linear, 0)[0], linear.network.weight[0])


def test_smoothgrad_without_noise_is_the_gradient(subject):
    x = subject.tensor.clone().requires_grad_()
    gradient = torch.autograd.grad(subject.score(x)[0, 3], x)[0]
    torch.testing.assert_close(SmoothGrad(noise=1e-9).attribute(subject, 3), gradient, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", RANDOM)
def test_random_methods_are_seeded(subject, name):
    def draw(seed):
        *_, (_, found) = METHODS[name].maps(replace(subject, seed=seed), [1])
        return found

    first = draw(0)
    np.random.rand(3)
    torch.rand(3)
    np.testing.assert_array_equal(draw(0), first)
    assert not np.array_equal(draw(1), first)


def test_seeding_leaves_the_global_generators_alone():
    np.random.seed(11)
    torch.manual_seed(11)
    expected = np.random.rand(), torch.rand(1).item()
    np.random.seed(11)
    torch.manual_seed(11)
    with seeded(5):
        np.random.rand(7)
        torch.rand(7)
    assert (np.random.rand(), torch.rand(1).item()) == expected


@pytest.mark.parametrize("name", list(METHODS))
def test_a_cancelled_method_stops(subject, name):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(AnalysisCancelled):
        list(METHODS[name].maps(replace(subject, cancel=cancel), [0]))


@pytest.mark.parametrize("name", SLOW)
def test_slow_methods_stop_between_batches(subject, name):
    cancel, fractions = CancelToken(), []

    def after_the_first_batch(fraction):
        fractions.append(fraction)
        cancel.cancel()

    subject = replace(subject, cancel=cancel, on_fraction=after_the_first_batch)
    with pytest.raises(AnalysisCancelled):
        list(METHODS[name].maps(subject, [0, 1]))
    assert len(fractions) == 1


@pytest.mark.parametrize("name", list(METHODS))
def test_progress_rises_to_the_end(subject, name):
    fractions = []
    list(METHODS[name].maps(replace(subject, on_fraction=fractions.append), [0, 2]))
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert 0 < fractions[0] <= 1
