import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from segx_viewer.app.application import Program
from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.viewstate import Compare, MaskStyle
from segx_viewer.app.sessions.export import export_report
from segx_viewer.app.window import Window
from segx_viewer.domain.result import GateLevel, GateVerdict, Level
from segx_viewer.errors import ModelError, SegxError

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


def grabbed(widget) -> np.ndarray:
    return to_array(widget.grab().toImage()).astype(int)


def colour_at(port, x: float, y: float) -> np.ndarray:
    """The colour that a panel shows at an image position."""
    point = port.to_panel(QPointF(x, y)).toPoint()
    return grabbed(port)[point.y(), point.x()]


def drag(widget, button, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, button, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(widget, (start + end) / 2)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, button, Qt.KeyboardModifier.NoModifier, end)


def test_the_empty_window_invites_and_warns(window):
    assert window.pages.currentWidget() is window.empty_page
    assert window.research_use.isVisible()
    assert window.research_use.text() == "RESEARCH USE ONLY - not for diagnosis"
    assert window.empty_page.open.isVisible()
    assert not window.commands["export"].isEnabled()
    assert window.minimumSizeHint().width() <= 1280


def test_opening_shows_image_findings_certainty_and_maps(opened):
    assert opened.pages.currentWidget() not in (opened.empty_page, opened.message_page)
    assert [opened.findings.list.item(i).text() for i in range(3)] == [
        "Melanoma",
        "Melanocytic nevus",
        "Basal cell carcinoma",
    ]
    assert opened.certainty.word.text() == "Moderate certainty"
    assert opened.certainty.percent.text() == "probability of being right: 78 %", "one percentage leads"
    facts = {name.text(): value.text() for name, value in opened.certainty.below.cells}
    assert facts["SegU certainty"] == "41 %"
    assert "78 %" in opened.certainty.percent.text()
    assert opened.certainty.shape.level is Level.MODERATE
    assert any("38 %" in value.text() for _, value in opened.certainty.below.cells)
    low, high = opened.viewports.color_bar.scale
    assert low == 0
    assert high == pytest.approx(0.05, rel=0.01)
    ports = opened.viewports.ports
    image, original = (colour_at(ports[p], 25, 19) for p in (Panel.IMAGE, Panel.ORIGINAL))
    assert np.abs(image - original).max() > 50


def test_segx_shows_nothing_outside_the_region(opened):
    opened.state.update(mask=MaskStyle.OFF, opacity=1.0)
    ports = opened.viewports.ports
    panels = (Panel.IMAGE, Panel.ORIGINAL, Panel.SEGX)
    image, original, segx = (colour_at(ports[p], 25, 19) for p in panels)  # the hot spot lies outside the round region
    assert np.abs(image - segx).max() <= 2
    assert np.abs(image - original).max() > 50


def test_choosing_a_finding_explains_that_class(qtbot, opened, engine):
    opened.findings.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: ("gradcam", 1) in opened.workspace.analyses.current.explanations)
    assert opened.workspace.analyses.key == ("gradcam", 1)
    assert ("gradcam", 0) in opened.workspace.analyses.current.explanations  # the first map is kept
    asked = len(engine.requests)
    opened.findings.list.setCurrentRow(0)
    assert opened.has_result()
    assert len(engine.requests) == asked  # and needs no second computation


def test_next_class_and_next_method_keys(qtbot, opened):
    opened.workspace.prepare()
    qtbot.waitUntil(lambda: len(opened.workspace.analyses.methods) == 2)
    qtbot.keyClick(opened, Qt.Key.Key_N)
    assert opened.state.view.class_index == 1
    qtbot.keyClick(opened, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: ("ig", 1) in opened.workspace.analyses.current.explanations)
    assert opened.control_bar.method.currentText() == "Integrated gradients"


def test_the_badge_abstains_with_its_reason(qtbot, window, engine, pictures):
    from dataclasses import replace

    reason = "This is not a chest radiograph."

    def abstaining(analysis):
        made = (
            replace(e, certainty=replace(e.certainty, level=Level.ABSTAIN, reason=reason))
            for e in analysis.explanations.values()
        )
        return replace(analysis, gate=GateVerdict(GateLevel.REFUSED, reason)).with_explanations(*made)

    engine.change = abstaining
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    assert window.certainty.word.text() == "No statement"
    assert window.certainty.reason.text() == reason
    assert "%" not in window.certainty.percent.text()


