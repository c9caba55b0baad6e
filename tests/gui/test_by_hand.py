"""What is tried by hand: trackpads, two stacks, a second monitor, true size on paper, Escape."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPageSize, QWheelEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.dialogs.printpage import PrintPage
from segx_viewer.app.model.annotations import Annotation, Kind
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, PixelSpacing, SourceInfo, SpacingOrigin
from tests.gui.test_cine import film, frame, slow
from tests.gui.test_serieslist import compare, named, placed
from tests.imaging.conftest import make_dicom

__all__ = ["film", "make_dicom", "placed", "slow"]

PHASE = Qt.ScrollPhase


def swipe(port, pixels: int, angle: int = 0, phase=PHASE.ScrollUpdate, sideways: int = 0) -> None:
    """Move fingers on a trackpad; upwards is positive."""
    at = QPointF(60, 100)
    event = QWheelEvent(
        at, port.mapToGlobal(at), QPoint(0, pixels), QPoint(sideways, angle), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, phase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


# -- trackpads and fine wheels ---------------------------------------------------------------------


def test_a_trackpad_that_tells_angles_moves_by_their_sum(film):
    port = film.viewports.ports[Panel.IMAGE]
    swipe(port, 0, phase=PHASE.ScrollBegin)
    for _ in range(60):
        swipe(port, -1, angle=-8)  # 480: four notches
    swipe(port, 0, phase=PHASE.ScrollEnd)
    assert frame(film) == 4


def test_a_trackpad_that_tells_pixels_only_moves_as_well(film):
    port = film.viewports.ports[Panel.IMAGE]
    for _ in range(30):
        swipe(port, -4)
    assert frame(film) == 3
    assert film.state.view.zoom == 1


def test_a_new_touch_begins_at_nothing_and_a_turn_back_needs_a_whole_notch(film):
    port = film.viewports.ports[Panel.IMAGE]
    swipe(port, 0, angle=-119)
    swipe(port, 0, phase=PHASE.ScrollBegin)
    swipe(port, 0, angle=-60)
    assert frame(film) == 0
    swipe(port, 0, angle=-60)
    assert frame(film) == 1
    swipe(port, 0, angle=-100)
    swipe(port, 0, angle=40)
    swipe(port, 0, angle=-100)  # the sum towards one side ended with the turn
    assert frame(film) == 1


def test_a_swipe_to_the_side_does_nothing(film):
    port = film.viewports.ports[Panel.IMAGE]
    swipe(port, 80, sideways=-240)
    assert frame(film) == 0
    assert film.state.view.zoom == 1


# -- two stacks ------------------------------------------------------------------------------------


def test_a_wheel_over_either_of_two_linked_stacks_moves_both_to_the_same_place(qtbot, placed):
    compare(qtbot, placed, "1-00.dcm", "2-00.dcm")
    for half in (0, 1):
        port = placed.comparison.columns[half].ports[Panel.IMAGE]
        for _ in range(3):
            swipe(port, 0, angle=-120)
    here, there = placed.workspace.documents.current, placed.comparison.other
    assert here.header.place.position[2] == pytest.approx(there.header.place.position[2], abs=3)
    assert here.name != "1-00.dcm"


def test_parts_of_a_notch_leave_both_images_where_they_are(qtbot, placed):
    compare(qtbot, placed, "1-00.dcm", "2-06.dcm")
    swipe(placed.comparison.columns[0].ports[Panel.IMAGE], 0, angle=-30)
    assert placed.comparison.other.name == "2-06.dcm"


def test_at_the_end_of_one_stack_the_other_does_not_run_on(qtbot, placed):
    placed.state.update(link_scroll=True)
    compare(qtbot, placed, "2-00.dcm", "1-00.dcm")
    for _ in range(40):
        swipe(placed.comparison.columns[0].ports[Panel.IMAGE], 0, angle=-120)
    last, other = placed.workspace.documents.current, placed.comparison.other
    for _ in range(5):
        swipe(placed.comparison.columns[0].ports[Panel.IMAGE], 0, angle=-120)
    assert placed.workspace.documents.current is last
    assert placed.comparison.other is other


def test_without_a_link_the_stack_under_the_mouse_moves_alone(qtbot, placed):
    compare(qtbot, placed, "1-00.dcm", "2-00.dcm")
    placed.state.update(link_scroll=False)
    swipe(placed.comparison.columns[1].ports[Panel.IMAGE], 0, angle=-120)
    assert placed.workspace.documents.current is named(placed, "1-00.dcm")
    assert placed.comparison.other is not named(placed, "2-00.dcm")
    swipe(placed.comparison.columns[0].ports[Panel.IMAGE], 0, angle=-120)
    assert placed.workspace.documents.current is not named(placed, "1-00.dcm")


def test_a_stack_beside_a_single_image_scrolls_and_nothing_zooms(qtbot, placed):
    compare(qtbot, placed, "3.dcm", "1-00.dcm")
    swipe(placed.comparison.columns[0].ports[Panel.IMAGE], 0, angle=-120)
    assert placed.comparison.other is not named(placed, "1-00.dcm")
    assert placed.state.view.zoom == 1


# -- a second window, a second monitor -------------------------------------------------------------


def test_keys_and_tools_work_in_the_second_window(qtbot, film):
    film.commands.run("second_window")
    second = film.second
    qtbot.waitUntil(second.isVisible)
    second.activateWindow()
    second.port.setFocus()
    qtbot.waitUntil(second.isActiveWindow)
    QTest.keyClick(second, Qt.Key.Key_PageDown)
    assert frame(film) == 1
    film.commands.run("length")
    assert type(second.port.tool) is type(film.viewports.ports[Panel.IMAGE].tool)
    QTest.mousePress(second.port, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    QTest.mouseMove(second.port, QPoint(400, 350))
    QTest.mouseRelease(second.port, Qt.MouseButton.LeftButton, pos=QPoint(400, 350))
    assert len(film.workspace.documents.current.annotations) == 1
    second.close()
    assert second.port not in film.viewports.all_ports
    film.commands.run("ellipse")  # no longer reaches what is closed
    assert film.second is None


def test_keys_that_are_held_work_in_the_second_window(qtbot, film):
    film.commands.run("second_window")
    second = film.second
    qtbot.waitUntil(second.isVisible)
    second.activateWindow()
    second.port.setFocus()
    qtbot.waitUntil(second.isActiveWindow)
    QTest.keyPress(second.port, Qt.Key.Key_B)
    assert film.state.view.bare
    QTest.keyRelease(second.port, Qt.Key.Key_B)
    assert not film.state.view.bare
    film.state.update(zoom=3.0)
    before = film.state.view.centre
    QTest.keyPress(second.port, Qt.Key.Key_Space)
    QTest.mousePress(second.port, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    QTest.mouseMove(second.port, QPoint(360, 320))
    QTest.mouseRelease(second.port, Qt.MouseButton.LeftButton, pos=QPoint(360, 320))
    QTest.keyRelease(second.port, Qt.Key.Key_Space)
    assert film.state.view.centre != before
    assert not second.port.property("panning")
    second.close()


def test_on_a_second_monitor_of_another_scale_the_second_window_fills_it(tmp_path):
    """In a process of its own: the screens of a platform are there from its start."""
    screens = [
        {"name": "one", "x": 0, "y": 0, "width": 1280, "height": 800, "logicalDpi": 96, "logicalBaseDpi": 96},
        {"name": "two", "x": 1280, "y": 0, "width": 2000, "height": 1400, "logicalDpi": 192, "logicalBaseDpi": 96},
    ]
    (tmp_path / "screens.json").write_text(json.dumps({"screens": screens}))
    (tmp_path / "show.py").write_text(
        textwrap.dedent("""
        import sys
        from PIL import Image
        from PySide6.QtTest import QTest
        from segx_viewer.app.application import make_application
        from segx_viewer.app.window import Window
        from tests.gui.conftest import FakeEngine

        if __name__ == "__main__":
            app = make_application(["segx-viewer"])
            assert [screen.name() for screen in app.screens()] == ["one", "two"], app.screens()
            Image.new("RGB", (200, 150), "red").save(sys.argv[1] + "/red.png")
            window = Window(FakeEngine())
            window.fill()
            window.resize(1200, 700)
            window.show()
            from pathlib import Path
            window.open_paths([Path(sys.argv[1]) / "red.png"])
            for _ in range(500):
                QTest.qWait(20)
                if window.has_result():
                    break
            window.commands.run("second_window")
            QTest.qWait(300)
            second = window.second
            ratio = second.port.grab().devicePixelRatio()
            print(second.screen().name(), second.width(), second.height(), ratio, window.screen().name())
            window.close()
            print(window.second)
        """)
    )
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={tmp_path / 'screens.json'}",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path]),
        **{f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "DATA", "CACHE", "STATE")},
    }
    done = subprocess.run(
        [sys.executable, str(tmp_path / "show.py"), str(tmp_path)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    name, width, height, ratio, own, left = done.stdout.split()
    assert (name, own, left) == ("two", "one", "None"), done.stdout + done.stderr
    assert (int(width), int(height)) >= (980, 680), "all of the screen but a frame"
    assert float(ratio) == 2, "drawn at the scale of the screen that it stands on"


# -- paper -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("resolution", [150, 300, 1200])
@pytest.mark.parametrize(("rotation", "width", "height"), [(0, 80, 50), (90, 50, 80)])
def test_true_size_is_in_millimetres_on_the_printed_page(qtbot, tmp_path, resolution, rotation, width, height):
    """A dark square of 160 x 100 pixels of half a millimetre is measured on the page that was printed."""
    image = MedicalImage(
        np.full((100, 160), 255, np.float32), "CR", PhotometricInterpretation.MONOCHROME2, SourceInfo(None),
        spacing=PixelSpacing(0.5, 0.5, SpacingOrigin.CALIBRATED), presentation_inverse=True,
    )  # fmt: skip
    scene = Scene()
    scene.show(Document(1, None, image=image))
    dialog = PrintPage(scene, Panel.IMAGE, View(rotation=rotation, zoom=4.0))
    qtbot.addWidget(dialog)
    dialog.true_size.setChecked(True)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "page.pdf"))
    printer.setResolution(resolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setFullPage(True)
    dialog.print_to(printer)
    del printer
    dots = 200 / 25.4  # for a millimetre, of the picture of the page
    with pypdfium2.PdfDocument(tmp_path / "page.pdf") as pdf:
        page = pdf[0]
        picture = page.render(scale=200 / 72).to_numpy()[..., :3].max(axis=2)
        page.close()
    assert picture.shape[1] / dots == pytest.approx(210, abs=0.3)
    dark = picture < 60
    columns = np.flatnonzero(dark.sum(axis=0) > 45 * dots)
    rows = np.flatnonzero(dark.sum(axis=1) > 45 * dots)
    assert (columns[-1] - columns[0] + 1) / dots == pytest.approx(width, abs=0.4)
    assert (rows[-1] - rows[0] + 1) / dots == pytest.approx(height, abs=0.4)


# -- Escape ----------------------------------------------------------------------------------------


def test_escape_leaves_the_tool_then_what_is_chosen_then_the_full_screen_and_resets_nothing(qtbot, opened):
    document = opened.workspace.documents.current
    line = Annotation(Kind.LENGTH, ((20.0, 20.0), (150.0, 100.0)), "")
    opened.workspace.documents.update(document, annotations=(line,))
    opened.state.update(zoom=2.0, centre=(0.4, 0.6), invert=True, rotation=90)
    before = {name: getattr(opened.state.view, name) for name in ("zoom", "centre", "invert", "rotation", "voi")}
    opened.commands.run("full_screen")
    opened.viewports.ports[Panel.IMAGE].choose(0)
    opened.commands.run("ellipse")
    chosen_before = opened.scene.selected

    def press() -> tuple[str, bool, bool]:
        qtbot.keyClick(opened, Qt.Key.Key_Escape)
        return opened.state.view.tool, opened.scene.selected is not None, opened.isFullScreen()

    if chosen_before is None:  # the tool let go of it: it is chosen again once the tool is left
        assert press()[0] == "navigate"
        opened.viewports.ports[Panel.IMAGE].choose(0)
    else:
        assert press() == ("navigate", True, True)
    assert press() == ("navigate", False, True)
    assert press() == ("navigate", False, False)
    assert press() == ("navigate", False, False)
    assert {name: getattr(opened.state.view, name) for name in before} == before
    assert document.annotations == (line,)


def test_escape_ends_the_editing_of_a_region_and_keeps_what_was_edited(qtbot, opened):
    opened.commands.run("full_screen")
    opened.commands.run("edit_region")
    assert opened.state.view.editing
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.state.view.editing
    assert opened.isFullScreen()
    opened.commands.run("full_screen")
