"""Margins, found by ever more lines at a time, against all lines at once."""

import numpy as np
import pytest

from segx_viewer.imaging import margins


def run_of_all(lines):
    near = np.abs(lines.astype(np.int16) - np.median(lines[0], axis=0)) <= margins.TOLERANCE
    plain = near.all(axis=2) if near.ndim == 3 else near
    rough = np.flatnonzero(plain.mean(1) < margins.PLAIN)
    return int(rough[0]) if len(rough) else len(lines)


@pytest.mark.parametrize("colours", [(), (3,)])
@pytest.mark.parametrize("plain", [0, 1, 2, 5, 6, 20, 21, 22, 84, 90])
def test_as_many_lines_are_plain_as_all_of_them_say(colours, plain):
    rng = np.random.default_rng(5)
    lines = rng.integers(0, 255, (90, 70, *colours), np.uint8)
    lines[:plain] = 40 + rng.integers(0, 5, (plain, 70, *colours), np.uint8)
    assert margins._run(lines) == run_of_all(lines) == plain
    assert margins._run(lines[::-1]) == run_of_all(lines[::-1])
