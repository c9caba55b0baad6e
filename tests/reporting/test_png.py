import dataclasses
import os
import re

import cv2
import numpy as np
import pytest
from PIL import Image

from segx_viewer.domain.image import PixelSpacing, SpacingOrigin
from segx_viewer.errors import ExportError
from segx_viewer.reporting import png
from segx_viewer.reporting.content import default_key
from segx_viewer.reporting.panels import ReportView, draw_panels
from segx_viewer.reporting.png import render_report, write_png_report

KEY = ("gradcam", 4)


def _find(page, picture):
    """Return where `picture` lies on the page, exactly, or None."""
    found = cv2.matchTemplate(page, picture[:24, :24], cv2.TM_SQDIFF)
    # The template match is made of rounded floats: it proposes places, equality decides.
    for row, column in zip(*np.nonzero(found < 5000), strict=True):
        if np.array_equal(page[row : row + picture.shape[0], column : column + picture.shape[1]], picture):
            return int(row), int(column)
    return None


@pytest.mark.parametrize("shape", [(450, 600), (700, 640), (230, 900)])
def test_all_three_pictures_are_on_the_page_pixel_by_pixel(make_analysis, shape):
    analysis = make_analysis(shape)
    panels = draw_panels(analysis, KEY, ReportView())
    assert panels.zoom == 1
    assert panels.shape == shape
    page = render_report(analysis)
    places = [_find(page, picture) for picture in (panels.image, panels.original, panels.segx)]
    assert None not in places
    assert len({row for row, _ in places}) == 1
    assert places[0][1] < places[1][1] < places[2][1]


def test_the_image_panel_is_the_image(make_analysis):
    analysis = make_analysis((450, 600))
    assert np.array_equal(draw_panels(analysis, KEY, ReportView()).image, analysis.image.pixels)


def test_small_images_are_enlarged_by_a_whole_factor(make_analysis):
    analysis = make_analysis((150, 200))
    panels = draw_panels(analysis, KEY, ReportView())
    assert panels.zoom == 3
    assert np.array_equal(panels.image[1::3, 1::3], analysis.image.pixels)
    assert np.array_equal(panels.image[::3, ::3], panels.image[2::3, 2::3])


def test_large_images_are_bounded_by_the_option(make_analysis):
    panels = draw_panels(make_analysis((800, 1200)), KEY, ReportView(max_pixels=240_000))
    assert panels.shape[0] * panels.shape[1] <= 240_000
    assert panels.zoom == pytest.approx(0.5)


def test_a_crop_shows_the_same_pixels_as_the_whole(make_analysis):
    analysis = make_analysis((700, 640))
    whole = draw_panels(analysis, KEY, ReportView(outline=False), enlarge=False)
    part = draw_panels(analysis, KEY, ReportView(outline=False, crop=(100, 50, 300, 200)), enlarge=False)
    assert np.array_equal(part.segx, whole.segx[100:400, 50:250])
    assert np.array_equal(part.original, whole.original[100:400, 50:250])


def test_segx_differs_from_the_original_only_outside_the_region(make_analysis):
    analysis = make_analysis((450, 600))
    panels = draw_panels(analysis, KEY, ReportView(outline=False))
    region = analysis.placement.to_image(analysis.segmentation.probability) > 0.5
    assert np.array_equal(panels.segx[region], panels.original[region])
    assert np.array_equal(panels.segx[~region], panels.image[~region])
    assert not np.array_equal(panels.original[~region], panels.image[~region])


def test_the_colour_bar_is_on_the_page(make_analysis):
    page = render_report(make_analysis((450, 600)), view=ReportView(colormap="turbo"))
    yellow_end, blue_end = [122, 4, 3], [48, 18, 59]
    assert (page == yellow_end).all(-1).any()
    assert (page == blue_end).all(-1).any()


def test_the_file_reads_back_and_has_no_metadata(make_analysis, tmp_path):
    path = tmp_path / "report.png"
    analysis = make_analysis((450, 600))
    write_png_report(analysis, path)
    assert [p.name for p in tmp_path.iterdir()] == ["report.png"]
    with Image.open(path) as picture:
        picture.load()
        assert picture.info == {}
    chunks = set(re.findall(rb"(?:IHDR|PLTE|tEXt|zTXt|iTXt|eXIf|tIME|IDAT|IEND)", path.read_bytes()))
    assert not chunks & {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}


def test_a_file_that_reads_back_wrong_is_an_error_and_leaves_nothing(make_analysis, tmp_path, monkeypatch):
    monkeypatch.setattr(png, "write_rgb", lambda file, picture: file.write(b"no picture"))
    with pytest.raises(ExportError, match="read back"):
        write_png_report(make_analysis(), tmp_path / "report.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that cannot be written to")
def test_a_folder_without_permission_gives_one_sentence(make_analysis, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ExportError, match="could not be written"):
        write_png_report(make_analysis(), tmp_path / "report.png")


@pytest.mark.parametrize("dark", [False, True])
def test_a_refused_image_has_a_report_without_maps(make_analysis, dark):
    analysis = make_analysis((450, 600), refused=True)
    assert default_key(analysis) is None
    page = render_report(analysis, view=ReportView(dark=dark))
    assert _find(page, analysis.image.pixels) is not None


def test_text_and_lines_stay_on_the_page(make_analysis):
    """Nothing is cut off: the margins of the page have the background's colour."""
    page = render_report(make_analysis((450, 600)), include_identity=True)
    for margin in (page[:10], page[-8:], page[:, :30], page[:, -30:]):
        assert (margin == 255).all()


@pytest.mark.parametrize("spacing", [(0.4, 0.2), (0.2, 0.4), (0.4, 0.3)])
@pytest.mark.parametrize("crop", [None, (10, 20, 50, 60)])
@pytest.mark.parametrize("most", [25_000_000, 6000])
def test_pictures_of_a_report_have_square_pixels(make_analysis, spacing, crop, most):
    analysis = make_analysis()
    stretched = dataclasses.replace(analysis.image, spacing=PixelSpacing(*spacing, SpacingOrigin.CALIBRATED))
    analysis = dataclasses.replace(analysis, image=stretched)
    panels = draw_panels(analysis, KEY, ReportView(crop=crop, max_pixels=most))
    rows, columns = (crop or (0, 0, *stretched.shape))[2:]
    expected = rows * spacing[0] / (columns * spacing[1])
    assert panels.shape[0] / panels.shape[1] == pytest.approx(expected, rel=0.03)
    assert panels.image.shape == panels.original.shape == panels.segx.shape
    assert panels.shape[0] * panels.shape[1] <= max(most, 4 * 640 * 600)


def test_one_wrong_pixel_of_the_last_row_is_noticed(make_analysis, tmp_path, monkeypatch):
    write = png.write_rgb

    def miswrite(file, picture):
        other = picture.copy()
        other[-1, -1, 2] ^= 1
        write(file, other)

    monkeypatch.setattr(png, "write_rgb", miswrite)
    with pytest.raises(ExportError, match="read back"):
        write_png_report(make_analysis(), tmp_path / "report.png")
    assert list(tmp_path.iterdir()) == []
