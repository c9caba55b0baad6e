"""Editing the region: brush, eraser, polygon, threshold; SegX and SegU follow at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF, QUndoCommand

from segx_viewer.app.canvas.mouse import Drag, Tool
from segx_viewer.app.jobs.analyses import Analyses
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.region import paint_polygon, paint_stroke
from segx_viewer.domain.result import Analysis, Segmentation

if TYPE_CHECKING:
    from segx_viewer.app.canvas.viewport import Viewport

Mask = NDArray[np.bool_]


class Editor:
    """The current image's region while it is being edited; `show` draws one that is not taken over yet."""

    def __init__(self, workspace: Workspace, show: Callable[[Analysis], None]) -> None:
        self._workspace, self._show = workspace, show

    @property
    def analysis(self) -> Analysis | None:
        """The analysis whose region is edited; None where there is nothing to edit."""
        analysis = self._workspace.analyses.current
        ready = analysis is not None and analysis.complete and analysis.segmentation is not None
        return analysis if ready else None

    @property
    def _edited(self) -> Analysis:
        analysis = self.analysis
        if analysis is None:
            raise ValueError("there is no region to edit")
        return analysis

    @property
    def region(self) -> Segmentation:
        """The region as it is now. Raises `ValueError` where there is nothing to edit."""
        region = self._edited.segmentation
        if region is None:
            raise ValueError("there is no region to edit")
        return region

    @property
    def radius(self) -> float:
        """Radius of the brush in image pixels, of their shorter side."""
        image = self._edited.image
        sides = [side * factor for side, factor in zip(image.shape, image.stretch, strict=True)]
        return self._workspace.state.view.brush * min(sides) / 2

    def preview(self, mask: Mask) -> None:
        """Show a region that is still being drawn: only the map being looked at follows."""
        from segx_viewer.pipeline import reassess

        analysis, key = self._edited, self._workspace.analyses.key
        shown = {key: analysis.explanations[key]} if key is not None and key in analysis.explanations else {}
        self._show(reassess(replace(analysis, explanations=shown), mask))

    def commit(self, mask: Mask | None) -> None:
        """Take over a region, None the predicted one, so that it can be undone."""
        document = self._workspace.documents.current
        if document is not None:
            document.undo.push(SetRegion(self._workspace.analyses, document, mask))

    def set_threshold(self, threshold: float) -> None:
        """Preview the region above another threshold of the segmenter's probability."""
        if self.analysis is not None:
            self.preview(self.region.probability > threshold)

    def commit_threshold(self, threshold: float) -> None:
        """Take over the region above another threshold."""
        if self.analysis is not None:
            self.commit(self.region.probability > threshold)

    def reset(self) -> None:
        """Go back to the predicted region."""
        if self.analysis is not None and self.region.edited:
            self.commit(None)


class SetRegion(QUndoCommand):
    """Replaces a document's region."""

    def __init__(self, analyses: Analyses, document: Document, after: Mask | None) -> None:
        super().__init__(tr("Edit the region"))
        self._analyses, self._document = analyses, document
        self._before, self._after = document.region, after

    def redo(self) -> None:
        """Do it, or do it again."""
        self._analyses.set_region(self._document, self._after)

    def undo(self) -> None:
        """Take it back."""
        self._analyses.set_region(self._document, self._before)


class Brush(Tool):
    """Adds to the region, or takes away from it."""

    def __init__(self, editor: Editor, value: bool) -> None:
        self._editor, self._value = editor, value

    def press_left(self, port: "Viewport", event: QMouseEvent) -> Drag | None:
        """Begin a stroke."""
        analysis = self._editor.analysis
        if analysis is None:
            return None
        stroke = _Stroke(self._editor, analysis, self._value, port.to_image(event.position()))
        stroke.move(port, event.position())
        return stroke

    def paint(self, painter: QPainter, port: "Viewport") -> None:
        """Draw the brush's circle under the mouse."""
        if port.mouse is None or self._editor.analysis is None:
            return
        radius = self._editor.radius * port.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 200), 3.0), (QColor("#ffffff" if self._value else "#ff9d7a"), 1.3)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(port.mouse, radius, radius)


class _Stroke:
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, editor: Editor, analysis: Analysis, value: bool, start: QPointF) -> None:
        self._editor, self._value, self._last = editor, value, start
        self._analysis = analysis
        self._mask = editor.region.mask.copy()

    def move(self, port: "Viewport", point: QPointF) -> None:
        """Paint up to the mouse."""
        here = port.to_image(point)
        self._mask = paint_stroke(
            self._mask,
            self._analysis.placement,
            (self._last.x(), self._last.y()),
            (here.x(), here.y()),
            self._editor.radius,
            self._value,
            self._analysis.image.stretch,
        )
        self._last = here
        self._editor.preview(self._mask)

    def finish(self, port: "Viewport", point: QPointF) -> None:
        """Take the stroke over."""
        self._editor.commit(self._mask)


class Polygon(Tool):
    """Click the corners, double click the last one; with Shift the polygon is taken away."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._corners: list[tuple[float, float]] = []

    def press_left(self, port: "Viewport", event: QMouseEvent) -> Drag | None:
        """Set a corner."""
        point = port.to_image(event.position())
        self._corners.append((point.x(), point.y()))
        port.update()
        return None

    def double_click(self, port: "Viewport", event: QMouseEvent) -> bool:
        """Close the polygon."""
        corners, self._corners = self._corners, []
        analysis = self._editor.analysis
        if analysis is not None and len(corners) >= 3:
            value = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._editor.commit(paint_polygon(self._editor.region.mask, analysis.placement, corners, value))
        port.update()
        return True

    def paint(self, painter: QPainter, port: "Viewport") -> None:
        """Draw the corners set so far, and the line to the mouse."""
        points = [port.to_panel(QPointF(*corner)) for corner in self._corners]
        if points and port.mouse is not None:
            points.append(port.mouse)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((QColor(0, 0, 0, 200), 3.5), (QColor("#ffffff"), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(QPolygonF(points))
