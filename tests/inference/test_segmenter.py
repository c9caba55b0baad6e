import numpy as np

from segx_viewer.inference.segmenter import without_specks


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
