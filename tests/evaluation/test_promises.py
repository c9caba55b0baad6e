"""Prediction sets and levels are fitted as METHODS says, and keep what they promise on drawn images."""

from dataclasses import replace

import crepes
import numpy as np
import pytest

from segx_viewer.evaluation.card_tables import endangered
from segx_viewer.evaluation.plain import plain, restored
from segx_viewer.evaluation.promises import class_conditional_sets, coverage, dangerous, finding_sets, not_kept
from segx_viewer.evaluation.results import SetFigures
from segx_viewer.evaluation.rows import ImageRow, SetRow
from segx_viewer.explain.promises import Danger


def drawn(count, seed, classes=4, sharpness=2.0):
    """Probabilities and true classes, drawn so that the probabilities are right."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(count, classes)) * sharpness
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    truth = np.array([rng.choice(classes, p=row) for row in p])
    return p, truth


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_sets_are_those_of_crepes(confidence):
    p, truth = drawn(400, 1)
    new, _ = drawn(300, 2)
    ours = class_conditional_sets(p, truth, confidence)
    theirs = crepes.ConformalClassifier()
    theirs.fit(1 - p[np.arange(len(p)), truth], bins=truth)
    expected = np.stack([
        theirs.predict_set((1 - new[:, k])[:, None], bins=np.full(len(new), k), confidence=confidence, smoothing=False)
        for k in range(4)
    ], axis=1)[..., 0]  # fmt: skip
    found = np.array([[ours.holds(k, row[k]) for k in range(4)] for row in new])
    np.testing.assert_array_equal(found, expected.astype(bool))


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_each_class_is_covered_as_promised(confidence):
    hits = np.zeros(4)
    seen = np.zeros(4)
    for seed in range(20):
        sets = class_conditional_sets(*drawn(300, seed), confidence)
        for row, k in zip(*drawn(200, 1000 + seed), strict=True):
            hits[k] += sets.holds(int(k), float(row[k]))
            seen[k] += 1
    assert (hits / seen > confidence - 0.02).all()


def test_a_class_with_too_few_images_gets_no_promise():
    p, truth = drawn(200, 3)
    keep = (truth != 2) | (np.cumsum(truth == 2) <= 18)
    sets = class_conditional_sets(p[keep], truth[keep], 0.95)
    assert sets.without_promise == (2,)


def test_findings_are_covered_on_both_sides():
    rng = np.random.default_rng(5)
    p = rng.uniform(size=(2000, 2))
    truth = rng.uniform(size=p.shape) < p
    sets = finding_sets(p[:1000], truth[:1000], 0.9)
    for k in range(2):
        found = [sets.of(row) for row in p[1000:]]
        held = np.array([s.present[k] if t else s.absent[k] for s, t in zip(found, truth[1000:, k], strict=True)])
        for side in (truth[1000:, k], ~truth[1000:, k]):
            assert held[side].mean() > 0.87


def test_a_promise_is_not_kept_where_the_interval_of_the_share_lies_below_it():
    truth = ["a"] * 100 + ["b"] * 100
    rows = [
        ImageRow(gate="accepted", truth=(t,), sets=(SetRow(0.9, classes=("a",) if k < 95 else ("b",)),))
        for k, t in enumerate(truth)
    ]
    table = coverage(rows, ["a", "b"])
    assert table[0].per_class["a"].value == 0.95
    assert not_kept(table) == []
    rows[86:130] = [replace(row, sets=(SetRow(0.9, classes=()),)) for row in rows[86:130]]
    refuted = plain(not_kept(coverage(rows, ["a", "b"])))
    assert refuted == [{"confidence": 0.9, "classes": ["b"]}], "86 of 100 may be chance"
    sides = {"present": {"value": None, "low": 0, "high": 1, "n": 0},
             "absent": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 99}}  # fmt: skip
    of_finding = restored(SetFigures, {"confidence": 0.9, "per_class": {"c": sides}})
    assert plain(not_kept([of_finding])) == [{"confidence": 0.9, "classes": ["c"]}]


def test_dangerous_errors_count_where_they_carry_high_and_the_gate_accepts():
    def row(truth, predicted, level="HIGH", gate="accepted"):
        return ImageRow(gate=gate, truth=(truth,), predicted=predicted, level=level)

    rows = [row("mel", "nv"), row("mel", "nv", "LOW"), row("mel", "mel"), row("mel", "bcc"),
            row("mel", "nv", gate="outside"), row("bcc", "bcc"), row("nv", "nv")]  # fmt: skip
    [found] = dangerous(rows, [Danger(("mel", "bcc"), ("nv", "bkl"))])
    assert {code: (share.value, share.n) for code, share in found.per_class.items()} == {
        "mel": (0.25, 4),
        "bcc": (0.0, 1),
    }
    assert (found.together.value, found.together.n) == (0.2, 5)
    text = "\n".join(endangered([found]))
    assert "| mel or bcc | nv, bkl | 0.200" in text
    assert endangered([]) == []
