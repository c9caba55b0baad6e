"""Each figure of the right side is explained where it stands, and further in the manual."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segx_viewer.app.application import Program
from segx_viewer.app.dialogs.manual import Manual
from segx_viewer.app.kit import language, topics
from segx_viewer.app.panels.figures import Figures
from segx_viewer.app.window import Window
from segx_viewer.domain.result import (
    Activation,
    Alignment,
    BadgeRecord,
    ClassInfo,
    FindingSet,
    Level,
    LevelRecord,
    Prediction,
    PredictionSet,
)
from segx_viewer.explain.alignment import ALIGNMENTS


@pytest.fixture
def english(qapp):
    yield
    language.use("en")


@pytest.fixture
def everything(opened):
    """Every figure that there can be."""
    analysis, key = opened.workspace.analyses.current, ("gradcam", 0)
    alignments = {name: Alignment(0.5, chance=0.4) for name in ALIGNMENTS}
    certainty = replace(analysis.explanations[key].certainty, alignments=alignments)
    record = BadgeRecord("drawn", "drawn", (LevelRecord(Level.HIGH, 0.9, 400), LevelRecord(Level.LOW, 0.1, 7)))
    analysis = replace(
        analysis,
        bundle=replace(analysis.bundle, badge=record),
        prediction=replace(analysis.prediction, sets=(PredictionSet(0.95, (0, 1)),)),
    ).with_explanations(replace(analysis.explanations[key], certainty=certainty))
    opened.results.show_analysis(None, analysis, key, hidden=False)
    opened.shown_analysis = analysis
    return opened


def lines_of(window):
    return [line for table in window.results.details.tables for line in table.lines if line.topic]


def test_the_rows_of_the_first_answer_are_made_before_it_comes(qtbot, window, pictures, monkeypatch):
    for _ in window.results.preparations():
        assert not any(
            cell.isVisible() for table in window.results.details.tables for row in table.cells for cell in row
        )
    made = []
    monkeypatch.setattr(Figures, "_add_row", lambda table: made.append(table))
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    assert made == []
    assert lines_of(window)
    assert window.results.details.expected[window.results.details.table] == len(ALIGNMENTS)
    for table in window.results.details.tables:  # what is not needed stays unseen
        for cells, line in zip(table.cells, table.lines, strict=True):
            assert all(not cell.isHidden() for cell in cells) == bool(cells[0].text())
            assert line.isHidden()
            assert line.button.isHidden() == (not line.topic)


def test_the_program_prepares_the_rows_once_files_are_opened(qtbot, engine):
    window = Window(engine)
    qtbot.addWidget(window)
    program = Program(window, [])
    window.show()
    qtbot.waitUntil(lambda: window.follower is not None)
    qtbot.waitUntil(lambda: len(window.results.details.table.cells) == len(ALIGNMENTS))
    qtbot.waitUntil(lambda: not program._prepare.isActive())
    window.close()
    program.end()


def test_the_sentence_of_a_figure_opens_below_it_by_the_mouse_and_by_keys(qtbot, opened):
    line = lines_of(opened)[0]
    assert not line.isVisible()
    QTest.mouseClick(line.button, Qt.MouseButton.LeftButton)
    assert line.isVisible()
    name = opened.certainty.below.cells[0][0]
    below = line.mapToGlobal(QPoint(0, 0)).y()
    assert below >= name.mapToGlobal(QPoint(0, name.height())).y()
    opened.activateWindow()
    line.button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(line.button.hasFocus)
    QTest.keyClick(line.button, Qt.Key.Key_Space)
    assert not line.isVisible()
    QTest.keyClick(line.button, Qt.Key.Key_Space)
    QTest.keyClick(line.button, Qt.Key.Key_Tab)
    assert line.hasFocus(), "the next that Tab reaches"
    QTest.keyClick(line, Qt.Key.Key_Return)  # on the link
    (manual,) = opened.findChildren(Manual)
    assert manual.isVisible()
    manual.close()


def test_an_open_sentence_stays_open_for_the_next_image_of_the_same_figure(qtbot, opened, pictures):
    QTest.mouseClick(lines_of(opened)[0].button, Qt.MouseButton.LeftButton)
    opened.open_paths(pictures[1:2])
    qtbot.waitUntil(lambda: opened.workspace.documents.current.name == "green.png" and opened.has_result())
    assert lines_of(opened)[0].isVisible()
    assert not lines_of(opened)[1].isVisible()


def test_screen_readers_hear_the_figure_and_its_sentence(opened):
    for line in lines_of(opened):
        assert line.button.accessibleName().startswith("What this means: ")
        assert line.button.accessibleDescription()
        assert line.button.accessibleDescription() in line.accessibleName()


@pytest.mark.parametrize("code", ["en", "de"])
def test_more_opens_the_manual_where_the_figure_is_explained(everything, english, code):
    language.use(code)
    for subject in {line.topic for line in lines_of(everything)} | set(topics.ALL):
        page = Manual(everything.commands, everything)
        page.show_figure(subject)
        title = page.text.textCursor().selectedText()
        assert title == f"{language.texts(code).get(subject, subject)}."
        cursor = page.text.textCursor()
        assert cursor.block().text().startswith(title), "the beginning of a paragraph"
        page.close()


def test_every_figure_that_there_is_has_a_sentence_and_a_place_in_the_manual(everything):
    shown = [cells for table in everything.results.details.tables for cells in table.cells if not cells[0].isHidden()]
    assert len(shown) > 15
    assert all(cells[0].toolTip() for cells in shown)
    seen = {line.topic for line in lines_of(everything)}
    assert seen >= {measure.label for measure in ALIGNMENTS.values()}
    assert seen >= set(topics.ALL) - {topics.CUT_OFF, topics.HALVES}


def test_a_finding_that_stands_for_itself_has_its_cut_off_explained(everything):
    analysis = everything.workspace.analyses.current
    classes = tuple(replace(info, threshold=0.3) for info in analysis.prediction.classes)
    prediction = replace(analysis.prediction, classes=classes, activation=Activation.SIGMOID)
    everything.results.show_analysis(None, replace(analysis, prediction=prediction), ("gradcam", 0), hidden=False)
    assert topics.CUT_OFF in {line.topic for line in lines_of(everything)}


def several(analysis, count=14):
    """As many findings, each with a promise of its own, as a radiograph has."""
    classes = tuple(ClassInfo(f"f{i}", f"Pleural thickening {i}", threshold=0.3) for i in range(count))
    scores = np.linspace(0.9, 0.1, count, dtype=np.float32)
    promise = FindingSet(0.95, (True,) * count, tuple(i % 2 == 0 for i in range(count)))
    prediction = Prediction(classes, scores, scores, Activation.SIGMOID, sets=(promise,))
    return replace(analysis, prediction=prediction)


@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("size", [QSize(1280, 800), QSize(960, 540)], ids=["1280x800", "1920x1080 at scale 2"])
def test_badge_and_prediction_stay_in_sight_with_every_sentence_open(qtbot, everything, english, size, code):
    everything.commands.run(f"language_{code}")
    everything.setMinimumSize(0, 0)
    everything.results.show_analysis(None, several(everything.shown_analysis), ("gradcam", 0), hidden=False)
    everything.resize(size)
    for line in lines_of(everything):
        line.button.setChecked(True)
    QTest.qWait(20)
    QApplication.processEvents()
    assert everything.size() == size
    for widget in (everything.certainty.shape, everything.certainty.word, everything.findings.list):
        box = widget.rect()
        box.moveTopLeft(widget.mapTo(everything, widget.rect().topLeft()))
        assert everything.rect().contains(box)
        assert not widget.visibleRegion().isEmpty()
    promised = everything.certainty.promised
    assert promised.isVisible()
    assert promised.height() >= promised.heightForWidth(promised.width()), "not cut"
    details = everything.results.details
    assert details.height() > 60, "and the figures have room, too"
    assert details.horizontalScrollBar().maximum() == 0, "the sentences wrap"
