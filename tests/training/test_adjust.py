import numpy as np
import pytest
import torch
from scipy.special import softmax

from segx_viewer.training.adjust import adjust_logits, fit_scaling, scale_logits
from segx_viewer.training.loop import Task


@pytest.fixture
def drawn():
    """Logits that are right about the odds, and classes drawn by them."""
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 2, (4000, 3))
    truth = np.array([rng.choice(3, p=p) for p in softmax(logits, axis=1)])
    return logits, truth


def test_scaling_finds_what_was_done_to_the_logits(drawn):
    logits, truth = drawn
    shift = np.array([0.8, -0.5, -0.3])
    factor, found = fit_scaling((logits - shift) / 2.5, truth)
    assert factor == pytest.approx(2.5, rel=0.08)
    np.testing.assert_allclose(found, shift, atol=0.12)
    assert found.sum() == pytest.approx(0, abs=1e-9)


class Last(torch.nn.Module):
    """A network that is its last layer."""

    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(3, 3)
        with torch.no_grad():
            self.fc.weight.copy_(torch.eye(3) / 2.5)
            self.fc.bias.copy_(torch.tensor([-0.4, 0.1, 0.3]))

    def get_classifier(self):
        return self.fc

    def forward(self, x):
        return self.fc(x)


def task_of(logits, truth, log_shares=None):
    x = torch.from_numpy(logits).float()

    @torch.no_grad()
    def answers(network):
        return network(x).numpy(), truth

    def score(network):
        p = softmax(answers(network)[0], axis=1)[np.arange(len(truth)), truth]
        return {"balanced_log_loss": float(np.mean([-np.log(p[truth == k]).mean() for k in range(3)]))}

    return Task(lambda _epoch: iter(()), 0, lambda *_: None, score, answers, log_shares)


def test_scaled_weights_give_honest_odds(drawn):
    logits, truth = drawn
    network = Last()
    weights = scale_logits(network, dict(network.state_dict()), task_of(logits, truth), lambda _line: None)
    network.load_state_dict(weights)
    found = network(torch.from_numpy(logits).float()).detach().numpy()
    np.testing.assert_allclose(softmax(found, axis=1), softmax(logits, axis=1), atol=0.06)


def test_logits_are_adjusted_as_far_as_the_balanced_loss_falls(drawn):
    logits, truth = drawn
    network = Last()
    with torch.no_grad():
        network.fc.weight.copy_(torch.eye(3))
        network.fc.bias.copy_(torch.tensor([1.0, 0.0, -1.0]) * 0.5)  # as if the first class had been seen more often
    task = task_of(logits, truth, torch.tensor([1.0, 0.0, -1.0]))
    weights = adjust_logits(network, dict(network.state_dict()), task, lambda _line: None)
    torch.testing.assert_close(weights["fc.bias"], torch.zeros(3))
