from types import SimpleNamespace

import numpy as np
import pytest
from torch import nn

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.evaluation import probe as module
from segx_viewer.evaluation.card_tables import probed
from segx_viewer.evaluation.probe import probe
from segx_viewer.evaluation.results import Interval
from segx_viewer.training.datasets import Record, Source


class Pooled(nn.Module):
    """A network whose last features are the picture's mean colours."""

    def forward_features(self, x):
        return x

    def forward_head(self, x, pre_logits):
        assert pre_logits
        return x.mean((2, 3))


class Drawn(Record):
    """A record whose picture is as bright as its name says."""

    __slots__ = ()

    def read_image(self):
        return np.full((16, 16, 3), int(self.image.name), np.uint8)


@pytest.fixture
def bundle():
    return SimpleNamespace(preprocessing=Preprocessing((16, 16)), load_classifier=Pooled)


def _records(brightness_of, count=60):
    rng = np.random.default_rng(0)
    found = []
    for n in range(count):
        view = "AP" if n % 2 else "PA"
        brightness = int(np.clip(brightness_of(view) + rng.normal(0, 10), 0, 255))
        found.append(
            Drawn("s", f"i{n}", f"g{n}", (), "x", Source(str(brightness)), None, {"view": view, "age": str(n)})
        )
    return found


def test_view_that_shows_in_the_features_is_told(bundle):
    found = probe(bundle, _records(lambda view: 200 if view == "AP" else 60))
    assert set(found) == {"view"}, "an attribute of many values is not asked for"
    assert found["view"].value > 0.99


def test_view_that_does_not_is_near_chance(bundle):
    assert 0.25 < probe(bundle, _records(lambda view: 120, count=200))["view"].value < 0.75


def test_too_few_groups_or_an_unknown_head_are_notprobed(bundle):
    assert probe(bundle, _records(lambda view: 100, count=2 * module.FEWEST - 2)) == {}
    bundle.load_classifier = nn.Identity
    assert probe(bundle, _records(lambda view: 100)) == {}


def test_card_says_what_the_probe_read():
    assert probed({}) == []
    assert "view 0.900 (0.800 to 0.950), n 60" in probed({"view": Interval(0.9, 0.8, 0.95, 60)})[1]
