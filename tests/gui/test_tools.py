import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.annotations import Kind

LEFT = Qt.MouseButton.LeftButton


def drag(widget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(widget, (start + end) / 2)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, LEFT, Qt.KeyboardModifier.NoModifier, end)


def on_panel(port, x: float, y: float) -> QPoint:
    return port.to_panel(QPointF(x, y)).toPoint()


@pytest.fixture
def port(opened):
    return opened.viewports.ports[Panel.IMAGE]


@pytest.fixture
def drawn(opened):
    return lambda: opened.workspace.documents.current.annotations


def test_a_length_is_drawn_measured_undone_and_redone(qtbot, opened, port, drawn):
    before = to_array(port.grab().toImage()).astype(int)
    qtbot.keyClick(opened, Qt.Key.Key_L)
    assert opened.commands["length"].isChecked()
    drag(port, on_panel(port, 50, 75), on_panel(port, 150, 75))
    (line,) = drawn()
    assert line.kind is Kind.LENGTH
    assert np.allclose(line.points, [(50, 75), (150, 75)], atol=1)
    assert np.abs(to_array(port.grab().toImage()).astype(int) - before).max() > 50
    opened.commands.run("undo")
    assert drawn() == ()
    opened.commands.run("redo")
    assert drawn() == (line,)


def test_a_click_without_a_drag_draws_nothing(opened, port, drawn):
    opened.commands.run("ellipse")
    QTest.mouseClick(port, LEFT, pos=QPoint(100, 300))
    assert drawn() == ()


def test_an_angle_takes_a_drag_and_a_click(opened, port, drawn):
    opened.commands.run("angle")
    drag(port, on_panel(port, 150, 75), on_panel(port, 100, 75))
    assert drawn() == ()
    assert port.draft is not None
    QTest.mouseClick(port, LEFT, pos=on_panel(port, 100, 25))
    (angle,) = drawn()
    assert len(angle.points) == 3
    assert port.draft is None


def test_drawings_keep_their_place_under_zoom_and_flip(opened, port, drawn):
    opened.state.update(zoom=2.0, flip_h=True, rotation=90)
    opened.commands.run("rectangle")
    drag(port, on_panel(port, 90, 60), on_panel(port, 110, 90))
    assert np.allclose(drawn()[0].points, [(90, 60), (110, 90)], atol=1)


def test_the_same_command_puts_the_tool_away(opened):
    opened.commands.run("length")
    opened.commands.run("length")
    assert opened.state.view.tool == "navigate"
    assert opened.commands["navigate"].isChecked()


def test_removing_all_can_be_undone(opened, port, drawn):
    opened.commands.run("tools_stay")
    opened.commands.run("arrow")
    drag(port, QPoint(60, 250), QPoint(120, 300))
    drag(port, QPoint(60, 300), QPoint(120, 330))
    opened.commands.run("remove_all")
    assert drawn() == ()
    opened.commands.run("undo")
    assert len(drawn()) == 2


def test_each_image_has_its_own_history(qtbot, opened, port, drawn, pictures):
    opened.commands.run("length")
    drag(port, QPoint(60, 250), QPoint(120, 300))
    opened.open_paths(pictures[1:2])
    qtbot.waitUntil(lambda: opened.workspace.documents.current.path == pictures[1] and opened.has_result())
    assert drawn() == ()
    opened.commands.run("undo")
    assert len(next(iter(opened.workspace.documents)).annotations) == 1
