"""A session as one file: it opens on another machine, where the images have other places and names."""

import io
import json
import shutil
import zipfile

import numpy as np
import pytest

from segx_viewer.app.commands import results as commands_results
from segx_viewer.app.commands.tools import add
from segx_viewer.app.model.annotations import Annotation, Kind
from segx_viewer.app.model.impression import Impression
from segx_viewer.app.sessions import sessionfile
from segx_viewer.app.window import Window
from segx_viewer.errors import SegxError


@pytest.fixture
def region():
    mask = np.zeros((32, 32), bool)
    mask[3:9, 4:20] = True
    return mask


@pytest.fixture
def saved(qtbot, opened, pictures, tmp_path, region):
    """Two images, one with a drawing, an impression and a region of the reader's; saved beside the pictures' folder."""
    opened.open_paths(pictures[:2])
    qtbot.waitUntil(lambda: len(opened.workspace.documents) == 2 and opened.has_result())
    add(opened, Annotation(Kind.LENGTH, ((10, 10), (40, 50))))
    document = opened.workspace.documents.current
    opened.workspace.documents.update(document, impression=Impression("Benign", "certain"))
    opened.workspace.analyses.set_region(document, region)
    opened.state.update(opacity=0.3)
    path = tmp_path / "reading.segx"
    commands_results.save_session(opened, path)
    qtbot.waitUntil(lambda: "reading.segx" in opened.status.message.text())
    return path


@pytest.fixture
def another(qtbot, engine):
    window = Window(engine)
    window.fill()
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def test_it_opens_elsewhere_by_the_images_content(qtbot, saved, another, pictures, tmp_path, region, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    for number, picture in enumerate(pictures[:2]):
        shutil.move(picture, elsewhere / "deep" / f"renamed-{number}.png")
    (tmp_path / "other").mkdir()
    moved = shutil.move(saved, tmp_path / "other" / "reading.segx")
    asked = []
    monkeypatch.setattr(commands_results, "ask_for_images", lambda *args: asked.append(args[1:]) or elsewhere)
    commands_results.open_session(another, moved)
    qtbot.waitUntil(another.has_result)
    assert asked == [(2, 2)]
    documents = list(another.workspace.documents)
    assert [d.path.name for d in documents] == ["renamed-0.png", "renamed-1.png"]
    current = another.workspace.documents.current
    assert current.annotations == (Annotation(Kind.LENGTH, ((10, 10), (40, 50))),)
    assert current.impression.text == "Benign"
    assert np.array_equal(another.workspace.analyses.current.segmentation.mask, region)
    assert another.state.view.opacity == 0.3


def test_it_is_json_and_arrays_without_pickles(saved, pictures, region):
    with zipfile.ZipFile(saved) as file:
        assert sorted(file.namelist()) == ["regions/0.npy", "session.json"] or file.namelist()[0].startswith("regions/")
        values = json.loads(file.read("session.json"))
        (member,) = [name for name in file.namelist() if name != "session.json"]
        assert np.array_equal(np.load(io.BytesIO(file.read(member)), allow_pickle=False), region)
    assert values["format"] == sessionfile.FORMAT
    assert [entry["name"] for entry in values["documents"]] == [p.name for p in pictures[:2]]
    assert all(len(entry["sha256"]) == 64 for entry in values["documents"])
    assert [entry["relative"] for entry in values["documents"]] == [f"pictures/{p.name}" for p in pictures[:2]]


def test_an_image_that_changed_is_not_taken(qtbot, saved, another, pictures, monkeypatch):
    data = bytearray(pictures[0].read_bytes())
    data[-1] ^= 1  # same name, same size
    pictures[0].write_bytes(data)
    monkeypatch.setattr(commands_results, "ask_for_images", lambda *args: None)
    commands_results.open_session(another, saved)
    qtbot.waitUntil(lambda: "1 of 2" in another.status.message.text())
    assert [d.path for d in another.workspace.documents] == [pictures[1]]


def test_images_out_of_an_archive_are_found_in_it_again(qtbot, window, another, pictures, tmp_path):
    packed = tmp_path / "study.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.write(pictures[0], "a/first.png")
    window.open_paths([packed])
    qtbot.waitUntil(window.has_result)
    path = tmp_path / "reading.segx"
    commands_results.save_session(window, path)
    qtbot.waitUntil(lambda: "reading.segx" in window.status.message.text())
    window.close()
    for picture in pictures:
        picture.unlink()
    commands_results.open_session(another, path)
    qtbot.waitUntil(another.has_result)
    assert len(another.workspace.documents) == 1


def test_a_session_is_opened_like_any_file(qtbot, saved, another):
    another.open_paths([saved])
    qtbot.waitUntil(another.has_result)
    assert len(another.workspace.documents) == 2


def _changed(path, **changes):
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    values = json.loads(members["session.json"])
    members["session.json"] = json.dumps({**values, **changes}).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)


@pytest.mark.parametrize("changes", [{"format": "x"}, {"version": 99}, {"documents": [{}]}, {"documents": 3}])
def test_what_is_no_session_is_refused_with_a_sentence(saved, changes):
    _changed(saved, **changes)
    with pytest.raises(SegxError, match=r"reading\.segx"):
        sessionfile.read(saved)


def test_arrays_of_objects_or_of_impossible_size_are_refused(saved):
    with zipfile.ZipFile(saved) as file:
        text = file.read("session.json")
        (member,) = [name for name in file.namelist() if name != "session.json"]
    pickled = io.BytesIO()
    np.save(pickled, np.array([[{}]], dtype=object), allow_pickle=True)
    huge = io.BytesIO()
    np.lib.format.write_array_header_1_0(huge, {"descr": "|b1", "fortran_order": False, "shape": (10**9, 10**9)})
    for data in (pickled.getvalue(), huge.getvalue(), b"", b"nonsense"):
        with zipfile.ZipFile(saved, "w") as file:
            file.writestr("session.json", text)
            file.writestr(member, data)
        with pytest.raises(SegxError, match="damaged"):
            sessionfile.read(saved)


@pytest.mark.parametrize("content", [b"", b"PK", b"{}"])
def test_other_files_are_refused_in_the_window(qtbot, another, tmp_path, content):
    path = tmp_path / "no.segx"
    path.write_bytes(content)
    commands_results.open_session(another, path)
    qtbot.waitUntil(lambda: "no.segx is not a session file" in another.status.message.text())
