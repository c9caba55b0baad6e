"""A patient's time lines are kept as a readable file, and opened again years later."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from segx_viewer.app.dialogs.timeline import TimeLine
from segx_viewer.app.sessions import timelinefile
from segx_viewer.domain.lesion import Calibration, LesionRecord, Site
from segx_viewer.errors import SegxError


@pytest.fixture
def visits(tmp_path):
    """Four pictures in two folders, the fourth another patient's."""
    paths = []
    for number, name in enumerate(("2024/a.png", "2025/b.png", "2025/c.png", "2025/d.png")):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (200, 40 * number, 0)).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def noted(qtbot, window, visits):
    window.open_paths(visits)
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: len(documents) == 4 and window.has_result())
    scale = Calibration(0.02, 40, 30, "scope", "20x")
    records = (
        LesionRecord("Ann Lee", "left arm", "2024-05-01", Site("front", 0.72, 0.3), scale),
        LesionRecord("ann lee ", "Left arm", "2025-05-01"),
        LesionRecord("Ann Lee", "back", "2025-05-02", Site("back", 0.5, 0.3)),
        LesionRecord("Bob", "nose", "2025-05-02"),
    )
    for document, record in zip(documents, records, strict=True):
        documents.record(document, record)
    documents.at(visits[0]).region = np.eye(32, dtype=bool)
    return window


def kept_by_the_button(qtbot, window, folder, monkeypatch):
    window.workspace.look_at(window.workspace.documents.at(folder / "2024" / "a.png"))
    window.commands.run("timeline")
    line = next(dialog for dialog in window.findChildren(TimeLine) if dialog.isVisible())
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(folder))
    qtbot.mouseClick(line.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Kept as" in line.place.text())
    line.close()
    return folder / "Ann Lee.timeline.json"


def forget_all(qtbot, window):
    """As after the days that readings are kept."""
    window.forget()
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 0)


def test_a_time_line_is_kept_and_opened_again_when_the_program_has_forgotten(
    qtbot, noted, visits, tmp_path, monkeypatch
):
    file = kept_by_the_button(qtbot, noted, tmp_path / "pictures", monkeypatch)
    forget_all(qtbot, noted)
    noted.open_paths([file])
    qtbot.waitUntil(lambda: any(dialog.isVisible() for dialog in noted.findChildren(TimeLine)))
    documents = noted.workspace.documents
    assert len(documents) == 3
    first = documents.at(visits[0])
    assert first.lesion == LesionRecord(
        "Ann Lee", "left arm", "2024-05-01", Site("front", 0.72, 0.3), Calibration(0.02, 40, 30, "scope", "20x")
    )
    assert np.array_equal(first.region, np.eye(32, dtype=bool))
    assert documents.at(visits[3]) is None, "another patient's picture is in no time line of hers"
    line = next(dialog for dialog in noted.findChildren(TimeLine) if dialog.isVisible())
    assert line.lesion.count() == 2
    assert line.lesion.currentText().startswith("Ann Lee · left arm"), "the lesion of the picture that is looked at"
    assert line.table.rowCount() == 2


def test_the_file_can_be_read_by_people_and_names_pictures_from_where_it_lies(qtbot, noted, tmp_path, monkeypatch):
    file = kept_by_the_button(qtbot, noted, tmp_path / "pictures", monkeypatch)
    text = file.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    values = json.loads(text)
    assert (values["format"], values["version"]) == ("segx-viewer/time line", 1)
    assert "Research use only" in values["note"]
    assert [(p["path"], p["lesion"]["taken"]) for p in values["pictures"]] == [
        ("2025/c.png", "2025-05-02"), ("2024/a.png", "2024-05-01"), ("2025/b.png", "2025-05-01"),
    ]  # fmt: skip
    assert "Bob" not in text
    assert file.stat().st_mode & 0o077 == 0, "it names a patient"


def test_a_folder_that_moved_as_a_whole_opens_where_it_is_now(qtbot, noted, tmp_path, monkeypatch):
    file = kept_by_the_button(qtbot, noted, tmp_path / "pictures", monkeypatch)
    forget_all(qtbot, noted)
    shutil.move(tmp_path / "pictures", tmp_path / "archive")
    noted.open_paths([tmp_path / "archive" / file.name])
    qtbot.waitUntil(lambda: len(noted.workspace.documents) == 3)
    assert {d.path.parent.parent for d in noted.workspace.documents} == {tmp_path / "archive"}


def test_pictures_that_are_gone_are_asked_for_once_and_then_told(qtbot, noted, visits, tmp_path, monkeypatch):
    file = kept_by_the_button(qtbot, noted, tmp_path / "pictures", monkeypatch)
    forget_all(qtbot, noted)
    visits[1].unlink()
    asked = []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: asked.append(1) or "")
    noted.open_paths([file])
    qtbot.waitUntil(lambda: "1 of 3 pictures of the time line were not found" in noted.status.message.text())
    assert asked == [1]
    assert len(noted.workspace.documents) == 2


def test_keeping_once_more_adds_what_is_new_and_loses_nothing(qtbot, noted, visits, tmp_path, monkeypatch):
    file = kept_by_the_button(qtbot, noted, tmp_path / "pictures", monkeypatch)
    documents = noted.workspace.documents
    documents.close(documents.at(visits[1]))
    documents.record(documents.at(visits[2]), LesionRecord("Ann Lee", "back", "2025-06-02"))
    kept_by_the_button(qtbot, noted, tmp_path / "pictures", monkeypatch)
    pictures = json.loads(file.read_text(encoding="utf-8"))["pictures"]
    assert [(p["path"], p["lesion"]["taken"]) for p in pictures] == [
        ("2025/c.png", "2025-06-02"), ("2024/a.png", "2024-05-01"), ("2025/b.png", "2025-05-01"),
    ]  # fmt: skip


def test_another_patients_file_is_not_written_over(noted, tmp_path):
    documents = noted.workspace.documents
    path = timelinefile.save(timelinefile.capture(documents, "ann lee"), tmp_path / "x.timeline.json")
    before = path.read_bytes()
    with pytest.raises(SegxError, match="another patient"):
        timelinefile.save(timelinefile.capture(documents, "bob"), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"format": "segx-viewer/session"},
        {"version": 2},
        {"pictures": [{}]},
        {"pictures": "none"},
        {"pictures": [{"path": 3, "frame": 0}]},
    ],
)
def test_what_is_no_time_line_is_told_in_one_sentence(noted, tmp_path, change):
    path = timelinefile.save(timelinefile.capture(noted.workspace.documents, "bob"), tmp_path / "x.timeline.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(SegxError, match=r"^x\.timeline\.json (is not a time line|was written by another version)"):
        timelinefile.read(path)
    path.write_text("{")
    with pytest.raises(SegxError, match="damaged"):
        timelinefile.read(path)
    path.unlink()
    with pytest.raises(SegxError, match="could not be read"):
        timelinefile.read(path)


def test_a_picture_whose_content_changed_is_not_taken_for_the_one_that_was_meant(
    qtbot, noted, visits, tmp_path, monkeypatch
):
    file = kept_by_the_button(qtbot, noted, tmp_path / "pictures", monkeypatch)
    forget_all(qtbot, noted)
    Image.new("RGB", (40, 30), (1, 2, 3)).save(visits[0])
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: "")
    noted.open_paths([file])
    qtbot.waitUntil(lambda: len(noted.workspace.documents) == 2)
    assert noted.workspace.documents.at(visits[0]) is None
