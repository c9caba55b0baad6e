"""What changed pictures do to answers, levels, sets and the gate."""

import numpy as np
import pytest

from segx_viewer.evaluation.card_tables import shifted as table_of
from segx_viewer.evaluation.card_tables import shifts_in_short
from segx_viewer.evaluation.plain import plain
from segx_viewer.evaluation.results import Shifts
from segx_viewer.evaluation.rows import ShiftedAnswer, ShiftEntry, ShiftRow
from segx_viewer.evaluation.shifts import SHIFTS, UNCHANGED, shifted
from segx_viewer.imaging.synthetic import draw_lesion


@pytest.mark.parametrize("name", SHIFTS)
def test_every_shift_changes_the_picture_and_is_the_same_each_time(name):
    picture = draw_lesion((120, 160))
    one, two = (SHIFTS[name](picture, np.random.default_rng(3)) for _ in range(2))
    assert one.dtype == np.uint8
    assert np.array_equal(one, two)
    same = one.shape == picture.shape and np.array_equal(one, picture)
    assert same == (name == UNCHANGED)


def entry(code, correct, level, gate="accepted", covered=True):
    return ShiftEntry(gate, {code: ShiftedAnswer(correct, level)}, 2, (covered,))


def test_figures_by_hand():
    rows = [
        ShiftRow("1", "a", {UNCHANGED: entry("nv", True, "HIGH"), "JPEG 30": entry("nv", True, "MODERATE")}),
        ShiftRow("2", "b", {UNCHANGED: entry("nv", True, "HIGH"),
                            "JPEG 30": entry("mel", False, "HIGH", "outside the training population")}),
        ShiftRow("3", "c", {UNCHANGED: entry("nv", False, "LOW"), "JPEG 30": entry("mel", True, "HIGH")}),
        ShiftRow("4", "d", {UNCHANGED: entry("mel", True, "LOW"),
                            "JPEG 30": entry("mel", True, "LOW", covered=False)}),
    ]  # fmt: skip
    found = plain(shifted(rows))
    jpeg = found["JPEG 30"]
    assert found["n"] == 4
    assert jpeg["right"]["value"] == 0.75
    assert jpeg["flipped"]["value"] == 0.5
    assert jpeg["gate"] == {"accepted": 0.75, "outside": 0.25, "refused": 0.0}
    assert jpeg["levels"] == {"HIGH": 0.25, "MODERATE": 0.25, "LOW": 0.25, "ABSTAIN": 0.25}
    assert jpeg["right_at_high"] == {"value": 1.0, "n": 1}
    assert jpeg["coverage"]["value"] == pytest.approx(2 / 3, abs=1e-4), "of the accepted ones"
    assert (jpeg["high_before"], jpeg["high_after"], jpeg["high_after_without_gate"]) == (0.5, 0.5, 1.0)
    assert found[UNCHANGED]["flipped"]["value"] == 0


def test_tables_have_a_row_for_each_shift():
    rows = [ShiftRow("1", "a", {UNCHANGED: entry("nv", True, "HIGH"), "mirrored": entry("mel", False, "LOW")})]
    found = shifted(rows)
    assert [line.split("|")[1].strip() for line in table_of(found)[1].splitlines()[2:]] == [UNCHANGED, "mirrored"]
    short = shifts_in_short({"skin": found, "old": Shifts()})
    assert short[0] == "| changed | `skin` |"
    assert short[2] == "| as it is | 100%, 100%, 100% |"
    assert table_of(Shifts()) == []
