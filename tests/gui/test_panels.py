import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from segx_viewer.app.canvas.badge import record_sentences
from segx_viewer.app.canvas.plates import Plate
from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.dialogs.shortcuts import ShortcutPage
from segx_viewer.app.dialogs.tags import TagBrowser, read_tags
from segx_viewer.app.kit import language
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.viewstate import Layout
from segx_viewer.app.panels.logview import LogView
from segx_viewer.domain.image import WindowLevel
from segx_viewer.domain.result import (
    BadgeRecord,
    FindingSet,
    GateLevel,
    GateVerdict,
    Level,
    LevelPromise,
    LevelRecord,
    PredictionSet,
)
from segx_viewer.explain.reassess import reassess
from segx_viewer.explain.segu import NO_LEVEL


@pytest.fixture
def radiograph():
    from pydicom.data import get_testdata_file

    return get_testdata_file("CT_small.dcm", download=False)


def test_details_show_curve_alignments_with_chance_and_baselines(opened):
    assert len(opened.results.details.curve.values) == 99
    label, value, chance = opened.results.details.table.cells[0]
    assert value.text() == "0.62"
    assert chance.text() == "0.44"
    assert label.toolTip()  # a sentence each
    baselines = [cells[1].text() for cells in opened.results.details.baselines.cells]
    assert baselines[0] == "0.62"


@pytest.mark.parametrize(("gain_low", "adds_nothing"), [(0.02, False), (-0.01, True)])
def test_details_and_badge_say_what_the_badge_rests_on(opened, gain_low, adds_nothing):
    analysis, key = opened.workspace.analyses.current, ("gradcam", 0)
    details, badge = opened.results.details, opened.results.certainty
    assert details.record_title.isHidden(), "the badge of this model was never fitted"

    levels = (
        LevelRecord(Level.MODERATE, 0.93, 412),
        LevelRecord(Level.LOW, 0.1, 7),
        LevelRecord(Level.HIGH, 0.9966, 298),
    )
    record = BadgeRecord("drawn, validation part", "drawn, test part", levels, 0.88, 0.81, gain_low)
    bundle = replace(analysis.bundle, badge=record)

    def show(**changes):
        certainty = replace(analysis.explanations[key].certainty, **changes)
        explanation = replace(analysis.explanations[key], certainty=certainty)
        shown = replace(analysis, bundle=bundle).with_explanations(explanation)
        opened.results.show_analysis(None, shown, key, hidden=False)

    show(level=Level.MODERATE, probability_correct=0.8)
    assert not details.record_title.isHidden()
    assert [cell.text() for cell in details.record.cells[0][1:]] == ["93 %", "412"]
    for text in (details.record_text.text(), badge.toolTip()):
        assert "Fitted on drawn, validation part." in text
        assert "Measured on drawn, test part." in text
        assert "0.88" in text
        assert ("adds nothing" in text) is adds_nothing
    assert "right in 93 % of 412 images" in badge.toolTip()
    assert " 7 images" not in badge.toolTip(), "the record of another level"
    assert "probability of being right: 80 %" in badge.percent.text()
    show(level=Level.HIGH, probability_correct=0.9961)
    assert "probability of being right: > 99 %" in badge.percent.text(), "never rounded to certainty"
    assert "right in > 99 % of 298 images" in badge.toolTip()
    assert [cell.text() for cell in details.record.cells[2][1:]] == ["> 99 %", "298"]

    show(level=Level.LOW, probability_correct=None)
    assert " 7 images" not in badge.toolTip(), "low because nothing was calibrated, not as low as measured"
    opened.results.show_analysis(None, None, None, hidden=False)
    assert badge.toolTip() == "", "nothing of the image before"


