"""What mouse movements mean in a panel."""

import math
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QWheelEvent

from segx_viewer.app.canvas import handling
from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.canvas.transform import panned, zoomed
from segx_viewer.app.kit.preferences import MOUSE
from segx_viewer.app.model.presets import full_range
from segx_viewer.app.model.viewstate import MAX_ZOOM, MIN_ZOOM, Compare
from segx_viewer.domain.image import VoiFunction, WindowLevel

if TYPE_CHECKING:
    from segx_viewer.app.canvas.viewport import Viewport

_NOTCH = 120  # eighths of a degree
_PIXELS = 40  # px of a trackpad that states no angle, for a notch
_CLICK = 4  # px; a shorter drag is a click
_GRAB = 8  # px on either side of the curtain's divider


class Drag(Protocol):
    """A movement with a button held."""

    @property
    def cursor(self) -> Qt.CursorShape:
        """The mouse's, meanwhile."""

    def move(self, port: "Viewport", point: QPointF) -> None:
        """Follow the mouse."""

    def finish(self, port: "Viewport", point: QPointF) -> None:
        """End the movement."""


class Tool:
    """What the left button does; the other buttons always navigate."""

    cursor: Qt.CursorShape = Qt.CursorShape.CrossCursor

    def press(self, port: "Viewport", event: QMouseEvent) -> Drag | None:
        """Begin a movement, or return None."""
        point = event.position()
        if event.button() == Qt.MouseButton.RightButton:
            return _OrMenu(_begin("right", port, point), point)
        if port.property("panning"):
            return PanDrag(port, point)
        if event.button() == Qt.MouseButton.MiddleButton:
            return _begin("middle", port, point)
        if event.button() == Qt.MouseButton.LeftButton:
            return self.press_left(port, event)
        return None

    def press_left(self, port: "Viewport", event: QMouseEvent) -> Drag | None:
        """Begin a movement with the left button."""
        raise NotImplementedError

    def hover(self, port: "Viewport", point: QPointF) -> None:
        """Follow the mouse while no button is held."""

    def double_click(self, port: "Viewport", event: QMouseEvent) -> bool:
        """Handle a double click; return whether it was used."""
        return False

    def paint(self, painter: QPainter, port: "Viewport") -> None:
        """Draw what the tool shows while it works."""


