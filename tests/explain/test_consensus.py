from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr

from segx_viewer.explain.consensus import consensus, rank_map
from segx_viewer.explain.segx import top


def test_by_hand():
    found = consensus({"a": np.array([[0.0, 1.0, 2.0]]), "b": np.array([[100.0, 50.0, 7.0]])})
    np.testing.assert_allclose(found.mean_rank, [[0.5, 0.5, 0.5]])
    np.testing.assert_allclose(found.disagreement, [[0.5, 0.0, 0.5]])
    assert found.agreement == pytest.approx(-1)
    assert found.top_overlap == 0


def test_scale_plays_no_part(cases):
    for E, _ in cases[:10]:
        found = consensus({"one": E, "other": 1000 * E.astype(np.float64) + 3})
        np.testing.assert_allclose(found.mean_rank, rank_map(E), atol=1e-6)
        assert found.disagreement.max() < 1e-6
        assert found.agreement == pytest.approx(1)


def test_against_scipy(rng):
    maps = {name: np.floor(20 * rng.random((9, 13))) for name in "abcd"}
    found = consensus(maps)
    expected = spearmanr(np.stack([A.ravel() for A in maps.values()]), axis=1).statistic
    np.testing.assert_allclose(found.rank_correlation, expected)
    pairs = list(combinations(maps.values(), 2))
    assert found.agreement == pytest.approx(np.mean([spearmanr(a, b, axis=None).statistic for a, b in pairs]))
    overlaps = [(top(a) & top(b)).sum() / max(1, (top(a) | top(b)).sum()) for a, b in pairs]
    assert found.top_overlap == pytest.approx(np.mean(overlaps))
    plain = np.mean([[[(v > A).sum() + ((v == A).sum() - 1) / 2 for v in row] for row in A] for A in maps.values()], 0)
    np.testing.assert_allclose(found.mean_rank, plain / (9 * 13 - 1), rtol=1e-6)


def test_maps_that_rank_nothing_are_left_out(rng):
    maps = {name: rng.random((5, 5)) for name in "ab"}
    found = consensus(maps | {"flat": np.ones((5, 5)), "broken": np.full((5, 5), np.nan)})
    assert found.methods == ("a", "b")
    assert set(found.left_out) == {"flat", "broken"}
    assert "flat" in found.left_out["flat"]
    np.testing.assert_array_equal(found.mean_rank, consensus(maps).mean_rank)


def test_one_map_is_no_consensus():
    assert consensus({}) is None
    assert consensus({"a": np.eye(3), "flat": np.zeros((3, 3))}) is None


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="shapes"):
        consensus({"a": np.eye(3), "b": np.eye(4)})


def test_the_result_is_read_only(rng):
    found = consensus({name: rng.random((5, 5)) for name in "ab"})
    for array in (found.mean_rank, found.disagreement):
        assert array.dtype == np.float32
        assert not array.flags.writeable
