"""Pictures scaled and turned once, then copied: panning and sliders cost copies, not scaling."""

from collections import OrderedDict

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform

from segx_viewer.app.viewstate import View

_LARGEST = 4_000_000  # device pixels; closer views draw the visible part straight from the source
_KEPT = 16


class Blitter:
    """Draws pictures into a panel and keeps their scaled versions for the next time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], QImage] = OrderedDict()

    def draw(
        self, painter: QPainter, picture: QImage, box: QRectF, transform: QTransform, view: View, ratio: float
    ) -> None:
        """Draw a picture that fills `box` of the image.

        Parameters
        ----------
        painter : QPainter
            In panel positions.
        picture : QImage
        box : QRectF
            The image's extent, in image pixels.
        transform : QTransform
            From the image to the panel.
        view : View
        ratio : float
            Device pixels per panel pixel.
        """
        target = transform.mapRect(box)
        width, height = max(1, round(target.width() * ratio)), max(1, round(target.height() * ratio))
        if width * height > _LARGEST:
            painter.save()
            painter.setTransform(transform, True)
            smooth = target.width() * ratio < 12 * picture.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(box, picture)
            painter.restore()
            return
        scaled = self._scaled(picture, width, height, view)
        scaled.setDevicePixelRatio(ratio)
        # On whole device pixels, copying needs no interpolation.
        painter.drawImage(QPointF(round(target.left() * ratio) / ratio, round(target.top() * ratio) / ratio), scaled)

    def _scaled(self, picture: QImage, width: int, height: int, view: View) -> QImage:
        key = (picture.cacheKey(), width, height, view.rotation, view.flip_h, view.flip_v)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        turn = QTransform().scale(-1 if view.flip_h else 1, -1 if view.flip_v else 1).rotate(view.rotation)
        turned = picture if turn.isIdentity() else picture.transformed(turn)
        ignore, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        self._kept[key] = turned.scaled(width, height, ignore, smooth)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]
