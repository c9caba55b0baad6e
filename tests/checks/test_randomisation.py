import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from segx_viewer.checks.randomisation import (
    cascading_randomisation,
    parameter_layers,
    randomise,
    restored,
    seed_stability,
    similarity,
)
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled


class Net(nn.Module):
    """Registered in another order than executed; with a parameter of its own and a module that is never called."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(6, 3)
        self.position = nn.Parameter(torch.randn(1, 3, 1, 1))
        self.unused = nn.Linear(2, 2)
        self.norm = nn.BatchNorm2d(6)
        self.conv = nn.Conv2d(3, 6, 3, padding=1)

    def features(self, x):
        return self.norm(self.conv(x + self.position)).relu()

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


@pytest.fixture
def network():
    torch.manual_seed(0)
    net = Net().eval()
    net.norm.running_mean.uniform_(-1, 1)
    nn.init.normal_(net.norm.weight, 1.0, 0.3)
    nn.init.normal_(net.norm.bias, 1.0, 0.3)
    return net


@pytest.fixture
def tensor():
    return torch.randn(1, 3, 10, 12, generator=torch.Generator().manual_seed(1))


def cam(network):
    """CAM of class 0: depends on every layer."""

    def attribute(x, seed):
        with torch.no_grad():
            return torch.einsum("c,chw->hw", network.head.weight[0], network.features(x)[0]).abs().numpy()

    return attribute


def state(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def assert_unchanged(network, before):
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_layers_in_order_of_execution(network, tensor):
    assert [name for name, _ in parameter_layers(network, tensor)] == ["unused", "", "conv", "norm", "head"]
    assert not network.conv._forward_pre_hooks


def test_cascade_equals_the_plain_version(network, tensor):
    found = cascading_randomisation(network, cam(network), tensor, steps=5, seed=2)
    before, original = state(network), cam(network)(tensor, 0)
    generator, expected = torch.Generator().manual_seed(2), []
    for module in (network.head, network.norm, network.conv, network, network.unused):
        for parameter in module.parameters(recurse=False):
            values = parameter.detach().numpy()
            drawn = torch.randn(parameter.shape, generator=generator).numpy() * values.std() + values.mean()
            parameter.data = torch.from_numpy(drawn.astype(np.float32))
        expected.append(spearmanr(original, cam(network)(tensor, 0), axis=None).statistic)
    network.load_state_dict(before)
    assert found.layers == ("head", "norm", "conv", "", "unused")
    np.testing.assert_allclose(found.similarity, expected, atol=1e-4)
    assert found.final == found.similarity[-1]


def test_fewer_steps_still_randomise_everything(network, tensor):
    seen = []

    def attribute(x, seed):
        seen.append(state(network))
        return cam(network)(x, seed)

    found = cascading_randomisation(network, attribute, tensor, steps=2)
    assert len(found.similarity) == 2
    assert found.layers[-1] == "unused"
    assert all(not torch.equal(seen[-1][name], seen[0][name]) for name, _ in network.named_parameters())


def test_a_method_that_ignores_the_network_is_found_out(network, tensor):
    found = cascading_randomisation(network, lambda x, seed: x[0].abs().sum(0).numpy(), tensor)
    assert found.similarity == pytest.approx((1.0,) * len(found.similarity))


def test_the_network_is_restored(network, tensor):
    before = state(network)
    cascading_randomisation(network, cam(network), tensor)
    assert_unchanged(network, before)
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_the_network_is_restored_after_cancelling_and_after_an_error(network, tensor):
    before, token = state(network), CancelToken()
    with pytest.raises(AnalysisCancelled):
        cascading_randomisation(
            network, cam(network), tensor, steps=5, cancel=token, on_progress=lambda fraction: token.cancel()
        )
    assert_unchanged(network, before)

    def fails():
        randomise(network.parameters(), torch.Generator())
        network.norm.running_var.zero_()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), restored(network):
        fails()
    assert_unchanged(network, before)


def test_the_global_random_state_is_left_alone(network, tensor):
    before = torch.get_rng_state()
    cascading_randomisation(network, cam(network), tensor)
    assert torch.equal(torch.get_rng_state(), before)


def test_randomised_parameters_keep_mean_and_spread():
    parameter = nn.Parameter(torch.randn(100, 100) * 3 + 5)
    old = parameter.detach().clone()
    randomise(iter([parameter]), torch.Generator().manual_seed(0))
    assert parameter.mean().item() == pytest.approx(old.mean().item(), abs=0.15)
    assert parameter.std().item() == pytest.approx(old.std().item(), rel=0.05)
    assert abs(np.corrcoef(old.flatten(), parameter.detach().flatten())[0, 1]) < 0.05


def test_a_flat_original_has_no_cascade(network, tensor):
    assert cascading_randomisation(network, lambda x, seed: np.ones((4, 4)), tensor) is None


def test_similarity_is_spearmans():
    rng = np.random.default_rng(0)
    a, b = np.floor(9 * rng.random((2, 7, 8)))
    assert similarity(a, b) == pytest.approx(spearmanr(a, b, axis=None).statistic)
    assert similarity(a, np.ones((7, 8))) is None
    assert similarity(np.full((7, 8), np.inf), b) is None


def test_seed_stability(tensor):
    steady = seed_stability(lambda x, seed: np.arange(400.0).reshape(20, 20), tensor)
    assert steady.rank_correlation == pytest.approx(1)
    assert steady.top_overlap == 1
    chance = seed_stability(lambda x, seed: np.random.default_rng(seed).random((60, 60)), tensor, seeds=(5, 6, 7))
    assert abs(chance.rank_correlation) < 0.05
    assert chance.top_overlap < 0.1
    assert seed_stability(lambda x, seed: np.zeros((3, 3)), tensor) is None
