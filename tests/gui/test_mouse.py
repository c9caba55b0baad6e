"""What the mouse buttons do can be chosen."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.dialogs.mousepage import MousePage

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


@pytest.fixture
def page(opened):
    opened.commands.run("mouse")
    (shown,) = opened.findChildren(MousePage)
    return shown


def choose(page: MousePage, name: str, action: str) -> None:
    box = page.choices[name]
    box.setCurrentIndex(box.findData(action))
    box.activated.emit(box.currentIndex())


def drag(port, button, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(port, button, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, button, Qt.KeyboardModifier.NoModifier, end)


def test_the_page_shows_the_defaults(page):
    assert {name: box.currentData() for name, box in page.choices.items()} == {
        "left": "window",
        "middle": "pan",
        "right": "zoom",
        "wheel": "scroll",
    }


def test_left_zooms_and_right_pans_when_told_so(opened, page):
    port, view = opened.viewports.ports[Panel.IMAGE], opened.state
    choose(page, "left", "zoom")
    choose(page, "right", "pan")
    drag(port, LEFT, QPoint(100, 200), QPoint(100, 100))
    assert view.view.zoom > 2
    zoom, held = view.view.zoom, port.to_image(QPointF(100, 100))
    drag(port, RIGHT, QPoint(100, 100), QPoint(140, 120))
    assert view.view.zoom == zoom
    assert (port.to_image(QPointF(140, 120)) - held).manhattanLength() < 0.5
    page.restore()
    drag(port, RIGHT, QPoint(100, 100), QPoint(100, 200))
    assert view.view.zoom < zoom


def test_a_right_click_opens_the_menu_whatever_the_button_does(opened, page):
    port = opened.viewports.ports[Panel.IMAGE]
    asked = []
    port.menu_asked.connect(asked.append)
    for action in ("pan", "zoom", "window"):
        choose(page, "right", action)
        drag(port, RIGHT, QPoint(80, 80), QPoint(81, 80))
    assert len(asked) == 3
    drag(port, RIGHT, QPoint(80, 80), QPoint(120, 80))
    assert len(asked) == 3
