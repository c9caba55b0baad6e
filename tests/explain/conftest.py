import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(20250)


def _random_map(rng, shape):
    """A map of one of several kinds: continuous, heavily tied, mostly zero, or smooth."""
    kind = rng.integers(4)
    values = rng.random(shape)
    if kind == 1:
        values = np.floor(values * rng.integers(2, 8))
    elif kind == 2:
        values = np.where(values > 0.9, values, 0.0)
    elif kind == 3:
        y, x = np.mgrid[: shape[0], : shape[1]]
        centre_y, centre_x = rng.random(2) * shape
        values = np.exp(-((y - centre_y) ** 2 + (x - centre_x) ** 2) / rng.integers(2, 40))
    return values.astype(rng.choice(["float32", "float64"]))


@pytest.fixture
def cases(rng):
    """Forty random (map, region) pairs on which every alignment is defined."""
    pairs = []
    while len(pairs) < 40:
        shape = tuple(rng.integers(3, 24, size=2))
        E = _random_map(rng, shape)
        R = rng.random(shape) < rng.uniform(0.05, 0.9)
        if 0 < R.sum() < R.size and np.ptp(E) > 0:
            pairs.append((E, R))
    return pairs


@pytest.fixture
def disc():
    """A smooth 64 x 48 map and a disc that overlaps its blob."""
    y, x = np.mgrid[:64, :48]
    E = np.exp(-((y - 30.0) ** 2 + (x - 20.0) ** 2) / 90).astype(np.float32)
    return E, (y - 34) ** 2 + (x - 24) ** 2 < 12**2
