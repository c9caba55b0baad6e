"""The worklist: results of a run, sorted, filtered, opened without a network, noted upon and handed out."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import fsspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QLineEdit

from segx_viewer.app.dialogs.worklistexport import WorklistExport
from segx_viewer.app.model.worklist import MARKED, NAME, NOTE, PROBABILITY, READ, SOURCE, WorklistTable
from segx_viewer.cohort.handpicked import TABLE
from segx_viewer.cohort.journal import Journal, content_hash, file_stamp
from segx_viewer.cohort.marks import NAME as MARKS
from segx_viewer.cohort.marks import Mark
from segx_viewer.cohort.outputs import Output, output_name, write_outputs
from segx_viewer.cohort.results import Result
from segx_viewer.cohort.work import table_row
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Level
from segx_viewer.imaging.guarded import read_image_guarded
from tests.gui.conftest import finished

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
SHARES = (0.4, 0.9, 0.6)


@pytest.fixture
def results(pictures, tmp_path):
    """Results of three pictures, and of one file that could not be read."""
    out = tmp_path / "out"
    with Journal(out, {"include_identity": False}) as journal:
        for number, path in enumerate(pictures, 1):
            analysis = finished(AnalysisRequest(read_image_guarded(path), methods=("gradcam",), classes=(0,)))
            share, level = SHARES[number - 1], (Level.MODERATE, Level.HIGH, Level.ABSTAIN)[number - 1]
            probabilities = np.float32([share, 0.95 - share, 0.05])
            (explanation,) = analysis.explanations.values()
            certainty = replace(explanation.certainty, level=level)
            analysis = replace(
                analysis, prediction=replace(analysis.prediction, probabilities=probabilities)
            ).with_explanations(replace(explanation, certainty=certainty))
            name = output_name(number, analysis)
            write_outputs(analysis, out, name, (Output.JSON, Output.NPZ))
            journal.begin(content_hash(path), file_stamp(path))
            journal.end(number, table_row(analysis, name))
        journal.begin("unreadable", "gone")
        journal.end(4, {"id": "0004", "status": "failed", "error": "the file is empty."})
    return out


@pytest.fixture
def listed(qtbot, results, window, pictures, monkeypatch):
    """The worklist of the results, opened by key, its images found in their folder."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(results))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_U, CTRL_SHIFT)
    qtbot.waitUntil(lambda: window.worklist is not None)
    qtbot.waitUntil(lambda: window.worklist.table.rowCount() == 4, timeout=5000)
    window.worklist.look_in(pictures[0].parent)
    qtbot.waitUntil(lambda: len(window.worklist.table.sources) == 3)
    return window.worklist


def column(listed, number: int) -> list[str]:
    return [listed.table.index(row, number).data() for row in range(listed.table.rowCount())]


def test_a_source_is_shown_by_its_folder_and_name_and_told_whole(listed):
    places = [listed.table.index(row, SOURCE) for row in range(listed.table.rowCount())]
    told = {place.data(Qt.ItemDataRole.ToolTipRole): place.data() for place in places if place.data()}
    assert len(told) == 3
    assert all(Path(whole).is_absolute() and shown == "/".join(Path(whole).parts[-2:]) for whole, shown in told.items())


