"""Graphics of the file, notes about it, and the magnifier."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.kit.qimage import to_array


@pytest.fixture
def with_plane(tmp_path: Path) -> Path:
    """A slice with an overlay plane: the upper left quarter, on the image's 128 x 128 grid."""
    dataset = dcmread(get_testdata_file("CT_small.dcm", download=False))
    plane = np.zeros((128, 128), np.uint8)
    plane[:64, :64] = 1
    for element, kind, value in (
        (0x0010, "US", 128),
        (0x0011, "US", 128),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x1500, "LO", "Marker"),
        (0x3000, "OB", np.packbits(plane.ravel(), bitorder="little").tobytes()),
    ):
        dataset.add_new((0x6000, element), kind, value)
    path = tmp_path / "plane.dcm"
    dataset.save_as(path)
    return path


def colours(port, *points: tuple[float, float]) -> list[np.ndarray]:
    picture = to_array(port.grab().toImage()).astype(int)
    at = [port.to_panel(QPointF(*point)).toPoint() for point in points]
    return [picture[p.y(), p.x()] for p in at]


def test_overlay_planes_are_drawn_and_can_be_hidden(qtbot, window, with_plane):
    window.open_paths([with_plane])
    qtbot.waitUntil(window.has_result)
    port = window.viewports.ports[Panel.IMAGE]
    inside, outside = colours(port, (32, 50), (100, 100))
    assert np.abs(inside - (255, 214, 102)).max() <= 2
    assert np.ptp(outside) == 0
    assert any("Marker" in text for _, text in port.texts())
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert np.ptp(colours(port, (32, 50))[0]) == 0


def test_one_layer_is_chosen_and_the_next_series_shows_its_own_again(qtbot, window, with_plane, pictures):
    window.open_paths([with_plane])
    qtbot.waitUntil(window.has_result)
    port = window.viewports.ports[Panel.IMAGE]
    menu = next(m for m in window.findChildren(QMenu) if m.title() == "La&yers of the file")
    menu.aboutToShow.emit()
    (layer,) = menu.actions()
    assert (layer.text(), layer.isChecked()) == ("Marker", True)
    layer.trigger()
    assert np.ptp(colours(port, (32, 50))[0]) == 0
    assert not any("Marker" in text for _, text in port.texts())
    assert window.state.view.graphics  # the others stay
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: window.workspace.documents.current.path == pictures[0] and window.has_result())
    assert not window.scene.layers_off


def test_a_note_about_the_file_stands_beside_the_results(qtbot, opened):
    from dataclasses import replace

    document = opened.workspace.documents.current
    assert not opened.results.notes.isVisible()
    source = replace(document.header.source, notes=("This file is also a program.",))
    opened.workspace.documents.update(document, header=replace(document.header, source=source))
    assert opened.results.notes.isVisible()
    assert "also a program" in opened.results.notes.text()


def test_the_magnifier_enlarges_what_lies_under_the_mouse(qtbot, opened):
    port = opened.viewports.ports[Panel.ORIGINAL]
    hot = port.to_panel(QPointF(25, 19)).toPoint()
    aside = hot + QPoint(40, 0)
    before = to_array(port.grab().toImage()).astype(int)
    qtbot.keyClick(opened, Qt.Key.Key_Z)
    QTest.mouseMove(port, hot)
    shown = to_array(port.grab().toImage()).astype(int)
    assert np.abs(shown[hot.y(), hot.x()] - before[hot.y(), hot.x()]).max() <= 12  # the same spot in the middle
    third = hot + QPoint(13, 0)
    assert np.abs(shown[aside.y(), aside.x()] - before[third.y(), third.x()]).max() <= 25  # three times as far away
    qtbot.keyClick(opened, Qt.Key.Key_Z)
    assert np.abs(to_array(port.grab().toImage()).astype(int) - before).max() == 0


def test_a_key_held_down_switches_once(opened):
    assert not opened.commands["magnifier"].autoRepeat()
    assert opened.commands["zoom_in"].autoRepeat()
