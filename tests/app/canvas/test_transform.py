import pytest
from PySide6.QtCore import QPointF, QSizeF

from segx_viewer.app.canvas.transform import fit_scale, image_to_panel, panel_to_image, panned, zoomed
from segx_viewer.app.model.viewstate import View

IMAGE = (100, 200)  # H, W
PANEL = QSizeF(400, 400)


def where(view: View, x: float, y: float) -> tuple[float, float]:
    point = image_to_panel(view, IMAGE, PANEL).map(QPointF(x, y))
    return point.x(), point.y()


def test_an_image_fits_and_is_centred():
    assert fit_scale(View(), IMAGE, PANEL) == 2
    assert where(View(), 0, 0) == (0, 100)
    assert where(View(), 200, 100) == (400, 300)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (View(flip_h=True), (400, 100)),
        (View(flip_v=True), (0, 300)),
        (View(rotation=90), (300, 0)),
        (View(rotation=180), (400, 300)),
        (View(rotation=270), (100, 400)),
        (View(rotation=90, flip_h=True), (100, 0)),
    ],
)
def test_the_top_left_corner_goes_where_it_should(view, expected):
    assert where(view, 0, 0) == pytest.approx(expected)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("flip", [False, True])
def test_positions_come_back(rotation, flip):
    view = View(zoom=3.3, centre=(0.3, 0.7), rotation=rotation, flip_h=flip)
    point = image_to_panel(view, IMAGE, PANEL).map(QPointF(17.25, 61.5))
    back = panel_to_image(view, IMAGE, PANEL, point)
    assert (back.x(), back.y()) == pytest.approx((17.25, 61.5))


@pytest.mark.parametrize("rotation", [0, 90])
def test_zoom_keeps_the_anchor_and_pan_follows_the_mouse(rotation):
    view = View(zoom=2, centre=(0.4, 0.5), rotation=rotation, flip_v=True)
    anchor = QPointF(120, 310)
    held = panel_to_image(view, IMAGE, PANEL, anchor)
    zoom, centre = zoomed(view, IMAGE, PANEL, 5.0, anchor)
    after = View(zoom=zoom, centre=centre, rotation=rotation, flip_v=True)
    assert where(after, held.x(), held.y()) == pytest.approx((120, 310))
    moved = View(zoom=2, centre=panned(view, IMAGE, PANEL, QPointF(30, -20)), rotation=rotation, flip_v=True)
    assert where(moved, held.x(), held.y()) == pytest.approx((150, 290))
