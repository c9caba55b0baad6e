from dataclasses import replace

import numpy as np
import pytest
import torch

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.networks.architectures import build_classifier
from segx_viewer.training.batches import mixed, normalise
from segx_viewer.training.loop import LATER_CYCLES, Task, _rate, train
from segx_viewer.training.samples import Samples
from segx_viewer.training.schedule import Augmentation, Schedule
from segx_viewer.training.tasks import classifier_task, segmenter_task


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


def test_averaging_keeps_the_rate_and_returns_the_mean_of_all_later_steps(tmp_path):
    schedule = Schedule(epochs=4, learning_rate=0.1, weight_decay=0.0, swa=True, patience=1)
    assert _rate(0.5, schedule) == pytest.approx(0.5, abs=1e-2)
    assert {_rate(epoch, schedule) for epoch in (1, 2.5, 3.9)} == {1.0}
    network, seen = torch.nn.Linear(1, 1), []

    def loss(model, batch):
        seen.append(float(model.weight.detach()))  # before the step
        return (model(batch["x"]) - 1).square().mean()

    # Falling scores: neither the best epoch nor patience may decide.
    scores = iter([0.9, 0.8, 0.7, 0.6])
    task = Task(lambda _first: iter([{"x": torch.ones(1, 1)}] * 12), 3, loss, lambda _model: {"score": next(scores)})
    weights, history = train(network, task, schedule, tmp_path / "c", lambda _line: None, torch.device("cpu"))
    assert len(history) == 4
    after = [*seen[1:], float(network.weight.detach())]
    assert float(weights["weight"]) == pytest.approx(np.mean(after[3:]), abs=1e-6)


def test_mixed_targets_follow_their_pictures():
    n = 6
    batch = {
        "picture": torch.arange(n).view(n, 1, 1, 1).expand(n, 2, 2, 3) * 40,
        "target": torch.eye(n),
        "mask": torch.zeros(n, 2, 2, dtype=torch.uint8),
        "has_mask": torch.tensor([True] * 5 + [False]),
        "partner": torch.tensor([3, 5, 0, 1, 2, 4]),
        "share": torch.tensor(0.3),
    }
    both = mixed(batch)
    # Pixels are 40 times the index, so they tell the shares that the targets must state.
    assert torch.allclose(both["picture"][:, 0, 0, 0], 40 * both["target"] @ torch.arange(n, dtype=torch.float32))
    assert torch.allclose(both["target"].sum(1), torch.ones(n))
    assert (both["target"].max(1).values < 1).any()
    without = (both["target"][:, 5] > 0).nonzero().flatten()
    assert not both["has_mask"][without].any()


@pytest.mark.parametrize("several", [False, True])
def test_teachers_answer_counts_by_its_weight(tiny_samples, monkeypatch, several):
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)  # float32 is what 1e-5 is asked of
    samples, preprocessing = tiny_samples
    teacher, network = (build_classifier("timm/tf_efficientnet_lite0", 2).eval() for _ in range(2))
    batch = None
    losses = {}
    for weight in (0.0, 0.4, 1.0):
        schedule = Schedule(1, 1e-3, batch_size=4, distillation=weight)
        task = classifier_task(samples, samples, preprocessing, schedule, Augmentation(), 1, several, [teacher])
        batch = batch or next(task.batches(0))
        losses[weight] = float(task.loss(network, batch).detach())
    x = normalise(batch["picture"], preprocessing)
    with torch.no_grad():
        if several:
            taught = torch.nn.functional.binary_cross_entropy(network(x).sigmoid(), teacher(x).sigmoid())
        else:
            taught = torch.nn.functional.cross_entropy(network(x), teacher(x).softmax(1))
    assert losses[1.0] == pytest.approx(float(taught), abs=1e-5)
    assert losses[0.4] == pytest.approx(0.6 * losses[0.0] + 0.4 * losses[1.0], abs=1e-5)


def test_batches_from_a_later_epoch_are_those_of_that_epoch(tiny_samples):
    samples, preprocessing = tiny_samples
    task = classifier_task(samples, samples, preprocessing, Schedule(3, 1e-3, batch_size=4), Augmentation(), 1, False)
    assert task.steps_per_epoch == 2
    everything = list(task.batches(0))
    assert len(everything) == 6
    for one, again in zip(everything[2:], task.batches(1), strict=True):
        torch.testing.assert_close(one, again)
    assert not torch.equal(everything[0]["picture"], everything[2]["picture"])


@pytest.mark.parametrize(("learned", "expected"), [((), 32), ((16, 16), 16)])
def test_pictures_are_as_large_as_the_schedule_says(tiny_samples, learned, expected):
    samples, preprocessing = tiny_samples
    masks = [np.zeros((40, 40), np.uint8)] * len(samples)
    samples = replace(samples, masks=masks)
    schedule = Schedule(1, 1e-3, batch_size=4, input_shape=learned)
    for batches in (
        classifier_task(samples, samples, preprocessing, schedule, Augmentation(), 1, False).batches,
        segmenter_task(samples, samples, preprocessing, schedule, Augmentation(), 1).batches,
    ):
        batch = next(iter(batches(0)))
        assert batch["picture"].shape == (4, expected, expected, 3)
        assert batch["mask"].shape == (4, expected, expected)


@pytest.fixture
def tiny_samples():
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (40, 40, 3), dtype=np.uint8) for _ in range(8)]
    targets = np.eye(2, dtype=np.float32)[np.arange(8) % 2]
    preprocessing = Preprocessing((32, 32), "stretch", "rgb", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    return Samples(pictures, [None] * 8, targets), preprocessing
