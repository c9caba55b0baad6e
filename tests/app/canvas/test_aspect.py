"""Images whose pixels are not square: a disc is drawn as a disc, in every rotation, thumbnail and magnifier."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from segx_viewer.app.canvas.basepicture import BasePicture
from segx_viewer.app.canvas.imagetext import scale_bar
from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.canvas.transform import fit_scale, image_to_panel, panel_to_image, panned, zoomed
from segx_viewer.app.jobs.files import thumbnail
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.region import paint_stroke
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, PixelSpacing, SourceInfo, SpacingOrigin

PANEL = QSizeF(400, 400)
MEASURED = {"spacing": PixelSpacing(0.4, 0.2, SpacingOrigin.CALIBRATED)}
WIDE = {"spacing": PixelSpacing(0.1, 0.3, SpacingOrigin.SCALE)}
STATED = {"pixel_aspect": 4 / 3}


def disc(**facts) -> MedicalImage:
    """A white disc of 40 units across on black, 100 by 100 units of the shorter side."""
    plain = MedicalImage(np.zeros((1, 1), np.float32), "DX", PhotometricInterpretation.MONOCHROME2, SourceInfo(None))
    tall, wide = replace(plain, **facts).stretch
    rows, columns = round(100 / tall), round(100 / wide)
    y, x = np.mgrid[:rows, :columns] + 0.5
    inside = np.hypot(y * tall - 50, x * wide - 50) < 20
    return replace(plain, pixels=np.float32(inside * 255), **facts)


def drawn(image: MedicalImage, view: View, size: QSizeF = PANEL, ratio: float = 1.0) -> np.ndarray:
    scene = Scene()
    scene.base = BasePicture(image)
    canvas = QImage(round(size.width() * ratio), round(size.height() * ratio), QImage.Format.Format_RGB32)
    canvas.setDevicePixelRatio(ratio)
    painter = QPainter(canvas)
    scene.draw(painter, size, Panel.IMAGE, view, ratio, QRectF(QPointF(0, 0), size))
    painter.end()
    return to_array(canvas)[..., 0] > 128


def extent(shape: np.ndarray) -> tuple[int, int]:
    rows, columns = np.flatnonzero(shape.any(1)), np.flatnonzero(shape.any(0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@pytest.mark.parametrize("facts", [MEASURED, WIDE, STATED, {}])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("zoom", [1.0, 2.0])
@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_a_disc_is_drawn_as_a_disc(qapp, facts, rotation, zoom, ratio):
    height, width = extent(drawn(disc(**facts), View(rotation=rotation, zoom=zoom, flip_h=True), ratio=ratio))
    assert abs(height - width) <= 10 * zoom
    assert height == pytest.approx(160 * zoom * ratio, abs=10 * zoom)


@pytest.mark.parametrize("facts", [MEASURED, WIDE, STATED])
@pytest.mark.parametrize("rotation", [0, 90])
def test_positions_come_back_and_stay_under_the_mouse(facts, rotation):
    image = disc(**facts)
    view = View(zoom=3.3, centre=(0.3, 0.7), rotation=rotation, flip_v=True)
    geometry = view, image.shape, PANEL
    point = image_to_panel(*geometry, image.stretch).map(QPointF(17.25, 21.5))
    back = panel_to_image(*geometry, point, image.stretch)
    assert (back.x(), back.y()) == pytest.approx((17.25, 21.5))
    zoom, centre = zoomed(*geometry, 5.0, QPointF(120, 90), image.stretch)
    held = panel_to_image(*geometry, QPointF(120, 90), image.stretch)
    after = panel_to_image(replace(view, zoom=zoom, centre=centre), *geometry[1:], QPointF(120, 90), image.stretch)
    assert (after.x(), after.y()) == pytest.approx((held.x(), held.y()))
    moved = replace(view, centre=panned(*geometry, QPointF(30, -20), image.stretch))
    there = image_to_panel(moved, *geometry[1:], image.stretch).map(QPointF(17.25, 21.5))
    assert (there.x() - point.x(), there.y() - point.y()) == pytest.approx((30, -20))


def test_a_scale_bar_is_as_long_in_every_rotation():
    image = disc(**MEASURED)
    bars = [scale_bar(image, View(rotation=r), fit_scale(View(rotation=r), image.shape, PANEL, image.stretch), 200)
            for r in (0, 90)]  # fmt: skip
    assert bars[0] == bars[1]
    assert bars[0].pixels == pytest.approx(10 / 0.2 * 4)  # 10 mm of 0.2 mm each, 4 panel pixels each


@pytest.mark.parametrize("facts", [MEASURED, WIDE, STATED])
def test_a_thumbnail_has_square_pixels(facts):
    shown = thumbnail(disc(**facts)) > 128
    height, width = extent(shown)
    assert shown.shape[0] == pytest.approx(shown.shape[1], abs=1)
    assert abs(height - width) <= 3


def test_a_round_brush_is_round_on_the_screen():
    image = disc(**MEASURED)
    placement = Placement.letterbox(image.shape, (100, 100), image.stretch)
    middle = (image.shape[1] / 2, image.shape[0] / 2)
    mask = paint_stroke(np.zeros((100, 100), bool), placement, middle, middle, 20.0, True, image.stretch)
    height, width = extent(mask)
    assert abs(height - width) <= 1
