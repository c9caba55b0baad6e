"""The magnifier: a round glass under the mouse, with everything that the panel shows there."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.canvas.transform import fit_scale
from segx_viewer.app.model.viewstate import Compare

if TYPE_CHECKING:
    from segx_viewer.app.canvas.viewport import Viewport

TIMES = 3.0
_SIZE = 220  # panel pixels, at most


def paint(painter: QPainter, port: "Viewport", mouse: QPointF) -> None:
    """Paint the glass about the mouse; outside the image there is nothing to enlarge."""
    shape = port.scene.shape
    if shape is None:
        return
    height, width = shape
    point = port.to_image(mouse)
    if not (0 <= point.x() < width and 0 <= point.y() < height):
        return
    side = min(_SIZE, port.width() // 2, port.height() // 2)
    size = QSizeF(side, side)
    view, panel = port.state.view, port.panel
    if panel is Panel.COMPARE and view.compare is Compare.CURTAIN:
        panel = Panel.ORIGINAL if mouse.x() < port.width() * view.curtain else Panel.SEGX
    zoom = port.scale * TIMES / fit_scale(view, shape, size, port.scene.stretch)
    enlarged = replace(view, zoom=zoom, centre=(point.x() / width, point.y() / height))
    corner = QPointF(round(mouse.x() - side / 2), round(mouse.y() - side / 2))
    rim = QPainterPath()
    rim.addEllipse(QRectF(corner, size))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(rim)
    painter.translate(corner)
    port.scene.draw(painter, size, panel, enlarged, port.devicePixelRatioF())
    painter.restore()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, line in ((QColor(0, 0, 0, 200), 4.0), (QColor(230, 233, 236), 1.5)):
        painter.setPen(QPen(colour, line))
        painter.drawPath(rim)
    painter.restore()
