"""The badge's levels are fitted as METHODS says, and keep what they promise on drawn images, within subgroups too."""

import json
import math
import tomllib

import numpy as np
import pytest
import tomli_w
from scipy.stats import binomtest

from segx_viewer.domain.result import Level
from segx_viewer.evaluation.card_tables import levels_promised
from segx_viewer.evaluation.fitted import FittedPromises, LevelProof, ProvenLevels, ProvenWithin
from segx_viewer.evaluation.levels import (
    careful_threshold,
    fewest_images,
    fit_levels,
    lacking,
    lax_threshold,
    level_data,
    level_sentences,
    proven_levels,
    upper_bound,
)
from segx_viewer.evaluation.plain import plain, restored, to_table
from segx_viewer.evaluation.promises import fitted_promises, level_promises, level_refuted
from segx_viewer.evaluation.results import LevelFigures
from segx_viewer.evaluation.rows import ImageRow
from segx_viewer.explain.promises import Danger, Levels, Promises, Subgroup

CUT_OUT = Subgroup("dx_type", ("histo",), "lesions that were cut out")


def fitted(scores, predicted, truth, groups, dangers=()):
    return fit_levels(level_data(scores, predicted, truth, groups), dangers)


def test_the_upper_bound_is_that_of_clopper_and_pearson():
    assert upper_bound(0, 59) <= 0.05 < upper_bound(0, 58)
    assert upper_bound(3, 3) == upper_bound(0, 0) == 1.0


def test_a_level_breaks_its_promise_no_more_often_than_it_may():
    broken = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        scores = rng.uniform(0.5, 1, size=400)
        wrong = rng.uniform(size=400) > scores
        threshold = lax_threshold(scores, wrong, 0.20)
        if math.isfinite(threshold):
            broken += (1 - (threshold + 1) / 2) > 0.20  # the mean error of scores drawn evenly above the threshold
    assert broken / 200 <= 0.05 + 0.03


def test_a_level_that_nothing_proves_does_not_exist():
    scores = np.linspace(0, 1, 58)
    assert lax_threshold(scores, np.zeros(58, bool), 0.05) == math.inf
    assert lax_threshold(np.linspace(0, 1, 59), np.zeros(59, bool), 0.05) == 0.0


def test_equal_scores_are_never_parted():
    scores = np.repeat([0.9, 0.5], 100)
    wrong = np.r_[np.zeros(100, bool), np.ones(100, bool)]
    assert lax_threshold(scores, wrong, 0.05) == 0.9


def test_a_benign_answer_is_high_only_where_few_malignant_ones_are():
    scores = np.linspace(0, 1, 400)
    truth = np.where(np.arange(400) % 4 == 0, "mel", "nv")
    predicted = np.full(400, "nv")
    danger = Danger(("mel",), ("nv",))
    threshold = careful_threshold(scores, list(predicted), list(truth), danger)
    missed = ((truth == "mel") & (scores >= threshold)).sum()
    assert missed == 1  # of 100 images two would be 2 %, whose bound is above 5 %
    assert upper_bound(int(missed), 100) <= 0.05 < upper_bound(int(missed) + 1, 100)


def test_a_danger_that_too_few_images_show_leaves_no_high_for_that_answer():
    scores = np.linspace(0, 1, 200)
    truth = ["mel"] * 30 + ["nv"] * 170
    levels = fitted(scores, ["nv"] * 200, truth, [str(i) for i in range(200)], [Danger(("mel",), ("nv",))])
    assert levels.careful["nv"] == math.inf


def test_images_of_one_lesion_are_one_piece_of_evidence():
    scores, codes = np.full(300, 0.9), ["mel"] * 300
    assert fitted(scores, codes, codes, ["one"] * 300).high == math.inf
    assert fitted(scores, codes, codes, [str(i) for i in range(300)]).high == 0.9


def test_sure_benign_answers_make_no_room_for_high_answers_of_low_scores():
    scores = np.concatenate([np.full(300, 0.99), [0.97], np.full(200, 0.8), np.full(60, 0.9), np.full(10, 0.5)])
    called = ["nv"] * 501 + ["mel"] * 70
    truth = ["nv"] * 300 + ["mel"] + ["nv"] * 170 + ["bkl"] * 30 + ["mel"] * 60 + ["mel"] * 6 + ["nv"] * 4
    levels = fitted(scores, called, truth, [str(i) for i in range(571)], [Danger(("mel",), ("nv",))])
    assert levels.of(0.99, "nv") is Level.HIGH
    assert levels.of(0.97, "nv") is not Level.HIGH, "so sure an answer was a melanoma"
    assert levels.of(0.9, "mel") is Level.HIGH
    assert levels.of(0.5, "mel") is not Level.HIGH