@pytest.mark.parametrize(
    ("code", "kept", "broken", "of_all"),
    [
        (
            "en",
            "High certainty promises to be right in at least 95 % among lesions that were cut out.",
            "Moderate certainty promised to be right in at least 80 % among lesions that were cut out; the test images "
            "refute it.",
            "Moderate certainty promised to be right in at least 80 %; the test images refute it.",
        ),
        (
            "de",
            "Hohe Sicherheit: Zugesagt ist, dass bei herausgeschnittenen Läsionen mindestens 95 % richtig sind.",
            "Mittlere Sicherheit: Zugesagt war, dass bei herausgeschnittenen Läsionen mindestens 80 % richtig sind; "
            "die Testbilder widerlegen es.",
            "Mittlere Sicherheit: Zugesagt war, dass mindestens 80 % richtig sind; die Testbilder widerlegen es.",
        ),
    ],
)
def test_details_say_among_which_images_a_level_promises_something(qtbot, code, kept, broken, of_all):
    among = "lesions that were cut out"
    promises = (
        LevelPromise(Level.HIGH, 0.95, among),
        LevelPromise(Level.MODERATE, 0.8, among, kept=False),
        LevelPromise(Level.MODERATE, 0.8, kept=False),
    )
    language.use(code)
    try:
        sentences = record_sentences(BadgeRecord("drawn", promises=promises))
    finally:
        language.use("en")
    assert sentences[1:4] == [kept, broken, of_all]


def test_a_badge_whose_promise_test_images_refuted_says_so_beside_it(opened):
    analysis, key = opened.workspace.analyses.current, ("gradcam", 0)
    broken = LevelPromise(Level.HIGH, 0.95, "lesions that were cut out", kept=False)
    bundle = replace(analysis.bundle, badge=BadgeRecord("drawn", promises=(broken,)))

    def promised(level, probability=0.97):
        certainty = replace(analysis.explanations[key].certainty, level=level, probability_correct=probability)
        explanation = replace(analysis.explanations[key], certainty=certainty)
        opened.results.show_analysis(
            None, replace(analysis, bundle=bundle).with_explanations(explanation), key, hidden=False
        )
        return opened.results.certainty.promised

    words = "promise of this level not kept on the test images among lesions that were cut out"
    assert words in promised(Level.HIGH).text()
    assert not promised(Level.HIGH).isHidden()
    assert words in opened.results.certainty.shape.accessibleName()
    for level, probability in ((Level.MODERATE, 0.8), (Level.LOW, None)):
        assert words not in promised(level, probability).text(), "another level's"
    promised(Level.HIGH)
    opened.results.show_analysis(None, None, None, hidden=False)
    assert opened.results.certainty.promised.isHidden(), "nothing of the image before"


def test_facts_tell_shares_as_the_findings_do(opened):
    analysis = opened.workspace.analyses.current
    prediction = replace(analysis.prediction, probabilities=np.float32([0.9996, 0.0003, 0.0001]))
    opened.results.show_analysis(None, replace(analysis, prediction=prediction), ("gradcam", 0), hidden=False)
    facts = {name.text(): value.text() for name, value in opened.results.certainty.below.cells}
    assert facts["Network's own score"] == "> 99 %"


def test_enter_on_the_badge_opens_what_it_means(qtbot, opened):
    badge = opened.results.certainty
    opened.activateWindow()
    badge.shape.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(badge.shape.hasFocus)
    qtbot.keyClick(badge.shape, Qt.Key.Key_Return)
    assert QToolTip.text() == badge.toolTip() != ""
    assert badge.shape.accessibleDescription() == badge.toolTip()

    analysis = opened.workspace.analyses.current
    fitted = replace(analysis.bundle, badge=BadgeRecord("drawn, validation part"))
    opened.results.show_analysis(None, replace(analysis, bundle=fitted), ("gradcam", 0), hidden=False)
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=2000)  # it spoke of another badge

    gate = GateVerdict(GateLevel.REFUSED, "This is no skin.")
    refused = replace(analysis, gate=gate, explanations={})
    opened.results.show_analysis(None, refused, None, hidden=False)
    assert "This is no skin." in badge.shape.accessibleName(), "not the badge of the image before"
    assert badge.shape.accessibleDescription() == ""


