from dataclasses import replace

import numpy as np
import pytest

from segx_viewer.domain.methods import COMBINED as DESCRIBED
from segx_viewer.domain.methods import METHODS as TABLE
from segx_viewer.explain.consensus import consensus
from segx_viewer.inference.attribution import COMBINED, METHODS, get_method

FAST = [name for name, method in TABLE.items() if method.cost == "fast"]


def maps(subject, name: str, k: int) -> np.ndarray:
    *_, (_, found) = get_method(name).maps(subject, [k])
    return found


def test_they_are_described_and_asked_for_like_methods():
    assert list(COMBINED) == list(DESCRIBED)
    assert all(get_method(name).info is info for name, info in DESCRIBED.items())
    assert not DESCRIBED.keys() & TABLE.keys()
    assert sum(TABLE[name].passes for name in FAST) == pytest.approx(DESCRIBED["consensus"].passes, abs=0.1)


def test_consensus_and_disagreement_are_those_of_the_fast_methods(subject):
    expected = consensus({name: maps(subject, name, 1) for name in FAST})
    assert np.array_equal(maps(subject, "consensus", 1), expected.mean_rank)
    assert np.array_equal(maps(subject, "disagreement", 1), expected.disagreement)


def test_every_class_has_its_own(subject):
    found = dict(METHODS["gradcam"].maps(subject, [0, 1]))
    together = dict(get_method("consensus").maps(subject, [0, 1]))
    assert not np.array_equal(found[0], found[1])
    assert not np.array_equal(together[0], together[1])


def test_progress_goes_up_to_one(subject):
    told = []
    list(get_method("consensus").maps(replace(subject, on_fraction=told.append), [0]))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)
