"""The list shows series, not slices; a thumbnail is dragged onto a panel."""

import numpy as np
import pytest
from pydicom.uid import generate_uid
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segx_viewer.app.canvas.dropping import packed
from segx_viewer.app.canvas.scene import Panel
from tests.imaging.conftest import make_dicom

__all__ = ["make_dicom"]
AXIAL = [1, 0, 0, 0, 1, 0]


@pytest.fixture
def series(qtbot, window, make_dicom):
    """Two series of one study: twelve slices, and three."""
    study = generate_uid()
    folder = None
    for number, (count, words) in enumerate(((12, "t1"), (3, "t2")), 1):
        uid = generate_uid()
        for z in range(count):
            folder = make_dicom(
                np.full((8, 9), 50 * z, np.uint16),
                f"{number}-{z:02}.dcm",
                StudyInstanceUID=study,
                SeriesInstanceUID=uid,
                SeriesDescription=words,
                SeriesNumber=number,
                Modality="MR",
                ImageOrientationPatient=AXIAL,
                ImagePositionPatient=[0, 0, z],
                InstanceNumber=z + 1,
            ).parent
    window.open_paths([folder])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 15 and not window.workspace.documents.pending)
    window.studies.order()
    qtbot.waitUntil(lambda: all(middle(window, row).thumbnail is not None for row in rows(window)))
    return window


def images(window, row):
    numbers = [row.child(i).data(0, Qt.ItemDataRole.UserRole) for i in range(row.childCount())]
    return [window.workspace.documents.by_number(number) for number in numbers]


