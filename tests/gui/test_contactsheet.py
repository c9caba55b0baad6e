"""The contact sheet: many images at once, sorted by a finding or by doubt."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from segx_viewer.app.dialogs.contactsheet import ContactSheet
from segx_viewer.domain.result import Analysis, GateLevel, GateVerdict, Level


def by_redness(analysis: Analysis) -> Analysis:
    """A network that takes red for melanoma, and that doubts what is dark."""
    red = float(analysis.image.pixels[..., 0].mean()) / 255
    if red < 0.05:
        return replace(
            analysis, gate=GateVerdict(GateLevel.OUTSIDE, "Too dark."), prediction=None, explanations={}, complete=True
        )
    shares = np.float32([red, 0.9 - 0.9 * red, 0.1 - 0.1 * red])
    level = Level.LOW if red < 0.5 else Level.HIGH
    explanations = {
        (method, index): replace(e, certainty=replace(e.certainty, level=level, probability_correct=red))
        for (method, _), e in analysis.explanations.items()
        for index in range(3)
    }
    return replace(analysis, prediction=replace(analysis.prediction, probabilities=shares), explanations=explanations)


@pytest.fixture
def reds(tmp_path):
    paths = []
    for red in (120, 250, 0, 60, 200):
        path = tmp_path / f"{red}.png"
        Image.new("RGB", (60, 50), (red, 40, 40)).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def sheet(qtbot, window, engine, reds):
    engine.change = by_redness
    window.open_paths(reds)
    qtbot.waitUntil(lambda: window.workspace.documents.current is not None and window.has_result())
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    (shown,) = window.findChildren(ContactSheet)
    return shown


def names(sheet: ContactSheet) -> list[str]:
    return [sheet.list.item(row).text().split("\n")[0].removesuffix(".png") for row in range(sheet.list.count())]


def choose(qtbot, sheet: ContactSheet, text: str) -> None:
    index = next(i for i in range(sheet.order.count()) if text in sheet.order.itemText(i))
    qtbot.waitUntil(sheet.isActiveWindow)
    sheet.order.setFocus()
    QTest.keyClick(sheet.order, Qt.Key.Key_Home)
    for _ in range(index):
        QTest.keyClick(sheet.order, Qt.Key.Key_Down)
    assert sheet.order.currentIndex() == index


def test_all_are_analysed_and_the_most_suspicious_come_first(qtbot, window, sheet):
    qtbot.waitUntil(lambda: len(sheet.summaries) == 5 and not sheet.survey.left)
    assert names(sheet) == ["120", "250", "0", "60", "200"]
    choose(qtbot, sheet, "Melanoma")
    assert names(sheet) == ["250", "200", "120", "60", "0"]
    assert "Melanoma 98 %" in sheet.list.item(0).text()
    choose(qtbot, sheet, "doubtful")
    assert names(sheet) == ["0", "60", "120", "200", "250"]
    assert "No statement" in sheet.list.item(0).text()
    assert "Too dark." in sheet.list.item(0).toolTip()
    assert "%" not in sheet.list.item(0).text()
    choose(qtbot, sheet, "Name")
    assert names(sheet) == sorted(names(sheet))
    assert "5 images" in sheet.totals.text()
    assert "Low certainty: 2" in sheet.totals.text()
    assert not sheet.stop.isVisible()


def test_enter_shows_an_image_in_the_window(qtbot, window, sheet):
    qtbot.waitUntil(sheet.isActiveWindow)
    sheet.list.setFocus()
    sheet.list.setCurrentRow(3)
    QTest.keyClick(sheet.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace.documents.current.name == "60.png")


def test_what_must_not_be_seen_first_is_not_seen_here(qtbot, window, sheet):
    qtbot.waitUntil(lambda: len(sheet.summaries) == 5)
    sheet.close()
    window.state.update(read_first=True)
    window.commands.run("contact_sheet")
    shown = next(s for s in window.findChildren(ContactSheet) if s.isVisible())
    qtbot.waitUntil(lambda: len(shown.summaries) == 5)
    texts = "".join(shown.list.item(row).text() for row in range(5)) + shown.totals.text()
    assert "%" not in texts
    assert "certainty" not in texts
    assert all("Melanoma" not in shown.order.itemText(i) for i in range(shown.order.count()))


def test_a_survey_that_is_stopped_ends_and_closing_stops_it(qtbot, window, engine, reds):
    window.open_paths(reds)
    qtbot.waitUntil(window.has_result)
    engine.gate.clear()
    window.commands.run("contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    assert sheet.survey.left == 4
    assert "still to come: 4" in sheet.totals.text()
    qtbot.mouseClick(sheet.stop, Qt.MouseButton.LeftButton)
    assert sheet.survey.left == 0
    assert not sheet.stop.isVisible()
    assert len(sheet.summaries) == 1
    engine.gate.set()