def test_an_unreadable_file_gives_a_sentence_and_the_program_goes_on(qtbot, window, pictures, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not an image")
    window.open_paths([broken])
    qtbot.waitUntil(
        lambda: window.pages.currentWidget() is window.message_page and bool(window.message_page.text.text())
    )
    assert "broken.png" in window.message_page.text.text()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    assert window.pages.currentWidget() is not window.message_page


def test_a_failing_model_gives_its_sentence_and_the_picture_stays(qtbot, window, engine, pictures):
    engine.error = ModelError("The model's weights are damaged; install the bundle again.")
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: "damaged" in window.status.message.text())
    assert window.scene.base is not None
    assert not window.status.cancel.isVisible()


@pytest.mark.expects_warnings
def test_an_unexpected_error_in_the_worker_is_told_and_logged(qtbot, window, engine, pictures, caplog):
    engine.error = ZeroDivisionError("inside a model")
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: "unexpectedly" in window.status.message.text())
    assert "ZeroDivisionError" in caplog.text


def test_cancel_stops_the_analysis(qtbot, window, engine, pictures):
    engine.gate.clear()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.status.cancel.isVisible)
    qtbot.waitUntil(lambda: window.workspace.analyses.current is not None)
    qtbot.mouseClick(window.status.cancel, LEFT)
    qtbot.waitUntil(lambda: not window.status.cancel.isVisible(), timeout=500)
    assert not window.has_result()
    engine.gate.set()
    window.commands.run("analyse")
    qtbot.waitUntil(window.has_result)


def test_another_image_never_shows_the_old_overlay(qtbot, window, engine, pictures):
    engine.gate.clear()
    window.open_paths(pictures)
    qtbot.waitUntil(lambda: window.workspace.analyses.current is not None)
    first = window.workspace.documents.current
    second = list(window.workspace.documents)[1]
    seen = []
    window.workspace.analyses.changed.connect(lambda a: seen.append((window.workspace.documents.current, a)))
    window.workspace.look_at(second)
    assert window.scene.overlays is None
    engine.gate.set()
    qtbot.waitUntil(window.has_result)
    assert all(a is None or a.image.source.path == d.path for d, a in seen)
    assert window.workspace.analyses.current.image.source.path == second.path
    assert first.analysis is None or not first.analysis.complete


def test_an_answer_of_an_earlier_question_is_dropped(qtbot, opened, engine):
    analyses, before = opened.workspace.analyses, opened.workspace.analyses.current
    engine.gate.clear()
    analyses.analyse()
    stale = analyses._running
    qtbot.waitUntil(lambda: not analyses.current.complete)
    before = analyses.current
    analyses.stop()
    engine.error = SegxError("stale failure")
    engine.gate.set()
    done = []
    opened.workspace.jobs.run(lambda: True, then=done.append, lane="models")
    qtbot.waitUntil(lambda: bool(done))
    assert stale.token.cancelled
    assert opened.workspace.analyses.current is before
    assert "stale" not in opened.status.message.text()


def test_dropping_files_opens_them(qtbot, window, pictures):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(pictures[0].parent))])
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    window.dropEvent(event)
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 3)
    qtbot.waitUntil(window.has_result)
    qtbot.waitUntil(lambda: settings.recent() == [pictures[0].parent])


def test_thumbnails_arrive_for_all(qtbot, window, pictures):
    window.open_paths(pictures)
    qtbot.waitUntil(lambda: [d.thumbnail is None for d in window.workspace.documents] == [False] * 3)
    colours = [d.thumbnail.reshape(-1, 3).mean(0).argmax() for d in window.workspace.documents]
    names = [d.path.stem for d in window.workspace.documents]
    assert dict(zip(names, colours, strict=True)) == {"red": 0, "green": 1, "blue": 2}


def test_export_writes_what_is_shown(qtbot, opened, tmp_path):
    target = tmp_path / "out" / "report.png"
    export_report(opened.workspace, target)
    qtbot.waitUntil(lambda: "report.png" in opened.status.message.text() and target.exists(), timeout=20000)
    report = np.asarray(Image.open(target).convert("RGB")).astype(int)
    assert min(report.shape[:2]) > 300
    red = (report[..., 0] > 150) & (report[..., 1:].max(axis=2) < 40)
    assert red.mean() > 0.02  # the picture is on the page
    assert not list(target.parent.glob(".part*"))


