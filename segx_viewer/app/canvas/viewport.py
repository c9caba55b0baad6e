"""One panel: paints a scene and turns mouse movements into changes of the view."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QHideEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from segx_viewer.app.canvas import annotating, handling, imagetext, magnifier, mouse, plates
from segx_viewer.app.canvas.dropping import unpacked
from segx_viewer.app.canvas.plates import Plate
from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.canvas.steady import SteadyNumbers
from segx_viewer.app.canvas.transform import fit_scale, image_to_panel, panel_to_image
from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.annotations import Annotation
from segx_viewer.app.model.viewstate import Compare, View, ViewState

_HANDLE = 10  # panel pixels that the curtain's divider takes to either side
_DIVIDER = 16  # panel pixels that it is drawn on
_SLIDERS = {"opacity", "curtain", "blend"}
_WINDOW = {"voi"}
_NARROW = 460  # below this width, the texts stand in one column


class Viewport(QWidget):
    """A panel that shows one `Scene` as a `ViewState` says."""

    hovered = Signal(object)  # QPointF on the image, or None
    pressed = Signal()  # before the button does anything
    activated = Signal()  # double click
    wording = Signal()  # double click on a drawing, which is the chosen one
    menu_asked = Signal(object)  # QPoint on the screen
    dropped = Signal(int)  # number of a document
    touched = Signal()  # another drawing is chosen, or one was moved

    def __init__(self, scene: Scene, state: ViewState, panel: Panel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = scene
        self.state = state
        self.panel = panel
        self.title = ""
        self.tool: mouse.Tool = mouse.Navigate()
        self.draft: Annotation | None = None  # being drawn
        self.mouse: QPointF | None = None
        self.scroll_stack: Callable[[int], bool] | None = None  # moves through the stack; False where there is none
        self.change_drawings: Callable[[tuple[Annotation, ...], str], None] | None = None  # all of them, and why
        self.labels: dict[int, QRectF] = {}  # where the drawings' texts were painted last
        self.turned = 0.0  # notches of the wheel that have not moved the stack yet
        self._drag: mouse.Drag | None = None
        self._divider = 0.0  # where the curtain was painted last
        self._plates: list[Plate] = []  # what was written last
        self._written = [QRectF()]  # where the texts among it stand; on the image, the last is its window's
        self._holds = False  # nothing has changed since that the texts tell
        self._numbers = SteadyNumbers(self)
        self._numbers.outdated.connect(self._write_window)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ringed = False  # the focus came by the keyboard, and must be seen
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._follows = False  # the state; while it is hidden, it is told nothing

    def attach(self, scene: Scene, state: ViewState) -> None:
        """Show another scene as another state says."""
        follows = self._follows
        self._follow(on=False)
        self.scene, self.state = scene, state
        self._follow(on=follows)
        self.update()

    def _follow(self, *, on: bool) -> None:
        if on and not self._follows:
            self.state.changed.connect(self._on_view_changed)
        elif self._follows and not on:
            self.state.changed.disconnect(self._on_view_changed)
        self._follows = on

    # -- geometry --------------------------------------------------------------------------------

    @property
    def extent(self) -> QSizeF:
        """The panel's size."""
        return QSizeF(self.size())

    @property
    def shown_shape(self) -> tuple[int, int]:
        """(H, W) of the image; of a single pixel where none is shown."""
        return self.scene.shape or (1, 1)

    def to_image(self, point: QPointF) -> QPointF:
        """Return the image position under a panel position."""
        return panel_to_image(self.state.view, self.shown_shape, self.extent, point, self.scene.stretch)

    def to_panel(self, point: QPointF) -> QPointF:
        """Return the panel position of an image position."""
        return image_to_panel(self.state.view, self.shown_shape, self.extent, self.scene.stretch).map(point)

    @property
    def scale(self) -> float:
        """Panel pixels per image pixel, of its shorter side."""
        return self._fitting() * self.state.view.zoom

    def actual_size_zoom(self) -> float:
        """Return the zoom at which one image pixel is one screen pixel."""
        return 1 / (self._fitting() * self.devicePixelRatioF())

    def _fitting(self) -> float:
        return fit_scale(self.state.view, self.shown_shape, self.extent, self.scene.stretch)

    def visible_part(self) -> tuple[int, int, int, int] | None:
        """Return (top, left, height, width) of what the panel shows of the image; None for all of it."""
        height, width = self.shown_shape
        corners = [self.to_image(QPointF(x, y)) for x in (0, self.width()) for y in (0, self.height())]
        left, right = (round(min(max(f(p.x() for p in corners), 0), width)) for f in (min, max))
        top, bottom = (round(min(max(f(p.y() for p in corners), 0), height)) for f in (min, max))
        part = top, left, bottom - top, right - left
        whole = part == (0, 0, height, width) or part[2] < 2 or part[3] < 2
        return None if whole else part

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        view = self.state.view
        asked = QRectF(event.region().boundingRect())
        if not self._holds and asked.contains(QRectF(self.rect())):
            self._numbers.release()  # they are painted with the rest
        self.scene.draw(painter, self.extent, self.panel, view, self.devicePixelRatioF(), asked)
        if self.scene.base is not None:
            if self.panel is Panel.COMPARE and view.compare is Compare.CURTAIN:
                self._paint_divider(painter, self.width() * view.curtain)
            self._paint_annotations(painter)
            self._paint_texts(painter, event.region())
            self.tool.paint(painter, self)
            if view.magnifier and self.mouse is not None:
                magnifier.paint(painter, self, self.mouse)
        if self.ringed:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_divider(self, painter: QPainter, x: float) -> None:
        self._divider = x
        divider = _drawn_divider(self.height(), self.devicePixelRatioF(), theme.colour("accent").name())
        painter.drawImage(QPointF(round(x) - _DIVIDER / 2, 0), divider)

    def _paint_annotations(self, painter: QPainter) -> None:
        if self.state.view.bare:
            return
        image = self.scene.shown.image
        if self.state.view.two and self.state.view.reference_lines and self.scene.reference is not None:
            annotating.paint_reference(painter, self, self.scene.reference)
        self.labels = {}
        for index, annotation in enumerate(self.scene.drawings):
            box = annotating.paint(painter, self, annotation, image, chosen=index == self.scene.selected)
            if box is not None:
                self.labels[index] = box
        if self.draft is not None:
            annotating.paint(painter, self, self.draft, image)

    def _paint_texts(self, painter: QPainter, asked: QRegion) -> None:
        """Paint what lies in the part of the panel that is asked for."""
        if not self._holds or (self.panel is Panel.IMAGE and not self._numbers.stay):
            self._plates = self._write(painter)
            self._holds = True
        for plate in self._plates:
            if asked.intersects(plate.extent):
                plate.paint(painter)

    def _write(self, painter: QPainter) -> list[Plate]:
        """Return the texts on the panel, the orientation letters and the scale bar as they are painted."""
        view, image = self.state.view, self.scene.shown.image
        box = QRectF(self.rect())
        texts = [plates.plate(painter, box, place, text) if text else None for place, text in self.texts()]
        self._written = [plate.text if plate is not None else QRectF() for plate in texts]
        written = [plate for plate in texts if plate is not None]
        if not view.corner_text:
            return written
        letters = imagetext.orientation_letters(image, view)
        written += imagetext.orientation_plates(painter, box, letters, self._written)
        bar = imagetext.scale_bar(image, view, self.scale, self.width() * 0.4) if self.panel is Panel.IMAGE else None
        if bar is not None:
            written += imagetext.scale_plates(painter, box, bar)
        return written

    def texts(self) -> list[tuple[Qt.AlignmentFlag, str]]:
        """Return the texts on the panel, each with its place."""
        view = self.state.view
        top_left, top_right, bottom_left = imagetext.TOP_LEFT, imagetext.TOP_RIGHT, imagetext.BOTTOM_LEFT
        first = self.title
        if self.panel is Panel.IMAGE:
            image = self.scene.shown.image
            if view.corner_text:
                patient = imagetext.patient_text(image) if view.identity else ""
                first = "\n".join(line for line in (self.title, patient) if line)
                voi = (self._numbers.voi if self._numbers.stay else view.voi) or self.scene.shown.voi
                shown = self.scene.stack_text + imagetext.display_text(
                    image, voi, view, self.scale * self.devicePixelRatioF()
                )
                if self.scene.scale_text:
                    shown = f"{self.scene.scale_text}\n{shown}"
                study = imagetext.study_text(image)
                labels = self.scene.graphics.labels if view.graphics and self.scene.graphics else []
                drawn = ", ".join(dict.fromkeys(label for label in labels if label not in self.scene.layers_off))
                if drawn:
                    shown = tr("Drawn: {labels}").format(labels=drawn) + f"\n{shown}"
                if self.width() < _NARROW:
                    return [(top_left, f"{first}\n{study}".strip()), (bottom_left, shown)]
                return [(top_left, first), (top_right, study), (bottom_left, shown)]
            return [(top_left, first)]
        result = [(top_left, first)]
        if self.panel is Panel.COMPARE and view.compare is Compare.CURTAIN:
            result.append((top_right, tr("SegX")))
        if not self.scene.has_map() and not self.scene.hidden:
            result.append((bottom_left, tr("No map") if self.scene.refused else tr("No map yet")))
        return result

    def _on_view_changed(self, changed: frozenset[str]) -> None:
        """Ask for a repaint of what a change can be seen in, which for sliders is little."""
        view = self.state.view
        before, self._divider = self._divider, self.width() * view.curtain
        if changed == _WINDOW:
            if self._numbers.stay or self.panel is not Panel.IMAGE:
                self._numbers.follow(view.voi)
                self._repaint_covered()
            else:
                self._write_window()
        elif not changed <= _SLIDERS:
            self.update()
        elif "opacity" in changed and self.panel is not Panel.IMAGE:
            self._repaint_covered()
        elif self.panel is Panel.COMPARE and "blend" in changed:
            super().update()
        elif self.panel is Panel.COMPARE and view.compare is Compare.CURTAIN:
            left, right = sorted((before, self._divider))
            super().update(math.floor(left) - _HANDLE, 0, math.ceil(right - left) + 2 * _HANDLE, self.height())

    def _repaint_covered(self) -> None:
        """Ask for a repaint of the image, what is written on it as it was."""
        super().update(self.scene.covered(self.extent, self.state.view, self.devicePixelRatioF()))

    def _write_window(self) -> None:
        """Show a change of the window with its numbers, and let these stay for a moment."""
        self._numbers.write(self.state.view.voi, stay=True)
        self.update(self._windowed(self.state.view))

    def update(self, *area: Any) -> None:
        """Ask for a repaint of an area, or of all of it, with the texts written anew."""
        self._holds = False
        super().update(*area)

    def grab(self, *area: QRect) -> QPixmap:
        """Return a picture of it, with the texts written anew."""
        self._holds = False
        return super().grab(*area)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._holds = False
        self._follow(on=True)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._follow(on=event.spontaneous())  # a minimised window's panels are not hidden
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._holds = False
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._holds = False  # it may be of the font
        super().changeEvent(event)

    def _windowed(self, view: View) -> QRegion:
        """Return the part of the panel that a change of the window can be seen in: the image, and the text below."""
        seen = QRegion(self.scene.covered(self.extent, view, self.devicePixelRatioF()))
        if self.panel is Panel.IMAGE and view.corner_text:
            text = self._written[-1].toAlignedRect()  # the next one may be longer, or have one line more or less
            seen += QRect(0, text.top() - text.height(), max(text.right(), _NARROW), self.height())
        return seen

    # -- focus and screen readers ----------------------------------------------------------------

    def describe(self) -> None:
        """Tell screen readers what the panel shows."""
        if self.accessibleName() != self.title:
            self.setAccessibleName(self.title)
        texts = self.texts() if self.scene.base is not None else []
        self.setAccessibleDescription(". ".join(text.replace("\n", ", ") for _, text in texts if text != self.title))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.ringed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.describe()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.ringed:
            self.ringed = False
            self.update()

    # -- mouse -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.pressed.emit()
        if self.scene.base is None:
            return
        self._drag = self.tool.press(self, event)
        if self._drag is not None:
            self.setCursor(self._drag.cursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.scene.base is None:
            return
        self.mouse = event.position()
        if self._drag is not None:
            self._drag.move(self, event.position())
        else:
            self.tool.hover(self, event.position())
        self.hovered.emit(self.to_image(event.position()))
        if self.state.view.magnifier or type(self.tool).paint is not mouse.Tool.paint:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._drag is not None:
            drag, self._drag = self._drag, None
            drag.finish(self, event.position())
            self.setCursor(self.tool.cursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.button() != Qt.MouseButton.LeftButton or self.tool.double_click(self, event):
            return
        if self.scene.chosen is not None and handling.hit(self, event.position()) is not None:
            self.wording.emit()
        else:
            self.activated.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.scene.base is None:
            return
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.phase() == Qt.ScrollPhase.ScrollBegin:
            self.turned = 0.0  # fingers that were lifted carry nothing over
        mouse.wheel(self, event.position(), mouse.notches(event), ctrl)
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802, D102 - Qt's name
        if unpacked(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:  # files are the window's
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802, D102 - Qt's name
        number = unpacked(event.mimeData())
        if number is not None:
            event.acceptProposedAction()
            self.dropped.emit(number)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.mouse = None
        self.hovered.emit(None)
        self.update()

    def choose(self, index: int | None) -> None:
        """Choose one of the document's drawings, or none."""
        if self.scene.selected != index:
            self.scene.selected = index
            self.update()
            self.touched.emit()

    def set_tool(self, tool: mouse.Tool) -> None:
        """Let the left button do something else."""
        self.tool = tool
        self.setCursor(tool.cursor)


@lru_cache(4)  # blended line by line, it would take as long as everything else in a step of the curtain
def _drawn_divider(height: int, ratio: float, accent: str) -> QImage:
    picture = plates.transparent(_DIVIDER, height, ratio)
    painter = QPainter(picture)
    x = _DIVIDER / 2
    painter.fillRect(QRectF(x - 2, 0, 4, height), QColor(0, 0, 0, 160))
    painter.fillRect(QRectF(x - 1, 0, 2, height), QColor(accent))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(accent))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawEllipse(QPointF(x, height / 2), 7, 7)
    painter.end()
    return picture
