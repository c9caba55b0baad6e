import json
import zipfile

import numpy as np
import pytest
from PySide6.QtCore import QProcess, Qt

from segx_viewer.app.commands.tools import add
from segx_viewer.app.kit import settings
from segx_viewer.app.model.annotations import Annotation, Kind
from segx_viewer.app.model.impression import Impression
from segx_viewer.app.model.viewstate import Compare
from segx_viewer.app.sessions import handover, session
from segx_viewer.app.sessions.handover import hand_over
from segx_viewer.app.sessions.instance import Listener
from segx_viewer.app.window import Window
from segx_viewer.cli import main
from segx_viewer.domain.image import VoiLut, WindowLevel


@pytest.fixture
def another(qtbot, engine):
    """A window started after a crash of the first: made when called."""
    made = []

    def make() -> Window:
        window = Window(engine)
        window.fill()
        made.append(window)
        qtbot.addWidget(window)
        window.show()
        return window

    yield make
    for window in made:
        window.close()


def test_a_crashed_session_comes_back_whole(qtbot, opened, pictures, another):
    opened.open_paths(pictures[:2])
    qtbot.waitUntil(lambda: len(opened.workspace.documents) == 2 and opened.has_result())
    add(opened, Annotation(Kind.LENGTH, ((10, 10), (40, 50))))
    document = opened.workspace.documents.current
    opened.workspace.documents.update(document, impression=Impression("Benign", "certain"))
    region = np.zeros((32, 32), bool)
    region[3:9, 4:20] = True
    opened.workspace.analyses.set_region(document, region)
    opened.state.update(compare=Compare.CURTAIN, opacity=0.3, zoom=2.0, voi=WindowLevel(100, 50))
    opened.autosave.save()
    qtbot.waitUntil(lambda: session.ended_badly())

    second = another()
    assert second.empty_page.restore.isVisible()
    second.empty_page.restore.click()
    qtbot.waitUntil(second.has_result)
    found = second.workspace.documents.current
    assert [d.path for d in second.workspace.documents] == pictures[:2]
    assert found.path == document.path
    assert found.annotations == document.annotations
    assert found.impression.text == "Benign"
    assert np.array_equal(second.workspace.analyses.current.segmentation.mask, region)
    assert second.workspace.analyses.current.segmentation.edited
    view = second.state.view
    assert (view.compare, view.opacity, view.zoom, view.voi) == (Compare.CURTAIN, 0.3, 2.0, WindowLevel(100, 50))


def test_a_look_up_table_from_the_file_comes_back(qtbot, opened, another):
    table = VoiLut(np.array([0, 9, 700], np.uint16), -3, 10, "BONE")
    opened.state.update(voi=table)
    opened.autosave.save()
    qtbot.waitUntil(lambda: session.ended_badly())
    second = another()
    second.empty_page.restore.click()
    qtbot.waitUntil(second.has_result)
    voi = second.state.view.voi
    assert (voi.values.tolist(), voi.first, voi.bits, voi.explanation) == ([0, 9, 700], -3, 10, "BONE")


def test_changes_are_saved_by_themselves(qtbot, opened):
    opened.state.update(opacity=0.2)
    qtbot.waitUntil(lambda: (session.read_session() or {}).get("view", {}).get("opacity") == 0.2, timeout=5000)


def test_a_proper_end_does_not_ask_for_a_restore(qtbot, opened, another):
    opened.close()
    assert not session.ended_badly()
    assert not another().empty_page.restore.isVisible()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 99}'])
def test_a_damaged_session_file_is_passed_over(window, content):
    settings.session_file().write_text(content)
    assert not session.ended_badly()
    assert session.restore(window.workspace) == 0


@pytest.mark.expects_warnings
def test_a_session_of_wrong_values_is_passed_over(window):
    stored = {"version": session.VERSION, "documents": [{"path": __file__}], "view": {}, "current": 0}
    settings.session_file().write_text(json.dumps(stored))
    assert session.restore(window.workspace) == 0


