import json
from dataclasses import replace

import numpy as np
import pytest

from segx_viewer.domain.result import ClassInfo
from segx_viewer.evaluation.card_tables import folds, per_class
from segx_viewer.evaluation.card_tables import within as within_table
from segx_viewer.evaluation.figures import within
from segx_viewer.evaluation.findings import classification, mean_auroc
from segx_viewer.evaluation.plain import plain
from segx_viewer.evaluation.rows import ImageRow
from segx_viewer.evaluation.statistics import Resampler

CLASSES = (ClassInfo("mass", "Mass", 0.3), ClassInfo("hernia", "Hernia", 0.6), ClassInfo("never", "Never seen", 0.5))


def _row(name, truth, p, view):
    return ImageRow(name, name, tuple(truth), tuple(p), attributes={"view": view, "age": name})


@pytest.fixture
def rows():
    return [
        _row("a", ["mass"], [0.9, 0.1, 0.1], "PA"),
        _row("b", ["mass", "hernia"], [0.4, 0.7, 0.1], "AP"),
        _row("c", [], [0.1, 0.5, 0.1], "PA"),
        _row("d", [], [0.35, 0.1, 0.1], "AP"),
        *(_row(f"e{n}", [], [0.05, 0.05, 0.05], "PA") for n in range(8)),
    ]


@pytest.fixture
def measured(rows):
    return classification(rows, CLASSES, Resampler(np.array([row.group for row in rows]), resamples=20))


@pytest.fixture
def found(measured):
    """The same as evaluation.json holds it."""
    return plain(measured)


def test_findings_by_hand(found):
    mass, hernia, never = found["per_class"].values()
    assert (mass["n"], mass["recall"], mass["precision"]) == (2, 1.0, pytest.approx(2 / 3, abs=1e-4))
    assert mass["specificity"] == 0.9
    assert mass["auroc"]["value"] == 1.0
    assert (hernia["recall"], hernia["specificity"]) == (1.0, 1.0)
    assert never["auroc"]["value"] is None
    assert never["recall"] is None
    assert found["mean_auroc"]["value"] == 1.0, "a finding that no image holds does not count"
    assert found["without_finding"] == {"n": 10, "nothing_stated": 0.9}


def test_film_is_clear_by_the_probability_of_none_of_the_findings(found, rows):
    assert found["auroc_no_finding"]["value"] == 1.0
    # Three findings of 0.3 each leave 0.34 for none, one of 0.5 leaves half: the largest one alone would say otherwise.
    unclear = [_row("a", ["mass"], [0.3, 0.3, 0.3], "PA"), _row("b", [], [0.5, 0.0, 0.0], "PA")]
    told = classification(unclear, CLASSES, Resampler(np.array(["a", "b"]), resamples=20))
    assert told.auroc_no_finding.value == 1.0


def test_figures_stand_apart_for_attributes_of_few_values_only(rows, found):
    assert set(found["within"]) == {"view"}, "there are twelve ages"
    assert found["within"]["view"]["AP"]["n"] == 2
    assert found["within"]["view"]["PA"]["mean_auroc"]["value"] == 1.0
    one_view = [replace(row, attributes={"view": "PA"}) for row in rows]
    assert within(one_view, lambda chosen, inner: {}) == {}


def test_card_shows_findings_with_cut_offs_and_views(measured):
    table = "\n".join(per_class(measured))
    assert "| finding | n | AUROC | cut-off | recall | specificity | precision |" in table
    assert "| Mass | 2 | 1.000 (1.000 to 1.000) | 0.300 | 1.000 | 0.900 | 0.667 |" in table
    assert "| Never seen | 0 | undefined | 0.500 | - |" in table
    apart = "\n".join(within_table(measured))
    assert "| view AP | 2 | mean AUROC of the findings" in apart


def test_mean_auroc_of_nothing_is_undefined():
    assert np.isnan(mean_auroc(np.zeros((2, 1)), np.zeros((2, 1), bool)))


def test_cross_validation_stands_in_the_card_where_it_was_measured(tmp_path):
    path = tmp_path / "folds.json"
    assert folds(path) == []
    entry = {"n": 7, "mean_auroc": 0.9, "balanced_accuracy": 0.8, "auroc": {"a": 0.9, "b": None},
             "recall": {"a": 1.0, "b": 0.6}}  # fmt: skip
    path.write_text(json.dumps({"recipe": {"glioma-2": entry}}))
    assert "| recipe | glioma-2 | 7 | 0.900 | 0.800 | a 1.000, b 0.600 |" in folds(path)[1]
