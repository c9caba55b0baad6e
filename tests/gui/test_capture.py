"""A watched folder: whole pictures go into a lesion's time line, half-written ones wait, nothing in it is touched."""

import io

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from segx_viewer.app.dialogs.capture import Capture
from segx_viewer.app.jobs import capture
from segx_viewer.app.jobs.capture import is_whole, look_into
from segx_viewer.app.model import lesions
from segx_viewer.app.model.timelines import lesions_of
from segx_viewer.domain.lesion import Calibration


def picture(kind: str = "JPEG", colour=(150, 90, 60)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (200, 150), colour).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(capture, "_LOOK_MS", 60)
    monkeypatch.setattr(capture, "_SLOW_MS", 60)
    place = tmp_path / "dermoscope"
    place.mkdir()
    (place / "earlier.jpg").write_bytes(picture())
    return place


@pytest.fixture
def dialog(qtbot, window, folder) -> Capture:
    window.commands.run("capture")
    (shown,) = window.findChildren(Capture)
    assert not shown.start.isEnabled()
    shown.folder.setText(str(folder))
    for field, text in ((shown.patient, "Ann"), (shown.lesion, "left arm")):
        field.setFocus()
        QTest.keyClicks(field, text)
    return shown


def start(qtbot, dialog: Capture) -> None:
    looked = []
    dialog.watch.waiting.connect(looked.append)
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(looked))


def names(window) -> list[str]:
    return sorted(d.name for d in window.workspace.documents)


def test_a_picture_that_arrives_is_in_the_time_line_and_stays_where_it_is(qtbot, window, folder, dialog):
    start(qtbot, dialog)
    (folder / "new.jpg").write_bytes(picture(colour=(90, 60, 50)))
    before = (folder / "new.jpg").stat().st_mtime_ns
    qtbot.waitUntil(lambda: names(window) == ["new.jpg"] and window.has_result())
    (document,) = lesions_of(window.workspace.documents)["ann", "left arm"]
    assert document.path == folder / "new.jpg"
    assert document.lesion.taken == dialog.day.date().toString("yyyy-MM-dd")
    assert sorted(p.name for p in folder.iterdir()) == ["earlier.jpg", "new.jpg"]
    assert (folder / "new.jpg").stat().st_mtime_ns == before
    assert "taken: 1" in dialog.state.text()


def test_a_half_written_file_waits_until_it_is_whole(qtbot, window, folder, dialog):
    start(qtbot, dialog)
    data = picture("PNG")
    with (folder / "slow.png").open("wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        looks = []
        dialog.watch.waiting.connect(looks.append)
        qtbot.waitUntil(lambda: looks[-4:] == [1, 1, 1, 1])  # unchanged for several looks, and not taken
        assert names(window) == []
        assert "Not whole yet: 1" in dialog.state.text()
        file.write(data[len(data) // 2 :])
    qtbot.waitUntil(lambda: names(window) == ["slow.png"] and window.has_result())
    assert not window.workspace.documents.current.error


def test_what_is_there_already_is_taken_only_when_asked_for(qtbot, window, folder, dialog):
    start(qtbot, dialog)
    assert names(window) == []
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert dialog.watch.folder is None
    QTest.keyClick(dialog.already, Qt.Key.Key_Space)
    start(qtbot, dialog)
    qtbot.waitUntil(lambda: names(window) == ["earlier.jpg"] and window.has_result())


def test_files_that_are_being_sent_or_are_no_pictures_are_left_alone(qtbot, window, folder, dialog):
    start(qtbot, dialog)
    for name in (".hidden.jpg", "a.jpg.part", "notes.txt"):
        (folder / name).write_bytes(picture())
    (folder / "a.jpg.part").replace(folder / "a.jpg")
    qtbot.waitUntil(lambda: names(window) == ["a.jpg"] and window.has_result())


def test_a_kept_scale_comes_with_the_pictures_when_it_is_chosen(qtbot, window, folder):
    lesions.keep(Calibration(0.1, 200, 150, "Dermlite", "10x"))
    window.commands.run("capture")
    (dialog,) = window.findChildren(Capture)
    assert dialog.scale.currentText() == "none"
    dialog.scale.setCurrentIndex(1)
    for field, text in ((dialog.folder, str(folder)), (dialog.patient, "A"), (dialog.lesion, "b")):
        field.setText(text)
    start(qtbot, dialog)
    (folder / "new.jpg").write_bytes(picture(colour=(90, 60, 50)))
    qtbot.waitUntil(lambda: names(window) == ["new.jpg"] and window.has_result())
    assert window.workspace.documents.current.image.spacing.column == 0.1


def test_closing_ends_the_watching_and_a_folder_that_goes_is_told(qtbot, window, folder, dialog):
    start(qtbot, dialog)
    (folder / "earlier.jpg").unlink()
    folder.rmdir()
    qtbot.waitUntil(lambda: "could not be read" in dialog.state.text())
    watch = dialog.watch
    dialog.done(0)
    assert watch.folder is None


def test_the_end_of_a_file_is_looked_for(tmp_path):
    for kind in ("JPEG", "PNG"):
        data = picture(kind)
        path = tmp_path / f"x.{kind.lower()}"
        path.write_bytes(data)
        assert is_whole(path)
        path.write_bytes(data[:-20])
        assert not is_whole(path)
        path.write_bytes(b"")
        assert not is_whole(path)
    path = tmp_path / "x.jpeg"
    path.write_bytes(picture() + b"\0" * 100_000)  # a telephone's trailer
    assert is_whole(path)
    assert look_into(tmp_path, frozenset({path})).keys() == {tmp_path / "x.png"}


def test_the_end_of_the_small_picture_in_a_photographs_head_is_not_its_own(tmp_path):
    small, large = picture(), picture(colour=(10, 200, 30))
    app = b"\xff\xe1" + (len(small) + 2).to_bytes(2) + small
    whole = large[:2] + app + large[2:]
    for length, expected in ((len(whole), True), (len(whole) - 4, False), (len(app) + 10, False), (40, False)):
        (tmp_path / "x.jpg").write_bytes(whole[:length])
        assert is_whole(tmp_path / "x.jpg") is expected


def test_the_folder_is_forgotten_with_the_other_names(qtbot, window, folder, dialog):
    from segx_viewer.app.kit import settings
    from segx_viewer.app.model import privacy

    start(qtbot, dialog)
    assert settings.settings().value("lesions/capture_folder") == str(folder)
    privacy.drop_all()
    assert not settings.settings().contains("lesions/capture_folder")
