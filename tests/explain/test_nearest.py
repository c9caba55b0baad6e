"""Distances between sets of points, against SciPy's trees."""

import numpy as np
import pytest
from scipy.spatial import KDTree

from segx_viewer.explain import nearest


def points(rng, count):
    return rng.integers(0, 300, (count, 2)) * (0.3, 0.7)


@pytest.mark.parametrize(("some", "others"), [(1, 1), (700, 3), (3, 700), (900, 1100)])
def test_both_ways_equal_those_of_trees(rng, some, others):
    a, b = points(rng, some), points(rng, others)
    there, back = nearest.distances_between(a, b)
    assert np.allclose(there, KDTree(b).query(a)[0], rtol=1e-14, atol=0)
    assert np.allclose(back, KDTree(a).query(b)[0], rtol=1e-14, atol=0)


def test_very_many_points_are_given_to_trees(rng, monkeypatch):
    a, b = points(rng, 40), points(rng, 50)
    computed = nearest.distances_between(a, b)
    monkeypatch.setattr(nearest, "_MOST_PAIRS", 40 * 50 - 1)
    monkeypatch.setattr(nearest.np, "subtract", None)  # nothing is left that could compute them all
    for one, other in zip(computed, nearest.distances_between(a, b), strict=True):
        assert np.allclose(one, other, rtol=1e-14, atol=0)