def test_high_answers_make_no_room_for_moderate_ones_that_are_wrong_too_often():
    scores = np.concatenate([np.full(250, 0.9), np.full(100, 0.5), np.full(100, 0.3)])
    truth = ["nv"] * 250 + ["nv"] * 88 + ["mel"] * 12 + ["nv"] * 50 + ["mel"] * 50
    levels = fitted(scores, ["nv"] * 450, truth, [str(i) for i in range(450)])
    assert levels.of(0.9, "nv") is Level.HIGH
    assert levels.of(0.5, "nv") is Level.MODERATE, "an eighth is wrong"
    assert upper_bound(62, 450) < 0.20
    assert levels.of(0.3, "nv") is Level.LOW, "of all answers an eighth is wrong, of these a half"


def test_where_no_moderate_level_passes_what_is_not_high_is_low():
    scores = np.concatenate([np.full(400, 0.9), np.full(100, 0.5)])
    truth = ["nv"] * 400 + ["nv", "mel"] * 50
    levels = fitted(scores, ["nv"] * 500, truth, [str(i) for i in range(500)])
    assert (levels.of(0.9, "nv"), levels.of(0.5, "nv")) == (Level.HIGH, Level.LOW)


def mixture(cut_out_errors, others=800, cut_out=200):
    """Scores from 1 down to 0.5, truths of answers "nv", and which lesions were cut out: evenly among the others.

    Every `cut_out_errors`-th answer about those is wrong, and no other.
    """
    every = (others + cut_out) // cut_out
    ranks = np.arange(others + cut_out)
    belongs = ranks % every == every - 1
    wrong = belongs & (ranks // every % cut_out_errors == cut_out_errors - 1)
    return np.linspace(1, 0.5, len(ranks)), np.where(wrong, "mel", "nv"), belongs


def fitted_within(scores, truth, *parts, dangers=(), predicted=None):
    names = [str(i) for i in range(len(scores))]
    called = ["nv"] * len(scores) if predicted is None else predicted
    data = level_data(scores, called, list(truth), names, parts)
    return proven_levels(data, fit_levels(data, dangers))


def test_a_level_that_a_mixture_keeps_and_a_subgroup_does_not_does_not_exist():
    scores, truth, belongs = mixture(13)
    assert fitted_within(scores, truth).levels.high == 0.5, "15 of 1000 are wrong"
    found = fitted_within(scores, truth, (CUT_OUT, belongs))
    assert found.levels.high == math.inf, "15 of these 200"
    assert found.levels.moderate == 0.5, "one in thirteen is no more than a fifth"
    assert [one.level for one in found.within[0].levels] == ["MODERATE"]


def test_a_level_is_narrowed_to_the_scores_at_which_the_subgroup_keeps_its_bound():
    scores, _, belongs = mixture(1, others=1600, cut_out=800)
    wrong = belongs & (scores < 0.7) & (np.arange(len(scores)) % 4 == 0)
    truth = np.where(wrong, "mel", "nv")
    without, within = (fitted_within(scores, truth, *parts) for parts in ((), [(CUT_OUT, belongs)]))
    assert without.levels.high < within.levels.high < 0.7

    def exact(chosen):
        errors, count = int((wrong & chosen).sum()), int(chosen.sum())
        return errors, count, binomtest(errors, count, alternative="less").proportion_ci(0.95, method="exact").high

    above = scores >= within.levels.high
    errors, count, bound = exact(above & belongs)
    assert within.within[0].levels[0] == LevelProof("HIGH", 0.05, count, errors, round(bound, 4))
    assert max(exact(above)[2], bound) <= 0.05
    next_tested = scores >= scores[int(above.sum()) + int(0.01 * len(scores)) - 1]
    assert exact(next_tested)[2] <= 0.05 < exact(next_tested & belongs)[2], "of all images a laxer one would hold"


@pytest.mark.parametrize("most", [0.05, 0.20])
@pytest.mark.parametrize("errors", [0, 1, 2])
def test_the_fewest_images_are_those_of_an_exact_test(most, errors):
    fewest = fewest_images(most, errors)
    for count, proves in ((fewest, True), (fewest - 1, False)):
        exact = binomtest(errors, count, alternative="less").proportion_ci(0.95, method="exact").high
        assert (exact <= most) is proves


def test_a_subgroup_of_too_few_images_leaves_no_level_and_is_named():
    scores, truth, belongs = mixture(10_000, others=840, cut_out=60)
    assert math.isfinite(fitted_within(scores, truth).levels.high)
    found = fitted_within(scores, truth, (CUT_OUT, belongs))
    assert found.levels.high == math.inf
    assert lacking(found.within, Level.HIGH) == "no such level: 60 lesions that were cut out, where 93 are needed"
    high, moderate = level_sentences(found)
    assert high.startswith("HIGH, wrong in at most 5%: no such level: 60 lesions")
    assert "among lesions that were cut out 0 of 60 wrong" in moderate


def test_few_images_of_a_subgroup_among_the_surest_end_nothing():
    scores, truth, belongs = mixture(10_000)
    belongs = np.sort(belongs)  # none of them is among the surest
    truth[np.flatnonzero(belongs)[0]] = "mel"
    found = fitted_within(scores, truth, (CUT_OUT, belongs))
    assert found.levels.high == fitted_within(scores, truth).levels.high == 0.5


def test_several_values_are_taken_together_and_several_subgroups_each_for_itself():
    both = Subgroup("dx_type", ("histo", "confocal"), "lesions that were looked into")
    assert [both.holds({"dx_type": value}) for value in ("histo", "confocal", "follow_up")] == [True, True, False]
    assert not both.holds({})
    scores, truth, belongs = mixture(13)
    easy = Subgroup("dx_type", ("follow_up",), "lesions that were followed up")
    assert math.isfinite(fitted_within(scores, truth, (easy, ~belongs)).levels.high)
    assert fitted_within(scores, truth, (easy, ~belongs), (CUT_OUT, belongs)).levels.high == math.inf


def test_more_errors_among_a_subgroup_are_allowed_where_the_recipe_says_so():
    scores, truth, belongs = mixture(13)
    lenient = Subgroup("dx_type", ("histo",), "lesions that were cut out", high_error=0.2)
    found = fitted_within(scores, truth, (lenient, belongs))
    assert math.isfinite(found.levels.high)
    assert found.within[0].levels[0].most == 0.2
    assert found.proven[0].most == 0.05, "the whole keeps its own bound"


@pytest.mark.parametrize("seed", range(6))
def test_a_subgroup_makes_no_level_laxer_and_dangers_stay_as_strict(seed):
    rng = np.random.default_rng(seed)
    scores, _, belongs = mixture(1)
    truth = np.where(belongs & (rng.uniform(size=1000) < (1 - scores) / 4), "mel", "nv")
    parts, dangers = [(CUT_OUT, belongs)], [Danger(("mel",), ("nv",), most=0.5, bound=0.9)]
    without, within = (fitted_within(scores, truth, *p, dangers=dangers).levels for p in ((), parts))
    assert within.high >= without.high
    assert within.careful == without.careful


def test_within_a_subgroup_the_answers_that_may_be_high_are_judged():
    scores, truth, belongs = mixture(10, others=1600, cut_out=400)
    predicted = np.where(np.arange(len(scores)) // 5 % 2, "nv", "bkl")  # what is wrong says "nv", and no other
    truth = np.where(truth == "mel", "mel", predicted)
    assert fitted_within(scores, truth, (CUT_OUT, belongs), predicted=list(predicted)).levels.high == math.inf
    danger = Danger(("mel",), ("nv",), most=0.0, bound=0.1)
    found = fitted_within(scores, truth, (CUT_OUT, belongs), dangers=[danger], predicted=list(predicted))
    assert found.levels.careful["nv"] > 0.98, "no melanoma is called nevus with HIGH"
    assert math.isfinite(found.levels.high), "so that its other answers keep the bound among those cut out"
    assert found.within[0].levels[0].errors == 0


def test_the_promise_within_a_subgroup_is_broken_no_more_often_than_it_may_be():
    broken = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        scores, belongs = rng.uniform(0.5, 1, size=600), rng.uniform(size=600) < 0.5
        error = np.where(belongs, 1 - scores, (1 - scores) / 4)
        truth = np.where(rng.uniform(size=600) < error, "mel", "nv")
        level = fitted_within(scores, truth, (CUT_OUT, belongs)).levels.moderate
        if math.isfinite(level):
            broken += (1 - (level + 1) / 2) > 0.20  # the subgroup's mean error above the threshold
    assert broken / 40 <= 0.05 + 0.05


def test_findings_of_one_person_are_one_piece_of_evidence_within_a_subgroup_too():
    scores, codes = np.linspace(0.6, 1, 400), ["a", "b"] * 200
    belongs = np.arange(400) >= 240
    for people, exists in ((2, False), (1, True)):  # 80 or 160 persons in the subgroup
        groups = [str(i // people) for i in range(400)]
        data = level_data(scores, codes, codes, groups, [(CUT_OUT, belongs)], several=True)
        assert math.isfinite(fit_levels(data).high) is exists


def proven(high=0.8):
    part = ProvenWithin("dx_type", ("histo",), "lesions that were cut out", images=120,
                        levels=(LevelProof("HIGH", 0.05, 100, 1, 0.0466),))  # fmt: skip
    return ProvenLevels(Levels(high, math.inf, {"nv": 0.9}), (LevelProof("HIGH", 0.05, 500, 4, 0.0182),), (part,))


def test_what_is_proven_comes_back_from_the_manifest():
    fitted = FittedPromises(600, *_fields(proven()))
    table = tomllib.loads(tomli_w.dumps({"promises": to_table(fitted)}))["promises"]
    assert fitted_promises(table) == fitted
    assert Promises.from_manifest(table, ["mel", "nv"]).levels == fitted.levels, "running needs no attribute"
    older = {"images": 600, "levels": {"high": 0.8, "moderate": 0.6, "careful": {}}}
    assert fitted_promises(older).within is None
    assert fitted_promises({}) is None


def _fields(found):
    return found.levels, None, None, None, found.proven, found.within


def level_rows(histo_right, histo=100, others=400):
    rows = [ImageRow(gate="accepted", correct=k < histo_right, level="HIGH", attributes={"dx_type": "histo"})
            for k in range(histo)]  # fmt: skip
    return rows + [ImageRow(gate="accepted", correct=True, level="HIGH", attributes={"dx_type": "follow_up"})] * others


def test_a_level_is_measured_within_its_subgroups_and_named_where_images_refute_it():
    fitted = FittedPromises(600, *_fields(proven()))
    strangers = [ImageRow(gate="outside", correct=False, level="HIGH", attributes={"dx_type": "histo"})] * 50
    low = [ImageRow(gate="accepted", correct=False, level="LOW", attributes={"dx_type": "histo"})] * 50
    kept = level_promises([*level_rows(93), *strangers, *low], fitted)
    assert [(one.level, one.within, one.right.n, level_refuted(one)) for one in kept] == [
        ("HIGH", None, 500, False),
        ("HIGH", CUT_OUT, 100, False),
    ], "93 of 100 may be chance"
    broken = level_promises(level_rows(88), fitted)
    assert [level_refuted(one) for one in broken] == [False, True]
    exact = binomtest(88, 100).proportion_ci(0.95, method="exact")
    assert (broken[1].right.low, broken[1].right.high) == (round(exact.low, 4), round(exact.high, 4))
    assert level_promises(level_rows(88), None) == ()
    assert restored(LevelFigures, json.loads(json.dumps(plain(broken[1])))) == broken[1]


def test_the_card_puts_the_share_beside_the_promise_and_says_why_a_level_does_not_exist():
    fitted = FittedPromises(600, *_fields(proven()))
    text = "\n".join(levels_promised(level_promises(level_rows(88), fitted), fitted))
    assert "| HIGH | all images | 95% | 4 of 500 wrong, at most 1.8% | 0.976" in text
    assert "| HIGH | lesions that were cut out | 95% | 1 of 100 wrong, at most 4.7% | 0.880" in text
    assert text.count("| not kept |") == 1
    assert "MODERATE: no such level: too few images, or too many mistakes." in text
    assert "(`dx_type` histo)" in text
    older = FittedPromises(600, Levels(0.8, 0.6))
    assert levels_promised((), older) == [], "nothing is known of an older bundle that was measured before"
    assert levels_promised((), None) == []
