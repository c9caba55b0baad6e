"""Small multiples: classes across, methods down, filled as the maps arrive."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from segx_viewer.app.canvas.badge import WORDS, paint_badge
from segx_viewer.app.canvas.outlines import draw_outline
from segx_viewer.app.canvas.picture import outline_path
from segx_viewer.app.canvas.scene import Scene
from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.model.viewstate import MaskStyle, View, ViewState
from segx_viewer.domain.result import Analysis, Certainty, Level, MapKey, level_so_far
from segx_viewer.reporting import overlay
from segx_viewer.reporting.words import percent

CLASSES = 4  # the most probable ones; more would make the cells too small to read
_SIDE = 200


class Grid(QScrollArea):
    """One cell per class and method; choosing one looks at it."""

    chosen = Signal(str, int)  # method, class index

    def __init__(self, scene: Scene, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.scene, self.state = scene, state
        self.cells: dict[MapKey, Cell] = {}
        self.heads: dict[int, QLabel] = {}  # by class
        self._names: tuple[tuple[str, str], ...] = ()
        self._classes: tuple[int, ...] = ()
        state.changed.connect(lambda _changed: self.refresh())

    def show_methods(self, names: Sequence[tuple[str, str]]) -> None:
        """Lay out the rows for these (name, label) pairs."""
        self._names = tuple(names)
        self._classes = ()
        self.refresh()

    def refresh(self) -> None:
        """Show what the scene's analysis has by now."""
        analysis = self.scene.overlays.analysis if self.scene.overlays is not None else None
        if not self.isVisible() or analysis is None or analysis.prediction is None:
            return
        classes = analysis.prediction.ranking[:CLASSES]
        if classes != self._classes:
            self._classes = classes
            self._lay_out()
        for index, head in self.heads.items():  # another image's classes may have the same order
            head.setText(_head_text(analysis, index))
        for key, cell in self.cells.items():
            cell.show_map(analysis, key, self.state.view, self.scene.key == key)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().showEvent(event)
        self.refresh()

    def _lay_out(self) -> None:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setSpacing(6)
        self.heads = {index: _head("", Qt.AlignmentFlag.AlignCenter) for index in self._classes}
        for column, head in enumerate(self.heads.values(), 1):
            grid.addWidget(head, 0, column)
            grid.setColumnStretch(column, 1)
        self.cells = {}
        for row, (name, label) in enumerate(self._names, 1):
            grid.addWidget(_head(label, Qt.AlignmentFlag.AlignVCenter), row, 0)
            for column, index in enumerate(self._classes, 1):
                cell = Cell()
                cell.chosen.connect(lambda key=(name, index): self.chosen.emit(*key))
                self.cells[name, index] = cell
                grid.addWidget(cell, row, column)
        note = _head(tr("Each row has its own colour scale, shared by its classes."), Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(note, len(self._names) + 1, 0, 1, len(self._classes) + 1)
        grid.setRowStretch(len(self._names) + 2, 1)
        self.setWidget(inner)


class Cell(QWidget):
    """A small picture of one map with its badge; waits for the map until it is there."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(90, 120)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._picture: QImage | None = None
        self._state: tuple[object, ...] = ()
        self._current = False
        self._certainty: Certainty | None = None
        self._outline: QPainterPath | None = None

    @property
    def filled(self) -> bool:
        """Whether the map is there."""
        return self._picture is not None

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(_SIDE, 150)

    def show_map(self, analysis: Analysis, key: MapKey, view: View, current: bool) -> None:
        """Show a map if it is computed."""
        attribution = analysis.explanations.get(key)
        state = (attribution, analysis.segmentation, view.colormap, view.opacity, view.voi, view.invert, view.mask)
        if state != self._state:
            self._state = state
            self._picture = _picture(analysis, key, view) if attribution is not None else None
            region = _region(analysis)
            self._outline = outline_path(region) if region is not None and view.mask is not MaskStyle.OFF else None
        self._current = current
        self._certainty = analysis.certainty_of(key)
        label = tr(analysis.prediction.classes[key[1]].label) if analysis.prediction is not None else ""
        words = tr(WORDS[self._certainty.level]) if self._certainty is not None else tr("not computed yet")
        self.setToolTip(f"{label}: {words}")
        self.setAccessibleName(self.toolTip())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if self._picture is None:
            painter.setPen(theme.colour("abstain"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "…")
        else:
            box = _fitted(QRectF(self.rect()), self._picture)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(box, self._picture)
            if self._outline is not None:
                painter.save()
                painter.setClipRect(box)
                transform = painter.transform().translate(box.left(), box.top()).scale(box.width(), box.height())
                draw_outline(painter, transform.map(self._outline))
                painter.restore()
        if self._certainty is not None:
            plate = QRectF(self.width() - 30, 6, 24, 24)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("panel"))
            painter.drawEllipse(plate)
            paint_badge(painter, plate.adjusted(5, 5, -5, -5), self._certainty.level)
        if self._current or self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 3))
            painter.drawRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


def _shape(analysis: Analysis) -> tuple[int, int]:
    height, width = (side * factor for side, factor in zip(analysis.image.shape, analysis.image.stretch, strict=True))
    factor = _SIDE / max(height, width)
    return max(1, round(height * factor)), max(1, round(width * factor))


def _region(analysis: Analysis) -> np.ndarray | None:
    if analysis.segmentation is None:
        return None
    return overlay.region_on_image(analysis.segmentation, analysis.placement, _shape(analysis))


def _picture(analysis: Analysis, key: MapKey, view: View) -> QImage:
    from segx_viewer.imaging.display import default_voi, to_display
    from segx_viewer.imaging.halving import reduced

    shape = _shape(analysis)
    shown = to_display(reduced(analysis.image, _SIDE), view.voi or default_voi(analysis.image), invert=view.invert)
    row = [a.saliency_map for (method, _), a in analysis.explanations.items() if method == key[0]]
    vmin, vmax = overlay.shared_scale(*row)
    heat = overlay.heatmap_layer(
        analysis.explanations[key].saliency_map,
        analysis.placement,
        shape=shape,
        colormap=view.colormap,
        vmin=vmin,
        vmax=vmax,
        opacity=view.opacity,
    )
    return to_qimage(overlay.compose([overlay.base_layer(shown), heat], shape))


def _fitted(box: QRectF, picture: QImage) -> QRectF:
    factor = min(box.width() / picture.width(), box.height() / picture.height())
    width, height = picture.width() * factor, picture.height() * factor
    return QRectF(box.center().x() - width / 2, box.center().y() - height / 2, width, height)


def _head_text(analysis: Analysis, index: int) -> str:
    """Name a class, with its score unless the gate's word is that there is no statement."""
    prediction = analysis.prediction
    if prediction is None:
        return ""
    label = tr(prediction.classes[index].label)
    if level_so_far(analysis, None) is Level.ABSTAIN:
        return f"{label}\n{tr(WORDS[Level.ABSTAIN])}"
    return f"{label}\n{percent(prediction.probabilities[index])}"


def _head(text: str, place: Qt.AlignmentFlag) -> QLabel:
    result = QLabel(text)
    result.setObjectName("small")
    result.setAlignment(place)
    result.setWordWrap(True)
    return result