def middle(window, row):
    return images(window, row)[row.childCount() // 2]


def listed(qtbot, window) -> None:
    # The current image is painted first, put into its place in the list then, and summed last.
    qtbot.waitUntil(lambda: window.workspace.documents.current.sha256 != "")
    window.studies.order()


def rows(window):
    patient = window.studies.topLevelItem(0)
    study = patient.child(0)
    return [study.child(i) for i in range(study.childCount())]


def test_each_series_is_one_row_with_its_middle_image_and_count(series):
    first, second = rows(series)
    assert not first.isExpanded()
    assert [row.text(0) for row in (first, second)] == ["MR t1", "MR t2"]
    assert [row.data(0, Qt.ItemDataRole.UserRole + 2) for row in (first, second)] == ["1 · 12 images", "2 · 3 images"]
    assert series.studies.currentItem() is first
    assert first.isSelected()
    drawn = first.child(6).icon(0).pixmap(56, 56).toImage()
    assert first.icon(0).pixmap(56, 56).toImage() == drawn


def test_choosing_a_row_shows_the_series_and_scrolling_stays_in_its_row(qtbot, series):
    second = rows(series)[1]
    box = series.studies.visualItemRect(second)
    QTest.mouseClick(series.studies.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    documents = series.workspace.documents
    assert documents.current.header.acquisition.series_number == 2
    series.scroller.step(1)
    assert series.studies.currentItem() is second
    at = documents.current
    QTest.mouseClick(series.studies.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert documents.current is at


def test_a_row_is_opened_on_demand_and_stays_open(qtbot, series):
    first = rows(series)[0]
    series.studies.setCurrentItem(first)
    QTest.keyClick(series.studies, Qt.Key.Key_Right)
    assert first.isExpanded()
    series.studies.order()
    assert rows(series)[0].isExpanded()
    assert [first.child(i).text(0).split("\n")[0] for i in (0, 11)] == ["1-00.dcm", "1-11.dcm"]


def test_the_list_does_not_run_away_when_a_thumbnail_comes(qtbot, series):
    for row in rows(series):
        row.setExpanded(True)
    series.studies.scrollToTop()
    last = series.workspace.documents.by_number(15)
    series.workspace.documents.set_current(last)
    series.studies.scrollToTop()
    bar = series.studies.verticalScrollBar()
    assert bar.maximum() > 0
    series.workspace.documents.update(last, thumbnail=np.zeros((9, 9), np.uint8))
    series.studies.order()
    assert bar.value() == 0


def test_no_file_is_decoded_for_rows_out_of_sight(qtbot, window, make_dicom):
    study, folder = generate_uid(), None
    for number in range(1, 61):
        uid = generate_uid()
        for z in range(2):
            folder = make_dicom(
                np.full((8, 9), number, np.uint16),
                f"{number:02}-{z}.dcm",
                StudyInstanceUID=study,
                SeriesInstanceUID=uid,
                SeriesNumber=number,
                Modality="MR",
                ImageOrientationPatient=AXIAL,
                ImagePositionPatient=[0, 0, z],
            ).parent
    window.open_paths([folder])
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: len(documents) == 120 and not documents.pending)
    window.studies.order()
    in_sight = [row for row in rows(window) if is_seen(window, row)]
    assert 5 < len(in_sight) < 15
    qtbot.waitUntil(lambda: all(middle(window, row).thumbnail is not None for row in in_sight))
    assert all(child.thumbnail is None for row in rows(window)[20:] for child in images(window, row))
    assert "thumbnails" not in window.workspace.work
    bar = window.studies.verticalScrollBar()
    assert bar.maximum() > 0
    while bar.value() < bar.maximum():
        turn_wheel(window.studies.viewport(), -960)
    last = [row for row in rows(window) if is_seen(window, row)]
    assert rows(window)[-1] in last
    qtbot.waitUntil(lambda: all(middle(window, row).thumbnail is not None for row in last))
    assert all(child.thumbnail is None for row in rows(window)[20:40] for child in images(window, row))


def turn_wheel(widget, angle):
    at, nothing = QPointF(60, 300), Qt.MouseButton.NoButton
    how = (nothing, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    event = QWheelEvent(at, widget.mapToGlobal(at), QPoint(), QPoint(0, angle), *how)
    QApplication.sendEvent(widget, event)


def is_seen(window, row):
    box = window.studies.visualItemRect(row)
    return box.bottom() > 0 and box.top() < window.studies.viewport().height()


def test_studies_stay_open_when_a_newer_one_moves_them_down(qtbot, series, make_dicom):
    older = rows(series)
    newer = make_dicom(np.full((8, 9), 5, np.uint16), "new.dcm", StudyDate="20300101", PatientID="9", Modality="MR")
    series.open_paths([newer])
    documents = series.workspace.documents
    qtbot.waitUntil(lambda: len(documents) == 16 and documents.current.path == newer and series.has_result())
    series.studies.order()
    assert series.studies.topLevelItem(1).child(0).child(0) is older[0]
    for row in older:
        assert series.studies.visualItemRect(row).height() > 0  # nothing above it is closed
    study = series.studies.topLevelItem(1).child(0)
    study.setExpanded(False)  # as the reader does
    series.studies.order()
    assert not study.isExpanded()


def drop(port, number: int) -> None:
    data, how = packed(number), (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(port, QDragEnterEvent(QPoint(40, 40), Qt.DropAction.CopyAction, data, *how))
    QApplication.sendEvent(port, QDropEvent(QPointF(40, 40), Qt.DropAction.CopyAction, data, *how))


def test_a_row_is_dropped_on_a_panel(qtbot, series):
    second = rows(series)[1]
    data = series.studies.mimeData([second])
    number = int(bytes(data.data(data.formats()[0]).data()))
    drop(series.viewports.ports[Panel.IMAGE], number)
    assert series.workspace.documents.current.number == number


def test_in_a_comparison_the_half_under_the_mouse_takes_it(qtbot, series):
    documents = list(series.workspace.documents)
    series.comparison.begin(series.workspace.documents.current, documents[1])
    series.state.update(two=True)
    wanted = next(d for d in documents if d.header.acquisition.series_number == 2)
    port = next(iter(series.comparison.columns[1].ports.values()))
    before = series.workspace.documents.current
    drop(port, wanted.number)
    assert series.comparison.other is wanted
    assert series.workspace.documents.current is before


@pytest.fixture
def placed(qtbot, window, make_dicom):
    """Two axial series of one space, every 2 mm and every 6 mm, and a sagittal image."""
    study = generate_uid()
    folder = None
    for number, step in ((1, 2), (2, 6)):
        uid = generate_uid()
        for i in range(0, 24, step):
            folder = make_dicom(
                np.full((8, 9), 50, np.uint16),
                f"{number}-{i:02}.dcm",
                StudyInstanceUID=study,
                SeriesInstanceUID=uid,
                FrameOfReferenceUID="1.2.3",
                Modality="MR",
                SeriesNumber=number,
                PixelSpacing=[1, 1],
                ImageOrientationPatient=AXIAL,
                ImagePositionPatient=[0, 0, i],
                InstanceNumber=i + 1,
            ).parent
    make_dicom(
        np.full((30, 9), 50, np.uint16),
        "3.dcm",
        StudyInstanceUID=study,
        FrameOfReferenceUID="1.2.3",
        Modality="MR",
        SeriesNumber=3,
        PixelSpacing=[1, 1],
        ImageOrientationPatient=[0, 1, 0, 0, 0, -1],
        ImagePositionPatient=[4, 0, 27],
    )
    window.open_paths([folder])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 17 and not window.workspace.documents.pending)
    return window


def named(window, name):
    return next(d for d in window.workspace.documents if d.name == name)


def compare(qtbot, window, first, second):
    window.workspace.look_at(named(window, first))
    qtbot.waitUntil(lambda: window.scene.document is named(window, first) and window.scene.base is not None)
    window.comparison.begin(named(window, first), named(window, second))
    window.state.update(two=True)
    qtbot.waitUntil(lambda: window.comparison.beside_scene.base is not None)


def test_linked_stacks_scroll_to_the_same_place_in_the_patient(qtbot, placed):
    compare(qtbot, placed, "1-00.dcm", "2-00.dcm")
    placed.comparison._scroll(1)
    assert placed.comparison.other.name == "2-00.dcm"  # 2 mm further is still nearest to the first
    placed.comparison._scroll(2)
    assert placed.workspace.documents.current.name == "1-06.dcm"
    assert placed.comparison.other.name == "2-06.dcm"


def test_the_other_image_is_drawn_as_a_line(qtbot, placed):
    compare(qtbot, placed, "1-06.dcm", "3.dcm")
    qtbot.waitUntil(lambda: placed.comparison.beside_scene.reference is not None)
    (_, y0), (_, y1) = placed.comparison.beside_scene.reference
    assert (y0, y1) == pytest.approx((21.5, 21.5))
    assert placed.scene.reference is not None
    placed.comparison.end()
    assert placed.scene.reference is None


def test_a_series_of_one_image_is_a_row_as_others_are(qtbot, window, make_dicom):
    path = make_dicom(np.ones((8, 9), np.uint16), "0001.dcm", Modality="CR", SeriesDescription="CHEST", SeriesNumber=4)
    window.open_paths([path])
    qtbot.waitUntil(window.has_result)
    window.studies.order()
    (row,) = rows(window)
    assert (row.text(0), row.data(0, Qt.ItemDataRole.UserRole + 2)) == ("CR CHEST", "4 · 1 image")
    assert not row.isExpanded()
    assert window.studies.currentItem() is row
    qtbot.waitUntil(lambda: middle(window, row).thumbnail is not None)
    drawn = row.child(0).icon(0).pixmap(56, 56).toImage()
    assert row.icon(0).pixmap(56, 56).toImage() == drawn


def test_dicom_without_a_study_is_one_row_of_single_images_with_their_number(qtbot, window, make_dicom):
    for number in range(5):
        path = make_dicom(
            np.full((8, 9), number, np.uint16), f"{number}.dcm", StudyInstanceUID="", SeriesInstanceUID=""
        )
    window.open_paths([path.parent])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 5 and not window.workspace.documents.pending)
    listed(qtbot, window)
    folder = window.studies.topLevelItem(0)
    assert folder.childCount() == 1
    row = folder.child(0)
    assert (row.text(0), row.data(0, Qt.ItemDataRole.UserRole + 2)) == ("Single images", "5 images")
    assert not row.isExpanded()
    QTest.mouseClick(
        window.studies.viewport(), Qt.MouseButton.LeftButton, pos=window.studies.visualItemRect(row).center()
    )
    qtbot.waitUntil(lambda: window.workspace.documents.current is images(window, row)[0])
    row.setExpanded(True)
    QTest.mouseClick(
        window.studies.viewport(), Qt.MouseButton.LeftButton, pos=window.studies.visualItemRect(row.child(3)).center()
    )
    qtbot.waitUntil(lambda: window.workspace.documents.current is images(window, row)[3])


def test_dicom_with_a_study_and_no_series_is_one_row_of_that_study(qtbot, window, make_dicom):
    for number in range(3):
        path = make_dicom(
            np.full((8, 9), number, np.uint16), f"{number}.dcm", StudyInstanceUID="1.2.3", SeriesInstanceUID=""
        )
    window.open_paths([path.parent])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 3 and not window.workspace.documents.pending)
    listed(qtbot, window)
    (row,) = rows(window)
    assert row.data(0, Qt.ItemDataRole.UserRole + 2).endswith("3 images")