class Navigate(Tool):
    """Window and level, or the curtain's divider or a drawing where one is."""

    def press_left(self, port: "Viewport", event: QMouseEvent) -> Drag | None:  # noqa: D102
        view, point = port.state.view, event.position()
        found = handling.hit(port, point)
        port.choose(found.index if found is not None else None)
        if found is not None:
            return handling.DrawingDrag(port, found, point)
        on_divider = abs(point.x() - port.width() * view.curtain) <= _GRAB
        if port.panel is Panel.COMPARE and view.compare is Compare.CURTAIN and on_divider:
            return CurtainDrag()
        return _begin("left", port, point)

    def hover(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        port.setCursor(self.cursor if handling.hit(port, point) is None else Qt.CursorShape.PointingHandCursor)


class PanDrag:
    """Moves the picture with the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, port: "Viewport", point: QPointF) -> None:
        self._start, self._view = point, port.state.view

    def move(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        shift = point - self._start
        port.state.update(centre=panned(self._view, port.shown_shape, port.extent, shift, port.scene.stretch))

    def finish(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        self.move(port, point)


class ZoomDrag:
    """Zooms about the point where the drag began: up is in, down is out."""

    cursor = Qt.CursorShape.SizeVerCursor

    def __init__(self, port: "Viewport", point: QPointF) -> None:
        self._start, self._view = point, port.state.view
        self._moved = False

    def move(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        if not self._moved and (point - self._start).manhattanLength() < _CLICK:
            return
        self._moved = True
        factor = 1.01 ** (self._start.y() - point.y())
        zoom = min(MAX_ZOOM, max(MIN_ZOOM, self._view.zoom * factor))
        zoom, centre = zoomed(self._view, port.shown_shape, port.extent, zoom, self._start, port.scene.stretch)
        port.state.update(zoom=zoom, centre=centre)

    def finish(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        self.move(port, point)


class WindowDrag:
    """Right is a wider window, down a brighter picture (a lower centre)."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, port: "Viewport", point: QPointF) -> None:
        self._start = point
        base = port.scene.base
        if base is None:
            raise ValueError("no image is shown whose window could be dragged")
        image = base.image
        voi = port.state.view.voi or base.voi
        if not isinstance(voi, WindowLevel):
            voi = full_range(image)
        self._voi = voi
        self._step = max(voi.width, 1e-30) / 256

    def move(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        shift = point - self._start
        if shift.manhattanLength() < 2:
            return
        # Of real numbers between 0 and 1, a window is narrower than 1 at all times.
        narrowest = 1.0 if self._voi.function is VoiFunction.LINEAR else min(1.0, self._step)
        width = max(narrowest, self._voi.width + shift.x() * self._step)
        port.state.update(voi=WindowLevel(self._voi.center + shift.y() * self._step, width, self._voi.function))

    def finish(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        self.move(port, point)


class CurtainDrag:
    """Moves the curtain's divider."""

    cursor = Qt.CursorShape.SplitHCursor

    def move(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        port.state.update(curtain=point.x() / max(1, port.width()))

    def finish(self, port: "Viewport", point: QPointF) -> None:  # noqa: D102
        self.move(port, point)


class _OrMenu:
    """A movement with the right button, or the context menu where it was a click."""

    def __init__(self, drag: Drag, start: QPointF) -> None:
        self._drag, self._start = drag, start
        self._moved = False

    @property
    def cursor(self) -> Qt.CursorShape:
        """The movement's cursor."""
        return self._drag.cursor

    def move(self, port: "Viewport", point: QPointF) -> None:
        self._moved = self._moved or (point - self._start).manhattanLength() >= _CLICK
        if self._moved:
            self._drag.move(port, point)

    def finish(self, port: "Viewport", point: QPointF) -> None:
        self.move(port, point)
        if self._moved:
            self._drag.finish(port, point)
        else:
            found = handling.hit(port, self._start)
            port.choose(found.index if found is not None else None)
            port.menu_asked.emit(port.mapToGlobal(point.toPoint()))


def assigned(name: str) -> str:
    """Return what a button ("left", "middle", "right") or the "wheel" does, the reader's choice if there is one."""
    return MOUSE[name].value()


def _begin(name: str, port: "Viewport", point: QPointF) -> Drag:
    action = assigned(name)
    if action == "zoom":
        return ZoomDrag(port, point)
    # Colour has no window; dragging moves the picture instead.
    if action == "pan" or port.scene.shown.image.is_colour:
        return PanDrag(port, point)
    return WindowDrag(port, point)


def notches(event: QWheelEvent) -> float:
    """Return how far a wheel was turned, or fingers were moved on a trackpad, away from the reader."""
    turned = event.angleDelta().y() / _NOTCH
    return turned if turned or event.angleDelta().x() else event.pixelDelta().y() / _PIXELS


def wheel(port: "Viewport", point: QPointF, notches: float, zoom_key: bool = False) -> None:
    """Scroll through the stack, or zoom about the mouse where there is none or Ctrl is held.

    A wheel of fine steps, or a trackpad, moves by one image for each whole notch (15 degrees) that its steps add up to.
    """
    zoom_key = zoom_key or assigned("wheel") == "zoom"
    if not zoom_key and port.scroll_stack is not None:
        turned = notches if port.turned * notches < 0 else port.turned + notches
        whole = int(turned + math.copysign(1e-6, turned))
        port.turned = turned - whole
        if port.scroll_stack(-whole):
            return
        port.turned = 0.0
    view = port.state.view
    zoom = min(MAX_ZOOM, max(MIN_ZOOM, view.zoom * 1.2**notches))
    zoom, centre = zoomed(view, port.shown_shape, port.extent, zoom, point, port.scene.stretch)
    port.state.update(zoom=zoom, centre=centre)
