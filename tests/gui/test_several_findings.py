"""Findings that stand each for itself, classes with regions of their own, and explanations as published."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from segx_viewer.app.kit import theme
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.domain.result import Activation, ClassInfo, Level, Prediction, Segmentation, Target

CLASSES = (ClassInfo("eff", "Effusion", 0.1), ClassInfo("mass", "Mass", 0.6), ClassInfo("card", "Cardiomegaly", 0.3))
PROBABILITIES = np.float32([0.2, 0.5, 0.9])


def several(analysis, probabilities=PROBABILITIES):
    logits = np.log(probabilities / (1 - probabilities))
    return replace(analysis, prediction=Prediction(CLASSES, logits, probabilities, Activation.SIGMOID))


@pytest.fixture
def engine(engine):
    """Answers with three findings, of which two lie above their cut-offs."""
    engine.change = several
    return engine


def bars(findings):
    """For each row: whether its bar has the accent's colour, and at which share of the bar the mark stands."""
    picture = to_array(findings.list.viewport().grab().toImage()).astype(int)
    accent, text = (np.array(theme.colour(name).getRgb()[:3]) for name in ("accent", "text"))
    found = []
    for row in range(findings.list.count()):
        box = findings.list.visualItemRect(findings.list.item(row)).adjusted(10, 4, -10, -4)
        ratio = picture.shape[1] / findings.list.viewport().width()
        line = picture[int((box.bottom() - 2.5) * ratio), int(box.left() * ratio) : int((box.right() + 1) * ratio)]
        marks = np.flatnonzero(np.abs(line - text).max(1) < 8)
        found.append((bool((np.abs(line - accent).max(1) < 8).any()), round(float(marks.mean()) / len(line), 2)))
    return found


def test_findings_above_their_cut_offs_come_first_and_are_marked(opened):
    findings = opened.findings
    rows = [findings.list.item(row) for row in range(3)]
    assert [row.text() for row in rows] == ["Cardiomegaly", "Effusion", "Mass"], "found ones first"
    assert "2 of 3 findings lie above their cut-offs" in findings.note.text()
    assert "Taken together: 4\N{NO-BREAK SPACE}% that it shows none of them." in findings.note.text(), (
        "0.8 of 0.5 of 0.1"
    )
    assert findings.note.isVisible()
    assert rows[1].toolTip() == "Effusion (eff): 20.0 %, above its cut-off of 10 %"
    assert rows[2].toolTip() == "Mass (mass): 50.0 %, not above its cut-off of 60 %"
    found, places = zip(*bars(findings), strict=True)
    assert found == (True, True, False)
    assert places == pytest.approx((0.3, 0.1, 0.6), abs=0.02)


def test_no_finding_is_told(qtbot, opened, engine):
    engine.change = lambda analysis: several(analysis, np.float32([0.05, 0.5, 0.2]))
    opened.workspace.analyses.analyse()
    qtbot.waitUntil(lambda: "No finding" in opened.findings.note.text())
    assert [mark for mark, _ in bars(opened.findings)] == [False] * 3
    label = opened.findings.list.item(0).text()
    assert opened.results.certainty.reason.text().startswith(f"This is the badge of {label}, which is not stated.")


def test_one_of_several_classes_has_no_cut_offs(qtbot, opened, engine):
    engine.change = lambda analysis: analysis
    opened.workspace.analyses.analyse()
    qtbot.waitUntil(lambda: opened.findings.list.item(0).text() == "Melanoma")
    assert not opened.findings.note.isVisible()
    assert "cut-off" not in opened.findings.list.item(0).toolTip()


def test_a_class_is_seen_with_the_region_it_names(qtbot, window, engine, pictures):
    x = np.mgrid[:32, :32][1]
    halves = {"left": x < 16, "right": x >= 16}
    regions = {name: Segmentation(half.astype(np.float32), 0.5, half, name=name) for name, half in halves.items()}
    classes = (CLASSES[0], replace(CLASSES[1], region="right"), replace(CLASSES[2], region="left"))

    def change(analysis):
        analysis = several(analysis)
        prediction = replace(analysis.prediction, classes=classes)
        seen = {key: regions[classes[key[1]].region or "left"] for key in analysis.explanations}
        made = {
            key: replace(e, region=seen[key], segx=e.saliency_map * seen[key].mask)
            for key, e in analysis.explanations.items()
        }
        return replace(analysis, prediction=prediction, regions=regions, explanations=made)

    engine.change = change
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)

    for row, class_index, name in ((2, 1, "right"), (0, 2, "left"), (1, 0, "lesion")):
        window.findings.list.setCurrentRow(row)
        qtbot.waitUntil(lambda k=class_index: window.workspace.analyses.key == ("gradcam", k) and window.has_result())
        labels = [label.text() for label, _ in window.certainty.below.cells]
        assert f"Attribution outside the {name}" in labels


def test_as_published_is_asked_for_shown_and_kept_to(qtbot, opened, engine):
    def change(analysis):
        published = engine.requests[-1].as_published
        target = Target.PROBABILITY if published else Target.LOGIT
        made = {key: replace(a, target=target) for key, a in analysis.explanations.items()}
        return several(replace(analysis, explanations=made))

    engine.change = change
    assert not engine.requests[-1].as_published
    opened.commands["as_published"].trigger()
    qtbot.waitUntil(lambda: "as published" in opened.results.model_line.text())
    assert engine.requests[-1].as_published
    assert opened.commands["as_published"].isChecked()
    assert {a.target for a in opened.workspace.analyses.current.explanations.values()} == {Target.PROBABILITY}

    opened.state.update(as_published=False)  # as another image's setting would
    opened.findings.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: len(opened.workspace.analyses.current.explanations) == 2)
    assert engine.requests[-1].as_published, "maps of one analysis are made in one way"

    opened.workspace.analyses.analyse()
    qtbot.waitUntil(lambda: "as published" not in opened.results.model_line.text())
    assert not engine.requests[-1].as_published


def test_each_finding_that_is_stated_has_its_badge_in_the_list(opened):
    levels = {0: Level.LOW, 2: Level.HIGH}
    prediction = opened.workspace.documents.current.analysis.prediction
    opened.findings.show_prediction(prediction, 2, badges=levels)
    spoken = [opened.findings.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken[0].endswith("High certainty")
    assert spoken[1].endswith("Low certainty")
    assert spoken[2].endswith("cut-off of 60 %"), "of what is not stated there is no badge"
    assert "badge of its own" in opened.findings.note.text()
    picture = to_array(opened.findings.list.viewport().grab().toImage()).astype(int)
    for row, colour in ((0, "high"), (1, "low")):
        box = opened.findings.list.visualItemRect(opened.findings.list.item(row))
        ratio = picture.shape[1] / opened.findings.list.viewport().width()
        line = picture[int(box.top() * ratio) : int((box.bottom() - 8) * ratio)]
        assert (np.abs(line - np.array(theme.colour(colour).getRgb()[:3])).max(2) < 8).any()
