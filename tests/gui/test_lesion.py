"""The lesion's scale and size, the ABCD rule and the 7-point checklist, with real events in the real window."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.dialogs.lesion import ABCD, SEVEN_POINT, LesionDialog
from segx_viewer.app.model import lesions
from segx_viewer.app.model.annotations import measured
from segx_viewer.app.sessions.export import export_report
from segx_viewer.domain.image import SpacingOrigin
from segx_viewer.domain.lesion import Calibration

LEFT, CTRL_SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def current(window):
    return window.workspace.documents.current


@pytest.fixture
def dialog(qtbot, opened) -> LesionDialog:
    qtbot.waitUntil(lambda: bool(current(opened).sha256))
    qtbot.keyClick(opened, Qt.Key.Key_L, CTRL_SHIFT)
    (shown,) = opened.findChildren(LesionDialog)
    return shown


def draw_line(qtbot, window, dialog, start, end) -> None:
    qtbot.mouseClick(dialog.scale.draw, LEFT)
    port = window.viewports.ports[Panel.IMAGE]
    at = [port.to_panel(QPointF(*p)).toPoint() for p in (start, end)]
    QTest.mousePress(port, LEFT, Qt.KeyboardModifier.NoModifier, at[0])
    QTest.mouseMove(port, at[1])
    QTest.mouseRelease(port, LEFT, Qt.KeyboardModifier.NoModifier, at[1])


def write(field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def calibrate(qtbot, window, dialog, mm: str = "20") -> None:
    draw_line(qtbot, window, dialog, (20, 75), (120, 75))
    write(dialog.scale.length, mm)
    QTest.keyClick(dialog.scale.length, Qt.Key.Key_Tab)
    write(dialog.scale.device, "Dermlite")
    write(dialog.scale.magnification, "10x")
    qtbot.mouseClick(dialog.scale.set_scale, LEFT)


def test_a_line_along_the_ruler_gives_every_length_in_millimetres(qtbot, opened, dialog):
    assert "no scale" in dialog.scale.state.text()
    assert not dialog.scale.set_scale.isEnabled()
    calibrate(qtbot, opened, dialog)
    document = current(opened)
    assert document.lesion.calibration.mm_per_pixel == pytest.approx(0.2, rel=0.02)
    assert document.image.spacing.origin is SpacingOrigin.READER
    assert "20.0 mm set by the reader" in measured(document.annotations[0], document.image)
    assert opened.scene.base.image is document.image
    assert opened.scene.has_map()
    port = opened.viewports.ports[Panel.IMAGE]
    assert any("Scale: Dermlite 10x" in text for _, text in port.texts())
    assert "Set by you" in dialog.scale.state.text()
    assert "mm²" in dialog.scale.figures.text()
    assert "off" in dialog.scale.line.text()


def test_the_scale_can_be_removed_and_undone(qtbot, opened, dialog):
    calibrate(qtbot, opened, dialog)
    qtbot.mouseClick(dialog.scale.remove, LEFT)
    assert current(opened).image.spacing is None
    assert "px" in measured(current(opened).annotations[0], current(opened).image)
    assert not any("Scale:" in text for _, text in opened.viewports.ports[Panel.IMAGE].texts())
    opened.commands.run("undo")
    assert current(opened).image.spacing is not None
    opened.commands.run("undo")
    assert current(opened).image.spacing is None
    assert "px²" in dialog.scale.figures.text()


def test_a_line_too_short_sets_nothing(qtbot, opened, dialog):
    draw_line(qtbot, opened, dialog, (20, 75), (30, 75))
    assert "too short" in dialog.scale.line.text()
    assert not dialog.scale.set_scale.isEnabled()


def test_a_scale_is_kept_for_device_and_size_and_used_only_when_asked_for(qtbot, opened, dialog, pictures):
    calibrate(qtbot, opened, dialog)
    opened.open_paths([pictures[1]])
    qtbot.waitUntil(lambda: current(opened).path == pictures[1] and opened.has_result())
    assert current(opened).image.spacing is None  # never by guess
    assert dialog.scale.kept.count() == 1
    assert "Dermlite 10x" in dialog.scale.kept.itemText(0)
    qtbot.mouseClick(dialog.scale.use, LEFT)
    assert current(opened).image.spacing is not None
    qtbot.mouseClick(dialog.scale.forget, LEFT)
    assert lesions.calibrations() == []
    assert current(opened).image.spacing is not None


def test_a_kept_scale_is_for_pictures_of_one_size_and_replaces_its_own_kind():
    first = Calibration(0.2, 200, 150, "D", "10x")
    lesions.keep(first)
    lesions.keep(replace(first, mm_per_pixel=0.3, device="d"))
    lesions.keep(replace(first, width=400))
    assert [c.mm_per_pixel for c in lesions.calibrations()] == [0.2, 0.3]
    assert not first.fits((150, 400))
    from segx_viewer.app.kit import settings

    settings.settings().setValue("lesions/calibrations", "[{broken")
    assert lesions.calibrations() == []


def test_the_abcd_rule_is_filled_in_by_the_reader_alone(qtbot, opened, dialog):
    dialog.tabs.setCurrentIndex(ABCD)
    page = dialog.abcd
    assert "Suggestion" in page.hints["A"].text()  # beside, and not in its place
    assert page.asymmetry.currentText() == "not filled in"
    assert page.filled_in is None
    assert "all four" in page.score.text()
    for box, downs in ((page.asymmetry, 2), (page.border, 5)):
        box.setFocus()
        for _ in range(downs):
            QTest.keyClick(box, Qt.Key.Key_Down)
            QTest.keyClick(box, Qt.Key.Key_Return)
    for tick in (page.colours["dark brown"], page.colours["black"], page.structures["dots"]):
        QTest.keyClick(tick, Qt.Key.Key_Space)
    rule = current(opened).lesion.abcd
    assert (rule.asymmetry, rule.border, len(rule.colours), len(rule.structures)) == (1, 4, 2, 1)
    assert "3.2: by the rule benign" in page.score.text()
    opened.commands.run("undo")
    assert "all four" in page.score.text()


def test_the_seven_point_checklist_counts(qtbot, opened, dialog):
    dialog.tabs.setCurrentIndex(SEVEN_POINT)
    page = dialog.seven_point
    assert page.score.text() == "Not filled in."
    for name in ("blue-whitish veil", "irregular streaks"):
        click(qtbot, page.criteria[name])
    assert "3 points: by the checklist highly suspicious" in page.score.text()
    qtbot.mouseClick(page.clear, LEFT)
    click(qtbot, page.none)
    assert current(opened).lesion.seven_point.score == 0
    assert "0 points" in page.score.text()


def click(qtbot, box: QCheckBox) -> None:
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))


def test_nothing_of_the_network_is_seen_there_before_the_reader_has_read(qtbot, opened, dialog):
    opened.state.update(read_first=True)
    assert dialog.abcd.hints["A"].text() == dialog.abcd.hints["C"].text() == ""
    assert dialog.scale.figures.text() == "No region, no figures."


def test_it_is_in_the_report_the_record_and_comes_back_with_the_image(qtbot, opened, dialog, tmp_path, pictures):
    calibrate(qtbot, opened, dialog)
    click(qtbot, dialog.seven_point.criteria["blue-whitish veil"])
    for suffix in (".json", ".pdf"):
        export_report(opened.workspace, tmp_path / f"r{suffix}")
        qtbot.waitUntil(lambda s=suffix: f"r{s}" in opened.status.message.text())
    record = json.loads((tmp_path / "r.json").read_text("utf-8"))["reading"]["lesion"]
    assert record["seven_point"] == {"criteria": ["blue-whitish veil"], "score": 2, "verdict": "benign"}
    assert record["region_shape"]["unit"] == "mm"
    assert record["calibration"]["device"] == "Dermlite"
    assert "patient" not in record
    import pypdfium2

    with pypdfium2.PdfDocument(tmp_path / "r.pdf") as document:
        text = " ".join(document[0].get_textpage().get_text_range().split())
    assert "2 points, by the checklist benign" in text
    assert "mm per pixel, set by the reader: Dermlite 10x" in text
    before = current(opened).lesion
    opened.commands.run("close")
    opened.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: current(opened) is not None and current(opened).lesion == before)
    assert current(opened).image.spacing.origin is SpacingOrigin.READER


def test_a_scale_set_while_the_network_works_holds_for_what_it_finds(qtbot, window, engine, pictures):
    engine.gate.clear()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: len(engine.requests) > 0)
    lesions.note(window.workspace.documents, current(window), "x", calibration=Calibration(0.1, 200, 150))
    engine.gate.set()
    qtbot.waitUntil(window.has_result)
    assert window.workspace.analyses.current.image.spacing.column == 0.1
    assert window.scene.has_map()


def test_figures_of_the_explanation_stay_in_pixels_whatever_scale_the_reader_sets(qtbot, opened, dialog):
    from segx_viewer.explain.reassess import input_spacing

    before = opened.workspace.analyses.current
    calibrate(qtbot, opened, dialog)
    after = opened.workspace.analyses.current
    assert after.image.spacing is not None
    assert after.image.stated_spacing is None
    assert input_spacing(after.image, after.placement) is input_spacing(before.image, before.placement) is None
    stated = replace(after.image, spacing=replace(after.image.spacing, origin=SpacingOrigin.CALIBRATED))
    assert input_spacing(stated, after.placement) is not None


def test_the_line_that_is_chosen_counts_rather_than_the_last(qtbot, opened, dialog):
    for end, y in ((120, 75), (70, 30)):
        draw_line(qtbot, opened, dialog, (20, y), (end, y))
    assert 45 < int(dialog.scale.line.text().split()[0]) < 55
    port = opened.viewports.ports[Panel.IMAGE]
    qtbot.mouseClick(port, LEFT, pos=port.to_panel(QPointF(100, 75)).toPoint())  # on the longer one alone
    assert opened.scene.selected == 0
    qtbot.waitUntil(lambda: 95 < int(dialog.scale.line.text().split()[0]) < 105)
    qtbot.mouseClick(dialog.scale.set_scale, LEFT)
    assert current(opened).lesion.calibration.mm_per_pixel == pytest.approx(0.1, rel=0.02)
