"""Cancelling and going on, leaving the grid, folding the right side away."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.panels import statusbar
from segx_viewer.app.panels.statusbar import StatusBar
from segx_viewer.domain.request import Progress, Stage
from segx_viewer.domain.result import BundleInfo
from tests.gui.conftest import finished

LEFT = Qt.MouseButton.LeftButton


def test_after_a_cancel_it_can_be_gone_on(qtbot, opened, engine):
    engine.gate.clear()
    opened.workspace.analyses.explain(class_index=1)
    qtbot.waitUntil(opened.status.cancel.isVisible)
    QTest.mouseClick(opened.status.cancel, LEFT)
    assert opened.status.go_on.isVisible()
    engine.gate.set()
    QTest.mouseClick(opened.status.go_on, LEFT)
    qtbot.waitUntil(lambda: ("gradcam", 1) in opened.workspace.analyses.current.explanations)
    assert not opened.status.go_on.isVisible()


@pytest.fixture
def gradual(opened, engine, monkeypatch):
    """An engine whose occlusion map is coarse while the gate is cleared."""
    plain = engine.analyse

    def analyse(request, token, on_progress):
        for analysis in plain(request, token, on_progress):
            if analysis.explanations or analysis.segmentation is None:
                yield analysis
            if not analysis.complete and request.methods == ("occlusion",):
                whole = finished(request)
                maps = [replace(e, saliency_map=e.saliency_map * 0.5) for e in whole.explanations.values()]
                yield replace(whole.with_explanations(*maps), complete=False)

    monkeypatch.setattr(engine, "analyse", analyse)
    engine.gate.clear()
    opened.workspace.analyses.explain(method="occlusion")
    qt_wait(lambda: opened.scene.coarse)
    return opened


def qt_wait(condition):
    for _ in range(3000):
        if condition():
            return
        QTest.qWait(10)
    raise AssertionError(condition)


def test_a_coarse_map_is_shown_and_says_so_until_the_finer_one_is_there(gradual, engine):
    port = gradual.viewports.ports[Panel.ORIGINAL]
    assert gradual.scene.has_map()
    assert port.title == "Original map: coarse, a finer one follows"
    assert not gradual.has_result()  # nothing to report yet
    engine.gate.set()
    qt_wait(lambda: not gradual.scene.coarse)
    assert port.title == "Original map"
    assert gradual.scene.has_map()


def test_a_coarse_map_does_not_stay_when_it_is_cancelled(gradual, engine):
    QTest.mouseClick(gradual.status.cancel, LEFT)
    assert not gradual.scene.has_map()
    assert not gradual.has_result()
    engine.gate.set()
    QTest.mouseClick(gradual.status.go_on, LEFT)
    qt_wait(lambda: gradual.scene.has_map() and not gradual.scene.coarse)


def test_another_image_takes_the_offer_away(qtbot, opened, engine, pictures):
    engine.gate.clear()
    opened.workspace.analyses.explain(class_index=1)
    qtbot.waitUntil(opened.status.cancel.isVisible)
    QTest.mouseClick(opened.status.cancel, LEFT)
    engine.gate.set()
    opened.open_paths(pictures[1:2])
    qtbot.waitUntil(lambda: opened.workspace.documents.current.path == pictures[1] and opened.has_result())
    assert not opened.status.go_on.isVisible()


def test_leaving_the_grid_stops_what_it_computes(qtbot, opened, engine):
    engine.gate.clear()
    opened.commands.run("grid")
    qtbot.waitUntil(lambda: opened.workspace.analyses.is_analysing)
    opened.commands.run("grid")
    assert not opened.workspace.analyses.is_analysing
    engine.gate.set()


def test_what_takes_long_says_how_long_it_still_takes(qtbot, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(statusbar.time, "monotonic", lambda: now[0])
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.show_progress(Progress(Stage.ATTRIBUTE, 0.2))
    assert "left" not in bar.text.text()
    now[0] = 110.0
    bar.show_progress(Progress(Stage.ATTRIBUTE, 0.4))
    assert "about 30 s left" in bar.text.text()
    bar.show_progress(None)


def test_a_step_of_progress_paints_nothing_at_once(qtbot):
    """A QProgressBar would, and with itself all that waits to be painted in its window."""
    painted = []

    class Painted(QWidget):
        def paintEvent(self, event) -> None:  # noqa: N802
            painted.append(event)

    window = QWidget()
    qtbot.addWidget(window)
    bar, other = StatusBar(), Painted()
    column = QVBoxLayout(window)
    column.addWidget(bar)
    column.addWidget(other)
    bar.show_progress(Progress(Stage.ATTRIBUTE, 0.2))
    window.resize(600, 200)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: bool(painted))
    painted.clear()
    other.update()
    bar.show_progress(Progress(Stage.ATTRIBUTE, 0.6))
    assert painted == []
    qtbot.waitUntil(lambda: bool(painted))
    assert bar.bar.value() == 600
    assert bar.bar.updatesEnabled()


@pytest.mark.parametrize("size", [QSize(1280, 800), QSize(960, 540)], ids=["1280x800", "1920x1080 at scale 2"])
def test_badge_and_prediction_are_always_in_sight(qtbot, opened, size):
    opened.setMinimumSize(0, 0)
    opened.resize(size)
    QTest.qWait(20)
    assert opened.size() == size
    for widget in (opened.certainty.shape, opened.certainty.word, opened.findings.list):
        box = widget.rect()
        box.moveTopLeft(widget.mapTo(opened, widget.rect().topLeft()))
        assert opened.rect().contains(box)
        assert not widget.visibleRegion().isEmpty()


def test_parts_of_the_right_side_are_folded_and_stay_so(qtbot, opened):
    fold = opened.results.details.table_title
    assert opened.results.details.table.isVisible()
    QTest.mouseClick(fold.heading, LEFT)
    assert not opened.results.details.table.isVisible()
    from segx_viewer.app.panels.details import Details

    other = Details()
    qtbot.addWidget(other)
    assert not other.table_title.is_open
    assert other.curve_title.is_open


def test_methods_beyond_this_installation_are_grey_say_why_and_are_passed_over(qtbot, opened, engine, monkeypatch):
    why = "Integrated gradients needs torch, which this installation lacks; the full installation has it."
    able = engine.capabilities()
    monkeypatch.setattr(engine, "capabilities", lambda: replace(able, beyond={"ig": why}))
    opened.workspace.prepare()
    qtbot.waitUntil(lambda: bool(opened.workspace.analyses.beyond))
    method = opened.control_bar.method
    number = method.findData("ig")
    assert not method.model().item(number).isEnabled()
    assert method.itemData(number, Qt.ItemDataRole.ToolTipRole) == why
    assert method.model().item(method.findData("gradcam")).isEnabled()
    opened.commands.run("next_method")
    assert opened.state.view.method == "gradcam"
    assert opened.workspace.analyses.grid_methods == ["gradcam"]


def test_a_job_that_needs_a_library_which_is_missing_says_so(qtbot, opened):
    def job():
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    told = []
    opened.workspace.jobs.run(job, failed=told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert str(told[0]) == "This needs torch, which this installation lacks; the full installation has it."


def test_another_model_that_fits_as_well_is_named_and_has_a_key(qtbot, opened, engine):
    other = BundleInfo("other", "Other model", "0.0", "1" * 64)
    engine.change = lambda analysis: replace(analysis, also_fits=(other,))
    opened.workspace.analyses.analyse()
    line = opened.results.model_line
    qtbot.waitUntil(lambda: "Fits as well: Other model (Shift+M)" in line.text())

    def answer(analysis):
        return replace(analysis, bundle=other if engine.requests[-1].bundle_name == "other" else analysis.bundle)

    engine.change = answer
    QTest.keyClick(opened, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: "Model: Other model" in line.text())
    assert "Fits as well: Fake model" in line.text(), "the way back stays"
    assert opened.workspace.analyses.bundle is None, "other images choose by themselves"
    QTest.keyClick(opened, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: "Model: Fake model" in line.text())


def test_where_one_model_fits_alone_the_key_says_so(opened, engine):
    before = len(engine.requests)
    QTest.keyClick(opened, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert len(engine.requests) == before
    assert "Fits as well" not in opened.results.model_line.text()
