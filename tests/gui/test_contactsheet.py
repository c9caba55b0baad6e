"""The contact sheet: many images at once, sorted by a finding or by doubt."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QMenu

from segx_viewer.app.dialogs.contactsheet import ContactSheet
from segx_viewer.app.dialogs.exportdialog import ExportDialog
from segx_viewer.app.sessions import studyreport
from segx_viewer.domain.lesion import LesionRecord
from segx_viewer.domain.result import Analysis, GateLevel, GateVerdict, Level


def by_redness(analysis: Analysis) -> Analysis:
    """A network that takes red for melanoma, and that doubts what is dark."""
    red = float(analysis.image.pixels[..., 0].mean()) / 255
    if red < 0.05:
        return replace(
            analysis, gate=GateVerdict(GateLevel.OUTSIDE, "Too dark."), prediction=None, explanations={}, complete=True
        )
    shares = np.float32([red, 0.9 - 0.9 * red, 0.1 - 0.1 * red])
    level = Level.LOW if red < 0.5 else Level.HIGH
    explanations = {
        (method, index): replace(e, certainty=replace(e.certainty, level=level, probability_correct=red))
        for (method, _), e in analysis.explanations.items()
        for index in range(3)
    }
    return replace(analysis, prediction=replace(analysis.prediction, probabilities=shares), explanations=explanations)


@pytest.fixture
def reds(tmp_path):
    paths = []
    for red in (120, 250, 0, 60, 200):
        path = tmp_path / f"{red}.png"
        Image.new("RGB", (60, 50), (red, 40, 40)).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def sheet(qtbot, window, engine, reds):
    engine.change = by_redness
    window.open_paths(reds)
    qtbot.waitUntil(lambda: window.workspace.documents.current is not None and window.has_result())
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    (shown,) = window.findChildren(ContactSheet)
    return shown


def names(sheet: ContactSheet) -> list[str]:
    return [sheet.list.item(row).text().split("\n")[0].removesuffix(".png") for row in range(sheet.list.count())]


def choose(qtbot, sheet: ContactSheet, text: str) -> None:
    index = next(i for i in range(sheet.order.count()) if text in sheet.order.itemText(i))
    qtbot.waitUntil(sheet.isActiveWindow)
    sheet.order.setFocus()
    QTest.keyClick(sheet.order, Qt.Key.Key_Home)
    for _ in range(index):
        QTest.keyClick(sheet.order, Qt.Key.Key_Down)
    assert sheet.order.currentIndex() == index


def test_all_are_analysed_and_the_most_suspicious_come_first(qtbot, window, sheet):
    qtbot.waitUntil(lambda: len(sheet.summaries) == 5 and not sheet.survey.left)
    assert names(sheet) == ["120", "250", "0", "60", "200"]
    choose(qtbot, sheet, "Melanoma")
    assert names(sheet) == ["250", "200", "120", "60", "0"]
    assert "Melanoma 98 %" in sheet.list.item(0).text()
    choose(qtbot, sheet, "doubtful")
    assert names(sheet) == ["0", "60", "120", "200", "250"]
    assert "No statement" in sheet.list.item(0).text()
    assert "Too dark." in sheet.list.item(0).toolTip()
    assert "%" not in sheet.list.item(0).text()
    choose(qtbot, sheet, "Name")
    assert names(sheet) == sorted(names(sheet))
    assert "5 images" in sheet.totals.text()
    assert "Low certainty: 2" in sheet.totals.text()
    assert not sheet.stop.isVisible()


def test_enter_shows_an_image_in_the_window(qtbot, window, sheet):
    qtbot.waitUntil(sheet.isActiveWindow)
    sheet.list.setFocus()
    sheet.list.setCurrentRow(3)
    QTest.keyClick(sheet.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace.documents.current.name == "60.png")


def test_what_must_not_be_seen_first_is_not_seen_here(qtbot, window, sheet):
    qtbot.waitUntil(lambda: len(sheet.summaries) == 5)
    sheet.close()
    window.state.update(read_first=True)
    window.commands.run("contact_sheet")
    shown = next(s for s in window.findChildren(ContactSheet) if s.isVisible())
    qtbot.waitUntil(lambda: len(shown.summaries) == 5)
    texts = "".join(shown.list.item(row).text() for row in range(5)) + shown.totals.text()
    assert "%" not in texts
    assert "certainty" not in texts
    assert all("Melanoma" not in shown.order.itemText(i) for i in range(shown.order.count()))


def test_a_survey_that_is_stopped_ends_and_closing_stops_it(qtbot, window, engine, reds):
    window.open_paths(reds)
    qtbot.waitUntil(window.has_result)
    engine.gate.clear()
    window.commands.run("contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    assert sheet.survey.left == 4
    assert "still to come: 4" in sheet.totals.text()
    qtbot.mouseClick(sheet.stop, Qt.MouseButton.LeftButton)
    assert sheet.survey.left == 0
    assert not sheet.stop.isVisible()
    assert len(sheet.summaries) == 1
    engine.gate.set()


# -- choosing, and reporting what is chosen ------------------------------------------------------


@pytest.fixture
def two_folders(qtbot, window, engine, tmp_path):
    engine.change = by_redness
    for folder, values in (("left", (30, 90)), ("right", (150, 210, 240))):
        (tmp_path / folder).mkdir()
        for red in values:
            Image.new("RGB", (60, 50), (red, 40, 40)).save(tmp_path / folder / f"{red}.png")
    window.open_paths([tmp_path / "left", tmp_path / "right"])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 5 and window.has_result())
    return window


def pick(sheet: ContactSheet, text: str) -> None:
    index = next(i for i in range(sheet.which.count()) if text in sheet.which.itemText(i))
    sheet.which.setFocus()
    QTest.keyClick(sheet.which, Qt.Key.Key_Home)
    for _ in range(index):
        QTest.keyClick(sheet.which, Qt.Key.Key_Down)
    QTest.keyClick(sheet.which, Qt.Key.Key_Return)
    assert sheet.which.currentIndex() == index


def test_a_folder_or_a_patient_is_chosen_and_counted(qtbot, two_folders):
    window = two_folders
    documents = window.workspace.documents
    for document in list(documents)[1:3]:
        documents.record(document, LesionRecord("Ann", "arm"))
    window.commands.run("contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    qtbot.waitUntil(lambda: len(sheet.summaries) == 5)
    assert len(names(sheet)) == 5
    pick(sheet, "right")
    assert sorted(names(sheet)) == ["150", "210", "240"]
    assert sheet.totals.text().startswith("3 images")
    pick(sheet, "Ann")
    assert len(names(sheet)) == 2
    assert "(2)" in sheet.which.currentText()
    pick(sheet, "All")
    assert len(names(sheet)) == 5


def test_the_sheet_fits_a_small_screen_whatever_folders_are_called(qtbot, window, tmp_path):
    for name in ("a" * 120, "b" * 120):
        (tmp_path / name).mkdir()
        Image.new("RGB", (60, 50), (90, 40, 40)).save(tmp_path / name / "x.png")
    window.open_paths([tmp_path / ("a" * 120), tmp_path / ("b" * 120)])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 2 and window.has_result())
    window.commands.run("contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    assert sheet.minimumSizeHint().width() <= 900


def test_what_is_chosen_is_one_pdf_with_an_overview(qtbot, two_folders, engine, tmp_path, monkeypatch):
    window = two_folders
    monkeypatch.setattr(
        studyreport._Engine, "analyse", lambda self, request, cancel: engine.analyse(request, cancel, lambda _p: None)
    )
    window.commands.run("contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    qtbot.waitUntil(lambda: len(sheet.summaries) == 5)
    pick(sheet, "right")
    qtbot.mouseClick(sheet.report, Qt.MouseButton.LeftButton)
    (dialog,) = sheet.findChildren(ExportDialog)
    assert dialog.suffix == ".pdf"
    assert "3 images" in dialog.study.text()
    assert dialog.overview.isEnabled()
    dialog.path.setText(str(tmp_path / "sheet.pdf"))
    dialog.accept()
    qtbot.waitUntil(lambda: "sheet.pdf" in window.status.message.text())
    import pypdfium2

    with pypdfium2.PdfDocument(tmp_path / "sheet.pdf") as document:
        assert len(document) == 4
        assert "3 images" in document[0].get_textpage().get_text_range()


class Hand:
    """Clicks with the mouse, and counts."""

    def __init__(self, qtbot) -> None:
        self.qtbot, self.clicks = qtbot, 0

    def click(self, widget, at) -> None:
        self.clicks += 1
        QTest.mouseMove(widget, at)  # Qt takes a click in a list that has just opened for a second one on its box else
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)

    def menu(self, window, title: str, command: str) -> None:
        """Open a menu of the menu bar, and choose a command."""
        bar = window.menuBar()
        action = next(a for a in bar.actions() if a.text().replace("&", "") == title)
        self.click(bar, bar.actionGeometry(action).center())
        menu: QMenu = action.menu()
        self.qtbot.waitUntil(menu.isVisible)
        self.click(menu, menu.actionGeometry(window.commands[command]).center())

    def entry(self, box: QComboBox, index: int) -> None:
        """Open a box, and choose an entry."""
        self.click(box, box.rect().center())
        view = box.view()
        self.qtbot.waitUntil(view.isVisible)
        self.click(view.viewport(), view.visualRect(box.model().index(index, 0)).center())


def test_from_300_dermoscopies_to_the_five_most_suspicious_in_under_ten_clicks(
    qtbot, window, engine, tmp_path, monkeypatch
):
    engine.change = by_redness
    folder = tmp_path / "dermoscopies"
    folder.mkdir()
    order = np.random.default_rng(4).permutation(300)
    for number, rank in enumerate(order):
        red = 255 - int(rank) if rank < 10 else 120  # the five reddest of a drawn collection
        Image.new("RGB", (24, 18), (red, 40, int(rank) % 200)).save(folder / f"{number:03d}.png")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: str(folder))
    hand, in_the_dialog = Hand(qtbot), 2  # the system's own dialog: the folder, and its button
    hand.menu(window, "File", "open_folder")
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 300 and window.has_result())
    hand.menu(window, "View", "contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    qtbot.waitUntil(lambda: not sheet.survey.left, timeout=120_000)
    assert sheet.list.count() == 300
    melanoma = next(i for i in range(sheet.order.count()) if "Melanoma" in sheet.order.itemText(i))
    hand.entry(sheet.order, melanoma)
    assert sheet.order.currentIndex() == melanoma
    assert hand.clicks + in_the_dialog == 8 < 10
    expected = [int(np.flatnonzero(order == rank)[0]) for rank in range(5)]
    assert [int(Path(name).stem) for name in names(sheet)[:5]] == expected
    assert all(sheet.list.visualItemRect(sheet.list.item(row)).bottom() < sheet.list.height() for row in range(5))


def test_files_that_come_after_the_sheet_was_closed_disturb_nothing(qtbot, two_folders, tmp_path):
    window = two_folders
    window.commands.run("contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    sheet.close()
    qtbot.waitUntil(lambda: not window.findChildren(ContactSheet))
    Image.new("RGB", (60, 50), (9, 40, 40)).save(tmp_path / "late.png")
    window.open_paths([tmp_path / "late.png", tmp_path / "left"])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 6 and window.has_result())
    qtbot.waitUntil(lambda: not window.workspace.documents.pending)


def test_a_sheet_over_all_of_the_window_makes_way_for_what_is_opened_and_comes_back_as_it_was(qtbot, window, pictures):
    window.open_paths(pictures)
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 3 and window.has_result())
    window.commands.run("contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    qtbot.waitUntil(lambda: len(sheet.summaries) == 3)
    sheet.setGeometry(window.geometry())
    sheet.list.setCurrentRow(2)
    qtbot.keyClick(sheet.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace.documents.current.name == "blue.png")
    assert sheet.isHidden()
    window.commands.run("contact_sheet")
    assert window.findChildren(ContactSheet) == [sheet]
    assert sheet.isVisible()
    assert len(sheet.summaries) == 3
    sheet.resize(400, 300)
    sheet.list.setCurrentRow(0)
    qtbot.keyClick(sheet.list, Qt.Key.Key_Return)
    assert sheet.isVisible(), "the pictures can be seen beside it"
    sheet.close()


def test_the_chosen_picture_keeps_its_colours(qtbot, window, pictures):
    window.open_paths(pictures)
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: len(documents) == 3 and all(d.thumbnail is not None for d in documents))
    window.commands.run("contact_sheet")
    (sheet,) = window.findChildren(ContactSheet)
    assert sheet.list.currentRow() == 0
    icon = sheet.list.item(0).icon()
    assert icon.pixmap(132, 132, QIcon.Mode.Selected).toImage() == icon.pixmap(132, 132).toImage()
    sheet.close()
