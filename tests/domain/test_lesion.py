import json

import pytest

from segx_viewer.domain.lesion import (
    COLOURS,
    MAJOR,
    MINOR,
    NO_RECORD,
    STRUCTURES,
    Abcd,
    Calibration,
    LesionRecord,
    SevenPoint,
    Site,
    Verdict,
)

ALL = Abcd(2, 8, frozenset(COLOURS), frozenset(STRUCTURES))
LEAST = Abcd(0, 0, frozenset({"light brown"}), frozenset({"dots"}))


def test_the_total_dermoscopy_score_reaches_from_one_to_8_9():
    assert LEAST.score == 1.0
    assert ALL.score == 8.9
    assert LEAST.verdict is Verdict.BENIGN
    assert ALL.verdict is Verdict.MELANOMA


@pytest.mark.parametrize(
    ("asymmetry", "border", "colours", "structures", "score", "verdict"),
    [
        (1, 4, 3, 3, 4.7, Verdict.BENIGN),
        (1, 5, 3, 3, 4.8, Verdict.SUSPICIOUS),
        (2, 3, 3, 2, 5.4, Verdict.SUSPICIOUS),
        (2, 4, 3, 2, 5.5, Verdict.MELANOMA),
    ],
)
def test_the_limits_are_4_75_and_5_45(asymmetry, border, colours, structures, score, verdict):
    rule = Abcd(asymmetry, border, frozenset(COLOURS[:colours]), frozenset(STRUCTURES[:structures]))
    assert rule.score == pytest.approx(score)
    assert rule.verdict is verdict


@pytest.mark.parametrize(
    "rule",
    [
        Abcd(),
        Abcd(2, None, frozenset({"red"}), frozenset({"dots"})),
        Abcd(1, 1, frozenset(), frozenset({"dots"})),
        Abcd(1, 1, frozenset({"red"})),
    ],
)
def test_a_rule_that_is_not_filled_in_has_no_score(rule):
    assert rule.score is None
    assert rule.verdict is None


def test_major_criteria_count_two_and_three_points_are_the_limit():
    assert SevenPoint(frozenset(MAJOR + MINOR)).score == 10
    assert SevenPoint(frozenset(MAJOR[:1])).verdict is Verdict.BENIGN
    assert SevenPoint(frozenset(MINOR[:2])).verdict is Verdict.BENIGN
    assert SevenPoint(frozenset((MAJOR[0], MINOR[0]))).verdict is Verdict.MELANOMA
    assert SevenPoint().score == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: Abcd(asymmetry=3),
        lambda: Abcd(border=9),
        lambda: Abcd(colours=frozenset({"green"})),
        lambda: SevenPoint(frozenset({"other"})),
        lambda: Calibration(0.0, 10, 10),
        lambda: Site("side", 0.5, 0.5),
        lambda: Site("front", 1.5, 0.5),
        lambda: LesionRecord(taken="yesterday"),
    ],
)
def test_what_the_rules_do_not_know_is_refused(make):
    with pytest.raises(ValueError, match=r"."):
        make()


@pytest.mark.parametrize(
    "record",
    [
        NO_RECORD,
        LesionRecord(
            "Ann", "left arm 1", "2026-03-04", Site("back", 0.4, 0.3), Calibration(0.02, 600, 450, "D", "x10"), ALL,
            SevenPoint(frozenset(MAJOR)),
        ),
        LesionRecord(seven_point=SevenPoint()),
    ],
)  # fmt: skip
def test_a_record_survives_json(record):
    assert LesionRecord.from_dict(json.loads(json.dumps(record.as_dict()))) == record


def test_lesions_are_told_apart_by_the_readers_words_only():
    assert LesionRecord("Ann ", "Arm").key == LesionRecord("ann", "arm").key
    assert LesionRecord("Ann").key is None
    assert LesionRecord(lesion="arm").key is None
    assert not NO_RECORD
    assert LesionRecord(seven_point=SevenPoint())
