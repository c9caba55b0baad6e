"""Two images beside each other, each with its own analysis."""

from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.domain.result import Level

MIDDLE, RIGHT, NONE = Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def two(qtbot, window, pictures):
    window.open_paths(pictures)
    qtbot.waitUntil(window.has_result)
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.comparison.other.analysis is not None and window.comparison.other.analysis.complete)
    qtbot.waitUntil(lambda: not window.status.cancel.isVisible())
    qtbot.wait(20)
    return window


def middle_colour(port) -> list[int]:
    picture = to_array(port.grab().toImage())
    return list(picture[port.height() // 2, port.width() // 2])


def test_both_images_are_shown_with_their_own_analysis(two):
    red, green = two.comparison.slots
    assert (red.name, green.name) == ("red.png", "green.png")
    assert green.analysis.image is green.image
    assert red.analysis.image is red.image
    left, right = (column.ports[Panel.IMAGE] for column in two.comparison.columns)
    assert middle_colour(left)[0] > 150 > middle_colour(left)[1]
    assert middle_colour(right)[1] > 150 > middle_colour(right)[0]
    for column in two.comparison.columns:
        assert column.finding.text().startswith("Melanoma 62 %")
        assert "Moderate certainty" in column.finding.text()
        assert column.shape.level is Level.MODERATE
        assert column.color_bar.scale is not None
    assert not two.viewports.isVisible()


def test_a_click_makes_the_other_image_the_one_worked_on(qtbot, two):
    green = two.comparison.other
    qtbot.mouseClick(two.comparison.columns[1].ports[Panel.SEGX], MIDDLE)
    assert two.workspace.documents.current is green
    assert two.windowTitle().startswith("green.png")
    assert two.comparison.columns[1].property("active")
    assert two.comparison.slots[1] is green  # nobody changes sides
    left = two.comparison.columns[0].ports[Panel.IMAGE]
    assert middle_colour(left)[0] > 150


def test_zoom_and_pan_follow_where_they_are_linked(two):
    port, other = (column.ports[Panel.IMAGE] for column in two.comparison.columns)
    drag(port, RIGHT, QPoint(100, 200), QPoint(100, 120))
    assert two.state.view.zoom > 1.5
    assert two.comparison.beside.view.zoom == two.state.view.zoom
    two.commands["link_pan"].trigger()
    before = other.to_image(QPointF(50, 50))
    drag(port, MIDDLE, QPoint(100, 100), QPoint(160, 100))
    assert other.to_image(QPointF(50, 50)) == before
    two.commands["link_pan"].trigger()
    drag(port, MIDDLE, QPoint(100, 100), QPoint(160, 100))
    assert other.to_image(QPointF(50, 50)) != before
    two.commands["link_zoom"].trigger()
    two.commands.run("fit")
    assert two.comparison.beside.view.zoom > 1.5


def test_the_others_view_is_kept_when_it_becomes_the_current_one(qtbot, two):
    two.state.update(zoom=3.0)
    qtbot.mouseClick(two.comparison.columns[1].ports[Panel.SEGX], MIDDLE)
    assert two.state.view.zoom == pytest.approx(3.0)


def test_another_image_from_the_tree_takes_the_active_side(qtbot, two):
    blue = list(two.workspace.documents)[2]
    two.workspace.look_at(blue)
    qtbot.waitUntil(two.has_result)
    assert [d.name for d in two.comparison.slots] == ["blue.png", "green.png"]


def test_the_same_command_ends_it(qtbot, two):
    qtbot.keyClick(two, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert two.viewports.isVisible()
    assert not two.comparison.isVisible()


@pytest.mark.parametrize("command", ["layout_2x2", "curtain", "grid"])
def test_another_arrangement_ends_it(two, command):
    assert not two.commands["layout_1+2"].isChecked()
    two.commands.run(command)
    assert not two.comparison.isVisible()
    assert two.commands[command].isChecked()


def test_one_image_alone_cannot_be_compared(qtbot, opened):
    qtbot.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert "second image" in opened.status.message.text()
    assert opened.viewports.isVisible()


def test_stacks_scroll_together_where_they_are_linked(qtbot, window, tmp_path):
    films = []
    for name in ("a.dcm", "b.dcm"):
        path = tmp_path / name
        path.write_bytes(Path(get_testdata_file("emri_small.dcm", download=False)).read_bytes())
        films.append(path)
    window.open_paths(films)
    qtbot.waitUntil(lambda: all(d.header is not None for d in window.workspace.documents))
    qtbot.waitUntil(window.has_result)
    window.commands.run("two")
    qtbot.waitUntil(lambda: window.comparison.other.image is not None)
    port = window.comparison.columns[0].ports[Panel.IMAGE]
    wheel(port, -120)
    assert [d.frame for d in window.comparison.slots] == [1, 1]
    qtbot.waitUntil(lambda: all(d.image is not None for d in window.comparison.slots))
    window.state.update(link_scroll=False)
    wheel(port, -120)
    assert [d.frame for d in window.comparison.slots] == [2, 1]


def drag(widget, button, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, button, NONE, start)
    QTest.mouseMove(widget, (start + end) / 2)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, button, NONE, end)


def wheel(widget, delta: int) -> None:
    at = QPointF(50, 50)
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(at, at, QPoint(), QPoint(0, delta), none, NONE, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("which", [0, 1], ids=["the one worked on", "the one beside"])
def test_a_closed_image_is_not_beside_the_next(qtbot, two, which):
    red, green = two.comparison.slots
    if which == 1:
        two.workspace.look_at(green)
    two.commands.run("close")
    assert two.comparison.slots == [None, None]
    assert two.comparison.beside_scene.base is None
    assert not two.state.view.two
    assert not two.comparison.isVisible()
    closed, left = (red, green) if which == 0 else (green, red)
    for column in two.comparison.columns:
        assert column.title.text() == column.finding.text() == ""
    blue = next(d for d in two.workspace.documents if d not in (red, green))
    qtbot.waitUntil(two.viewports.isVisible)
    two.commands.run("two")
    assert closed not in two.comparison.slots
    assert {left, blue} == set(two.comparison.slots)


def test_no_image_stays_when_all_are_closed(two):
    two.commands.run("close_all")
    assert two.comparison.slots == [None, None]
    assert two.comparison.beside_scene.base is None
    assert two.scene.base is None
    assert not two.comparison.isVisible()