def test_files_that_are_gone_are_left_out(qtbot, opened, pictures, another):
    opened.autosave.save()
    qtbot.waitUntil(lambda: session.ended_badly())
    pictures[0].unlink()
    second = another()
    assert session.restore(second.workspace) == 0


def test_a_second_launch_hands_its_files_over(qtbot, pictures):
    assert not hand_over(pictures)
    listener = Listener()
    with qtbot.waitSignal(listener.received) as got:
        assert hand_over(pictures)
    assert got.args[0] == pictures
    listener.close()


def test_only_the_first_of_several_launches_has_a_place(pictures, monkeypatch):
    first = handover.take_place(pictures)
    assert first.isLocked()
    looks = []
    monkeypatch.setattr(handover, "hand_over", lambda paths: looks.append(paths) or len(looks) == 3)
    assert handover.take_place(pictures) is None, "it was waited for"
    assert looks == [pictures] * 3
    monkeypatch.setattr(handover, "hand_over", lambda paths: False)
    monkeypatch.setattr(handover, "_START_SECONDS", 0.1)
    assert not handover.take_place(pictures).isLocked(), "a window all the same: the first one never listened"
    first.unlock()
    assert handover.take_place(pictures).isLocked()


def test_a_place_that_cannot_be_locked_is_not_waited_for(pictures, monkeypatch, tmp_path):
    looks = []
    monkeypatch.setattr(handover, "hand_over", looks.append)
    monkeypatch.setattr(handover.QDir, "tempPath", lambda: str(tmp_path / "no folder"))
    assert not handover.take_place(pictures).isLocked()
    assert looks == [pictures]


def test_a_new_window_is_asked_for_and_leaves_the_session_of_the_first_alone(
    qtbot, opened, engine, pictures, monkeypatch
):
    started = []
    monkeypatch.setattr(QProcess, "startDetached", lambda *command: started.append(command) or (True, 1))
    opened.activateWindow()
    qtbot.keyClick(opened, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert started[0][1][-2:] == ["open", "--new-window"]
    opened.autosave.save()
    qtbot.waitUntil(session.ended_badly)
    before = settings.session_file().read_bytes()
    second = Window(engine)
    second.keeps_session = False
    second.fill()
    qtbot.addWidget(second)
    second.show()
    assert second.empty_page.restore.isHidden()
    second.open_paths(pictures[1:2])
    qtbot.waitUntil(second.has_result)
    second.autosave.save()
    second.close()
    assert settings.session_file().read_bytes() == before


def test_the_command_line_opens_a_new_window_beside_another(monkeypatch, pictures):
    asked = []
    monkeypatch.setattr("segx_viewer.app.application.run", lambda paths, new=False: asked.append((paths, new)) or 0)
    assert main(["--new-window", str(pictures[0])]) == 0
    assert main([str(pictures[0])]) == 0
    assert asked == [([pictures[0]], True), ([pictures[0]], False)]


def test_images_of_an_archive_are_unpacked_again(qtbot, window, pictures, another, tmp_path):
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.write(pictures[0], "red.png")
    window.open_paths([archive])
    qtbot.waitUntil(window.has_result)
    add(window, Annotation(Kind.LENGTH, ((10, 10), (40, 50))))
    window.close()
    second = another()
    assert session.restore(second.workspace) == 1
    qtbot.waitUntil(second.has_result)
    document = second.workspace.documents.current
    assert document.name == "red.png"
    assert [a.kind for a in document.annotations] == [Kind.LENGTH]


def test_the_hint_of_a_bad_end_goes_once_something_is_open(qtbot, window, pictures):
    window.empty_page.offer_restore(True)
    window.show()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    window.commands.run("close_all")
    assert window.pages.currentWidget() is window.empty_page
    assert not window.empty_page.crashed.isVisible()
    assert not window.empty_page.restore.isVisible()
