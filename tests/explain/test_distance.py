"""Distances against scipy's distance transforms and linear programming."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance

from segx_viewer.domain.arrays import percentile
from segx_viewer.explain.alignment import alignment
from segx_viewer.explain.cells import GRID, _shares, cell_distances, to_grid
from segx_viewer.explain.ranking import outline
from segx_viewer.explain.segx import top


def square(top_left, side=6, shape=(40, 40)):
    mask = np.zeros(shape, bool)
    mask[top_left[0] : top_left[0] + side, top_left[1] : top_left[1] + side] = True
    return mask


def graded(mask, rng):
    """A map whose |mask| highest pixels are the mask's."""
    return mask + 0.1 * rng.random(mask.shape)


def by_transform(A, R, spacing):
    a, b = outline(A), outline(R)
    return distance_transform_edt(~b, sampling=spacing)[a], distance_transform_edt(~a, sampling=spacing)[b]


def test_outline_by_hand():
    assert outline(square((10, 10), side=6)).sum() == 20
    assert outline(np.ones((4, 5), bool)).sum() == 14  # the image's border counts


def test_shifted_square_by_hand(rng):
    E, R = graded(square((10, 10)), rng), square((10, 13))
    # Along the shift, the left edge's 6 pixels lie 3 from the other square's outline.
    assert alignment("hd95", E, R).value == 3
    assert alignment("hd95", E, R, (1.0, 0.5)).value == 1.5
    assert alignment("hd95", E, E > 0.9).value == 0
    assert alignment("assd", E, E > 0.9).value == 0


@pytest.mark.parametrize("spacing", [None, (0.7, 1.9)])
def test_against_distance_transforms(cases, spacing):
    tested = 0
    for E, R in cases:
        A = top(E, 100 * R.mean())
        if not A.any():
            continue
        there, back = by_transform(A, R, spacing)
        hd95 = max(np.percentile(there, 95), np.percentile(back, 95))
        assert alignment("hd95", E, R, spacing).value == pytest.approx(hd95)
        assert alignment("assd", E, R, spacing).value == pytest.approx(np.concatenate([there, back]).mean())
        tested += 1
    assert tested > 20


def test_top_area_has_the_regions_size(rng):
    for _ in range(20):
        E = rng.permutation(391).reshape(17, 23).astype(np.float32)
        R = rng.random(E.shape) < rng.uniform(0.01, 0.99)
        assert top(E, 100 * R.sum() / R.size).sum() == R.sum()


def test_distances_are_undefined_when_the_top_is_one_plateau():
    E = np.ones((10, 10))
    E[0, 0] = 0
    for name in ("hd95", "assd"):
        found = alignment(name, E, square((2, 2), 3, (10, 10)))
        assert found.value is None
        assert "highest value" in found.reason


def test_grid_keeps_the_mass(rng):
    for shape in [(32, 32), (64, 96), (50, 33), (7, 300)]:
        E = rng.random(shape)
        assert to_grid(E).shape == (GRID, GRID)
        assert to_grid(E).sum() == pytest.approx(E.sum())
    np.testing.assert_allclose(to_grid(np.arange(32.0 * 32).reshape(32, 32)), np.arange(1024.0).reshape(32, 32))


def test_emd_of_two_points_by_hand():
    E, R = np.zeros((32, 32)), np.zeros((32, 32), bool)
    E[2, 3], R[5, 7] = 4.0, True
    diagonal = np.hypot(32, 32)
    assert alignment("emd", E, R).value == pytest.approx(5 / diagonal)
    # Rows 2 mm apart, columns 1 mm: 6 mm and 4 mm.
    assert alignment("emd", E, R, (2.0, 1.0)).value == pytest.approx(np.hypot(6, 4) / np.hypot(64, 32))
    assert alignment("emd", R.astype(float), R).value == 0


def test_emd_along_one_row_is_the_wasserstein_distance(rng):
    for _ in range(5):
        E, R = np.zeros((32, 32)), np.zeros((32, 32), bool)
        E[9], R[9] = rng.random(32), rng.random(32) < 0.4
        x = np.arange(32)
        expected = wasserstein_distance(x, x, E[9], R[9].astype(float)) / np.hypot(32, 32)
        assert alignment("emd", E, R).value == pytest.approx(expected)


def test_emd_against_linear_programming(rng):
    for _ in range(3):
        E, R = np.zeros((32, 32)), np.zeros((32, 32), bool)
        points, targets = rng.integers(0, 32, (12, 2)), rng.integers(0, 32, (9, 2))
        E[tuple(points.T)], R[tuple(targets.T)] = rng.random(12), True
        a, b = np.argwhere(E), np.argwhere(R)
        cost = np.linalg.norm(a[:, None] - b, axis=2) / np.hypot(32, 32)
        marginals = np.vstack([np.kron(np.eye(len(a)), np.ones(len(b))), np.kron(np.ones(len(a)), np.eye(len(b)))])
        masses = np.concatenate([E[E > 0] / E.sum(), np.full(len(b), 1 / len(b))])
        plain = linprog(cost.ravel(), A_eq=marginals, b_eq=masses, method="highs")
        assert alignment("emd", E, R).value == pytest.approx(plain.fun, rel=1e-6)


def test_emd_is_smaller_for_a_closer_map(rng):
    R = square((20, 20), 10, (64, 64))
    near, far = (square(at, 10, (64, 64)).astype(float) for at in [(24, 20), (50, 50)])
    assert 0 < alignment("emd", near, R).value < alignment("emd", far, R).value < 1


@pytest.mark.parametrize("spacing", [(0.0, 1.0), (1.0, float("nan"))])
def test_spacing_must_be_positive(spacing):
    with pytest.raises(ValueError, match="spacing"):
        alignment("hd95", np.eye(4), np.eye(4, dtype=bool), spacing)


def test_emd_loads_nothing_that_it_does_not_need_and_leaves_it_to_others():
    program = (
        "import sys, numpy as np\n"
        "from segx_viewer.explain.alignment import alignment\n"
        "assert alignment('emd', np.eye(9), np.eye(9) == 0).value > 0\n"
        "unneeded = {'torch', 'sklearn', 'networkx'} & set(sys.modules)\n"
        "import sklearn.cluster\n"
        "sys.exit(bool(unneeded))\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_distances_of_cells_are_those_between_their_centres(rng):
    y, x = np.mgrid[:GRID, :GRID].reshape(2, -1) / GRID
    for height, width in rng.uniform(1, 500, (5, 2)):
        some, others = np.split(rng.permutation(GRID**2), [300])
        diagonal = np.hypot(height, width)
        plain = np.hypot((y[:, None] - y) * height / diagonal, (x[:, None] - x) * width / diagonal)
        assert np.array_equal(cell_distances(height, width, some, others), plain[some][:, others])


def test_grid_of_whole_pixels_equals_the_general_one():
    E = np.random.default_rng(0).random((64, 96))
    rows, columns = (_shares(length) for length in E.shape)
    np.testing.assert_allclose(to_grid(E), rows @ E @ columns.T)


@pytest.mark.parametrize("count", [1, 2, 21, 400, 1001])
def test_percentiles_are_numpy_s(rng, count):
    values = rng.random(count)
    for percent in (0, 5, 50, 95, 100):
        assert percentile(values, percent) == np.percentile(values, percent)
