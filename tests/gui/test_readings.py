"""What was drawn, noted and edited comes back with its image, whatever the file is called by then, until forgotten."""

import shutil
import stat
import sys

import numpy as np
import pytest

from segx_viewer.app.commands.tools import add
from segx_viewer.app.kit import settings
from segx_viewer.app.model.annotations import Annotation, Kind
from segx_viewer.app.model.impression import Impression
from segx_viewer.app.sessions.readings import reading_of

LINE = Annotation(Kind.LENGTH, ((10, 10), (40, 50)))
NOTE = Annotation(Kind.TEXT, ((5, 5),), "look here")


def current(window):
    return window.workspace.documents.current


@pytest.fixture
def read(qtbot, opened):
    """A window whose image was drawn on, noted about and given another region; and the region."""
    qtbot.waitUntil(lambda: current(opened).number in opened.autosave.readings._kept)
    add(opened, LINE)
    add(opened, NOTE)
    region = np.zeros((32, 32), bool)
    region[3:9, 4:20] = True
    opened.editor.commit(region)
    opened.workspace.documents.update(current(opened), impression=Impression("Benign", "certain"))
    return opened, region


def is_back(document, region) -> bool:
    there = document is not None and document.annotations == (LINE, NOTE)
    return there and np.array_equal(document.region, region) and document.impression.text == "Benign"


@pytest.mark.parametrize("command", ["close", "close_all"])
def test_a_closed_image_has_it_again_when_it_is_reopened(qtbot, read, pictures, command):
    window, region = read
    window.commands.run(command)
    assert len(window.workspace.documents) == 0
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: is_back(current(window), region))
    edited = lambda: window.has_result() and window.workspace.analyses.current.segmentation.edited  # noqa: E731
    qtbot.waitUntil(edited)
    assert np.array_equal(window.workspace.analyses.current.segmentation.mask, region)


def test_undo_reaches_what_came_back(qtbot, read, pictures):
    window, region = read
    window.commands.run("close")
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: is_back(current(window), region))
    qtbot.waitUntil(window.has_result)
    window.commands.run("undo")
    assert not reading_of(current(window))
    qtbot.waitUntil(lambda: window.has_result() and not window.workspace.analyses.current.segmentation.edited)
    window.commands.run("redo")
    assert is_back(current(window), region)


def test_the_content_counts_and_not_the_name(qtbot, read, pictures):
    window, region = read
    window.commands.run("close")
    moved = pictures[0].with_name("moved.png")
    shutil.move(pictures[0], moved)
    window.open_paths([moved])
    qtbot.waitUntil(lambda: is_back(current(window), region))
    window.open_paths([pictures[1]])  # another image
    qtbot.waitUntil(lambda: current(window).path == pictures[1])
    qtbot.waitUntil(lambda: current(window).number in window.autosave.readings._kept)
    assert not reading_of(current(window))


def test_another_window_has_it_too(qtbot, read, pictures, another_window):
    window, region = read
    window.close()
    settings.session_file().unlink()
    second = another_window()
    second.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: is_back(current(second), region))


@pytest.fixture
def another_window(qtbot, engine):
    """Start the program anew: made when called."""
    from segx_viewer.app.window import Window

    made = []

    def make():
        made.append(Window(engine))
        made[0].fill()
        qtbot.addWidget(made[0])
        made[0].show()
        return made[0]

    yield make
    for window in made:
        window.close()


def test_an_image_closed_at_once_loses_nothing(qtbot, opened, pictures):
    """Before it is known what is kept of it, and even before its hash is."""
    document = current(opened)
    add(opened, LINE)
    document.sha256 = ""
    opened.autosave.readings._kept.pop(document.number, None)
    opened.commands.run("close")
    opened.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: current(opened) is not None and current(opened).annotations == (LINE,))


def test_what_was_removed_stays_removed(qtbot, read, pictures):
    window, _ = read
    window.commands.run("close")
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: bool(current(window) and reading_of(current(window))))
    window.commands.run("undo")
    window.commands.run("close")
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: current(window) is not None and current(window).number in window.autosave.readings._kept)
    assert not reading_of(current(window))


def test_it_is_forgotten_and_for_its_owner_only(qtbot, read, pictures):
    window, _ = read
    window.autosave.save()
    qtbot.waitUntil(lambda: any(settings.readings_folder().glob("*.json")))
    (file,) = settings.readings_folder().glob("*.json")
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "red" not in file.read_text()
    window.forget()
    done = []
    window.workspace.jobs.run(lambda: None, then=done.append)  # after what waits in this thread
    qtbot.waitUntil(lambda: bool(done))
    assert not settings.readings_folder().exists()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: current(window) is not None and current(window).number in window.autosave.readings._kept)
    assert not reading_of(current(window))


def test_a_damaged_one_is_left_out(qtbot, read, pictures):
    window, _ = read
    window.commands.run("close")
    qtbot.waitUntil(lambda: any(settings.readings_folder().glob("*.json")))
    (file,) = settings.readings_folder().glob("*.json")
    file.write_text('{"annotations": [["length", 3, ""]]}')
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: current(window) is not None and current(window).number in window.autosave.readings._kept)
    assert not reading_of(current(window))
