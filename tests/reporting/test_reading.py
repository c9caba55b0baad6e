import json

import jsonschema
import numpy as np
import pytest

from segx_viewer.domain.bodymap import polygon
from segx_viewer.domain.lesion import LesionRecord, Site
from segx_viewer.paths import resources_folder
from segx_viewer.reporting.content import describe
from segx_viewer.reporting.layout import lay_out
from segx_viewer.reporting.marks import COLOUR
from segx_viewer.reporting.panels import ReportView, draw_panels
from segx_viewer.reporting.png import render_report
from segx_viewer.reporting.reading import Mark, Reading, Shape
from segx_viewer.reporting.table import analysis_to_dict
from segx_viewer.reporting.typeset import Area, Disc, Text

READING = Reading(
    "Looks like Jane's nevus.\nFollow-up in 3 months.",
    (
        Mark(Shape.LINE, ((100, 100), (300, 100)), "length 20.0 mm"),
        Mark(Shape.ELLIPSE, ((350, 200), (450, 300)), "mean 12\narea 31 mm²"),
        Mark(Shape.RECTANGLE, ((20, 300), (80, 400)), "mean 3"),
        Mark(Shape.ANGLE, ((200, 300), (250, 350), (300, 300)), "angle 90.0°"),
        Mark(Shape.ARROW, ((500, 50), (550, 120))),
        Mark(Shape.TEXT, ((60, 40),), "scar, DOE"),
    ),
)


@pytest.fixture
def analysis(make_analysis):
    return make_analysis((450, 600))


def _yellow(page):
    return (page == COLOUR).all(-1)


def test_marks_lie_where_they_were_drawn_on_the_image_alone(analysis):
    with_marks = render_report(analysis, reading=Reading(marks=READING.marks[:1]))
    rows, columns = np.nonzero(_yellow(with_marks))
    panels = draw_panels(analysis, ("gradcam", 4), ReportView())
    page = lay_out(describe(analysis), panels, analysis.image, width=1936, unit=1.08, panel_width=600)
    first = next(o for o in page.operations if getattr(o, "pixels", None) is panels.image)
    line = rows == np.bincount(rows).argmax()
    assert abs(columns[line].min() - first.x - 100) <= 12
    assert columns[line].max() - columns[line].min() == pytest.approx(200, abs=3)
    assert columns.max() < first.x + 600


def test_marks_outside_a_crop_are_left_out(analysis):
    mark = Reading(marks=READING.marks[:1])
    assert _yellow(render_report(analysis, reading=mark)).any()
    assert not _yellow(render_report(analysis, reading=mark, view=ReportView(crop=(200, 0, 250, 600)))).any()


def test_impression_and_measurements_are_on_the_page_and_clean_of_names(analysis):
    panels = draw_panels(analysis, ("gradcam", 4), ReportView())
    content = describe(analysis, reading=READING)
    page = lay_out(content, panels, analysis.image, width=1936, unit=1.08, panel_width=600)
    text = " ".join(o.text for o in page.operations if isinstance(o, Text))
    for part in ("Reader's impression", "Follow-up in 3 months.", "1 length 20.0 mm", "2 mean 12 · area 31 mm²"):
        assert part in text.replace("  ", " ")
    assert "Jane" not in text
    assert "DOE" not in text
    assert "scar" in text


def test_the_record_has_the_reading_and_fits_the_schema(analysis):
    record = analysis_to_dict(analysis, reading=READING)
    schema = json.loads((resources_folder() / "docs" / "analysis-1.schema.json").read_text("utf-8"))
    jsonschema.validate(json.loads(json.dumps(record)), schema)
    assert [mark["shape"] for mark in record["reading"]["marks"]] == [mark.shape for mark in READING.marks]
    assert "Jane" not in record["reading"]["impression"]
    assert "reading" not in analysis_to_dict(analysis)


def test_the_top_set_alone_can_be_shown(analysis):
    panels = draw_panels(analysis, ("gradcam", 4), ReportView(outline=False, top_percent=5))
    changed = (panels.original != panels.image).any(-1)
    assert changed.mean() == pytest.approx(0.05, abs=0.01)
    inside = (panels.segx != panels.image).any(-1)
    region = analysis.placement.to_image(analysis.segmentation.probability) > 0.5
    assert inside.any()
    assert not (inside & ~region).any()


def test_the_body_map_is_drawn_where_the_lesion_is(analysis):
    panels = draw_panels(analysis, ("gradcam", 4), ReportView())
    of = {"width": 1936, "unit": 1.08, "panel_width": 600}
    site = Site("back", 0.6, 0.25)
    page = lay_out(describe(analysis, reading=Reading(lesion=LesionRecord(site=site))), panels, analysis.image, **of)
    (body,) = [o for o in page.operations if isinstance(o, Area) and len(o.points) == len(polygon())]
    x0, y0 = (min(p[i] for p in body.points) for i in (0, 1))
    x1, y1 = (max(p[i] for p in body.points) for i in (0, 1))
    xs, ys = zip(*polygon(), strict=True)
    marks = [o for o in page.operations if isinstance(o, Disc) and x0 < o.x < x1 and y0 < o.y < y1]
    assert len(marks) == 1
    assert marks[0].x == pytest.approx(x0 + (0.6 - min(xs)) / (max(xs) - min(xs)) * (x1 - x0), abs=0.5)
    assert marks[0].y == pytest.approx(y0 + (0.25 - min(ys)) / (max(ys) - min(ys)) * (y1 - y0), abs=0.5)
    assert x1 < page.width - 40
    letters = [
        o.text for o in page.operations if isinstance(o, Text) and o.text in ("L", "R") and x0 - 30 < o.x < x1 + 30
    ]
    assert letters == ["L", "R"]  # from behind, the patient's left is on the left
    without = lay_out(describe(analysis), panels, analysis.image, **of)
    assert not [o for o in without.operations if isinstance(o, Area) and len(o.points) == len(polygon())]
