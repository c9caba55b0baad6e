"""Methods that draw at random: samples grow until two halves of them agree, and say how far they do."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from segx_viewer.explain.consensus import consensus
from segx_viewer.inference.attribution import METHODS
from segx_viewer.inference.attribution.gradients import FIRST, MOST, GradientShap, SmoothGrad
from segx_viewer.inference.attribution.halves import AGREED, Halves
from segx_viewer.inference.attribution.perturbation import Rise

RANDOM = [name for name, method in METHODS.items() if method.info.seeded]


def told(method, subject, classes=(1,)):
    found = {}
    maps = dict(method.maps(replace(subject, on_agreement=found.__setitem__), list(classes)))
    return found, maps


class Gradual(nn.Module):
    """Its gradient is the same everywhere: every sample tells the same."""

    def forward(self, x):
        weight = torch.linspace(0, 1, x.shape[-1])
        return torch.stack([(x * weight).mean((1, 2, 3)), (x * weight.flip(0)).mean((1, 2, 3))], 1)


@pytest.mark.parametrize("name", RANDOM)
def test_every_random_method_says_how_far_its_halves_agree(subject, name):
    found, maps = told(METHODS[name], subject, (0, 2))
    assert found.keys() == maps.keys() == {0, 2}
    for agreement in found.values():
        assert -1 <= agreement.rank_correlation <= 1
        assert 0 <= agreement.top_overlap <= 1
        assert agreement.enough == (agreement.rank_correlation >= AGREED)


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if not method.info.seeded])
def test_methods_that_draw_nothing_say_nothing(subject, name):
    if METHODS[name].info.cost == "fast":
        assert told(METHODS[name], subject)[0] == {}


def test_no_more_samples_are_drawn_once_the_halves_agree(subject):
    network = Gradual()
    easy = replace(subject, network=network, passed=replace(subject.passed, logits=network(subject.tensor)))
    found, _ = told(SmoothGrad(), easy)
    assert (found[1].samples, found[1].enough) == (FIRST, True)
    assert found[1].rank_correlation > 0.99


def test_samples_end_with_the_budget(subject):
    noisy = SmoothGrad(noise=20.0)
    found, _ = told(noisy, subject)
    assert (found[1].samples, found[1].enough) == (MOST, False)


def test_the_agreement_is_that_of_two_independent_halves(subject):
    """Batches of eight go to each half in turn; each map alone, and their mean, can be had slowly."""
    method = GradientShap(samples=32)
    batches = []

    def kept(count):
        found = draws(count)
        batches.append(found)
        return found

    draws = method._draws(subject, 3)
    from segx_viewer.inference.attribution import gradients

    told_agreements = {}
    *_, (_, last) = gradients._grown(replace(subject, on_agreement=told_agreements.__setitem__), 3, kept, 32)
    n = len(batches) // 2
    maps = {str(half): (sum(batches[half::2]) / n)[0].abs().mean(0).numpy() for half in (0, 1)}
    expected = consensus(maps)
    assert told_agreements[3].rank_correlation == pytest.approx(expected.agreement, abs=1e-3)
    assert told_agreements[3].top_overlap == pytest.approx(expected.top_overlap, abs=1e-3)
    np.testing.assert_allclose(last, (sum(batches) / len(batches))[0].abs().mean(0), atol=1e-6)


def test_more_samples_agree_better(subject):
    few, many = (told(Rise(masks=n, first=n), subject)[0][1] for n in (32, 640))
    assert many.rank_correlation > few.rank_correlation + 0.1


def test_odd_batches_keep_the_halves_apart():
    halves = Halves()
    for count in (8, 8, 3):
        halves.add(count, torch.full((2,), float(count)))
    assert halves.counts == [11, 8]
    assert not halves.even
    assert halves.whole()[0].tolist() == [19, 19]
