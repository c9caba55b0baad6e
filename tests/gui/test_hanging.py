"""How images are hung: by modality, priors beside, wide pictures, and images that no model reads."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.dialogs.hangingrules import HangingRules
from segx_viewer.app.model import hanging
from segx_viewer.app.model.viewstate import Layout
from segx_viewer.domain.result import GateLevel, GateVerdict
from tests.imaging.conftest import make_dicom

__all__ = ["make_dicom"]
GREY = np.full((60, 40), 100, np.uint16)


def open_and_wait(qtbot, window, path):
    window.open_paths([path])
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: documents.current is not None and documents.current.path == path and window.has_result())


def test_a_layout_is_remembered_for_each_modality_in_a_file_that_people_can_read(qtbot, window, make_dicom):
    film, slice_ = make_dicom(GREY, "film.dcm", Modality="CR"), make_dicom(GREY, "slice.dcm", Modality="CT")
    open_and_wait(qtbot, window, film)
    window.commands.run("layout_1x2")
    open_and_wait(qtbot, window, slice_)
    window.commands.run("layout_1x1")
    open_and_wait(qtbot, window, film.with_name("film.dcm"))
    assert window.state.view.layout is Layout.TWO
    text = hanging.rules_file().read_text()
    assert 'CR = "1x2"' in text
    assert 'CT = "1x1"' in text


def test_a_file_of_rules_can_be_edited_and_nonsense_in_it_is_harmless(qtbot, window, make_dicom):
    hanging.rules_file().write_text('DX = "2x2"\nCT = "9x9"\nMR = 5\n')
    assert hanging.rules().layouts == {"DX": Layout.FOUR}
    open_and_wait(qtbot, window, make_dicom(GREY, "film.dcm", Modality="DX"))
    assert window.state.view.layout is Layout.FOUR
    hanging.rules_file().write_text("= nonsense")
    assert hanging.rules().layouts == {}


@pytest.fixture
def chest(make_dicom):
    def make(name: str, date: str, view: str, **more: str):
        facts = {"PatientID": "7", "PatientName": "Doe^Jane", "BodyPartExamined": "CHEST", "Modality": "CR", **more}
        return make_dicom(GREY, name, StudyDate=date, ViewPosition=view, **facts)

    return make


def test_the_prior_of_the_same_view_and_part_is_hung_beside(qtbot, window, chest):
    chest("pa-2019.dcm", "20190101", "PA")
    chest("pa-2022.dcm", "20220101", "PA")
    chest("lat-2023.dcm", "20230101", "LL")
    chest("hand-2023.dcm", "20230601", "PA", BodyPartExamined="HAND")
    chest("other-2023.dcm", "20230701", "PA", PatientID="8")
    now = chest("pa-2024.dcm", "20240101", "PA")
    window.open_paths([now.parent])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 6 and not window.workspace.documents.pending)
    window.workspace.look_at(next(d for d in window.workspace.documents if d.path == now))
    qtbot.waitUntil(window.has_result)
    window.commands.run("prior")
    assert window.state.view.two
    assert window.comparison.other.name == "pa-2022.dcm"


def look_at(qtbot, window, name):
    window.workspace.look_at(next(d for d in window.workspace.documents if d.name == name))
    qtbot.waitUntil(lambda: window.scene.document.name == name and window.has_result())


def test_rules_by_part_view_and_side_choose_panels_and_hang_the_prior(qtbot, window, chest):
    hanging.write(
        """
        CR = "1x3"  # all others
        [[rule]]
        modality = ["CR", "DX"]
        body_part = "Thorax"
        view = "PA"
        layout = "1x1"
        prior = true
        [[rule]]
        body_part = "KNEE"
        laterality = "L"
        layout = "2x2"
        """
    )
    chest("lat.dcm", "20240101", "LL")
    chest("old.dcm", "20220101", "PA", BodyPartExamined="THORAX")
    chest("older.dcm", "20200101", "PA")
    chest("left.dcm", "20240101", "AP", BodyPartExamined="KNEE", ImageLaterality="L")
    chest("right.dcm", "20240101", "AP", BodyPartExamined="KNEE", ImageLaterality="R")
    now = chest("now.dcm", "20240101", "PA")
    window.open_paths([now.parent])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 6 and not window.workspace.documents.pending)
    window.state.update(two=False)
    for name, layout in (("lat", Layout.THREE), ("left", Layout.FOUR), ("right", Layout.THREE)):
        look_at(qtbot, window, f"{name}.dcm")
        assert window.state.view.layout is layout
        assert not window.state.view.two
    look_at(qtbot, window, "now.dcm")
    assert window.state.view.two
    assert window.comparison.other.name == "old.dcm"
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)  # the reader ends it
    assert not window.state.view.two
    look_at(qtbot, window, "lat.dcm")
    look_at(qtbot, window, "now.dcm")
    assert not window.state.view.two
    assert window.state.view.layout is Layout.ONE


def test_the_other_side_is_no_prior(qtbot, window, chest):
    chest("right.dcm", "20230101", "AP", BodyPartExamined="KNEE", ImageLaterality="R")
    left = chest("left.dcm", "20240101", "AP", BodyPartExamined="KNEE", ImageLaterality="L")
    window.open_paths([left.parent])
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: len(documents) == 2 and not documents.pending)
    assert hanging.prior_of(next(d for d in documents if d.path == left), documents) is None


def test_a_layout_that_is_chosen_goes_into_the_rule_and_comments_stay(qtbot, window, chest):
    hanging.write('# mine\nCT = "1x1"\n\n[[rule]]\nview = "PA"  # frontal\nlayout = "1x3"\n')
    open_and_wait(qtbot, window, chest("pa.dcm", "20240101", "PA"))
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    open_and_wait(qtbot, window, chest("lat.dcm", "20240101", "LL"))
    QTest.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    text = hanging.rules_file().read_text()
    assert text == ('# mine\nCT = "1x1"\nCR = "2x2"\n\n[[rule]]\nview = "PA"  # frontal\nlayout = "1x1"\n')


def test_what_is_wrong_in_the_rules_is_told_and_the_file_left_alone(qtbot, window, chest):
    wrong = '[[rule]]\nview = "PA"\nlayuot = "1x1"\n'
    hanging.rules_file().write_text(wrong)
    open_and_wait(qtbot, window, chest("pa.dcm", "20240101", "PA"))
    assert "layuot" in window.status.message.text()
    window.commands.run("layout_1x1")
    assert "layuot" in window.status.message.text()
    assert hanging.rules_file().read_text() == wrong


def test_rules_are_edited_in_the_window_and_saved_only_when_they_are_right(qtbot, window):
    window.commands.run("hanging")
    (dialog,) = window.findChildren(HangingRules)
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    assert "[[rule]]" in dialog.text.toPlainText()
    dialog.text.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(dialog.text, 'MR = "9x9"')
    assert "9x9" in dialog.problem.text()
    assert not save.isEnabled()
    for _ in range(4):
        QTest.keyClick(dialog.text, Qt.Key.Key_Backspace)
    QTest.keyClicks(dialog.text, '2x2"')
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    assert hanging.rules().layouts == {"MR": Layout.FOUR}


def test_without_a_prior_nothing_is_compared(qtbot, window, chest):
    open_and_wait(qtbot, window, chest("pa.dcm", "20240101", "PA"))
    window.commands.run("prior")
    assert not window.state.view.two


def test_a_wide_picture_has_a_wide_panel(qtbot, window, tmp_path):
    path = tmp_path / "wide.png"
    Image.new("RGB", (400, 200), "red").save(path)
    window.state.update(layout=Layout.LARGE)
    open_and_wait(qtbot, window, path)
    port = window.viewports.ports[Panel.IMAGE]
    qtbot.waitUntil(lambda: port.width() > port.height())
    assert port.scale * 400 > 0.95 * port.width() or port.scale * 200 > 0.95 * port.height()
    window.commands.run("rotate_right")
    window.viewports.refresh()
    qtbot.waitUntil(lambda: port.height() > port.width())


def test_an_image_that_no_model_reads_is_shown_once(qtbot, window, engine, pictures):
    refused = GateVerdict(GateLevel.REFUSED, "no model reads this")
    engine.change = lambda analysis: replace(analysis, gate=refused, prediction=None, explanations={}, regions=())
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: window.scene.refused)
    qtbot.waitUntil(lambda: [p for p, port in window.viewports.ports.items() if port.isVisible()] == [Panel.IMAGE])