def test_the_curve_tells_its_value_under_the_mouse(qtbot, opened):
    curve = opened.results.details.curve
    qtbot.mouseMove(curve, QPoint(curve.width() - 12, 40))
    assert curve._hover is not None
    assert curve._hover > 80
    curve.grab()


def test_tags_can_be_searched(qtbot, radiograph):
    browser = TagBrowser("CT", read_tags(radiograph))
    qtbot.addWidget(browser)
    everything = browser.shown.rowCount()
    assert everything > 50
    qtbot.keyClicks(browser.search, "modality")
    assert 0 < browser.shown.rowCount() < everything
    assert browser.shown.index(0, 3).data() == "CT"


def test_a_picture_has_no_tags(pictures):
    assert read_tags(pictures[0]) == []


@pytest.mark.expects_warnings
def test_the_log_shows_what_was_and_what_follows(qtbot, window):
    logging.getLogger("segx_viewer.test").warning("first")
    view = LogView(window.log, window)
    logging.getLogger("segx_viewer.test").warning("second")
    assert "first" in view.text.toPlainText()
    assert "second" in view.text.toPlainText()


def test_shortcuts_can_be_searched_and_changed_and_stay(qtbot, window):
    page = ShortcutPage(window.commands, window)
    qtbot.keyClicks(page.search, "invert")
    (item,) = [item for item in page.items() if not item.isHidden()]
    page.tree.setCurrentItem(item)
    page.keys.setKeySequence("Ctrl+J")
    page.apply()
    assert window.commands["invert"].shortcut().toString() == "Ctrl+J"
    assert window.commands.shortcut("invert") == "Ctrl+J"  # from the settings file
    page.restore()
    assert window.commands["invert"].shortcut().toString() == "I"


def _open_and_paint(qtbot, window, path: str) -> None:
    """Open an image and wait until its result is painted, which it is a turn after it came."""
    window.open_paths([Path(path)])
    qtbot.waitUntil(lambda: window.has_result() and not window.viewports._paint_soon.isActive())


def test_numbers_of_a_window_that_is_dragged_can_be_read(qtbot, window, radiograph):
    _open_and_paint(qtbot, window, radiograph)
    port = window.viewports.ports[Panel.IMAGE]

    def written(width: int) -> bool:
        return any(f"W {width}" in text for _, text in port.texts())

    for width in (901, 902, 903):
        window.state.update(voi=WindowLevel(100, width))
    assert written(901)
    qtbot.waitUntil(lambda: written(903))
    port.grab()
    window.state.update(voi=WindowLevel(100, 904))
    window.state.update(voi=WindowLevel(100, 905))
    port.grab()  # a picture of all of it has the numbers of its window
    assert written(905)


@pytest.mark.parametrize("zoom", [1.0, 3.0])
def test_texts_are_not_written_anew_with_each_step_of_the_window(qtbot, window, radiograph, zoom, monkeypatch):
    _open_and_paint(qtbot, window, radiograph)
    window.state.update(zoom=zoom)
    port = window.viewports.ports[Panel.IMAGE]
    port._numbers._timer.setInterval(3_600_000)
    written, write = [], port._write

    def counted(painter: QPainter) -> list[Plate]:
        written.append(port.state.view.voi.width)
        return write(painter)

    monkeypatch.setattr(port, "_write", counted)
    for width in (901, 902, 903):
        window.state.update(voi=WindowLevel(100, width))
        QApplication.processEvents()
    assert set(written) == {901}
    port.update()
    QApplication.processEvents()
    assert written[-1] == 903
    assert any("W 903" in text for _, text in port.texts())


def test_a_panel_that_is_shown_again_shows_what_was_changed_meanwhile(qtbot, window, radiograph):
    _open_and_paint(qtbot, window, radiograph)
    window.state.update(layout=Layout.THREE)
    port, alone = window.viewports.ports[Panel.SEGX], window.viewports.ports[Panel.IMAGE].activated
    QApplication.processEvents()
    alone.emit()
    assert not port.isVisible()
    window.state.update(corner_text=False, opacity=0.1)  # no orientation letters
    alone.emit()
    QApplication.processEvents()
    shown = window.grab().toImage().copy(QRect(port.mapTo(window, QPoint(0, 0)), port.size()))
    assert np.array_equal(to_array(shown), to_array(port.grab().toImage()))
    window.state.update(corner_text=True)
    assert not np.array_equal(to_array(shown), to_array(port.grab().toImage()))


