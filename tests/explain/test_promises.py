"""Prediction sets and levels, run from stored numbers."""

import math

import numpy as np
import pytest

from segx_viewer.domain.result import FindingSet, Level
from segx_viewer.errors import ModelError
from segx_viewer.explain.promises import ClassConditionalSets, FindingSets, Levels, Promises

TABLE = {
    "levels": {"high": 0.9, "moderate": 0.6, "careful": {"nv": 0.97}},
    "sets": [{"confidence": 0.95, "quantiles": [0.9, 0.7]}],
}


def test_a_set_holds_the_most_probable_class_first():
    sets = ClassConditionalSets(0.9, (0.9, 0.9, 0.9))
    assert sets.of(np.float32([0.2, 0.7, 0.1])).classes == (1, 0, 2)


def test_a_set_may_be_empty():
    assert ClassConditionalSets(0.9, (0.1, 0.1)).of(np.float32([0.5, 0.5])).classes == ()


def test_a_class_without_promise_is_always_in_the_set_and_named():
    found = ClassConditionalSets(0.9, (0.1, math.inf)).of(np.float32([0.95, 0.05]))
    assert found.classes == (0, 1)
    assert found.without_promise == (1,)


def test_a_finding_is_present_absent_undecided_or_unusual():
    sets = FindingSets(0.9, (0.4, 0.8, 0.2), (0.3, 0.5, 0.1))
    assert sets.of(np.float32([0.9, 0.4, 0.5])) == FindingSet(0.9, (True, True, False), (False, True, False))
    assert sets.of(np.float32([0.1, 0.4, 0.5])) == FindingSet(0.9, (False, True, False), (True, True, False))


def test_a_careful_answer_needs_its_own_score():
    levels = Levels(0.9, 0.6, {"nv": 0.97})
    assert levels.of(0.95, "nv") is Level.MODERATE
    assert levels.of(0.98, "nv") is Level.HIGH


def test_a_level_that_does_not_exist_is_never_given():
    assert Levels(math.inf, math.inf).of(0.999, "mel") is Level.LOW
    assert Levels(math.inf, 0.5).of(0.999, "mel") is Level.MODERATE


def test_promises_are_read_from_the_manifest():
    promises = Promises.from_manifest(TABLE, ["mel", "nv"])
    assert promises.levels.of(0.95, "mel") is Level.HIGH
    assert promises.sets[0].confidence == 0.95
    assert Promises.from_manifest({}, ["mel"]) is None


def test_a_set_says_which_classes_test_images_refuted_it_for():
    kept = Promises.from_manifest(TABLE, ["mel", "nv"], [(0.9, "mel")])
    assert kept.of(np.float32([0.9, 0.1]))[0].not_kept == (), "refuted at another confidence"
    refuted = Promises.from_manifest(TABLE, ["mel", "nv"], [(0.95, "nv")])
    assert refuted.of(np.float32([0.9, 0.1]))[0].not_kept == (1,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"levels": {"high": 0.9}}, "no entry 'moderate'"),
        ({"sets": [{"confidence": 95, "quantiles": [0.9, 0.7]}]}, "confidence"),
        ({"sets": [{"confidence": 0.95, "quantiles": [0.9]}]}, "one number for each class"),
        ({"levels": {"high": 0.9, "moderate": 0.6, "careful": {"bcc": 0.9}}}, "class bcc"),
    ],
)
def test_wrong_promises_are_refused_in_one_sentence(change, words):
    with pytest.raises(ModelError, match=words):
        Promises.from_manifest(TABLE | change, ["mel", "nv"])
