import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QSizeF
from PySide6.QtGui import QImage, QPainter

from segx_viewer.app.canvas import pyramid as pyramids
from segx_viewer.app.canvas.pyramid import Pyramid
from segx_viewer.app.canvas.raster import Raster, visible_raster
from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.canvas.transform import image_to_panel
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.imaging.halving import halved

SHAPE = (60, 80)
TURNS = [(0, False, False), (90, False, False), (270, True, False), (180, False, True)]


@pytest.fixture
def corners():
    """A picture whose corners can be told apart."""
    picture = np.zeros((*SHAPE, 3), np.uint8)
    picture[:20, :20] = (255, 0, 0)
    picture[:20, -20:] = (0, 255, 0)
    picture[-20:, :20] = (0, 0, 255)
    picture[-20:, -20:] = (255, 255, 255)
    return picture


def drawn(scene: Scene, view: View, ratio: float = 1.0) -> np.ndarray:
    canvas = QImage(int(200 * ratio), int(150 * ratio), QImage.Format.Format_RGB32)
    canvas.fill(0xFFFF00FF)
    canvas.setDevicePixelRatio(ratio)
    painter = QPainter(canvas)
    scene.draw(painter, QSizeF(200, 150), Panel.IMAGE, view, ratio)
    painter.end()
    return to_array(canvas)


def scene_of(picture: np.ndarray, tmp_path) -> Scene:
    image = MedicalImage(picture, "", PhotometricInterpretation.RGB, SourceInfo(None))
    scene = Scene()
    scene.show(Document(1, tmp_path / "x.png", image=image))
    return scene


@pytest.mark.parametrize("zoom", [0.3, 0.7, 1.0, 3.0, 40.0])
@pytest.mark.parametrize(("rotation", "flip_h", "flip_v"), TURNS)
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_pictures_land_where_the_geometry_says(corners, tmp_path, zoom, rotation, flip_h, flip_v, ratio):
    scene = scene_of(corners, tmp_path)
    for x, y in ((10, 10), (70, 10), (10, 50), (70, 50)):
        view = View(zoom=zoom, rotation=rotation, flip_h=flip_h, flip_v=flip_v, centre=(x / 80, y / 60))
        at = image_to_panel(view, SHAPE, QSizeF(200, 150)).map(QPointF(x, y))
        shown = drawn(scene, view, ratio)[int(at.y() * ratio), int(at.x() * ratio)]
        assert np.abs(shown.astype(int) - corners[y, x]).max() < 40, (x, y)


@pytest.mark.parametrize("view", [View(), View(zoom=0.5), View(centre=(0, 0)), View(zoom=3, centre=(1, 0.5))])
def test_all_around_the_picture_is_black(tmp_path, view):
    scene = scene_of(np.full((*SHAPE, 3), 255, np.uint8), tmp_path)
    shown = drawn(scene, view)
    covered = scene.covered(QSizeF(200, 150), view).intersected(QRect(0, 0, 200, 150))
    outside = np.ones((150, 200), bool)
    outside[covered.top() : covered.bottom() + 1, covered.left() : covered.right() + 1] = False
    assert not shown[outside].any()
    assert (shown[~outside] == 255).all()


def test_nothing_is_drawn_of_a_picture_that_lies_outside_the_panel(tmp_path):
    assert visible_raster(View(zoom=64, centre=(0.5, 0.5)), SHAPE, QSizeF(200, 150), 1.0) is not None
    assert visible_raster(View(), SHAPE, QSizeF(0, 0), 1.0) is None


def test_a_short_pan_finds_the_same_raster():
    panel = QSizeF(200, 150)
    first, corner = visible_raster(View(zoom=8, centre=(0.5, 0.5)), SHAPE, panel, 1.0)
    second, moved = visible_raster(View(zoom=8, centre=(0.501, 0.5)), SHAPE, panel, 1.0)
    assert first == second
    assert corner.x() - moved.x() == pytest.approx(0.001 * 80 * 20, abs=1)


