import numpy as np
import pytest
import torch

from segx_viewer.training.loop import LATER_CYCLES, _rate
from segx_viewer.training.recipe import Schedule
from segx_viewer.training.tasks import _mixed


def test_rate_warms_up_falls_and_starts_again_lower():
    schedule = Schedule(epochs=16, learning_rate=1.0, cycles=(9,))
    rates = [_rate(epoch, schedule) for epoch in np.arange(0, 16, 0.25)]
    assert rates[0] == pytest.approx(1e-3)
    assert _rate(1, schedule) == pytest.approx(1)
    assert _rate(6.999, schedule) == pytest.approx(0.01, abs=1e-3)
    assert _rate(7, schedule) == pytest.approx(LATER_CYCLES)
    assert rates[-1] < 0.02
    assert all(np.diff(rates[4:28]) < 0)
    assert all(np.diff(rates[28:]) < 0)


def test_mixed_targets_follow_their_pictures():
    n = 6
    batch = {
        "picture": torch.arange(n).view(n, 1, 1, 1).expand(n, 2, 2, 3) * 40,
        "target": torch.eye(n),
        "mask": torch.zeros(n, 2, 2, dtype=torch.uint8),
        "has_mask": torch.tensor([True] * 5 + [False]),
    }
    mixed = _mixed(batch, 1.0, np.random.default_rng(3))
    # Pixels are 40 times the index, so they tell the shares that the targets must state.
    assert torch.allclose(mixed["picture"][:, 0, 0, 0], 40 * mixed["target"] @ torch.arange(n, dtype=torch.float32))
    assert torch.allclose(mixed["target"].sum(1), torch.ones(n))
    assert (mixed["target"].max(1).values < 1).any()
    without = (mixed["target"][:, 5] > 0).nonzero().flatten()
    assert not mixed["has_mask"][without].any()