def test_taken_keys_are_not_given_twice(window):
    page = ShortcutPage(window.commands, window)
    item = next(item for item in page.items() if item.text(1) == "I")
    page.tree.setCurrentItem(item)
    page.keys.setKeySequence("Ctrl+O")
    page.apply()
    assert "Open files" in page.note.text()
    assert window.commands["invert"].shortcut().toString() == "I"


def test_a_right_click_opens_the_context_menu(qtbot, opened):
    port = opened.viewports.ports[Panel.IMAGE]
    qtbot.mouseClick(port, Qt.MouseButton.RightButton, pos=QPoint(60, 60))
    menus = [menu for menu in opened.findChildren(QMenu) if menu.isVisible()]
    assert opened.commands["invert"] in menus[0].actions()
    assert opened.state.view.zoom == 1.0
    menus[0].close()


@pytest.mark.parametrize("layout", [Layout.ONE, Layout.THREE, Layout.FOUR, Layout.LARGE])
@pytest.mark.parametrize("changes", [{}, {"rotation": 90, "zoom": 0.5}, {"zoom": 3.0}])
def test_a_window_step_changes_nothing_but_what_it_paints_again(qtbot, window, radiograph, layout, changes):
    window.open_paths([Path(radiograph)])
    qtbot.waitUntil(window.has_result)
    window.state.update(layout=layout, voi=WindowLevel(100, 900), **changes)
    ports = window.viewports.visible_ports
    before = [port.grab().toImage() for port in ports]
    window.state.update(voi=WindowLevel(12345, 60000))  # a longer text, too
    for port, shown in zip(ports, before, strict=True):
        part = port._windowed(window.state.view)
        whole, old = to_array(port.grab().toImage()), to_array(shown)
        assert not np.array_equal(whole, old)
        port.render(shown, part.boundingRect().topLeft(), part)
        assert np.array_equal(to_array(shown), whole)


def texts_in_order(window) -> list[str]:
    """What the panel says, from top to bottom."""
    certainty, findings = window.results.certainty, window.results.findings
    shown = [w for w in (certainty.word, certainty.reason, findings.note, findings.list) if w.isVisible()]
    return [w.accessibleName() or w.text() for w in sorted(shown, key=lambda w: w.mapToGlobal(w.rect().topLeft()).y())]


def heights(window) -> list[int]:
    rows = window.findings.list
    return [rows.visualItemRect(rows.item(row)).height() for row in range(rows.count())]


def test_the_gate_speaks_before_and_above_the_scores(qtbot, window, engine, pictures):
    reason = "The patient is 64 years old; the classifier learned from children only."
    outside = GateVerdict(GateLevel.OUTSIDE, reason)

    def of_an_adult(analysis):
        made = (
            replace(e, certainty=replace(e.certainty, level=Level.ABSTAIN, reason=reason))
            for e in analysis.explanations.values()
        )
        return replace(analysis, gate=outside).with_explanations(*made)

    engine.change = of_an_adult
    engine.gate.clear()  # a slow model: there is a prediction, and no explanation yet
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: window.findings.list.count() == 3 and window.findings.list.isVisible())
    assert not window.workspace.analyses.current.explanations
    for finished in (False, True):
        if finished:
            engine.gate.set()
            qtbot.waitUntil(lambda: bool(window.workspace.analyses.current.explanations))
        said = "The network's own scores. The viewer makes no statement about them."
        assert texts_in_order(window) == ["No statement", reason, said, "Findings"]
        assert len(set(heights(window))) == 1, "no score is larger than another"


