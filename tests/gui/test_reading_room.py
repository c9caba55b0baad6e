"""Key images, a second window, and print."""

import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import QPoint, QPointF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from segx_viewer.app.canvas.printing import paint_page
from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.dialogs.printpage import PrintPage
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.viewstate import View
from segx_viewer.app.sessions.readings import pack, reading_of, unpack
from segx_viewer.domain.image import (
    MedicalImage,
    PatientIdentity,
    PhotometricInterpretation,
    PixelSpacing,
    SourceInfo,
    SpacingOrigin,
)


def test_key_images_are_marked_found_and_undone(qtbot, window, pictures):
    window.open_paths(pictures)
    qtbot.waitUntil(window.has_result)
    documents = list(window.workspace.documents)
    window.workspace.look_at(documents[2])
    qtbot.waitUntil(lambda: window.scene.document is documents[2] and window.scene.base is not None)
    qtbot.keyClick(window, Qt.Key.Key_Y)
    assert documents[2].is_key
    qtbot.waitUntil(lambda: window.scene.stack_text.startswith("★ key image"))
    window.workspace.look_at(documents[0])
    qtbot.waitUntil(lambda: window.scene.document is documents[0] and window.scene.base is not None)
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
    assert window.workspace.documents.current is documents[2]
    documents[2].undo.undo()
    assert not documents[2].is_key


def test_the_mark_is_kept_with_the_reading_and_old_readings_open(tmp_path):
    document = Document(1, tmp_path / "a.png", is_key=True)
    entry = pack(reading_of(document))
    assert unpack(entry).is_key
    del entry["key"]
    assert not unpack(entry).is_key


def test_a_second_window_follows_the_first_and_closes_with_it(qtbot, opened):
    opened.commands.run("second_window")
    second = opened.second
    qtbot.waitUntil(second.isVisible)
    assert second.port.scene is opened.scene
    at = QPointF(50, 50)
    wheel = QWheelEvent(
        at,
        second.port.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(second.port, wheel)
    assert opened.state.view.zoom > 1
    opened.close()
    assert opened.second is None


@pytest.fixture
def scene() -> Scene:
    """A white square of 100 x 100 pixels of half a millimetre: 50 mm."""
    image = MedicalImage(
        np.full((100, 100), 255, np.float32),
        "CR",
        PhotometricInterpretation.MONOCHROME2,
        SourceInfo(None),
        spacing=PixelSpacing(0.5, 0.5, SpacingOrigin.CALIBRATED),
        identity=PatientIdentity("Doe, Jane", "7"),
        presentation_inverse=True,
    )
    found = Scene()
    found.show(Document(1, None, image=image))
    return found


def dark_columns(scene, dpi: float, **how) -> int:
    page = QSizeF(210 / 25.4 * dpi, 297 / 25.4 * dpi)
    picture = QImage(page.toSize(), QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    paint_page(painter, page, dpi, scene, Panel.IMAGE, View(zoom=3.0), names=False, **how)
    painter.end()
    middle = to_array(picture)[picture.height() // 2]
    return int((middle.max(axis=1) < 40).sum())


@pytest.mark.parametrize("dpi", [100, 300])
def test_true_size_is_true_at_every_resolution(scene, dpi):
    assert dark_columns(scene, dpi, true_size=True) == pytest.approx(50 / 25.4 * dpi, abs=2)
    assert dark_columns(scene, dpi, true_size=False) > 150 / 25.4 * dpi


def test_a_printed_page_says_research_use_only_and_no_name_unless_asked(qtbot, scene, tmp_path):
    texts = []
    for names in (False, True):
        dialog = PrintPage(scene, Panel.IMAGE, View())
        qtbot.addWidget(dialog)
        dialog.names.setChecked(names)
        assert dialog.true_size.isEnabled()
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / f"{names}.pdf"))
        dialog.print_to(printer)
        del printer
        with pypdfium2.PdfDocument(tmp_path / f"{names}.pdf") as pdf:
            page = pdf[0]
            text = page.get_textpage()
            texts.append(text.get_text_range())
            text.close()
            page.close()
    assert "RESEARCH USE ONLY" in texts[0]
    assert "Doe" not in texts[0]
    assert "Doe, Jane" in texts[1]
