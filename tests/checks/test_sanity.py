import numpy as np
import pytest
import torch
from torch import nn

from segx_viewer.checks.faithfulness import Curve, class_score
from segx_viewer.checks.randomisation import Randomisation, Stability
from segx_viewer.checks.sanity import SanityReport, check, moved_elsewhere
from segx_viewer.checks.verdicts import TEXTS, Judgement, summary, verdicts
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled


def curve(auc, last=0.0):
    return Curve(np.array([0.0, 1.0]), np.array([1.0, last]), auc)


def report(**changes):
    good = {
        "deletion": curve(0.2),
        "insertion": curve(0.8),
        "deletion_control": 0.5,
        "insertion_control": 0.5,
        "sensitivity": 0.1,
        "radius": 0.02,
        "randomisation": Randomisation(("head",), (0.1,)),
        "stability": Stability(0.95, 0.8),
    }
    return SanityReport(**(good | changes))


class Bright(nn.Module):
    """Sees bright spots, which blurring dims: probability rises with what exceeds half the brightness."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0, 0.9, 1.1]))

    def features(self, x):
        return (torch.einsum("c,nchw->nhw", self.weight, x) - 1.5).clamp(min=0)

    def forward(self, x):
        logit = 20 * self.features(x).mean((1, 2))
        return torch.stack([logit - 1, -logit + 1], 1)


@pytest.fixture
def network():
    return Bright().eval()


@pytest.fixture
def tensor():
    x = -0.1 * torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    x[..., 4:10, 4:10] += 1
    return x


def attribution(network):
    def attribute(x, seed):
        with torch.no_grad():
            return network.features(x)[0].numpy()

    return attribute


def test_check_of_a_faithful_map(network, tensor):
    told = []
    attribute = attribution(network)
    found = check(network, class_score(network, 0), attribute, tensor, attribute(tensor, 0), on_progress=told.append)
    assert found.deletion.auc < found.deletion_control
    assert found.insertion.auc > found.insertion_control
    assert found.stability.rank_correlation == pytest.approx(1)
    assert 0 < found.sensitivity < 0.2
    judged = {v.name: v.judgement for v in verdicts(found)}
    assert judged["Deletion"] is Judgement.GOOD
    assert judged["Insertion"] is Judgement.GOOD
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)
    assert network.weight.tolist() == pytest.approx([1.0, 0.9, 1.1])


def test_check_of_a_map_of_nothing(network, tensor):
    A = np.zeros((24, 24))
    A[16:22, 16:22] = 1
    found = check(network, class_score(network, 0), lambda x, seed: A, tensor, A, steps=10, samples=2)
    judged = {v.name: v.judgement for v in verdicts(found)}
    assert judged["Deletion"] is Judgement.POOR
    assert judged["Randomised parameters"] is Judgement.POOR, "the map does not depend on the network"
    assert judged["Sensitivity"] is Judgement.GOOD


def test_check_can_be_cancelled(network, tensor):
    token = CancelToken()
    with pytest.raises(AnalysisCancelled):
        check(
            network,
            class_score(network, 0),
            attribution(network),
            tensor,
            attribution(network)(tensor, 0),
            cancel=token,
            on_progress=lambda fraction: fraction > 0.5 and token.cancel(),
        )


def test_a_broken_map_is_refused(network, tensor):
    with pytest.raises(ValueError, match="finite"):
        check(network, class_score(network, 0), attribution(network), tensor, np.full((24, 24), np.nan))


def test_controls_keep_the_shape_and_leave_the_place():
    A = np.zeros((20, 30))
    A[2:6, 3:9] = np.arange(24.0).reshape(4, 6)
    for moved in moved_elsewhere(A, seed=3):
        np.testing.assert_array_equal(np.sort(moved, axis=None), np.sort(A, axis=None))
        assert not (moved * A).any()


@pytest.mark.parametrize(
    ("place", "changes", "judgement", "words"),
    [
        (0, {}, "good", "sooner"),
        (0, {"deletion_control": 0.25}, "fair", "0.25"),
        (0, {"deletion_control": 0.1}, "poor", "no more than"),
        (0, {"deletion": curve(0.49, last=0.8)}, "fair", "sooner"),
        (0, {"deletion": curve(0.2, last=0.95)}, "undefined", "0.05"),
        (1, {"insertion": curve(0.8, last=0.95)}, "undefined", "0.05"),
        (1, {"insertion_control": 0.9}, "poor", "no more than"),
        (1, {"insertion_control": 0.75}, "fair", "sooner"),
        (2, {"sensitivity": 0.3}, "fair", "30%"),
        (2, {"sensitivity": 0.7}, "poor", "70%"),
        (2, {"sensitivity": None}, "undefined", "undefined"),
        (3, {"randomisation": Randomisation(("a",), (-0.5,))}, "fair", "partly"),
        (3, {"randomisation": Randomisation(("a",), (0.9,))}, "poor", "random parameters"),
        (3, {"randomisation": Randomisation(("a",), (None,))}, "good", "no map"),
        (3, {"randomisation": None}, "undefined", "nothing to compare"),
        (4, {"stability": Stability(0.8, 0.5)}, "fair", "agrees"),
        (4, {"stability": Stability(0.2, 0.1)}, "poor", "disagrees"),
        (4, {"stability": None}, "undefined", "nothing to compare"),
    ],
)
def test_each_verdict_in_words(place, changes, judgement, words):
    found = verdicts(report(**changes))[place]
    assert found.judgement == judgement
    assert words in found.sentence
    assert found.sentence.endswith(".")


def test_summary_names_what_is_weak():
    assert summary(verdicts(report())) == "The map passes all 5 checks."
    assert summary(verdicts(report(sensitivity=0.3))) == "The map passes 4 of 5 checks; fair: sensitivity."
    weak = summary(verdicts(report(stability=Stability(0.2, 0.1), randomisation=None)))
    assert weak.startswith("The map passes 3 of 5 checks; it fails seed stability: do not rely on it")
    assert weak.endswith("undecided: randomised parameters.")


def test_every_verdict_can_be_said_in_another_language():
    found = verdicts(report())
    assert {v.template for v in found} | {v.name for v in found} <= set(TEXTS)
    assert found[0].said(lambda _text: "von {area:.2f} auf {control:.2f}") == "von 0.20 auf 0.50"
    assert summary(found, lambda _text: "{count} of five") == "5 of five"
