"""Prediction sets in words."""

from dataclasses import replace

import numpy as np
import pytest

from segx_viewer.app.kit import language
from segx_viewer.domain.result import (
    Activation,
    BadgeRecord,
    ClassInfo,
    FindingSet,
    Level,
    LevelPromise,
    Prediction,
    PredictionSet,
)
from segx_viewer.reporting.promised import TEXTS, broken_words, promised_words, unstated_words

CLASSES = (ClassInfo("mel", "Melanoma"), ClassInfo("nv", "Nevus"), ClassInfo("bcc", "Basal cell carcinoma"))


def prediction(*sets):
    p = np.float32([0.6, 0.3, 0.1])
    return Prediction(CLASSES, p, p, Activation.SOFTMAX, sets)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (PredictionSet(0.95, (0, 1)), ["Melanoma or Nevus (95 %)"]),
        (PredictionSet(0.9, ()), ["unusual for this model (90 %)"]),
        (PredictionSet(0.95, (0, 1, 2)), ["no class can be ruled out (95 %)"]),
        (
            PredictionSet(0.95, (0, 2), (2,)),
            [
                "Melanoma or Basal cell carcinoma (95 %)",
                "no promise for Basal cell carcinoma: too few calibration images",
            ],
        ),
        (
            FindingSet(0.95, (True, True, False), (False, True, False)),
            ["present: Melanoma (95 %)", "undecided: Nevus (95 %)",
             "unusual for this model: Basal cell carcinoma (95 %)"],
        ),
        (FindingSet(0.95, (False,) * 3, (True,) * 3), ["no finding is certainly present (95 %)"]),
        (
            PredictionSet(0.9, (0,), not_kept=(0, 2)),
            ["Melanoma (90 %)", "promise not kept on the test images for Melanoma, Basal cell carcinoma"],
        ),
    ],
)  # fmt: skip
def test_a_set_says_what_it_is(one, words):
    assert promised_words(prediction(one)) == words


def test_the_surest_set_is_told_and_none_where_there_is_none():
    assert promised_words(prediction(PredictionSet(0.95, (0,)), PredictionSet(0.9, ()))) == ["Melanoma (95 %)"]
    assert promised_words(prediction()) == []


def test_every_text_can_be_translated(make_analysis):
    said = []

    def say(text):
        said.append(text)
        return text

    for one in (PredictionSet(0.95, ()), PredictionSet(0.95, (0, 1, 2)), PredictionSet(0.95, (0, 2), (2,)),
                FindingSet(0.95, (True, True, False), (False, True, False)),
                FindingSet(0.95, (True,) * 3, (False,) * 3), FindingSet(0.95, (False,) * 3, (True,) * 3),
                PredictionSet(0.95, (0,), not_kept=(0,))):  # fmt: skip
        promised_words(prediction(one), say, 0)
    none_found = np.zeros(3, np.float32)
    film = replace(make_analysis(), prediction=Prediction(CLASSES, none_found, none_found, Activation.SIGMOID))
    unstated_words(film, ("gradcam", 0), say)
    assert set(TEXTS) <= set(said)


def test_of_many_findings_in_a_line_the_first_are_named_and_the_others_counted():
    classes = tuple(ClassInfo(str(i), f"Finding {i}") for i in range(6))
    scores = np.full(6, 0.5, np.float32)
    one = Prediction(classes, scores, scores, sets=(FindingSet(0.95, (True,) * 6, (False,) * 6),))
    assert promised_words(one, most=2) == ["present: Finding 0, Finding 1 and 4 more (95 %)"]
    assert promised_words(one, most=5) == promised_words(one), "to name the last takes no more room than to count it"


def test_a_level_whose_promise_test_images_refuted_says_so_and_no_other():
    among = "lesions that were cut out"
    record = BadgeRecord(promises=(
        LevelPromise(Level.HIGH, 0.95, among, kept=False),
        LevelPromise(Level.HIGH, 0.95, kept=False),
        LevelPromise(Level.MODERATE, 0.8, among),
    ))  # fmt: skip
    german = {among: "Läsionen"}
    assert broken_words(record, Level.HIGH, lambda text: german.get(text, text)) == [
        "promise of this level not kept on the test images among Läsionen",
        "promise of this level not kept on the test images",
    ]
    assert broken_words(record, Level.MODERATE) == broken_words(BadgeRecord(), Level.HIGH) == []


def test_in_german_what_was_not_kept_is_named_too():
    words = promised_words(prediction(PredictionSet(0.9, (0,), not_kept=(2,))), language.texts("de").get)
    assert words[-1] == "Zusage auf den Testbildern nicht eingehalten für Basalzellkarzinom"