def click(listed, row: int, number: int) -> None:
    place = listed.view.visualRect(listed.table.index(row, number)).center()
    QTest.mouseClick(listed.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def choose(box, text: str) -> None:
    index = next(i for i in range(box.count()) if text in box.itemText(i))
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(index):
        QTest.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(index)


def test_enter_shows_an_image_with_its_stored_map_and_no_network_is_run(qtbot, listed, window, engine, pictures):
    listed.view.setFocus()
    QTest.keyClick(listed.view, Qt.Key.Key_Down)
    QTest.keyClick(listed.view, Qt.Key.Key_Return)
    qtbot.waitUntil(window.has_result)
    current = window.workspace.documents.current
    assert current.path == pictures[1]
    assert current.analysis.prediction.probabilities[0] == np.float32(0.9)
    assert current.analysis.explanations.keys() == {("gradcam", 0)}
    assert current.analysis.certainty_of(("gradcam", 0)).level is Level.HIGH
    QTest.keyClick(listed.view, Qt.Key.Key_Down)
    QTest.keyClick(listed.view, Qt.Key.Key_Enter)
    qtbot.waitUntil(lambda: window.workspace.documents.current.path == pictures[2] and window.has_result())
    qtbot.wait(600)  # an analysis would have begun by now
    assert not engine.requests
    qtbot.keyClick(window, Qt.Key.Key_F5)  # unless the reader asks for one
    qtbot.waitUntil(lambda: len(engine.requests) == 1)


def test_an_image_without_stored_maps_is_analysed_and_the_reader_is_told(qtbot, listed, window, engine, results):
    for path in results.glob("*.npz"):
        path.unlink()
    listed.view.setFocus()
    QTest.keyClick(listed.view, Qt.Key.Key_Return)
    qtbot.waitUntil(window.has_result)
    assert len(engine.requests) == 1


def test_a_click_on_a_head_sorts_and_another_turns_it_round(listed):
    header = listed.view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(PROBABILITY) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    up = column(listed, PROBABILITY)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert [text[:2] for text in up] == ["40", "60", "90", ""]
    assert column(listed, PROBABILITY) == [*up[2::-1], ""]  # what has no figure stays at the end


def test_doubt_and_the_score_of_a_class_are_orders(listed):
    choose(listed.order, "Most doubtful")
    assert [text[:4] for text in column(listed, NAME)] == ["0003", "0001", "0002", "0004"]
    choose(listed.order, "nv")
    assert [text[:4] for text in column(listed, NAME)] == ["0001", "0003", "0002", "0004"]
    choose(listed.order, "As analysed")
    assert [text[:4] for text in column(listed, NAME)] == ["0001", "0002", "0003", "0004"]


def test_words_badge_and_state_filter(qtbot, listed):
    listed.text.setFocus()
    QTest.keyClicks(listed.text, "melanoma green")
    qtbot.waitUntil(lambda: listed.table.rowCount() == 1)
    assert column(listed, NAME)[0].startswith("0002")
    QTest.keySequence(listed.text, "Ctrl+A")
    QTest.keyClick(listed.text, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: listed.table.rowCount() == 4)
    choose(listed.state, "Failed")
    assert column(listed, NAME) == ["0004"]
    choose(listed.state, "All images")
    choose(listed.badge, "Moderate")
    assert [text[:4] for text in column(listed, NAME)] == ["0001"]


def test_keys_mark_and_note_and_what_is_noted_lies_beside_the_results(qtbot, listed, window, results):
    listed.view.setFocus()
    before = window.state.view.method
    QTest.keyClick(listed.view, Qt.Key.Key_Space)
    QTest.keyClick(listed.view, Qt.Key.Key_R)
    QTest.keyClick(listed.view, Qt.Key.Key_N)
    editor = next(e for e in listed.view.findChildren(QLineEdit) if e.isVisible())
    QTest.keyClicks(editor, "look again")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert window.state.view.method == before  # no letter was a command of the window
    click(listed, 1, MARKED)
    QTest.keyClick(listed.view, Qt.Key.Key_Space)  # marked by the key, now that the row is chosen
    name = column(listed, NAME)[0]

    def written() -> dict:
        return json.loads((results / MARKS).read_text("utf-8"))["marks"] if (results / MARKS).exists() else {}

    qtbot.waitUntil(lambda: name in written())
    assert written()[name] | {"when": ""} == {"read": True, "marked": True, "note": "look again", "when": ""}
    window.show_results(results)
    qtbot.waitUntil(lambda: window.worklist.table.rowCount() == 4)
    assert window.worklist.table.index(0, NOTE).data() == "look again"
    choose(window.worklist.state, "Unread")
    assert window.worklist.table.rowCount() == 3


def test_closing_the_window_at_once_loses_no_note(qtbot, listed, window, results):
    listed.view.setFocus()
    QTest.keyClick(listed.view, Qt.Key.Key_R)
    window.close()
    assert [m["read"] for m in json.loads((results / MARKS).read_text("utf-8"))["marks"].values()] == [True]


def test_marked_ones_are_exported(qtbot, listed, window, tmp_path):
    listed.view.setFocus()
    QTest.keyClick(listed.view, Qt.Key.Key_Space)
    QTest.mouseClick(listed.hand_out, Qt.MouseButton.LeftButton)
    dialog = next(d for d in listed.findChildren(WorklistExport) if d.isVisible())
    QTest.keyClicks(dialog.target, str(tmp_path / "given"))
    QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "given" / TABLE).read_text("utf-8-sig"))))
    assert [row["id"] for row in rows] == column(listed, NAME)[:1]
    assert (tmp_path / "given" / f"{rows[0]['id']}.json").is_file()