def test_wheel_and_right_drag_zoom_about_the_mouse(opened):
    port = opened.viewports.ports[Panel.IMAGE]
    point = QPointF(90, 300)
    before = port.to_image(point)
    drag(port, RIGHT, QPoint(90, 300), QPoint(90, 230))
    assert opened.state.view.zoom > 1.5
    after = port.to_image(point)
    assert (after - before).manhattanLength() < 1.0


def test_middle_drag_pans_all_linked_panels(opened):
    port, other = opened.viewports.ports[Panel.IMAGE], opened.viewports.ports[Panel.SEGX]
    opened.state.update(zoom=3.0)
    start, end = QPoint(100, 300), QPoint(150, 280)
    held = port.to_image(QPointF(start))
    drag(port, MIDDLE, start, end)
    assert (port.to_image(QPointF(end)) - held).manhattanLength() < 0.5
    seen, linked = (p.to_image(QPointF(p.width() / 2, p.height() / 2)) for p in (port, other))
    assert (seen - linked).manhattanLength() < 0.01
    assert (seen - QPointF(100, 75)).manhattanLength() > 5


def test_space_and_left_drag_pans(opened):
    port = opened.viewports.ports[Panel.IMAGE]
    opened.state.update(zoom=3.0)
    centre = opened.state.view.centre
    QTest.keyPress(opened, Qt.Key.Key_Space)
    drag(port, LEFT, QPoint(100, 300), QPoint(150, 280))
    QTest.keyRelease(opened, Qt.Key.Key_Space)
    assert opened.state.view.centre != centre


@pytest.fixture
def grey(tmp_path: Path) -> Path:
    path = tmp_path / "grey.png"
    Image.fromarray(np.tile(np.linspace(0, 255, 160).astype(np.uint8), (120, 1))).save(path)
    return path


def test_left_drag_changes_window_and_level(qtbot, window, grey):
    window.open_paths([grey])
    qtbot.waitUntil(window.has_result)
    port = window.viewports.ports[Panel.IMAGE]
    before = grabbed(port)
    drag(port, LEFT, QPoint(100, 300), QPoint(40, 300))
    voi = window.state.view.voi
    assert voi.width < 255
    assert np.abs(grabbed(port) - before).max() > 20
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert window.state.view.voi is None
    assert np.array_equal(grabbed(port), before)


def test_invert_turns_black_into_white(qtbot, window, grey):
    window.open_paths([grey])
    qtbot.waitUntil(window.has_result)
    port = window.viewports.ports[Panel.IMAGE]
    left_edge = port.to_panel(QPointF(2, 60)).toPoint()
    assert grabbed(port)[left_edge.y(), left_edge.x()].max() < 20
    qtbot.keyClick(window, Qt.Key.Key_I)
    assert grabbed(port)[left_edge.y(), left_edge.x()].min() > 235


def test_hold_b_shows_the_bare_image(qtbot, opened):
    ports = opened.viewports.ports
    QTest.keyPress(opened, Qt.Key.Key_B)
    bare = [colour_at(ports[p], 100, 75) for p in (Panel.IMAGE, Panel.ORIGINAL, Panel.SEGX)]
    assert np.ptp(bare, axis=0).max() == 0
    QTest.keyRelease(opened, Qt.Key.Key_B)
    assert not opened.state.view.bare


def test_compare_modes(qtbot, opened):
    qtbot.keyClick(opened, Qt.Key.Key_C)
    assert opened.state.view.compare is Compare.CURTAIN
    assert [p.panel for p in opened.viewports.visible_ports] == [Panel.IMAGE, Panel.COMPARE]
    qtbot.wait(20)
    port = opened.viewports.ports[Panel.COMPARE]
    x = int(port.width() * 0.5)
    drag(port, LEFT, QPoint(x, 200), QPoint(x + 100, 200))
    assert opened.state.view.curtain == pytest.approx((x + 100) / port.width(), abs=0.02)
    opened.commands.run("blend")
    assert opened.viewports.blend.isVisible()
    opened.commands.run("flicker")
    qtbot.waitUntil(lambda: opened.state.view.flicker, timeout=2000)
    opened.commands.run("side")
    assert len(opened.viewports.visible_ports) == 3


