from dataclasses import replace

import numpy as np
import pytest

from segx_viewer.domain.result import ClassInfo
from segx_viewer.evaluation import figures
from segx_viewer.evaluation.card_tables import within
from segx_viewer.evaluation.faithful import MEASURES
from segx_viewer.evaluation.plain import plain, restored
from segx_viewer.evaluation.rows import FaithfulnessRow, ImageRow, SegmentationRow
from segx_viewer.evaluation.statistics import Resampler

CLASSES = (ClassInfo("mel", "Melanoma"), ClassInfo("nv", "Nevus"))


def row(image_id, truth, p_mel, original, segx, stated, gate="accepted", level="HIGH"):
    predicted = "mel" if p_mel > 0.5 else "nv"
    explained = {"segu": {"iou": original, "auitc": original}}
    if original is not None:
        explained |= {"iou_original": original, "iou_segx": segx, "auitc_original": original, "auitc_segx": segx,
                      "curve_original": [original] * 99, "curve_segx": [segx] * 99}  # fmt: skip
    p = max(p_mel, 1 - p_mel)
    return restored(ImageRow, {
        "image_id": image_id, "group": image_id, "truth": [truth], "probabilities": [p_mel, 1 - p_mel],
        "predicted": predicted, "correct": predicted == truth, "gate": gate, "level": level,
        "probability_correct": stated, "evidence": {"max_softmax": np.log(p / (1 - p))},
        "methods": {"gradcam": explained},
    })  # fmt: skip


@pytest.fixture
def rows():
    return [
        row("a", "mel", 0.9, 0.2, 0.6, 0.95),
        row("b", "mel", 0.4, 0.1, 0.3, 0.40, level="LOW"),
        row("c", "nv", 0.2, 0.4, 0.5, 0.85),
        row("d", "nv", 0.3, None, None, None, gate="outside the training population", level="ABSTAIN"),
    ]


@pytest.fixture
def resampler(rows):
    return Resampler(np.array([r.group for r in rows]))


def test_classification_by_hand(rows, resampler):
    found = plain(figures.classification(rows, CLASSES, resampler))
    assert found["accuracy"]["value"] == 0.75
    assert found["balanced_accuracy"]["value"] == 0.75
    assert found["confusion"] == [[1, 1], [0, 2]]
    assert found["per_class"]["nv"] == {"label": "Nevus", "n": 2, "recall": 1.0, "precision": 0.6667, "auroc": 1.0}


def test_interpretability_counts_what_it_leaves_out(rows, resampler):
    found = plain(figures.interpretability(rows, CLASSES, resampler)["gradcam"])
    assert found["without_reference"] == 1
    assert found["iou"]["original"]["value"] == pytest.approx(0.7 / 3, abs=1e-4)
    assert found["iou"]["difference"]["n"] == 3
    assert found["auitc"]["per_class"]["mel"]["segx"]["value"] == pytest.approx(0.45)
    assert found["curves"]["segx"][0] == pytest.approx(1.4 / 3, abs=1e-4)


def test_certainty_compares_with_max_softmax_where_both_speak(rows, resampler):
    found = plain(figures.certainty(rows, "gradcam", resampler))
    # Of a, b, c only b is wrong, and both scores put it last.
    assert found["calibrated SegU"]["auroc"]["value"] == 1
    assert found["calibrated SegU"]["auroc_above_max_softmax"]["value"] == 0
    assert found["calibrated SegU"]["auroc_above_max_softmax"]["n"] == 3
    assert found["SegU cIoU"]["correct"] == pytest.approx(0.3)
    assert found["SegU cIoU"]["incorrect"] == pytest.approx(0.1)


def test_calibration_leaves_out_abstentions(rows):
    found = plain(figures.calibration(rows))
    assert (found["n"], found["abstained"]) == (3, 1)
    assert found["ece"]["value"] == pytest.approx((0.05 + 0.40 + 0.15) / 3)
    assert found["too_sure"]["value"] == pytest.approx((0.40 - 0.05 - 0.15) / 3, abs=1e-4)
    # Each of the three is in a bin of its own: E|p - y| = 2 p (1 - p).
    by_chance = 2 * (0.95 * 0.05 + 0.40 * 0.60 + 0.85 * 0.15) / 3
    assert found["ece_by_chance"]["value"] == pytest.approx(by_chance, abs=0.02)
    assert found["brier"]["value"] == pytest.approx((0.05**2 + 0.40**2 + 0.15**2) / 3, abs=1e-4)
    assert found["levels"]["HIGH"]["value"] == 1
    assert found["levels"]["LOW"]["value"] == 0


def test_levels_are_told_apart_by_how_the_label_was_settled(rows, resampler):
    rows = [replace(row, attributes={"dx_type": "histo" if row.correct else "follow_up"}) for row in rows]
    apart = plain(figures.calibration(rows))["within"]["dx_type"]
    assert {value: {name for name in told if name != "n"} for value, told in apart.items()} == {
        "follow_up": {"LOW"}, "histo": {"HIGH"}
    }  # fmt: skip
    assert apart["histo"]["HIGH"]["value"] == 1
    text = "\n".join(within(figures.classification(rows, CLASSES, resampler), figures.calibration(rows)))
    assert "| dx_type histo |" in text
    assert "HIGH right 1.000" in text


def test_gate_and_faithfulness(rows, resampler):
    assert figures.gate(rows, resampler).outside.value == 0.25
    assert figures.faithfulness([]) is None
    values = dict.fromkeys(MEASURES, 0.5) | {"deletion_original": 0.2, "insertion_segx": 0.6, "max_sensitivity": None}
    found = plain(figures.faithfulness([FaithfulnessRow("a", "a", {"gradcam": values})]))
    assert found["gradcam"]["deletion_gain_original"]["value"] == pytest.approx(0.3)
    assert found["gradcam"]["insertion_gain_segx"]["value"] == pytest.approx(0.1)
    assert found["gradcam"]["max_sensitivity"]["n"] == 0


def test_images_without_a_region_stand_apart():
    rows = [SegmentationRow(i, i, "d", dice, dice) for i, dice in (("a", 0.8), ("b", 0.6), ("c", 1.0), ("d", 0.0))]
    found = plain(figures.segmentation(rows, {"c", "d"})["d"])
    assert found["dice"]["value"] == 0.6
    assert (found["dice_with_region"]["value"], found["dice_with_region"]["n"]) == (0.7, 2)
    assert (found["left_empty"]["value"], found["left_empty"]["n"]) == (0.5, 2)
    assert "left_empty" not in plain(figures.segmentation(rows)["d"])
