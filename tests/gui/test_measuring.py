"""Drawings are chosen, moved, corrected, removed and listed, with real events."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.dialogs.measurements import Measurements
from segx_viewer.app.model.annotations import Annotation, Kind, caption, cobb, measured
from segx_viewer.app.panels.statusbar import probe_text
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def drag(widget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, LEFT, pos=start)
    QTest.mouseMove(widget, (start + end) / 2)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, LEFT, pos=end)


@pytest.fixture
def port(opened):
    return opened.viewports.ports[Panel.IMAGE]


@pytest.fixture
def at(port):
    return lambda x, y: port.to_panel(QPointF(x, y)).toPoint()


@pytest.fixture
def drawn(opened):
    return lambda: opened.workspace.documents.current.annotations


@pytest.fixture
def line(opened, port, at, drawn):
    opened.commands.run("length")
    drag(port, at(50, 75), at(150, 75))
    port.grab()  # paints the labels
    return drawn()[0]


def test_a_tool_ends_after_one_drawing_unless_it_is_told_to_stay(opened, port, at, drawn, line):
    assert opened.state.view.tool == "navigate"
    opened.commands.run("tools_stay")
    opened.commands.run("length")
    drag(port, at(20, 20), at(60, 20))
    drag(port, at(20, 40), at(60, 40))
    assert opened.state.view.tool == "length"
    assert len(drawn()) == 3


def test_a_line_is_drawn_by_two_clicks_and_follows_the_mouse_between_them(opened, port, at, drawn):
    opened.commands.run("length")
    QTest.mouseClick(port, LEFT, pos=at(50, 75))
    QTest.mouseMove(port, at(100, 80))
    assert np.allclose(port.draft.points, [(50, 75), (100, 80)], atol=1)
    QTest.mouseClick(port, LEFT, pos=at(150, 75))
    assert np.allclose(drawn()[0].points, [(50, 75), (150, 75)], atol=1)


def test_a_double_click_sets_one_point(opened, port, at, drawn):
    opened.commands.run("angle")
    for _ in range(2):
        QTest.mouseClick(port, LEFT, pos=at(50, 75))
    QTest.mouseClick(port, LEFT, pos=at(100, 75))
    assert drawn() == ()
    QTest.mouseClick(port, LEFT, pos=at(100, 25))
    assert measured(drawn()[0], opened.scene.base.image) == "90.0°"


@pytest.mark.parametrize("by_clicks", [False, True])
def test_cobbs_angle_takes_two_lines_with_a_hint_for_each_step(opened, port, at, drawn, by_clicks):
    opened.commands.run("cobb")
    hints = [port.tool.hint]
    for a, b in (((40, 40), (90, 40)), ((40, 80), (90, 130))):
        if by_clicks:
            for point in (a, b):
                QTest.mouseClick(port, LEFT, pos=at(*point))
                hints.append(getattr(port.tool, "hint", ""))
        else:
            drag(port, at(*a), at(*b))
    (angle,) = drawn()
    assert len(angle.points) == 4
    assert float(measured(angle, opened.scene.base.image)[:-1]) == pytest.approx(45, abs=1.5)
    if by_clicks:
        assert len(set(hints[:-1])) == 4


def test_cobbs_angle_is_that_of_the_lines_whichever_way_they_were_drawn():
    assert cobb(((0, 0), (10, 0), (10, 15), (0, 5))) == pytest.approx(45)
    assert cobb(((0, 0), (10, 0), (0, 5), (10, 5))) == 0


def test_a_handle_is_dragged_and_that_can_be_undone(opened, port, at, drawn, line):
    drag(port, at(150, 75), at(150, 120))
    assert np.allclose(drawn()[0].points, [(50, 75), (150, 120)], atol=1)
    opened.commands.run("undo")
    assert drawn() == (line,)


def test_a_drawing_is_moved_by_its_line_and_stays_in_the_image(opened, port, at, drawn, line):
    drag(port, at(100, 75), at(100, 95))
    assert np.allclose(drawn()[0].points, [(50, 95), (150, 95)], atol=1)
    drag(port, at(100, 95), at(190, 95))
    assert np.allclose(drawn()[0].points, [(100, 95), (200, 95)], atol=1)
    assert opened.state.view.centre == (0.5, 0.5)  # it was no pan


def test_the_measurement_follows_while_a_handle_is_dragged(opened, port, at, line):
    QTest.mousePress(port, LEFT, pos=at(150, 75))
    QTest.mouseMove(port, at(100, 75))
    assert measured(opened.scene.drawings[0], opened.scene.base.image).startswith("50")
    QTest.mouseRelease(port, LEFT, pos=at(150, 75))


def test_a_corner_of_a_region_of_interest_leaves_the_opposite_one(opened, port, at, drawn):
    opened.commands.run("rectangle")
    drag(port, at(60, 40), at(120, 100))
    drag(port, at(60, 100), at(40, 120))  # the lower left one
    xs, ys = zip(*drawn()[0].points, strict=True)
    assert np.allclose([min(xs), max(xs), min(ys), max(ys)], [40, 120, 40, 120], atol=1)


def test_one_drawing_is_chosen_and_deleted(qtbot, opened, port, at, drawn, line):
    opened.commands.run("length")
    drag(port, at(50, 20), at(150, 20))
    QTest.mouseClick(port, LEFT, pos=at(100, 75))
    assert opened.scene.chosen is line
    qtbot.keyClick(opened, Qt.Key.Key_Delete)
    assert len(drawn()) == 1
    assert line not in drawn()
    opened.commands.run("undo")
    assert line in drawn()
    QTest.mouseClick(port, LEFT, pos=at(180, 130))
    assert opened.scene.chosen is None
    assert not opened.commands["remove"].isEnabled()


def test_escape_leaves_the_tool_and_never_resets_the_view(qtbot, opened, port, at, drawn):
    opened.state.update(zoom=2.0, invert=True)
    opened.commands.run("angle")
    QTest.mouseClick(port, LEFT, pos=QPoint(100, 300))
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.state.view.tool == "navigate"
    assert port.draft is None
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert (opened.state.view.zoom, opened.state.view.invert) == (2.0, True)
    assert drawn() == ()


def test_the_right_button_offers_what_can_be_done_with_a_drawing(opened, port, at, line):
    QTest.mouseClick(port, LEFT, pos=at(180, 130))
    QTest.mouseClick(port, RIGHT, pos=at(100, 75))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert opened.commands["remove"] in menu.actions()
    menu.close()


def test_words_are_added_changed_and_undone(opened, monkeypatch, drawn, line):
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("left kidney ", True))
    opened.commands.run("edit_text")
    assert caption(drawn()[0], opened.scene.base.image).splitlines()[0] == "left kidney"
    opened.commands.run("undo")
    assert drawn() == (line,)


def test_a_double_click_on_a_drawing_words_it_and_elsewhere_enlarges_the_panel(
    opened, port, at, monkeypatch, drawn, line
):
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("cyst", True))
    QTest.mouseDClick(port, LEFT, pos=at(100, 75))
    assert drawn()[0].text == "cyst"
    assert len(opened.viewports.visible_ports) > 1
    QTest.mouseDClick(port, LEFT, pos=at(20, 20))
    assert opened.viewports.visible_ports == [port]


def test_a_list_of_all_measurements_to_copy(opened, drawn, line):
    opened.commands.run("measurements")
    shown = opened.findChild(Measurements)
    assert shown.table.rowCount() == 1
    assert shown.table.item(0, 2).text() == measured(line, opened.scene.base.image)
    shown.copy_all()
    assert QGuiApplication.clipboard().text().split("\t")[1:3] == ["Length", measured(line, opened.scene.base.image)]
    opened.commands.run("remove_all")
    assert shown.table.rowCount() == 0
    shown.reject()


def test_statistics_and_probe_name_the_unit():
    image = MedicalImage(
        np.full((20, 20), -103, np.float32), "CT", PhotometricInterpretation.MONOCHROME2, SourceInfo(None), unit="HU"
    )
    lines = measured(Annotation(Kind.RECTANGLE, ((0, 0), (10, 10))), image).splitlines()
    assert lines[0] == "mean -103  SD 0 HU"
    assert lines[1] == "from -103 to -103, 100 px"
    found = {"x": 1, "y": 2, "stored": (-103.0,), "display": (7.0,), "unit": "HU"}
    assert "-103 HU" in probe_text(found, "", 1.0)
