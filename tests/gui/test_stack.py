import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.jobs import files
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo, WindowLevel
from segx_viewer.imaging.halving import Opened


@pytest.fixture
def film(qtbot, window, tmp_path, monkeypatch):
    """A file of five frames, each as bright as its number says; decoding is not what is tested here."""
    path = tmp_path / "film.dcm"
    path.write_bytes(b"five frames")

    def read(path, frame=0, wanted=None):
        source = SourceInfo(path, frame, 5, study_uid="1.2", series_uid="1.2.3")
        pixels = np.full((40, 50), frame * 10, np.float32)
        return Opened(MedicalImage(pixels, "US", PhotometricInterpretation.MONOCHROME2, source), None)

    monkeypatch.setattr(files, "read", read)
    window.open_paths([path])
    qtbot.waitUntil(window.has_result)
    return window


def wheel(window, notches: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    port = window.viewports.ports[Panel.IMAGE]
    at = QPointF(60, 200)
    event = QWheelEvent(
        at,
        port.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, event)


def frame(window) -> int:
    return window.workspace.documents.current.frame


def read_frame(window):
    image = window.workspace.documents.current.image
    return None if image is None else image.source.frame


def test_the_wheel_scrolls_and_each_frame_gets_its_own_analysis(qtbot, film):
    wheel(film, -1)
    assert frame(film) == 1
    qtbot.waitUntil(lambda: read_frame(film) == 1 and film.has_result())
    assert film.workspace.analyses.current.image.source.frame == 1
    wheel(film, 1)
    assert frame(film) == 0
    wheel(film, 1)
    assert frame(film) == 0  # the stack has an end


def test_scrolling_fast_analyses_only_where_the_reader_stays(qtbot, film, engine):
    before = len(engine.requests)
    for _ in range(4):
        wheel(film, -1)
        qtbot.waitUntil(lambda: read_frame(film) is not None)
    qtbot.waitUntil(film.has_result)
    assert [request.image.source.frame for request in engine.requests[before:]] == [4]


def test_window_and_zoom_stay_while_scrolling(qtbot, film):
    film.state.update(voi=WindowLevel(20, 40), zoom=2.0)
    wheel(film, -1)
    qtbot.waitUntil(lambda: read_frame(film) == 1)
    assert film.state.view.voi == WindowLevel(20, 40)
    assert film.state.view.zoom == 2.0


def test_ctrl_and_wheel_zoom(film):
    wheel(film, 1, Qt.KeyboardModifier.ControlModifier)
    assert frame(film) == 0
    assert film.state.view.zoom > 1


def test_home_end_and_film(qtbot, film):
    film.commands.run("last")
    qtbot.waitUntil(lambda: read_frame(film) == 4)
    film.commands.run("first")
    qtbot.waitUntil(lambda: read_frame(film) == 0)
    film.commands.run("film")
    qtbot.waitUntil(lambda: read_frame(film) == 2)
    film.commands.run("film")
    assert not film.scroller.playing


def test_the_tree_shows_a_film_once(qtbot, film):
    wheel(film, -1)
    qtbot.waitUntil(lambda: read_frame(film) == 1)
    assert len(film.studies._items) == 1
    assert film.studies.currentItem() is next(iter(film.studies._items.values()))
    assert "2 / 5" in film.scene.stack_text
