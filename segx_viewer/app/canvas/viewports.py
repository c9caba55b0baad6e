"""The panels in their layout, linked by one view state, with the colour bar."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSlider, QWidget

from segx_viewer.app.canvas.colorbar import ColorBar
from segx_viewer.app.canvas.mouse import Tool
from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.canvas.viewport import Viewport
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.viewstate import Compare, Layout, ViewState

_FLICKER_MS = 500
_WIDE = 1.15

# The panels of each layout, side by side or with one panel that compares.
_SHOWN = {
    (Layout.ONE, True): (Panel.SEGX,),
    (Layout.ONE, False): (Panel.COMPARE,),
    (Layout.TWO, True): (Panel.ORIGINAL, Panel.SEGX),
    (Layout.TWO, False): (Panel.IMAGE, Panel.COMPARE),
    (Layout.THREE, True): (Panel.IMAGE, Panel.ORIGINAL, Panel.SEGX),
    (Layout.THREE, False): (Panel.IMAGE, Panel.COMPARE),
    (Layout.LARGE, True): (Panel.IMAGE, Panel.ORIGINAL, Panel.SEGX),
    (Layout.LARGE, False): (Panel.IMAGE, Panel.COMPARE),
    (Layout.FOUR, True): (Panel.IMAGE, Panel.ORIGINAL, Panel.SEGX, Panel.OUTSIDE),
    (Layout.FOUR, False): (Panel.IMAGE, Panel.COMPARE, Panel.SEGX, Panel.OUTSIDE),
}


class Viewports(QWidget):
    """Image, original map and SegX map side by side, or the image beside one panel that compares the two."""

    hovered = Signal(object, object)  # Viewport, QPointF or None
    menu_asked = Signal(object)  # QPoint on the screen
    refreshed = Signal()  # everything is painted again

    def __init__(self, scene: Scene, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene, self.state = scene, state
        self.ports = {panel: Viewport(scene, state, panel, self) for panel in Panel}
        for port in self.ports.values():
            port.hovered.connect(lambda point, port=port: self._on_hover(port, point))
            port.menu_asked.connect(self.menu_asked)
            port.activated.connect(lambda port=port: self._toggle_single(port.panel))
        self.others: list[Viewport] = []  # panels elsewhere in the window that share the tools
        self.color_bar = ColorBar(self)
        self._single: Panel | None = None
        self._arranged = False, False  # what `_arrangement` said when the panels were arranged last
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._grid = QGridLayout()
        self._grid.setSpacing(2)
        row.addLayout(self._grid, 1)
        row.addWidget(self.color_bar)
        self.blend = _BlendBar(state, self)
        self._flicker = QTimer(self)
        self._flicker.setInterval(_FLICKER_MS)
        self._flicker.timeout.connect(lambda: state.update(flicker=not state.view.flicker))
        self._paint_soon = QTimer(self, singleShot=True, interval=1)
        self._paint_soon.timeout.connect(self._paint)
        state.changed.connect(self._on_view_changed)
        self._arrange()

    def set_tool(self, make: Callable[[], Tool]) -> None:
        """Give every panel's left button a tool of its own."""
        for port in self.all_ports:
            port.draft = None
            port.set_tool(make())

    @property
    def all_ports(self) -> list[Viewport]:
        """Every panel, shown or not, also those elsewhere."""
        return [*self.ports.values(), *self.others]

    @property
    def visible_ports(self) -> list[Viewport]:
        """The panels shown now, in reading order."""
        return [self.ports[panel] for panel in self._shown()]

    def _shown(self) -> list[Panel]:
        view = self.state.view
        if self.scene.refused:  # no model reads it: once is enough
            return [Panel.IMAGE]
        shown = list(_SHOWN[view.layout, view.compare is Compare.SIDE])
        return [self._single] if self._single in shown else shown

    def _arrange(self) -> None:
        shown = self._shown()
        for panel, port in self.ports.items():
            self._grid.removeWidget(port)
            port.setVisible(panel in shown)
        self._arranged = self._arrangement()
        large = self.state.view.layout is Layout.LARGE and len(shown) == 3
        if large and self._is_wide():
            self._arrange_wide(shown)
            return
        columns = 2 if large or len(shown) == 4 else len(shown)
        for i, panel in enumerate(shown):
            if large:
                self._grid.addWidget(self.ports[panel], 2 * (i // 2), min(i, 1), 3 if i == 0 else 1, 1)
            else:
                self._grid.addWidget(self.ports[panel], 2 * (i // columns), i % columns)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for row in range(4):
            self._grid.setRowStretch(row, 1 if row == 0 or (row == 2 and (large or len(shown) == 4)) else 0)
        self._grid.removeWidget(self.blend)
        blending = self.state.view.compare is Compare.BLEND and Panel.COMPARE in shown
        self.blend.setVisible(blending)
        if blending:
            at = shown.index(Panel.COMPARE)
            self._grid.addWidget(self.blend, 2 * (at // columns) + 1, at % columns)
        if self.state.view.compare is Compare.FLICKER:
            self._flicker.start()
        else:
            self._flicker.stop()

    def _is_wide(self) -> bool:
        """Whether the image is so much wider than high that a large panel above two small ones shows more of it."""
        shape = self.scene.shape
        if shape is None:
            return False
        height, width = (side * factor for side, factor in zip(shape, self.scene.stretch, strict=True))
        turned = self.state.view.rotation % 180 != 0
        return (height if turned else width) > _WIDE * (width if turned else height)

    def _arrange_wide(self, shown: list[Panel]) -> None:
        """Place a large panel above two small ones."""
        self._grid.addWidget(self.ports[shown[0]], 0, 0, 1, 2)
        for column, panel in enumerate(shown[1:]):
            self._grid.addWidget(self.ports[panel], 2, column)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < 2 else 0)
        for row, stretch in enumerate((3, 0, 2, 0)):
            self._grid.setRowStretch(row, stretch)
        self._grid.removeWidget(self.blend)
        self.blend.hide()
        self._flicker.stop()

    def _arrangement(self) -> tuple[bool, bool]:
        return self.scene.refused, self._is_wide()

    def _toggle_single(self, panel: Panel) -> None:
        self._single = None if self._single is panel else panel
        self._arrange()

    def _on_view_changed(self, changed: frozenset[str]) -> None:
        if changed & {"compare", "layout"}:
            self._single = None
            self._arrange()
        if changed & {"colormap", "class_index", "method", "compare", "layout", "flicker"}:
            self.refresh()

    def refresh(self, *, soon: bool = False) -> None:
        """Paint everything again, after the scene has changed; `soon` in the next turn, if this one has much to do."""
        if self._arranged != self._arrangement():
            self._arrange()
        has_map = self.scene.has_map() and not self.scene.hidden
        self.color_bar.show_scale(self.state.view.colormap, self.scene.scale if has_map else None)
        for panel, port in self.ports.items():
            title = self._title(panel)
            coarse = self.scene.coarse and has_map and panel is not Panel.IMAGE
            port.title = tr("{title}: coarse, a finer one follows").format(title=title) if coarse else title
            port.describe()
        if soon:
            self._paint_soon.start()
        else:
            self._paint()
        self.refreshed.emit()

    def _paint(self) -> None:
        for port in self.ports.values():
            port.update()

    def _title(self, panel: Panel) -> str:
        flicker = self.state.view.flicker
        names = {
            Panel.IMAGE: tr("Image"),
            Panel.ORIGINAL: tr("Original map"),
            Panel.SEGX: tr("SegX map"),
            Panel.OUTSIDE: tr("Outside the region: what SegX hides"),
            Panel.COMPARE: {
                Compare.CURTAIN: tr("Original"),
                Compare.BLEND: tr("Original and SegX, blended"),
                Compare.FLICKER: tr("SegX map") if flicker else tr("Original map"),
            }.get(self.state.view.compare, ""),
        }
        return names[panel]

    def _on_hover(self, port: Viewport, point: QPointF | None) -> None:
        self.hovered.emit(port, point)


class _BlendBar(QFrame):
    """The slider below the blended panel."""

    def __init__(self, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setAccessibleName(tr("Blend of original and SegX"))
        self.slider.valueChanged.connect(lambda value: state.update(blend=value / 100))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(QLabel(tr("Original")))
        row.addWidget(self.slider, 1)
        row.addWidget(QLabel(tr("SegX")))
        self._state = state
        state.changed.connect(lambda changed: self._follow() if "blend" in changed else None)
        self._follow()

    def _follow(self) -> None:
        blocker = QSignalBlocker(self.slider)
        self.slider.setValue(round(self._state.view.blend * 100))
        del blocker
