"""What SegU adds to the confidence, on rows whose truth is drawn."""

from dataclasses import replace

import numpy as np
import pytest

from segx_viewer.evaluation.adding import adds_nothing, segu_adds
from segx_viewer.evaluation.calibrate import ALIGNMENT_FEATURES
from segx_viewer.evaluation.card_tables import added
from segx_viewer.evaluation.plain import plain
from segx_viewer.evaluation.results import SecondBundle
from segx_viewer.evaluation.rows import ExplainedRow, FindingRow, ImageRow, RunnerUp


def rows(weight, n=800, seed=1):
    """Whether an answer is right hangs on the confidence and, by its weight, on cAUITC."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        segu = {name: float(rng.normal()) for name in ALIGNMENT_FEATURES}
        sure = float(rng.normal())
        right = rng.random() < 1 / (1 + np.exp(-(1 + sure + weight * segu["auitc"])))
        explained = ExplainedRow(segu, runner_up=RunnerUp(auitc=segu["auitc"] - float(rng.normal())))
        found.append(ImageRow(group=f"g{number}", correct=right, evidence={"max_softmax": sure},
                              methods={"gradcam": explained}))  # fmt: skip
    return found


def test_alignments_that_tell_nothing_add_nothing():
    measured = segu_adds(rows(0.0), "gradcam")
    found = plain(measured)
    assert adds_nothing(measured) is True
    assert found["max-softmax + alignments"]["gain"]["value"] < 0.01
    assert "does not predict correctness here" in added(measured)[2]


def test_a_second_network_that_disagrees_where_the_first_errs_is_found():
    drawn = rows(0.0)
    rng = np.random.default_rng(2)
    drawn = [
        replace(row, second={"second_log_odds": float(rng.normal()) + 2 * row.correct,
                             "map_rank_correlation": float(rng.normal()), "map_overlap": float(rng.normal())})
        for row in drawn
    ]  # fmt: skip
    measured = segu_adds(drawn, "gradcam")
    found = plain(measured)
    assert found["max-softmax + a second network's answer"]["gain"]["low"] > 0.02
    assert found["agreement of a second network's map"]["auroc"]["value"] == pytest.approx(0.5, abs=0.06)
    assert "The second network is drawn 0.1.0's." in added(measured, SecondBundle("drawn", "0.1.0", ""))[2]


def test_an_alignment_that_tells_is_found():
    measured = segu_adds(rows(1.5), "gradcam")
    found = plain(measured)
    assert adds_nothing(measured) is False
    assert found["carried_by"] == "auitc"
    assert found["max-softmax + alignments"]["gain"]["low"] > 0.02
    assert found["runner-up"]["auroc"]["value"] > 0.6, "cAUITC is among its scores"
    assert "| max-softmax + alignments |" in added(measured)[1]


def test_with_too_few_mistakes_nothing_is_said():
    right = [replace(row, correct=True) for row in rows(0.0, 50)]
    assert segu_adds(right, "gradcam") is None
    assert adds_nothing(None) is None
    assert added(None) == []


def test_of_several_findings_each_that_is_stated_is_an_answer():
    several = [
        ImageRow(group=row.group, findings=tuple(
            FindingRow(code, correct=row.correct != (code == "b"), evidence=row.evidence,
                       segu=row.methods["gradcam"].segu) for code in "ab"
        )) for row in rows(0.0, 100)
    ]  # fmt: skip
    found = plain(segu_adds(several, "gradcam"))
    assert (found["n"], found["mistakes"]) == (200, 100)
    assert found["max-softmax"]["auroc"]["value"] == pytest.approx(0.5, abs=1e-9)
