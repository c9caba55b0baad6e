import numpy as np
import pytest
from PySide6.QtCore import QPointF

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.kit.qimage import to_array


@pytest.fixture
def reading(qtbot, window, pictures):
    window.commands.run("read_first")
    window.open_paths(pictures[:1])
    qtbot.waitUntil(
        lambda: window.workspace.analyses.current is not None and window.workspace.analyses.current.complete
    )
    return window


def test_results_are_hidden_until_an_impression_is_noted(qtbot, reading):
    port = reading.viewports.ports[Panel.ORIGINAL]
    hot = port.to_panel(QPointF(25, 19)).toPoint()

    def shown() -> np.ndarray:
        return to_array(port.grab().toImage())[hot.y(), hot.x()].astype(int)

    bare = shown()
    assert abs(bare - [200, 0, 0]).max() < 3
    assert not reading.findings.isVisible()
    assert reading.certainty.word.text() == ""
    assert not reading.commands["export"].isEnabled()
    assert not reading.results.read_first.button.isEnabled()
    qtbot.keyClicks(reading.results.read_first.text, "A nevus, I think")
    reading.results.read_first.button.click()
    assert reading.findings.isVisible()
    assert reading.certainty.word.text() == "Moderate certainty"
    assert "A nevus, I think" in reading.results.impression_line.text()
    assert abs(shown() - bare).max() > 50
    assert reading.workspace.documents.current.impression.confidence == "probable"


def test_the_probe_does_not_give_the_results_away(reading):
    found = reading.scene.probe(QPointF(25, 19), reading.state.view)
    assert "map" not in found
    assert "inside" not in found


def test_the_grid_and_editing_stay_away_too(reading):
    assert not reading.commands["grid"].isEnabled()
    assert not reading.commands["edit_region"].isEnabled()
