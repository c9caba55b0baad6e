"""Where an image lies in a panel: pure geometry, both ways."""

from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QTransform

from segx_viewer.app.model.viewstate import View

Stretch = tuple[float, float]
"""Factors of rows and columns that make an image's pixels square, see `MedicalImage.stretch`."""

SQUARE: Stretch = (1.0, 1.0)


def fit_scale(view: View, image: tuple[int, int], panel: QSizeF, stretch: Stretch = SQUARE) -> float:
    """Return the panel pixels per image pixel, of its shorter side, at which an (H, W) image just fits."""
    square = image[0] * stretch[0], image[1] * stretch[1]
    height, width = square if view.rotation % 180 == 0 else square[::-1]
    return max(1e-6, min(panel.width() / width, panel.height() / height))


def image_to_panel(view: View, image: tuple[int, int], panel: QSizeF, stretch: Stretch = SQUARE) -> QTransform:
    """Return the transform from image positions (pixels, from the top left corner) to panel positions."""
    scale = fit_scale(view, image, panel, stretch) * view.zoom
    result = QTransform()
    result.translate(panel.width() / 2, panel.height() / 2)
    result.scale(-scale if view.flip_h else scale, -scale if view.flip_v else scale)
    result.rotate(view.rotation)
    result.scale(stretch[1], stretch[0])
    result.translate(-view.centre[0] * image[1], -view.centre[1] * image[0])
    return result


def panel_to_image(
    view: View, image: tuple[int, int], panel: QSizeF, point: QPointF, stretch: Stretch = SQUARE
) -> QPointF:
    """Return the image position under a panel position."""
    inverse, _ = image_to_panel(view, image, panel, stretch).inverted()
    return inverse.map(point)


def panned(
    view: View, image: tuple[int, int], panel: QSizeF, shift: QPointF, stretch: Stretch = SQUARE
) -> tuple[float, float]:
    """Return the centre after the picture was dragged by `shift` panel pixels."""
    middle = QPointF(panel.width() / 2, panel.height() / 2)
    point = panel_to_image(view, image, panel, middle - shift, stretch)
    return point.x() / image[1], point.y() / image[0]


def zoomed(
    view: View, image: tuple[int, int], panel: QSizeF, zoom: float, anchor: QPointF, stretch: Stretch = SQUARE
) -> tuple[float, tuple[float, float]]:
    """Return zoom and centre that keep the image position under `anchor` where it is."""
    before = panel_to_image(view, image, panel, anchor, stretch)
    middle = QPointF(panel.width() / 2, panel.height() / 2)
    centre = panel_to_image(view, image, panel, middle, stretch)
    factor = view.zoom / zoom
    x = before.x() + (centre.x() - before.x()) * factor
    y = before.y() + (centre.y() - before.y()) * factor
    return zoom, (x / image[1], y / image[0])
