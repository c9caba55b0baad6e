"""From a disc to a report with the mouse, as somebody who sees the program for the first time; clicks are counted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.fileset import FileSet
from pydicom.uid import generate_uid
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QListView,
    QPushButton,
    QToolButton,
    QTreeView,
)

from segx_viewer.app.dialogs.exportdialog import ExportDialog
from segx_viewer.app.kit import settings
from tests.imaging.conftest import make_dicom

__all__ = ["make_dicom"]
MOST = 12
LEFT = Qt.MouseButton.LeftButton


class Hand:
    """Presses mouse buttons, and counts how often."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, widget, at: QPoint | None = None) -> None:
        assert widget.isVisible()
        assert widget.isEnabled()
        self.clicks += 1
        QTest.mouseClick(widget, LEFT, pos=at or QPoint())

    def in_dialog(self, kind: type[QDialog], act: Callable[[QDialog], bool]) -> None:
        """Do something in the dialog that the next click opens, which waits for its answer."""

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            done = False
            if isinstance(dialog, kind):
                try:
                    done = act(dialog)
                except BaseException:
                    dialog.reject()  # else the test would wait for good
                    raise
            if not done:  # not open yet, or still looking into a folder
                QTimer.singleShot(20, look)

        QTimer.singleShot(20, look)


def write_over(field: QLineEdit, text: str) -> None:
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)


@pytest.fixture(params=[True, False], ids=["with DICOMDIR", "without DICOMDIR"])
def disc(request, make_dicom, tmp_path) -> Path:
    """Two patients: a chest radiograph with its prior, and a CT of twelve sections."""
    files = []
    for name, date in (("now", "20240101"), ("then", "20190101")):
        facts = {
            "PatientID": "8",
            "PatientName": "Doe^Jane",
            "BodyPartExamined": "CHEST",
            "ViewPosition": "PA",
            "StudyDate": date,
            "StudyTime": "101010",
        }
        files.append(
            make_dicom(np.arange(4800, dtype=np.uint16).reshape(80, 60), f"{name}.dcm", Modality="CR", **facts)
        )
    study, series = generate_uid(), generate_uid()
    files += [
        make_dicom(
            np.full((30, 40), 40 * z, np.uint16),
            f"ct-{z:02}.dcm",
            Modality="CT",
            PatientID="9",
            PatientName="Roe^Jo",
            StudyInstanceUID=study,
            SeriesInstanceUID=series,
            StudyDate="20230101",
            StudyTime="101010",
            InstanceNumber=z + 1,
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            ImagePositionPatient=[0, 0, z],
        )
        for z in range(12)
    ]
    out = tmp_path / "disc"
    out.mkdir()
    (out / "README.TXT").write_text("Viewer: start AUTORUN.EXE")
    (out / "AUTORUN.EXE").write_bytes(b"MZ" + bytes(300))
    if request.param:
        index = FileSet()
        for number, path in enumerate(files):
            dataset = dcmread(path)
            dataset.StudyID, dataset.SeriesNumber, dataset.AccessionNumber = str(number), number + 1, ""
            dataset.InstanceNumber = dataset.get("InstanceNumber") or 1
            index.add(dataset)
        index.write(out)
        index._stage["t"].cleanup()  # else its end is a warning
    else:
        (out / "IMAGES").mkdir()
        for number, path in enumerate(files):
            (out / "IMAGES" / f"I{number:07}").write_bytes(path.read_bytes())
    return out


def button(window, name: str) -> QToolButton:
    found = (b for b in window.top_bar.findChildren(QToolButton) if b.defaultAction().objectName() == name)
    return next(found)


def test_from_a_disc_to_a_report_in_less_than_twelve_clicks(qtbot, window, disc, tmp_path):
    hand, report = Hand(), tmp_path / "out" / "report.pdf"
    report.parent.mkdir()
    documents = window.workspace.documents

    def choose_folder(dialog: QDialog) -> bool:
        views = (dialog.findChild(QTreeView, "treeView"), dialog.findChild(QListView, "listView"))
        view = next(view for view in views if view.isVisible())
        rows = [view.model().index(row, 0, view.rootIndex()) for row in range(view.model().rowCount(view.rootIndex()))]
        row = next((row for row in rows if row.data() == disc.name), None)
        if row is None:
            return False
        hand.click(view.viewport(), view.visualRect(row).center())
        box = dialog.findChild(QDialogButtonBox)
        hand.click(next(b for b in box.findChildren(QPushButton) if "hoose" in b.text()))
        return True

    settings.settings().setValue("last_folder", str(disc.parent))
    hand.in_dialog(QFileDialog, choose_folder)
    hand.click(window.empty_page.folder)
    qtbot.waitUntil(lambda: len(documents) == 14 and not documents.pending)
    window.studies.order()
    assert documents.current.header.modality in {"CR", "CT"}  # and no text, nor a program

    patients = [window.studies.topLevelItem(row) for row in range(window.studies.topLevelItemCount())]
    assert len(patients) == 2
    film = patients[0].child(0).child(0).child(0)  # the newest study comes first
    hand.click(window.studies.viewport(), window.studies.visualItemRect(film).center())
    qtbot.waitUntil(lambda: documents.current.header.acquisition.study_date == "20240101" and window.has_result())
    assert window.certainty.word.isVisible()

    hand.click(
        window.findings.list.viewport(), window.findings.list.visualItemRect(window.findings.list.item(1)).center()
    )
    qtbot.waitUntil(lambda: window.scene.key == ("gradcam", 1) and window.has_result())

    def export(dialog: QDialog) -> bool:
        hand.click(dialog.formats[".pdf"], QPoint(12, dialog.formats[".pdf"].height() // 2))
        assert dialog.suffix == ".pdf"
        hand.click(dialog.path)
        write_over(dialog.path, str(report))
        hand.click(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save))
        return True

    hand.in_dialog(ExportDialog, export)
    hand.click(button(window, "export"))
    qtbot.waitUntil(report.is_file)
    assert report.read_bytes().startswith(b"%PDF")
    qtbot.waitUntil(lambda: str(report) in window.status.message.text())
    assert hand.clicks < MOST
    assert hand.clicks == 9