def test_layouts(opened):
    shown = {}
    for name in ("1x1", "1x2", "1x3", "1+2", "2x2"):
        opened.commands.run(f"layout_{name}")
        shown[name] = [port.panel for port in opened.viewports.visible_ports]
    assert [len(panels) for panels in shown.values()] == [1, 2, 3, 3, 4]
    assert shown["2x2"][3] is Panel.OUTSIDE
    assert opened.commands["layout_2x2"].isChecked()


def test_the_outside_panel_shows_what_segx_hides(opened):
    opened.commands.run("layout_2x2")
    opened.state.update(opacity=1.0)
    port = opened.viewports.ports[Panel.OUTSIDE]
    hot, inside = (port.to_panel(QPointF(x, y)).toPoint() for x, y in ((25, 19), (100, 75)))
    picture = grabbed(port)
    assert picture[hot.y(), hot.x(), 1] > 80  # the red picture has no green; the tint has
    assert picture[inside.y(), inside.x(), 1] < 20


def test_the_process_that_decodes_starts_when_the_first_analysis_is_done(qtbot, window, engine, pictures, monkeypatch):
    started, goes_on = threading.Event(), threading.Event()
    monkeypatch.setattr("segx_viewer.app.jobs.files.prepare", started.set)

    def held(analysis):
        assert goes_on.wait(60)
        return analysis

    engine.change = held
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: bool(engine.requests))
    window.workspace.prepare()
    qtbot.wait(50)
    assert not started.is_set()
    goes_on.set()
    qtbot.waitUntil(started.is_set)
    assert window.has_result()


def test_a_model_can_be_chosen(qtbot, opened, engine):
    opened.workspace.prepare()
    qtbot.waitUntil(lambda: bool(opened.workspace.analyses.bundles))
    menu = next(m for m in opened.findChildren(QMenu) if m.title() == "Mo&del")
    menu.aboutToShow.emit()
    automatic, fake = menu.actions()
    assert automatic.isChecked()
    fake.trigger()
    qtbot.waitUntil(lambda: engine.requests[-1].bundle_name == "fake")


def test_the_probe_reads_pixel_map_and_region(opened):
    port = opened.viewports.ports[Panel.ORIGINAL]
    point = port.to_panel(QPointF(100, 75)).toPoint()
    QTest.mouseMove(port, point)
    text = opened.status.probe.text()
    assert text.startswith(("x 99, y 7", "x 100, y 7"))
    assert "200, 0, 0" in text
    assert "inside the lesion" in text


def test_tab_leaves_only_the_pictures(opened):
    opened.commands.run("panels")
    assert not opened.left.isVisible()
    assert not opened.results.isVisible()
    assert opened.research_use.isVisible()
    opened.commands.run("panels")
    assert opened.results.isVisible()


def test_double_click_shows_one_panel_and_back(qtbot, opened):
    port = opened.viewports.ports[Panel.SEGX]
    qtbot.mouseDClick(port, LEFT, pos=QPoint(60, 60))
    assert opened.viewports.visible_ports == [port]
    qtbot.mouseDClick(port, LEFT, pos=QPoint(60, 60))
    assert len(opened.viewports.visible_ports) == 3


def test_closing_the_image_returns_to_the_empty_page(opened):
    opened.commands.run("close")
    assert opened.pages.currentWidget() is opened.empty_page
    assert opened.findings.list.isHidden()
    assert opened.viewports.color_bar.scale is None


