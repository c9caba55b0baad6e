import pytest
from PySide6.QtCore import QPoint, Qt


@pytest.fixture
def grid(qtbot, opened):
    opened.workspace.prepare()
    qtbot.waitUntil(lambda: len(opened.workspace.analyses.methods) == 2)
    opened.commands.run("grid")
    return opened.grid


def test_the_grid_fills_as_results_arrive(qtbot, opened, grid):
    assert not opened.viewports.isVisible()
    qtbot.waitUntil(lambda: len(grid.cells) == 6 and all(cell.filled for cell in grid.cells.values()))
    assert len(opened.workspace.analyses.current.attributions) == 6


def test_a_slow_method_leaves_its_cells_waiting(qtbot, opened, engine):
    engine.gate.clear()
    opened.workspace.prepare()
    qtbot.waitUntil(lambda: len(opened.workspace.analyses.methods) == 2)
    opened.commands.run("grid")
    qtbot.waitUntil(lambda: len(opened.grid.cells) == 6)
    filled = {key for key, cell in opened.grid.cells.items() if cell.filled}
    assert filled == {("gradcam", 0)}
    opened.commands.run("cancel")
    qtbot.waitUntil(lambda: not opened.status.cancel.isVisible())
    engine.gate.set()
    qtbot.wait(50)
    assert not opened.grid.cells["ig", 1].filled  # a cancelled grid does not start again by itself


def test_choosing_a_cell_looks_at_it_without_computing_again(qtbot, opened, grid, engine):
    qtbot.waitUntil(lambda: len(grid.cells) == 6 and all(cell.filled for cell in grid.cells.values()))
    asked = len(engine.requests)
    qtbot.mouseClick(grid.cells["ig", 2], Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert opened.workspace.analyses.key == ("ig", 2)
    assert opened.viewports.isVisible()
    assert opened.has_result()
    assert len(engine.requests) == asked
