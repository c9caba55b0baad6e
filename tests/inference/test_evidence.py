import numpy as np
import pytest
import torch
from torch import nn

from segx_viewer.domain.result import Activation, ClassInfo, Prediction, Segmentation
from segx_viewer.inference.evidence import (
    COUNTERFACTUAL_FEATURES,
    VIEW_FEATURES,
    VIEWS,
    collect,
    counterfactual_features,
    view_features,
)
from segx_viewer.inference.features import prediction_features, region_features

CLASSES = (ClassInfo("a", "A"), ClassInfo("b", "B"), ClassInfo("c", "C"))


def prediction(logits):
    logits = np.array(logits, np.float32)
    return Prediction(CLASSES, logits, np.exp(logits) / np.exp(logits).sum(), Activation.SOFTMAX)


class Brightness(nn.Module):
    """Class a's logit is the mean of the left half, b's that of the right half, c's is 0."""

    def forward(self, x):
        half = x.shape[-1] // 2
        a, b = x[..., :half].mean((1, 2, 3)), x[..., half:].mean((1, 2, 3))
        return torch.stack([4 * a, 4 * b, 0 * a], 1)


def test_confidence_by_hand():
    features = prediction_features(prediction([np.log(2), 0, 0]))  # probabilities 1/2, 1/4, 1/4
    assert features["max_softmax"] == pytest.approx(0, abs=1e-6)
    assert features["margin"] == pytest.approx(np.log(2))
    assert features["energy"] == pytest.approx(np.log(4))
    assert features["entropy"] == pytest.approx(1.5 * np.log(2) / np.log(3))
    assert [features[f"predicted {c}"] for c in "abc"] == [1, 0, 0]


def test_region_and_map_by_hand():
    P = np.full((4, 4), 0.1, np.float32)
    P[:2, :2] = 0.9
    A = np.zeros((4, 4), np.float32)
    A[0, 0], A[1, 1] = 4, 1
    features = region_features(A, Segmentation(P, 0.5, P > 0.5))
    assert features["map_peak"] == pytest.approx(np.log(4), abs=1e-5)
    assert features["map_strength"] == pytest.approx(np.log(5 / 16), abs=1e-5)
    assert features["map_spread"] == 1 / 16
    assert features["region_area"] == pytest.approx(np.log(0.25))
    assert features["region_confidence"] == pytest.approx(0.8)
    assert features["region_edge"] == pytest.approx(4 * 0.09 / 0.25, rel=1e-5)


def test_counterfactuals_tell_where_the_evidence_lies():
    x = torch.zeros(1, 3, 64, 64)
    x[..., 8:24, 8:24] = 1.0  # a bright spot on the left carries class a
    mask = np.zeros((64, 64), bool)
    mask[8:24, 8:24] = True
    network = Brightness()
    found = prediction(network(x)[0].numpy())
    assert found.top == 0
    features = counterfactual_features(network, x, found, mask)
    assert features["region_drop"] > 0.02, "without the spot class a loses"
    own = float(np.log(found.probabilities[0] / (1 - found.probabilities[0])))
    assert features["only_region"] == pytest.approx(own, abs=1e-4), "the surroundings were plain already"


def test_views_tell_whether_the_prediction_stays():
    x = torch.zeros(1, 3, 64, 64)
    x[..., 8:24, 8:24] = 1.0
    found = prediction(Brightness()(x)[0].numpy())
    # Seen upright and flipped upside down it is class a; flipped sideways it is class b.
    features = view_features(Brightness(), x, found, ("flip_v", "flip_h"))
    assert features["views_agree"] == pytest.approx(2 / 3)
    assert features["views_spread"] > 0


@pytest.mark.parametrize("name", VIEWS)
def test_views_keep_shape_and_do_not_repeat(name):
    x = torch.arange(3 * 16 * 16, dtype=torch.float32).reshape(1, 3, 16, 16)
    seen = VIEWS[name](x)
    assert seen.shape == x.shape
    assert not torch.equal(seen, x)
    others = [VIEWS[n](x) for n in VIEWS if n != name]
    assert not any(torch.equal(seen, o) for o in others)


def test_a_region_that_fills_the_image_is_no_error():
    x = torch.rand(1, 3, 32, 32)
    features = counterfactual_features(Brightness(), x, prediction([1, 0, 0]), np.ones((32, 32), bool))
    assert all(np.isfinite(v) for v in features.values())


@pytest.mark.parametrize(
    ("needed", "passes"),
    [(("max_softmax",), 0), (("region_drop",), 2), (("views_spread",), 3), (("region_drop", "views_mean"), 5)],
)
def test_only_what_is_needed_is_asked(needed, passes):
    asked = []
    network = Brightness()
    network.register_forward_hook(lambda _network, given, _output: asked.append(len(given[0])))
    x, P = torch.rand(1, 3, 32, 32), np.full((32, 32), 0.9, np.float32)
    segmentation = Segmentation(P, 0.5, P > 0.5)
    views = ("flip_h", "flip_v", "rotate_90")
    features = collect(needed, network, x, prediction([1, 0, 0]), segmentation, P, views)
    assert set(needed) <= features.keys()
    assert bool(set(COUNTERFACTUAL_FEATURES) & features.keys()) == ("region_drop" in needed)
    assert bool(set(VIEW_FEATURES) & features.keys()) == any(name in VIEW_FEATURES for name in needed)
    assert sum(asked) == passes