def test_no_finding_leads_before_the_badge_has_spoken(qtbot, window, engine, pictures):
    engine.gate.clear()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: window.findings.list.count() == 3 and window.findings.list.isVisible())
    assert len(set(heights(window))) == 1
    engine.gate.set()
    qtbot.waitUntil(lambda: bool(window.workspace.analyses.current.explanations))
    assert heights(window)[0] > heights(window)[1]


def with_sets(analysis, *sets, **certainty):
    key = ("gradcam", 0)
    shown = analysis.explanations[key]
    analysis = replace(analysis, prediction=replace(analysis.prediction, sets=sets))
    return analysis.with_explanations(replace(shown, certainty=replace(shown.certainty, **certainty)))


def figures_of(opened, analysis):
    opened.results.show_analysis(None, analysis, ("gradcam", 0), hidden=False)
    return {name.text(): value.text() for name, value in opened.certainty.below.cells if not name.isHidden()}


@pytest.mark.parametrize("level", [Level.HIGH, Level.MODERATE, Level.LOW])
@pytest.mark.parametrize("probability", [0.83, None])
def test_the_share_of_a_prediction_set_is_named_as_its_own(opened, level, probability):
    """It is neither the answer's probability, which stands above it, nor what a level promises."""
    reason = NO_LEVEL if level is Level.LOW else ""
    analysis = with_sets(
        opened.workspace.analyses.current,
        PredictionSet(0.95, (0, 1)),
        level=level,
        probability_correct=probability,
        reason=reason,
    )
    figures = figures_of(opened, analysis)
    assert figures["Prediction set holds the true class"] == "≥ 95 %"
    assert [name for name, value in figures.items() if value == "83 %"] == (
        ["Probability of being right"] if probability else []
    )
    assert opened.certainty.promised.text() == "not ruled out: Melanoma or Melanocytic nevus (95 %)"
    assert not any("promise" in name.lower() or "such cases" in name for name in figures)
    assert "such cases" not in opened.certainty.percent.text()


@pytest.mark.parametrize(
    ("one", "row"),
    [
        (PredictionSet(0.95, (0,)), "Prediction set holds the true class"),
        (PredictionSet(0.95, (0,), not_kept=(1,)), "Prediction set holds the true class (not kept for all)"),
        (PredictionSet(0.95, (0,), not_kept=(0, 1, 2)), None),
        (FindingSet(0.95, (True,) * 3, (False,) * 3), "Prediction set of each finding holds the truth"),
        (None, None),
    ],
    ids=["kept", "not kept for one", "kept for none", "several findings", "no set"],
)
def test_the_share_of_a_prediction_set_is_told_where_it_holds_only(opened, one, row):
    analysis = with_sets(opened.workspace.analyses.current, *([] if one is None else [one]))
    shares = {name for name, value in figures_of(opened, analysis).items() if value.startswith("≥")}
    assert shares == ({row} if row else set())
    abstaining = with_sets(analysis, *analysis.prediction.sets, level=Level.ABSTAIN)
    assert not [value for value in figures_of(opened, abstaining).values() if value.startswith("≥")]
    assert opened.certainty.promised.isHidden()


def test_a_set_that_excludes_nothing_or_everything_is_not_told_as_ruling_out(opened):
    for classes, words in (((), "unusual for this model (95 %)"), ((0, 1, 2), "no class can be ruled out (95 %)")):
        figures_of(opened, with_sets(opened.workspace.analyses.current, PredictionSet(0.95, classes)))
        assert opened.certainty.promised.text() == words


def test_a_prediction_set_stays_when_the_reader_edits_the_region(opened):
    """It comes from the scores alone; the calibrated probability, which needs the region, goes."""
    analysis = with_sets(opened.workspace.analyses.current, PredictionSet(0.95, (0, 1)))
    edited = reassess(analysis, ~analysis.segmentation.mask)
    assert edited.prediction.sets == analysis.prediction.sets
    figures = figures_of(opened, edited)
    assert "Probability of being right" not in figures
    assert figures["Prediction set holds the true class"] == "≥ 95 %"
