"""One lesion over time: pictures told apart by the reader, laid on each other or not, and the body map."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtTest import QTest

from segx_viewer.app.dialogs.lesion import SITE, LesionDialog
from segx_viewer.app.dialogs.timeline import TimeLine
from segx_viewer.app.model import lesions
from segx_viewer.app.panels.bodymap import BodyMap
from segx_viewer.app.sessions import sessionfile
from segx_viewer.app.sessions.export import export_report
from segx_viewer.domain.lesion import Calibration, LesionRecord, Site
from segx_viewer.imaging.registration import Trust
from segx_viewer.imaging.synthetic import draw_lesion

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def visits(tmp_path):
    """A lesion, the same one turned by 12 degrees, and another one."""
    first = draw_lesion((300, 400), seed=3)
    matrix = cv2.getRotationMatrix2D((199.5, 149.5), -12, 1.0)
    second = cv2.warpAffine(first, matrix, (400, 300), borderMode=cv2.BORDER_REFLECT)
    pictures = {"first": first, "second": second, "other": draw_lesion((300, 400), seed=12)}
    paths = []
    for name, picture in pictures.items():
        paths.append(tmp_path / f"{name}.png")
        Image.fromarray(picture).save(paths[-1])
    return paths


@pytest.fixture
def marked(qtbot, window, visits):
    """The three pictures open, each with its day; the third is said to be of the same lesion by mistake."""
    window.open_paths(visits)
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: len(documents) == 3 and window.has_result())
    for document, day in zip(documents, ("2026-05-01", "2026-01-01", "2026-06-01"), strict=True):
        documents.record(document, LesionRecord("Ann", "left arm", day, Site("front", 0.72, 0.3)))
    return window


def opened_line(qtbot, window) -> TimeLine:
    qtbot.keyClick(window, Qt.Key.Key_H, CTRL_SHIFT)
    (line,) = window.findChildren(TimeLine)
    qtbot.waitUntil(lambda: len(line.visits) == 3)
    return line


def days(line: TimeLine) -> list[str]:
    return [line.table.item(row, 0).text() for row in range(line.table.rowCount())]


def choose(qtbot, line: TimeLine, row: int) -> None:
    item = line.table.item(row, 1)
    qtbot.mouseClick(line.table.viewport(), Qt.MouseButton.LeftButton, pos=line.table.visualItemRect(item).center())
    qtbot.waitUntil(lambda: line.comparison is not None)


def test_pictures_stand_by_day_and_fit_each_other_where_they_show_one_lesion(qtbot, marked):
    line = opened_line(qtbot, marked)
    assert days(line) == ["2026-01-01", "2026-05-01", "2026-06-01"]
    choose(qtbot, line, 1)
    found = line.comparison.registration
    assert found.trust is Trust.GOOD
    assert found.turn == pytest.approx(-12, abs=1)
    assert "fit each other" in line.doubt.text()
    assert line.view.parts[2][1] is not None
    assert "Area of the region" in line.doubt.text()
    assert "by the registration's scale" in line.doubt.text()
    line.fade.setFocus()
    QTest.keyClick(line.fade, Qt.Key.Key_End)
    assert line.view.share == 1.0
    assert line.view.over is not None
    assert "upper arm" in line.place.text()


def test_pictures_that_do_not_fit_have_no_registered_view(qtbot, marked):
    line = opened_line(qtbot, marked)
    choose(qtbot, line, 2)
    assert line.comparison.registration.trust is not Trust.GOOD
    if line.comparison.registration.trust is Trust.NONE:
        assert "No registered view" in line.doubt.text()
        assert line.view.parts[2][1] is None
        assert not line.fade.isEnabled()
    else:
        assert "Doubtful" in line.doubt.text()


def test_change_of_area_is_in_millimetres_where_both_have_a_scale(qtbot, marked):
    documents = list(marked.workspace.documents)
    for document, mm in zip(documents, (0.1, 0.05, 0.1), strict=True):
        lesions.note(marked.workspace.documents, document, "x", calibration=Calibration(mm, 400, 300))
    line = opened_line(qtbot, marked)
    choose(qtbot, line, 1)
    assert line.comparison.area_ratio == pytest.approx(4, rel=0.01)
    assert "+300 % (in millimetres)" in line.doubt.text()
    assert line.table.item(1, 6).text() == "+300 %"
    assert "mm²" in line.table.item(0, 1).text()


def test_what_must_not_be_seen_first_is_not_seen_here(qtbot, marked):
    marked.state.update(read_first=True)
    line = opened_line(qtbot, marked)
    choose(qtbot, line, 1)
    texts = [line.table.item(row, column).text() for row in range(3) for column in range(1, 8)]
    assert not any(texts)
    assert "Area" not in line.doubt.text()


def test_without_the_readers_word_nothing_is_one_lesion(qtbot, window, visits):
    window.open_paths(visits)
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 3 and window.has_result())
    window.commands.run("timeline")
    (line,) = window.findChildren(TimeLine)
    assert line.table.rowCount() == 0
    assert "same patient and lesion" in line.doubt.text()
    document = window.workspace.documents.current
    window.workspace.documents.record(document, LesionRecord("Ann", "arm"))
    assert days(line) == ["day not stated"]
    assert "only one picture" in line.doubt.text()


def site_page(qtbot, window) -> LesionDialog:
    qtbot.keyClick(window, Qt.Key.Key_L, CTRL_SHIFT)
    (dialog,) = window.findChildren(LesionDialog)
    dialog.tabs.setCurrentIndex(SITE)
    return dialog


def test_patient_lesion_day_and_place_are_written_and_undone(qtbot, opened):
    page = site_page(qtbot, opened).site
    document = opened.workspace.documents.current
    for box, text in ((page.patient, "Ann"), (page.lesion, "left arm")):
        box.setFocus()
        QTest.keyClicks(box.lineEdit(), text)
        QTest.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    page.taken.setDate(QDate(2026, 3, 4))
    box = page.map.box("back")
    at = QPoint(round(box.left() + 0.6 * box.width()), round(box.top() + 0.25 * box.height()))
    qtbot.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=at)
    record = document.lesion
    assert (record.patient, record.lesion, record.taken) == ("Ann", "left arm", "2026-03-04")
    assert record.site.side == "back"
    assert "upper back, right (back)" in page.place.text()
    assert "upper back" in page.map.accessibleName()
    opened.commands.run("undo")
    assert document.lesion.site is None
    assert "no place" in page.place.text()


def test_the_body_map_works_by_keys(qtbot):
    shown = BodyMap()
    qtbot.addWidget(shown)
    shown.show()
    told = []
    shown.chosen.connect(told.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_F, Qt.Key.Key_Delete):
        QTest.keyClick(shown, key)
    assert told[0] == Site("front", 0.52, 0.25)
    assert told[1] == Site("front", 0.52, 0.26)
    assert told[2] == Site("back", 0.48, 0.26)
    assert told[3] is None


def test_the_place_is_in_report_record_and_session_and_names_only_when_asked(qtbot, opened, tmp_path):
    documents = opened.workspace.documents
    qtbot.waitUntil(lambda: bool(documents.current.sha256))
    documents.record(documents.current, LesionRecord("Ann", "mole 7", "2026-03-04", Site("back", 0.6, 0.25)))
    texts = {}
    for name, identity in (("plain", False), ("named", True)):
        export_report(opened.workspace, tmp_path / f"{name}.json", include_identity=identity)
        qtbot.waitUntil(lambda n=name: f"{n}.json" in opened.status.message.text())
        texts[name] = (tmp_path / f"{name}.json").read_text("utf-8")
    assert json.loads(texts["plain"])["reading"]["lesion"]["site"]["words"] == "right upper back (body map, back)"
    assert "mole 7" in texts["named"]
    for secret in ("Ann", "mole 7", "2026-03-04"):
        assert secret not in texts["plain"]
    path = sessionfile.save(sessionfile.capture(opened.workspace), tmp_path / "kept.segx")
    stored = sessionfile.read(path)
    assert stored.values["documents"][0]["lesion"]["site"]["side"] == "back"


def test_pixels_of_different_sizes_do_not_disturb(qtbot, marked, tmp_path):
    small = np.asarray(Image.open(tmp_path / "first.png").resize((200, 150)))
    Image.fromarray(small).save(tmp_path / "small.png")
    marked.open_paths([tmp_path / "small.png"])
    documents = marked.workspace.documents
    qtbot.waitUntil(lambda: len(documents) == 4 and documents.current.name == "small.png" and marked.has_result())
    documents.record(documents.current, LesionRecord("Ann", "left arm", "2026-05-02"))
    qtbot.keyClick(marked, Qt.Key.Key_H, CTRL_SHIFT)
    (line,) = marked.findChildren(TimeLine)
    qtbot.waitUntil(lambda: len(line.visits) == 4)
    choose(qtbot, line, 2)
    assert line.comparison.registration.trust is Trust.GOOD
    assert line.comparison.registration.scale == pytest.approx(0.5, rel=0.03)


def test_an_edited_region_changes_its_figures_and_the_chosen_row_stays(qtbot, marked):
    line = opened_line(qtbot, marked)
    choose(qtbot, line, 1)
    documents = marked.workspace.documents
    document = line._pictures[1]
    marked.workspace.look_at(document)
    qtbot.waitUntil(lambda: documents.current is document and marked.has_result())
    before = line.table.item(1, 1).text()
    region = np.zeros((32, 32), bool)
    region[10:20, 10:20] = True
    marked.editor.commit(region)
    qtbot.waitUntil(lambda: line.table.item(1, 1).text() not in ("", before))
    assert line.table.currentRow() == 1
    assert line.visits[document.number].mask.sum() == pytest.approx(300 * 400 * 100 / 1024, rel=0.02)