def test_results_stay_hidden_until_an_impression_is_noted(qtbot, listed, window):
    window.state.update(read_first=True)
    assert column(listed, PROBABILITY) == [""] * 4
    assert set(column(listed, 3)[:3]) == {"hidden"}
    window.state.update(read_first=False)
    assert column(listed, PROBABILITY)[0]


@pytest.fixture
def stored_elsewhere(results, pictures):
    """The results and their pictures in storage, and nowhere else."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    for folder, files in (("out", list(results.iterdir())), ("in", pictures)):
        for path in files:
            system.pipe_file(f"/run/{folder}/{path.name}", path.read_bytes())
            path.unlink()
    yield "memory://run/out"
    system.store.clear()


def test_results_and_images_in_storage_are_opened_and_noted_there(
    qtbot, stored_elsewhere, window, engine, monkeypatch, pictures
):
    answers = iter([(stored_elsewhere, True), ("memory://run/in", True)])
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: next(answers))
    window.fill()
    window.commands.run("open_address")
    qtbot.waitUntil(lambda: window.worklist is not None and window.worklist.table.rowCount() == 4, timeout=5000)
    listed = window.worklist
    assert listed.windowTitle().endswith("out")
    next(a for a in listed.finder.menu().actions() if "storage" in a.text()).trigger()
    qtbot.waitUntil(lambda: len(listed.table.sources) == 3)
    listed.view.setFocus()
    QTest.keyClick(listed.view, Qt.Key.Key_Down)
    QTest.keyClick(listed.view, Qt.Key.Key_Return)
    qtbot.waitUntil(window.has_result)
    assert window.workspace.documents.current.analysis.prediction.probabilities[0] == np.float32(0.9)
    assert pictures[1].name in window.workspace.documents.current.label
    assert not engine.requests
    QTest.keyClick(listed.view, Qt.Key.Key_Space)
    written = fsspec.filesystem("memory")
    qtbot.waitUntil(lambda: written.exists(f"/run/out/{MARKS}"))
    assert json.loads(written.cat_file(f"/run/out/{MARKS}"))["marks"][column(listed, NAME)[1]]["marked"]


def test_a_folder_without_results_is_told(qtbot, window, tmp_path):
    window.show_results(tmp_path)
    qtbot.waitUntil(lambda: "holds no results" in window.worklist.sentence.text())


def test_fifty_thousand_rows_make_no_widgets_and_are_sorted_and_filtered_as_lists(qtbot, window):
    rows = [
        Result(n, f"{n:05d}-ab", finding="Melanoma" if n % 7 else "Nevus", probability=n % 1000 / 1000, badge="LOW")
        for n in range(50_000)
    ]
    table = WorklistTable()
    widgets = len(QApplication.allWidgets())
    table.show(rows, {}, lambda _name, **changes: Mark(**changes))
    table.sort_by_doubt()
    table.sort(PROBABILITY, Qt.SortOrder.DescendingOrder)
    assert table.index(0, PROBABILITY).data() == "> 99 %"
    table.toggle(0, READ)
    assert table.index(0, READ).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    assert len(QApplication.allWidgets()) == widgets
    assert table.rowCount() == 50_000
