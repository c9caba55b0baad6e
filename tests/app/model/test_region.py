import numpy as np
import pytest

from segx_viewer.app.model.region import paint_polygon, paint_stroke
from segx_viewer.domain.geometry import Placement

PLACEMENT = Placement.stretch((300, 400), (64, 64))  # both axes have their own scale


def test_a_polygon_fills_what_it_encloses_on_the_image():
    mask = paint_polygon(np.zeros((64, 64), bool), PLACEMENT, [(100, 75), (300, 75), (300, 225), (100, 225)], True)
    assert mask.sum() == pytest.approx(32 * 32, rel=0.08)
    rows, columns = np.nonzero(mask)
    assert (rows.mean(), columns.mean()) == pytest.approx((31.5, 31.5), abs=0.6)


def test_a_dot_is_round_on_the_image():
    mask = paint_stroke(np.zeros((64, 64), bool), PLACEMENT, (200, 150), (200, 150), 60, True)
    on_image = PLACEMENT.to_image(mask)
    rows, columns = np.nonzero(on_image)
    assert np.ptp(columns) == pytest.approx(120, abs=13)
    assert np.ptp(rows) == pytest.approx(120, abs=13)


def test_a_stroke_joins_its_ends_and_the_eraser_takes_it_away():
    empty = np.zeros((64, 64), bool)
    line = paint_stroke(empty, PLACEMENT, (50, 150), (350, 150), 20, True)
    assert line[32, 8:56].all()
    assert not empty.any()  # the mask given is not changed
    assert not paint_stroke(line, PLACEMENT, (0, 150), (400, 150), 60, False).any()