def test_a_raster_is_no_larger_than_the_panel_and_a_tile_around_it():
    for zoom in (1, 5, 64):
        raster, _ = visible_raster(View(zoom=zoom), (3000, 3000), QSizeF(1920, 1080), 1.0)
        assert raster.shape[0] <= 1080 + 128
        assert raster.shape[1] <= 1920 + 128


def test_the_way_back_from_the_image():
    raster, _ = visible_raster(View(rotation=90, flip_v=True, zoom=2), SHAPE, QSizeF(200, 150), 2.0)
    a, b, c, d, e, f = raster.matrix
    i, j = 37.5, 12.25
    there = raster.from_image().map(QPointF(a * i + b * j + c, d * i + e * j + f))
    assert (there.x() * 2, there.y() * 2) == pytest.approx((i, j))


def test_every_level_shows_the_same_place():
    y, x = np.mgrid[:1501, :999].astype(np.float32) + 0.5
    pyramid = Pyramid(x + 2 * y)
    for step in (0.7, 1.0, 1.9, 2.0, 3.3, 4.0, 5.7):
        raster = Raster((100, 80), (step, 0.0, 20.0, 0.0, step, 30.0))
        j, i = np.mgrid[:100, :80] + 0.5
        expected = (step * i + 20) + 2 * (step * j + 30)
        assert np.abs(pyramid.sample(raster) - expected).max() < 0.2
    assert len(pyramid._levels) == 3


def test_a_half_made_while_reading_shows_the_same():
    for shape in ((1501, 999), (600, 600), (200, 300)):
        pixels = np.random.default_rng(7).standard_normal(shape, np.float32)
        alone, helped = Pyramid(pixels), Pyramid(pixels, halved(pixels))
        for step in (0.7, 1.0, 2.0, 3.3, 5.7):
            raster = Raster((60, 50), (step, 0.0, 2.0, 0.0, step, 3.0))
            assert np.array_equal(alone.sample(raster), helped.sample(raster))


def test_a_level_that_was_let_go_is_made_again_and_stays(monkeypatch):
    monkeypatch.setattr(pyramids, "LARGE", 1)
    pixels = np.random.default_rng(7).standard_normal((1100, 1300), np.float32)
    levels, kept = Pyramid(pixels, halved(pixels)), Pyramid(pixels)
    rasters = [Raster((60, 50), (step, 0.0, 2.0, 0.0, step, 3.0)) for step in (4.0, 2.0, 4.0, 0.7)]
    for raster, whole in zip(rasters, (False, True, True, True), strict=True):
        shown = levels.sample(raster)
        assert (levels._levels[1] is not None) is whole
        with monkeypatch.context() as large:
            large.setattr(pyramids, "LARGE", 2**24)
            assert np.array_equal(shown, kept.sample(raster))


def test_a_large_array_is_cut_before_it_is_resampled():
    array = np.zeros((2, 40_000), np.float32)  # more columns than OpenCV warps
    array[:, 39_000:] = 1
    raster = Raster((1, 100), (1.0, 0.0, 38_950.0, 0.0, 1.0, 0.0))
    assert raster.sample(array)[0].tolist() == [0.0] * 50 + [1.0] * 50


def test_what_was_found_before_is_found_again_and_nobody_can_spoil_it():
    """The rasters of the last views are kept: by geometry, panel and screen, and not by what the view shows."""
    panel = QSizeF(200, 150)
    raster, corner = visible_raster(View(opacity=0.2), SHAPE, panel, 1.0)
    corner += QPointF(50, 50)
    again, where = visible_raster(View(opacity=0.9), SHAPE, panel, 1.0)
    assert again == raster
    assert where == corner - QPointF(50, 50)
    others = [(View(zoom=2.0), SHAPE, panel, 1.0), (View(flip_h=True), SHAPE, panel, 1.0)]
    others += [(View(), (61, 80), panel, 1.0), (View(), SHAPE, QSizeF(100, 150), 1.0), (View(), SHAPE, panel, 2.0)]
    for other in others:
        assert visible_raster(*other)[0] != raster
