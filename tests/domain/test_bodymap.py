from itertools import pairwise

import pytest

from segx_viewer.domain.bodymap import outline, part_of, polygon, words_of
from segx_viewer.domain.lesion import Site


def test_the_outline_is_closed_symmetric_and_within_its_box():
    curves = outline()
    points = [point for curve in curves for point in zip(curve[::2], curve[1::2], strict=True)]
    assert points[0] == points[-1]
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in points)
    mirrored = {(round(1 - x, 6), round(y, 6)) for x, y in points}
    assert mirrored == {(round(x, 6), round(y, 6)) for x, y in points}
    assert all(len(curve) in (2, 6) for curve in curves)


@pytest.mark.parametrize(
    ("site", "words"),
    [
        (Site("front", 0.5, 0.10), "face (body map, front)"),
        (Site("back", 0.5, 0.15), "nape (body map, back)"),
        (Site("front", 0.40, 0.25), "right chest (body map, front)"),
        (Site("back", 0.40, 0.25), "left upper back (body map, back)"),
        (Site("front", 0.72, 0.30), "left upper arm (body map, front)"),
        (Site("front", 0.60, 0.62), "left thigh (body map, front)"),
        (Site("back", 0.38, 0.86), "left calf (body map, back)"),
        (Site("front", 0.82, 0.53), "left hand (body map, front)"),
        (Site("front", 0.02, 0.95), "beside the drawing (body map, front)"),
    ],
)
def test_a_place_has_the_patients_own_side(site, words):
    assert words_of(site) == words


def test_the_middle_has_no_side():
    assert part_of(Site("front", 0.51, 0.3)) == ("chest", "")


def test_the_polygon_follows_the_outline():
    corners = polygon(4)
    ends = {(round(curve[-2], 6), round(curve[-1], 6)) for curve in outline()}
    assert ends <= {(round(x, 6), round(y, 6)) for x, y in corners}
    assert corners[0] == corners[-1]
    area = 0.5 * sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(corners))
    assert 0.15 < abs(area) < 0.4  # of the box
