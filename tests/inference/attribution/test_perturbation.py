from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from segx_viewer.inference.attribution.batches import in_batches
from segx_viewer.inference.attribution.perturbation import Occlusion, Rise


class Spots(nn.Module):
    """Class k sees the mean of one of two places."""

    places = ((slice(8, 16), slice(12, 24)), (slice(40, 56), slice(72, 84)))

    def forward(self, x):
        return torch.stack([x[:, :, rows, columns].mean((1, 2, 3)) for rows, columns in self.places], 1)


@pytest.fixture
def spots(subject):
    network = Spots()
    x = torch.zeros_like(subject.tensor)
    for rows, columns in Spots.places:
        x[..., rows, columns] = 1
    return replace(subject, network=network, tensor=x, passed=replace(subject.passed, logits=network(x)))


@pytest.mark.parametrize("method", [Occlusion(), Rise(masks=1600)])
def test_the_place_that_a_class_sees_is_found(spots, method):
    last = dict(method.maps(spots, [0, 1]))
    for k, place in enumerate(Spots.places):
        y, x = np.unravel_index(last[k].argmax(), last[k].shape)
        assert place[0].start - 4 <= y < place[0].stop + 4
        assert place[1].start - 6 <= x < place[1].stop + 6


def test_a_coarse_map_comes_early(spots):
    for method in (Occlusion(), Rise()):
        fractions = []
        order = []
        for k, _ in method.maps(replace(spots, on_fraction=fractions.append), [0, 1]):
            order.append((k, fractions[-1]))
        assert [k for k, _ in order] == [0, 1, 0, 1]
        assert order[0][1] < 0.2


def test_occlusion_by_hand(spots):
    """Every position's drop, averaged over the squares that cover a pixel; slowly."""
    method = Occlusion(coarse=2, fine=4)
    found = dict(method.maps(spots, [0]))[0]
    h, w = spots.input_shape
    colour = spots.tensor.mean((2, 3), keepdim=True)
    drops, covered = np.zeros((h, w)), np.zeros((h, w))
    for top in range(0, h - h // 4 + 1, h // 8):
        for left in range(0, w - w // 4 + 1, w // 8):
            x = spots.tensor.clone()
            x[..., top : top + h // 4, left : left + w // 4] = colour
            drop = float(spots.score(spots.tensor)[0, 0] - spots.score(x)[0, 0])
            drops[top : top + h // 4, left : left + w // 4] += drop
            covered[top : top + h // 4, left : left + w // 4] += 1
    np.testing.assert_allclose(found, np.maximum(drops / covered, 0), atol=1e-5)


def test_rise_by_hand(spots):
    method = Rise(masks=40)
    found = dict(method.maps(spots, [1]))[1]
    generator = torch.Generator().manual_seed(spots.seed)
    masks = torch.cat([method._draw(n, spots.input_shape, generator) for n in (16, 16, 8)])
    nothing = spots.tensor.mean((2, 3), keepdim=True)
    scores = torch.stack([spots.score(nothing + m * (spots.tensor - nothing))[0, 1] for m in masks])
    expected = (scores[:, None, None] * masks).sum(0) / masks.sum(0) - scores.mean()
    np.testing.assert_allclose(found, expected.clamp(min=0), atol=1e-5)


def test_rise_masks_are_smooth_and_half_visible():
    masks = Rise()._draw(300, (64, 96), torch.Generator().manual_seed(0))
    assert masks.shape == (300, 64, 96)
    assert float(masks.min()) >= 0
    assert float(masks.max()) <= 1
    assert float(masks.mean()) == pytest.approx(0.5, abs=0.03)
    assert float(masks.mean(0).std()) < 0.06, "every place is visible about as often"


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
def test_batches_shrink_when_memory_runs_out(subject, error):
    sizes = []

    def work(start, count):
        sizes.append(count)
        if count > 3:
            raise error
        return list(range(start, start + count))

    found = [i for batch in in_batches(subject, 11, work, batch=12) for i in batch]
    assert found == list(range(11))
    assert sizes[:3] == [11, 5, 2]
    assert max(sizes[2:]) == 2


def test_one_item_that_does_not_fit_is_an_error(subject):
    def work(_start, _count):
        raise MemoryError

    with pytest.raises(MemoryError):
        list(in_batches(subject, 4, work))


def test_other_failures_are_not_retried(subject):
    calls = []

    def work(_start, _count):
        calls.append(1)
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes"):
        list(in_batches(subject, 4, work))
    assert len(calls) == 1
