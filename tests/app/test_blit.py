import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from segx_viewer.app.blit import Blitter
from segx_viewer.app.qimage import to_array, to_qimage
from segx_viewer.app.transform import image_to_panel
from segx_viewer.app.viewstate import View

SHAPE = (60, 80)


@pytest.fixture
def corners():
    """A picture whose corners can be told apart."""
    picture = np.zeros((*SHAPE, 3), np.uint8)
    picture[:20, :20] = (255, 0, 0)
    picture[:20, -20:] = (0, 255, 0)
    picture[-20:, :20] = (0, 0, 255)
    picture[-20:, -20:] = (255, 255, 255)
    return picture


@pytest.mark.parametrize("zoom", [0.7, 1.0, 3.0, 40.0])  # the last one is drawn straight from the source
@pytest.mark.parametrize(
    ("rotation", "flip_h", "flip_v"), [(0, False, False), (90, False, False), (270, True, False), (180, False, True)]
)
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_pictures_land_where_the_geometry_says(corners, zoom, rotation, flip_h, flip_v, ratio):
    for x, y in ((10, 10), (70, 10), (10, 50), (70, 50)):
        view = View(zoom=zoom, rotation=rotation, flip_h=flip_h, flip_v=flip_v, centre=(x / 80, y / 60))
        panel = QSizeF(200, 150)
        canvas = QImage(int(200 * ratio), int(150 * ratio), QImage.Format.Format_RGB32)
        canvas.fill(0)
        canvas.setDevicePixelRatio(ratio)
        transform = image_to_panel(view, SHAPE, panel)
        painter = QPainter(canvas)
        Blitter().draw(painter, to_qimage(corners), QRectF(0, 0, 80, 60), transform, view, ratio)
        painter.end()
        at = transform.map(QPointF(x, y))
        shown = to_array(canvas)[int(at.y() * ratio), int(at.x() * ratio)]
        assert np.abs(shown.astype(int) - corners[y, x]).max() < 40, (x, y)


def test_what_was_scaled_is_kept_within_limits(corners):
    blitter = Blitter()
    canvas = QImage(50, 50, QImage.Format.Format_RGB32)
    pictures = [to_qimage(corners) for _ in range(40)]
    painter = QPainter(canvas)
    for picture in (*pictures, pictures[-1]):
        blitter.draw(painter, picture, QRectF(0, 0, 80, 60), image_to_panel(View(), SHAPE, QSizeF(50, 50)), View(), 1.0)
    painter.end()
    assert len(blitter._kept) == 16
