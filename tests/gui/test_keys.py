"""The keyboard and the bars: every view command by its key, every control within reach."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.viewstate import MaskStyle
from segx_viewer.reporting.overlay import COLORMAPS

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def radiograph(qtbot, window):
    window.open_paths([Path(get_testdata_file("CT_small.dcm", download=False))])
    qtbot.waitUntil(window.has_result)
    return window


@pytest.mark.parametrize(
    ("key", "modifier", "field", "value"),
    [
        (Qt.Key.Key_I, NONE, "invert", True),
        (Qt.Key.Key_H, NONE, "flip_h", True),
        (Qt.Key.Key_V, NONE, "flip_v", True),
        (Qt.Key.Key_R, NONE, "rotation", 90),
        (Qt.Key.Key_R, SHIFT, "rotation", 270),
        (Qt.Key.Key_A, NONE, "overlay", False),
        (Qt.Key.Key_T, NONE, "top_mode", True),
        (Qt.Key.Key_O, NONE, "mask", MaskStyle.FILL),
        (Qt.Key.Key_D, NONE, "corner_text", False),
        (Qt.Key.Key_P, NONE, "identity", False),
        (Qt.Key.Key_U, NONE, "graphics", False),
        (Qt.Key.Key_Z, NONE, "magnifier", True),
    ],
)
def test_a_key_changes_the_view(qtbot, opened, key, modifier, field, value):
    qtbot.keyClick(opened, key, modifier)
    assert getattr(opened.state.view, field) == value


def test_shift_f_resets_and_f_fits(qtbot, radiograph):
    for key in (Qt.Key.Key_I, Qt.Key.Key_R, Qt.Key.Key_Plus, Qt.Key.Key_W):
        qtbot.keyClick(radiograph, key)
    view = radiograph.state.view
    assert (view.invert, view.rotation) == (True, 90)
    assert view.zoom > 1
    assert view.voi is not None
    qtbot.keyClick(radiograph, Qt.Key.Key_F)
    assert radiograph.state.view.zoom == 1
    qtbot.keyClick(radiograph, Qt.Key.Key_Escape)
    assert radiograph.state.view.invert  # it leaves tools, never the view
    qtbot.keyClick(radiograph, Qt.Key.Key_F, SHIFT)
    view = radiograph.state.view
    assert (view.invert, view.rotation, view.voi) == (False, 0, None)


def test_one_to_one_shows_one_pixel_per_pixel(qtbot, radiograph):
    qtbot.keyClick(radiograph, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    port = radiograph.viewports.ports[Panel.IMAGE]
    step = port.to_panel(QPointF(11, 10)) - port.to_panel(QPointF(10, 10))
    assert step.x() * port.devicePixelRatioF() == pytest.approx(1)


def test_presets_of_the_modality_by_menu_and_key(qtbot, radiograph):
    menu = next(m for m in radiograph.findChildren(QMenu) if m.title() == "&Window")
    menu.aboutToShow.emit()
    names = [action.text().split("\t")[0] for action in menu.actions()]
    assert {"Lung", "Bone", "Automatic"} <= set(names)
    next(action for action in menu.actions() if action.text().startswith("Lung\t")).trigger()
    assert (radiograph.state.view.voi.center, radiograph.state.view.voi.width) == (-600, 1500)
    port = radiograph.viewports.ports[Panel.IMAGE]
    assert any("W 1500  C -600 Lung" in text for _, text in port.texts())
    qtbot.keyClick(radiograph, Qt.Key.Key_W, SHIFT)
    assert radiograph.state.view.voi.explanation != "Lung"


def test_digits_choose_the_windows_that_the_menu_numbers(qtbot, radiograph):
    menu = next(m for m in radiograph.findChildren(QMenu) if m.title() == "&Window")
    menu.aboutToShow.emit()
    text = next(action.text() for action in menu.actions() if action.text().startswith("Lung\t"))
    assert "W 1500  C -600" in text
    digit = text.split("\t")[1][0]
    qtbot.keyClick(radiograph, getattr(Qt.Key, f"Key_{digit}"))
    assert (radiograph.state.view.voi.center, radiograph.state.view.voi.width) == (-600, 1500)
    qtbot.keyClick(radiograph, Qt.Key.Key_0)
    assert radiograph.state.view.voi is None


def test_f11_fills_the_screen_and_escape_leaves_it(qtbot, radiograph):
    qtbot.keyClick(radiograph, Qt.Key.Key_F11)
    assert radiograph.isFullScreen()
    assert not radiograph.results.isVisible()
    qtbot.keyClick(radiograph, Qt.Key.Key_Escape)
    assert not radiograph.isFullScreen()
    assert radiograph.results.isVisible()


def test_the_patient_disappears_from_the_image_with_one_key(qtbot, radiograph):
    port = radiograph.viewports.ports[Panel.IMAGE]
    assert any("CompressedSamples" in text for _, text in port.texts())
    qtbot.keyClick(radiograph, Qt.Key.Key_P)
    assert not any("CompressedSamples" in text for _, text in port.texts())


def test_colour_maps_are_the_legible_ones(opened):
    assert {"cividis", "viridis", "magma", "inferno", "turbo"} <= set(COLORMAPS)
    assert "jet" not in COLORMAPS
    assert opened.state.view.colormap == "viridis"
    box = opened.control_bar.colormap
    opened.activateWindow()
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert opened.state.view.colormap == COLORMAPS[list(COLORMAPS).index("viridis") + 1]


def test_arrows_move_within_the_control_that_has_the_focus(qtbot, window, pictures):
    window.open_paths(pictures)
    qtbot.waitUntil(window.has_result)
    first = window.workspace.documents.current
    window.activateWindow()
    window.findings.list.setFocus()
    QTest.keyClick(window.findings.list, Qt.Key.Key_Down)
    assert window.state.view.class_index == 1
    assert window.workspace.documents.current is first
    window.viewports.ports[Panel.IMAGE].setFocus()
    QTest.keyClick(window.viewports.ports[Panel.IMAGE], Qt.Key.Key_Down)
    assert window.workspace.documents.current is not first


def test_the_threshold_slider_shows_less_or_more_of_the_map(qtbot, opened):
    def coloured() -> int:
        picture = to_array(opened.viewports.ports[Panel.ORIGINAL].grab().toImage()).astype(int)
        return int((picture[..., 2] > 60).sum())  # the picture is red; the map is not

    opened.state.update(opacity=1.0, mask=MaskStyle.OFF, corner_text=False)
    qtbot.mouseClick(opened.control_bar.top, LEFT, pos=QPoint(8, opened.control_bar.top.height() // 2))
    assert opened.state.view.top_mode
    five = coloured()
    slider = opened.control_bar.percent
    assert slider.isVisible()
    slider.setFocus()
    for _ in range(15):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    assert opened.state.view.top_percent == 20
    assert coloured() > 2 * five
    assert opened.control_bar.top.text() == "Top 20 %"


def test_every_control_is_reached_with_the_keyboard(qtbot, opened):
    bar = opened.control_bar
    wanted = {bar.method, bar.colormap, bar.opacity, bar.top, bar.region_style, opened.findings.list, opened.studies}
    opened.activateWindow()
    bar.method.setFocus()
    reached = set()
    for _ in range(80):
        opened.focusPreviousChild()
        reached.add(QApplication.focusWidget())
    assert wanted <= reached


def test_the_opacity_slider_fades_the_map(opened):
    port = opened.viewports.ports[Panel.ORIGINAL]
    point = port.to_panel(QPointF(25, 19)).toPoint()
    strengths = []
    opened.control_bar.opacity.setFocus()
    for value in (0, 50, 100):
        opened.control_bar.opacity.setValue(value)
        strengths.append(int(to_array(port.grab().toImage())[point.y(), point.x(), 1]))
    assert strengths == sorted(strengths)
    assert np.diff(strengths).min() > 30


def test_high_resolution_screens_get_their_own_pixels(opened):
    from PySide6.QtGui import QImage

    port = opened.viewports.ports[Panel.SEGX]
    image = QImage(port.size() * 2, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    port.render(image)
    fine = to_array(image).astype(int)
    assert fine.shape[0] == 2 * port.height()
    point = port.to_panel(QPointF(100, 75)).toPoint() * 2
    assert fine[point.y(), point.x(), 0] > 30


def test_the_tool_bar_keeps_its_words_and_cuts_nothing_off_at_1280(opened):
    from PySide6.QtWidgets import QToolButton

    bar = opened.top_bar
    assert opened.width() == 1280
    buttons = [button for button in bar.findChildren(QToolButton) if button.isVisible()]
    assert len(buttons) > 12
    assert max(button.geometry().right() for button in buttons) < bar.width()
    assert all(button.width() >= button.sizeHint().width() for button in buttons)
    style = {button.defaultAction().objectName(): button.toolButtonStyle() for button in buttons}
    assert style["side"] == style["curtain"] == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert all(button.toolTip() for button in buttons)
