"""Curves and max-sensitivity on tiny networks against slow plain versions."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.ndimage import correlate1d
from torch import nn

from segx_viewer.checks.faithfulness import (
    blurred,
    class_score,
    deletion,
    insertion,
    max_sensitivity,
    removal_order,
)
from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Activation
from segx_viewer.errors import AnalysisCancelled


@pytest.fixture
def network():
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)).eval()


@pytest.fixture
def tensor():
    return torch.randn(1, 3, 12, 16, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def saliency_map():
    return np.random.default_rng(5).permutation(12 * 16).reshape(12, 16).astype(np.float32)


def plain_curve(network, before, after, A, steps, index):
    """One pixel set after another, one image at a time, as in the paper."""
    order = sorted((-A[y, x], y, x) for y in range(A.shape[0]) for x in range(A.shape[1]))
    image, scores, done = before.clone(), [], 0
    for step in range(steps + 1):
        wanted = round(step / steps * A.size)
        for _, y, x in order[done:wanted]:
            image[0, :, y, x] = after[0, :, y, x]
        done = wanted
        with torch.no_grad():
            scores.append(network(image).softmax(1)[0, index].item())
    area = sum((a + b) / 2 for a, b in pairwise(scores)) / steps
    return scores, area


@pytest.mark.parametrize("batch_size", [1, 5, 100])
def test_deletion_equals_the_plain_version(network, tensor, saliency_map, batch_size):
    scores, area = plain_curve(network, tensor, torch.zeros_like(tensor), saliency_map, 12, 1)
    found = deletion(class_score(network, 1), tensor, saliency_map, steps=12, batch_size=batch_size)
    np.testing.assert_allclose(found.scores, scores, atol=1e-6)
    np.testing.assert_allclose(found.shares, np.arange(13) / 12)
    assert found.auc == pytest.approx(area, abs=1e-6)


def test_insertion_equals_the_plain_version(network, tensor, saliency_map):
    scores, area = plain_curve(network, blurred(tensor), tensor, saliency_map, 12, 2)
    found = insertion(class_score(network, 2), tensor, saliency_map, steps=12)
    np.testing.assert_allclose(found.scores, scores, atol=1e-6)
    assert found.auc == pytest.approx(area, abs=1e-6)


def test_ends_are_the_image_and_the_baseline(network, tensor, saliency_map):
    score, grey = class_score(network, 0), torch.full((1, 3, 1, 1), 0.3)
    found = deletion(score, tensor, saliency_map, baseline=grey, steps=4)
    assert found.scores[0] == pytest.approx(score(tensor).item())
    assert found.scores[-1] == pytest.approx(score(grey.expand_as(tensor)).item())


def test_a_faithful_map_beats_its_opposite():
    """The class is the mean of one corner: the map of that corner is the truth."""
    A = np.zeros((8, 8))
    A[:3, :3] = 1

    def score(batch):
        return batch[:, 0, :3, :3].mean((1, 2))

    tensor = torch.ones(1, 3, 8, 8)
    black = torch.zeros(1, 3, 1, 1)
    assert deletion(score, tensor, A).auc < 0.1 < 0.9 < deletion(score, tensor, 1 - A).auc
    assert (
        insertion(score, tensor, 1 - A, baseline=black).auc
        < 0.1
        < 0.9
        < insertion(score, tensor, A, baseline=black).auc
    )


def test_class_score_follows_the_activation(network, tensor):
    with torch.no_grad():
        logits = network(tensor)
    torch.testing.assert_close(class_score(network, 1)(tensor), logits.softmax(1)[:, 1])
    torch.testing.assert_close(class_score(network, 1, Activation.SIGMOID)(tensor), logits.sigmoid()[:, 1])


def test_order_falls_and_ties_are_drawn_by_lot():
    A = np.array([[2.0, 2.0, 2.0, 2.0, 9.0, 0.0]])
    order = removal_order(A, seed=1)
    assert order[0, 4] == 0
    assert order[0, 5] == 5
    assert sorted(order[0, :4]) == [1, 2, 3, 4]
    assert any(list(removal_order(A, seed)[0]) != list(order[0]) for seed in range(2, 10))
    np.testing.assert_array_equal(order, removal_order(A, seed=1))


def test_blur_is_a_mirrored_gaussian(tensor):
    x = np.arange(-5, 6)
    kernel = np.exp(-(x**2) / 50.0)
    kernel /= kernel.sum()
    expected = tensor.double().numpy()
    for axis in (2, 3):
        expected = correlate1d(expected, kernel, axis=axis, mode="mirror")
    np.testing.assert_allclose(blurred(tensor).numpy(), expected, atol=1e-5)


def test_a_map_of_another_shape_is_refused(network, tensor):
    with pytest.raises(ValueError, match="shape"):
        deletion(class_score(network, 0), tensor, np.eye(5))


def squares(x, seed):
    return (x[0] ** 2).sum(0).numpy()


def test_max_sensitivity_equals_the_plain_version(tensor):
    generator = torch.Generator().manual_seed(4)
    original, changes = squares(tensor, 0), []
    for _ in range(6):
        noise = 2 * torch.rand(tensor.shape, generator=generator) - 1
        assert noise.abs().max() <= 1
        moved = squares(tensor + 0.1 * noise, 0)
        changes.append(np.sqrt(((moved - original) ** 2).sum()) / np.sqrt((original**2).sum()))
    assert max_sensitivity(squares, tensor, radius=0.1, samples=6, seed=4) == pytest.approx(max(changes), rel=1e-5)


def test_max_sensitivity_of_a_constant_method_is_zero_and_grows_with_the_radius(tensor):
    assert max_sensitivity(lambda x, seed: np.eye(4), tensor) == 0
    near, far = (max_sensitivity(squares, tensor, radius=r) for r in (0.01, 0.2))
    assert 0 < near < far
    per_channel = torch.full((1, 3, 1, 1), 0.2)
    assert max_sensitivity(squares, tensor, radius=per_channel) == pytest.approx(far)


def test_max_sensitivity_gives_the_method_one_seed(tensor):
    seeds = []
    max_sensitivity(lambda x, seed: seeds.append(seed) or squares(x, seed), tensor, samples=3, seed=9)
    assert seeds == [9, 9, 9, 9]


def test_max_sensitivity_is_undefined_for_a_map_without_values(tensor):
    assert max_sensitivity(lambda x, seed: np.zeros((4, 4)), tensor) is None
    assert max_sensitivity(lambda x, seed: np.full((4, 4), np.nan), tensor) is None

    def breaks_down(x, seed):
        return np.eye(4) if x is tensor else np.full((4, 4), np.inf)

    assert max_sensitivity(breaks_down, tensor) is None


@pytest.mark.parametrize(
    "work",
    [
        lambda score, attribute, x, A, token: deletion(score, x, A, batch_size=4, cancel=token),
        lambda score, attribute, x, A, token: insertion(score, x, A, batch_size=4, cancel=token),
        lambda score, attribute, x, A, token: max_sensitivity(attribute, x, cancel=token),
    ],
)
def test_cancelled_between_batches(network, tensor, saliency_map, work):
    token, calls = CancelToken(), []

    def score(batch):
        calls.append(len(batch))
        token.cancel()
        return class_score(network, 0)(batch)

    def attribute(x, seed):
        calls.append(1)
        token.cancel()
        return squares(x, seed)

    with pytest.raises(AnalysisCancelled):
        work(score, attribute, tensor, saliency_map, token)
    assert len(calls) == 1


def test_progress_reaches_the_end(network, tensor, saliency_map):
    told = []
    deletion(class_score(network, 0), tensor, saliency_map, batch_size=7, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) == 8
