import numpy as np
import pytest

from segx_viewer.explain.segx import segx_map, top


def test_top_by_hand():
    A = np.arange(1.0, 101.0).reshape(10, 10)
    # 95th percentile of 1..100 by linear interpolation: 1 + 0.95 * 99 = 95.05
    assert top(A, 5).sum() == 5
    assert (A[top(A, 5)] > 95.05).all()
    assert top(A, 0).sum() == 0  # nothing lies above the maximum
    assert top(A, 100).sum() == 99  # the minimum does not lie above itself


def test_top_is_strictly_above_the_percentile(cases):
    for E, _ in cases:
        for n in (1, 5, 50, 99):
            E64 = E.astype(np.float64)
            np.testing.assert_array_equal(top(E, n), np.percentile(E64, 100 - n) < E64)


def test_top_of_a_flat_map_is_empty():
    assert not top(np.full((8, 8), 3.0, np.float32), 50).any()


def test_segx_is_the_product_inside_and_zero_outside():
    A = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    mask = np.array([[True, False], [False, True]])
    X = segx_map(A, mask)
    assert X.dtype == np.float32
    np.testing.assert_array_equal(X, A * mask)
    assert A[0, 1] == 2.0, "the original map is untouched"


def test_segx_never_selects_outside_the_mask(cases):
    for E, R in cases:
        X = segx_map(E, R)
        for n in (1, 5, 30, 60, 99):
            assert not (top(X, n) & ~R).any()


def test_segx_of_several_maps_shares_the_mask(rng):
    A = rng.random((3, 5, 4)).astype(np.float32)
    mask = rng.random((5, 4)) > 0.5
    for one, together in zip(A, segx_map(A, mask), strict=True):
        np.testing.assert_array_equal(segx_map(one, mask), together)


def test_values_outside_the_mask_play_no_part():
    X = segx_map(np.array([[np.inf, np.nan, 1.0]]), np.array([[False, False, True]]))
    np.testing.assert_array_equal(X, [[0.0, 0.0, 1.0]])


@pytest.mark.parametrize("mask", [np.ones((3, 3), bool), np.ones((2, 2), np.uint8)])
def test_segx_refuses_a_mask_that_does_not_fit(mask):
    with pytest.raises(ValueError, match="mask"):
        segx_map(np.ones((2, 2)), mask)
