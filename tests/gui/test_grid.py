from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from segx_viewer.domain.result import GateLevel, GateVerdict


@pytest.fixture
def grid(qtbot, opened):
    opened.workspace.prepare()
    qtbot.waitUntil(lambda: len(opened.workspace.analyses.methods) == 2)
    opened.commands.run("grid")
    return opened.grid


def test_the_grid_fills_as_results_arrive(qtbot, opened, grid):
    assert not opened.viewports.isVisible()
    qtbot.waitUntil(lambda: len(grid.cells) == 6 and all(cell.filled for cell in grid.cells.values()))
    assert len(opened.workspace.analyses.current.explanations) == 6


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


def test_heads_tell_the_scores_of_the_image_that_is_shown(qtbot, opened, grid, engine, pictures):
    """Also where another image's classes have the same order."""
    qtbot.waitUntil(lambda: len(grid.cells) == 6 and all(cell.filled for cell in grid.cells.values()))
    assert grid.heads[0].text() == "Melanoma\n62 %"
    engine.change = lambda analysis: replace(
        analysis, prediction=replace(analysis.prediction, probabilities=np.float32([0.5, 0.4, 0.1]))
    )
    opened.open_paths(pictures[1:2])
    qtbot.waitUntil(lambda: grid.heads[0].text() == "Melanoma\n50 %")


def test_heads_say_that_there_is_no_statement(qtbot, opened, grid, engine, pictures):
    outside = GateVerdict(GateLevel.OUTSIDE, "The patient is 64 years old.")
    engine.change = lambda analysis: replace(analysis, gate=outside)
    opened.open_paths(pictures[1:2])
    qtbot.waitUntil(lambda: grid.heads[0].text() == "Melanoma\nNo statement")
