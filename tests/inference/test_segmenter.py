import cv2
import numpy as np
import pytest

from segx_viewer.bundles.manifest import RegionSpec
from segx_viewer.inference.segmenter import on_side, without_specks


def drawn():
    P = np.full((40, 40), 0.1, np.float32)
    P[5:15, 5:15] = 0.9  # 100 px
    P[5:15, 25:33] = 0.8  # 80 px
    P[35:37, 35:37] = 0.7  # 4 px
    return P


def test_strays_go_and_both_large_parts_stay():
    P = drawn()
    without_specks(P, 0.5, 0.1)
    assert (P > 0.5).sum() == 180
    assert P[35, 35] == 0.5, "lowered to the threshold, no further"
    assert P[0, 0] == np.float32(0.1), "what lay outside is untouched"


def test_zero_keeps_everything():
    P = drawn()
    without_specks(P, 0.5, 0.0)
    assert np.array_equal(P, drawn())


def _lungs(*ellipses):
    canvas = np.zeros((120, 140), np.uint8)
    for centre, axes in ellipses:
        cv2.ellipse(canvas, centre, axes, 0, 0, 360, 1, -1)
    return canvas.astype(np.float32) * 0.9 + 0.02


def test_lungs_are_told_apart_by_their_parts():
    both = _lungs(((40, 60), (18, 40)), ((100, 62), (20, 42)), ((44, 112), (6, 5)))
    right, left = (on_side(both, 0.5, side) > 0.5 for side in ("right", "left"))
    assert right[60, 40]
    assert right[112, 44], "a smaller part goes with the side it lies on"
    assert left[62, 100]
    assert not (right & left).any()
    assert np.array_equal(right | left, both > 0.5)
    assert not right[:, 75:].any()


def test_lungs_grown_together_are_cut_at_the_narrowest_column():
    both = _lungs(((40, 60), (20, 40)), ((104, 60), (20, 40)))
    both[55:62, 50:95] = 0.9
    right, left = (on_side(both, 0.5, side) > 0.5 for side in ("right", "left"))
    assert right[60, 40]
    assert left[60, 104]
    assert not right[60, 104]
    assert not left[60, 40]
    assert np.array_equal(right | left, both > 0.5)


def test_side_of_an_empty_region_is_empty_and_another_word_is_refused():
    nothing = np.full((20, 20), 0.1, np.float32)
    assert not on_side(nothing, 0.5, "left").any()
    with pytest.raises(ValueError, match="left, right"):
        RegionSpec("lung", (0,), "upper")
