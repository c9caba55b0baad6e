"""Wheels of all kinds, keys in bursts, and films, with real events."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.jobs import files
from segx_viewer.app.model.cine import Direction
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.imaging.halving import Opened

FRAMES = 40


@pytest.fixture
def slow() -> threading.Event:
    """While it is cleared, frames after the first take for ever to decode."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def held(slow) -> threading.Event:
    """Nothing but the first frame is decoded until it is set."""
    slow.clear()
    return slow


@pytest.fixture
def film(qtbot, window, tmp_path, monkeypatch, slow):
    """A file of forty frames at 25 a second."""
    path = tmp_path / "film.dcm"
    path.write_bytes(b"frames")

    def read(path, frame=0, wanted=None):
        if frame:
            slow.wait(30)
        source = SourceInfo(path, frame, FRAMES, study_uid="1.2", series_uid="1.2.3", frame_rate=25.0)
        pixels = np.full((40, 50), frame * 5 + 20, np.float32)
        return Opened(MedicalImage(pixels, "US", PhotometricInterpretation.MONOCHROME2, source), None)

    monkeypatch.setattr(files, "read", read)
    window.open_paths([path])
    qtbot.waitUntil(window.has_result)
    yield window
    slow.set()


def turn(window, angle: int) -> None:
    """Turn the wheel by an angle in eighths of a degree: 120 is a notch, towards the reader is negative."""
    port = window.viewports.ports[Panel.IMAGE]
    at = QPointF(60, 200)
    nothing, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(
        at, port.mapToGlobal(at), QPoint(), QPoint(0, angle), nothing, Qt.KeyboardModifier.NoModifier, phase, False
    )
    QApplication.sendEvent(port, event)


def frame(window) -> int:
    return window.workspace.documents.current.frame


def shown(window) -> int:
    return window.scene.base.image.source.frame


def test_thirty_notches_at_once_move_thirty_images(qtbot, held, film):
    for _ in range(30):
        turn(film, -120)
    assert frame(film) == 30
    held.set()
    qtbot.waitUntil(lambda: shown(film) == 30)


def test_an_event_of_several_notches_moves_as_many_images(film):
    turn(film, -360)
    assert frame(film) == 3


def test_a_fine_wheel_moves_one_image_for_each_whole_notch(film):
    for _ in range(16):
        turn(film, -15)
    assert frame(film) == 2
    assert film.state.view.zoom == 1
    turn(film, -60)
    turn(film, 60)  # back again: half a notch ahead is not half a notch saved
    turn(film, 60)
    assert frame(film) == 1


def test_page_keys_in_a_burst_all_count(qtbot, held, film):
    for _ in range(20):
        QTest.keyClick(film, Qt.Key.Key_PageDown)
    assert frame(film) == 20
    for _ in range(5):
        QTest.keyClick(film, Qt.Key.Key_PageUp)
    assert frame(film) == 15
    held.set()
    qtbot.waitUntil(lambda: shown(film) == 15)


def test_the_last_picture_stays_until_the_next_one_is_read(qtbot, held, film):
    turn(film, -1200)
    assert frame(film) == 10
    assert film.pages.currentWidget() is film.picture_page
    assert shown(film) == 0
    assert "1 / 40" in film.scene.stack_text
    assert "11 / 40" in film.scene.stack_text  # which is being read
    held.set()
    qtbot.waitUntil(lambda: shown(film) == 10)
    assert film.scene.stack_text.startswith("11 / 40")


def test_images_are_decoded_ahead_and_kept(qtbot, film):
    loader = film.workspace.loader
    path = film.workspace.documents.current.path
    qtbot.waitUntil(lambda: all((path, n) in loader._decoded for n in range(1, FRAMES)))
    for n in range(1, FRAMES):
        turn(film, -120)
        assert shown(film) == n  # at once
    film.workspace.documents.close_all()
    assert (path, 3) not in loader._decoded


def test_a_film_runs_at_the_files_rate_or_at_the_readers(qtbot, film):
    assert film.scroller.rate == 25
    QTest.keyClick(film, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert film.scroller.playing
    assert film.cine_bar.isVisible()
    assert film.scroller._film.interval() == 40
    film.cine_bar.rate.setValue(100)
    assert film.scroller._film.interval() == 10
    qtbot.waitUntil(lambda: shown(film) >= 5)
    QTest.mouseClick(film.cine_bar.play, Qt.MouseButton.LeftButton)
    assert not film.scroller.playing


def test_escape_stops_a_film_also_while_its_next_image_is_read(qtbot, held, film):
    QTest.keyClick(film, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: frame(film) > 0)
    QTest.keyClick(film, Qt.Key.Key_Escape)
    assert not film.scroller.playing
    at = frame(film)
    held.set()
    qtbot.waitUntil(lambda: shown(film) == at)


@pytest.mark.parametrize(
    ("direction", "positions"),
    [
        (Direction.FORWARD, [4, 5, 3, 4]),
        (Direction.BACKWARD, [5, 4, 3, 5]),
        (Direction.SWING, [4, 5, 4, 3, 4]),
    ],
)
def test_a_film_keeps_to_its_range_in_every_direction(qtbot, film, direction, positions):
    path = film.workspace.documents.current.path
    qtbot.waitUntil(lambda: all((path, n) in film.workspace.loader._decoded for n in (3, 4, 5)))
    film.scroller.go(3)
    film.scroller.set_range(3, 5)
    film.scroller.set_direction(direction)
    seen = []
    for _ in positions:
        film.scroller._next_of_film()
        seen.append(frame(film))
    assert seen == positions


@pytest.mark.parametrize("name", ["en", "de"])
@pytest.mark.parametrize("width", [1280, 1000])
def test_no_field_of_the_bar_is_cut(qtbot, film, name, width):
    film.commands.run(f"language_{name}")
    try:
        film.setMinimumSize(0, 0)
        film.resize(width, 760)
        film.scroller.toggle_film()
        film.state.update(cine_bar=True)
        bar = film.cine_bar
        fields = (bar.play, bar.rate, bar.direction, bar.first, bar.last, bar.close_button, bar.stated, *bar._labels)

        def cut() -> list[str]:
            seen = [widget for widget in fields if widget.isVisible()]
            assert {bar.play, bar.rate} <= set(seen)
            return [w.accessibleName() for w in seen if w.width() < min(w.sizeHint().width(), w.maximumWidth())]

        qtbot.waitUntil(lambda: not cut())
    finally:
        film.scroller.stop()
        film.commands.run("language_en")