def test_the_frame_is_shown_before_anything_large_is_imported():
    code = (
        "import sys; from segx_viewer.app.application import make_application; app = make_application(['x']);"
        "from segx_viewer.app.window import Window; w = Window(); w.show(); app.processEvents();"
        "heavy = {'numpy', 'cv2', 'torch', 'pydicom', 'PIL', 'segx_viewer.domain.image'} & set(sys.modules);"
        "print(sorted(heavy), [m.title() for m in w.menus], w.empty_page.open.isVisible(), w.research_use.isVisible());"
        "w.close()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.strip() == "[] ['&File', '&View', '&Image', '&Explain', '&Tools', '&Help'] True True"


def test_the_frame_is_shown_without_qt_s_enumerations():
    """They are made at the first look at any of them, which takes as long as importing one of Qt's libraries."""
    code = (
        "from segx_viewer.app.application import make_application; app = make_application(['x']);"
        "from segx_viewer.app.window import Window; w = Window(); w.show(); app.processEvents();"
        "from PySide6 import QtCore; made = 'Qt' in vars(QtCore); QtCore.Qt;"
        "print(made, 'Qt' in vars(QtCore), w.empty_page.open.isVisible()); w.close()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.strip() == "False True True"


def test_the_program_fills_the_frame_and_opens_what_was_asked_for(qtbot, engine, pictures):
    window = Window(engine)
    qtbot.addWidget(window)
    program = Program(window, pictures[:1])
    window.show()
    assert window.follower is None
    qtbot.waitUntil(lambda: window.follower is not None and window.has_result())
    assert [document.name for document in window.workspace.documents] == ["red.png"]
    assert all(menu.actions() for menu in window.menus)
    window.close()
    program.end()


def test_the_frame_answers_while_what_fills_it_is_imported(qtbot, engine, monkeypatch):
    imported, beats = threading.Event(), []
    monkeypatch.setattr("segx_viewer.app.application._import_contents", lambda: imported.wait(60))
    window = Window(engine)
    qtbot.addWidget(window)
    program = Program(window, [])
    heart = QTimer(window, interval=1)
    heart.timeout.connect(lambda: beats.append(window.follower))
    window.show()
    heart.start()
    qtbot.waitUntil(lambda: len(beats) > 20)
    assert set(beats) == {None}
    imported.set()
    qtbot.waitUntil(lambda: window.follower is not None)
    window.close()
    program.end()


def test_a_frame_that_cannot_be_filled_ends_the_program(qtbot, engine, monkeypatch):
    def fail(_window):
        raise OSError("no room")

    ended = []
    monkeypatch.setattr("segx_viewer.app.contents._place", fail)
    monkeypatch.setattr("segx_viewer.app.application.QCoreApplication", SimpleNamespace(exit=ended.append))
    window = Window(engine)
    qtbot.addWidget(window)
    program = Program(window, [])
    window.show()
    qtbot.waitUntil(lambda: program.failure is not None)
    assert str(program.failure) == "no room"
    assert ended == [1]
    window.close()
    program.end()


def filled_by(window, steps):
    """Take so many steps of filling the window; return whether it is filled."""
    return any(window.fill_a_little() for _ in range(steps))


@pytest.fixture
def steps(qapp, engine):
    """How many steps a window takes until it is filled, the last one included."""
    window = Window(engine)
    taken = 1
    while not window.fill_a_little():
        taken += 1
    window.close()
    return taken


def test_the_frame_stays_whole_until_all_that_fills_it_is_there(qtbot, engine, steps):
    """Nothing jumps: neither panels nor menus nor another window are seen before the last step."""
    window = Window(engine)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    QTest.qWait(0)
    frame, others = window.grab().toImage(), {w for w in QApplication.topLevelWidgets() if w.isVisible()}
    assert steps > 5
    for _ in range(steps - 1):
        assert not window.fill_a_little()
        QApplication.processEvents()
        assert window.grab().toImage() == frame
        assert {w for w in QApplication.topLevelWidgets() if w.isVisible()} == others
        assert not window.actions()
    assert window.fill_a_little()
    assert all(room.isHidden() for room in window.rooms)
    assert window.results.isVisible()
    assert window.actions()
    window.close()


def test_the_window_answers_between_its_parts(qtbot, engine, steps, monkeypatch):
    monkeypatch.setattr("segx_viewer.app.application._TURN_SECONDS", 0)
    window = Window(engine)
    qtbot.addWidget(window)
    step, beats = window.fill_a_little, []
    window.fill_a_little = lambda: beats.append("step") or step()
    heart = QTimer(window, interval=0)
    heart.timeout.connect(lambda: beats.append("beat"))
    program = Program(window, [])
    window.show()
    heart.start()
    qtbot.waitUntil(lambda: window.follower is not None)
    first, last = beats.index("step"), len(beats) - 1 - beats[::-1].index("step")
    assert beats.count("step") == steps
    assert all((before, after) != ("step", "step") for before, after in pairwise(beats[first : last + 1]))
    window.close()
    program.end()


def test_files_that_are_opened_while_parts_are_missing_are_opened_in_the_whole_window(qtbot, engine, pictures, steps):
    for taken in range(steps):
        window = Window(engine)
        qtbot.addWidget(window)
        window.show()
        assert not filled_by(window, taken)
        window.open_paths(pictures[:1])
        qtbot.waitUntil(window.has_result)
        assert window.pages.currentWidget() is window.picture_page
        assert all(menu.actions() for menu in window.menus)
        window.close()


def test_a_window_that_is_closed_while_parts_are_missing_leaves_nothing_running(qtbot, engine, steps):
    for taken in range(steps):
        window = Window(engine)
        qtbot.addWidget(window)
        window.show()
        program = Program(window, [])
        assert not filled_by(window, taken)
        window.close()
        program._fill()
        assert window.follower is None
        assert not program._look.isActive()
        program.end()


def test_keys_that_are_pressed_while_parts_are_missing_do_nothing(qtbot, engine, steps, monkeypatch):
    carried_out = []
    monkeypatch.setattr("segx_viewer.app.model.actions.Actions.run", lambda _self, name: carried_out.append(name))
    window = Window(engine)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for _ in range(steps - 1):
        window.fill_a_little()
        QTest.keyClick(window, Qt.Key.Key_F1)
    assert carried_out == []
    window.fill()
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert len(carried_out) == 1
    window.close()


def test_a_window_of_which_a_part_cannot_be_made_begins_anew_when_it_is_asked_again(qtbot, engine, monkeypatch):
    def fail(_window):
        raise OSError("no room")

    window = Window(engine)
    qtbot.addWidget(window)
    with monkeypatch.context() as patched:
        patched.setattr("segx_viewer.app.contents._place", fail)
        for _ in range(2):
            with pytest.raises(OSError, match="no room"):
                window.fill()
    window.fill()
    assert window.follower is not None
    window.close()


def test_keys_are_for_the_pictures_once_one_is_open(qtbot, opened):
    opened.activateWindow()
    port = opened.viewports.ports[Panel.IMAGE]
    assert opened.focusWidget() is port
    QTest.keyPress(opened.focusWidget(), Qt.Key.Key_Space)
    assert port.property("panning")
    QTest.keyRelease(opened.focusWidget(), Qt.Key.Key_Space)
    assert not port.property("panning")


def test_a_frame_that_was_never_filled_can_be_closed(qtbot, engine):
    window = Window(engine)
    qtbot.addWidget(window)
    program = Program(window, [])
    window.show()
    window.close()
    program.end()
    assert window.follower is None


def test_a_click_on_the_start_page_fills_the_frame_first(qtbot, engine, monkeypatch):
    window = Window(engine)
    qtbot.addWidget(window)
    asked = []
    monkeypatch.setattr(
        "segx_viewer.app.commands.file.QFileDialog.getOpenFileNames", lambda *_: asked.append(1) or ([], "")
    )
    window.empty_page.open.click()
    assert asked == [1]
    assert window.follower is not None
    window.close()


def test_the_window_shows_before_torch_is_imported():
    code = (
        "import sys; from segx_viewer.app.application import make_application; app = make_application(['x']);"
        "from segx_viewer.app.window import Window; w = Window(); w.fill(); w.show(); app.processEvents();"
        "heavy = {'torch', 'pydicom', 'PIL', 'skimage', 'scipy'} & set(sys.modules); print(sorted(heavy)); w.close()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.strip() == "[]"


def test_what_an_analysis_says_is_written_in_one_turn_and_its_pictures_are_painted_in_the_next(qtbot, opened):
    painted = []

    class Watch(QObject):
        def eventFilter(self, watched, event) -> bool:  # noqa: N802
            painted.extend([watched] if event.type() == QEvent.Type.Paint else [])
            return False

    ports, watch = opened.viewports.visible_ports, Watch()
    QTest.qWait(20)
    for port in ports:
        port.installEventFilter(watch)
    opened.workspace.analyses.changed.emit(opened.workspace.documents.current)
    QCoreApplication.sendPostedEvents()
    assert painted == []
    qtbot.waitUntil(lambda: set(painted) == set(ports))


def test_each_analysis_refreshes_the_window_once(qtbot, opened, engine, monkeypatch):
    told, shown = [], []
    opened.workspace.analyses.changed.connect(told.append)
    show = opened.results.show_analysis
    monkeypatch.setattr(opened.results, "show_analysis", lambda *args, **kw: shown.append(args) or show(*args, **kw))
    opened.workspace.analyses.analyse()
    qtbot.waitUntil(lambda: not opened.workspace.analyses.is_analysing)
    assert len(told) == len(shown) == 2  # the prediction, and the whole
