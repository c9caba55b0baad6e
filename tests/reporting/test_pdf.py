from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from segx_viewer.domain.result import Level
from segx_viewer.errors import ExportError
from segx_viewer.reporting.panels import ReportView, draw_panels
from segx_viewer.reporting.pdf import Sheet, write_pdf_report

SHEETS = [((450, 600), True), ((1000, 500), False), ((150, 900), True), ((60, 60), True)]


@pytest.fixture
def opened(tmp_path):
    """Return a function that writes sheets and opens the file."""
    documents = []

    def write(sheets, **options):
        write_pdf_report(sheets, tmp_path / "report.pdf", **options)
        documents.append(pypdfium2.PdfDocument(tmp_path / "report.pdf"))
        return documents[-1]

    yield write
    for document in documents:
        document.close()


def _text(page):
    textpage = page.get_textpage()
    text = textpage.get_text_bounded()
    textpage.close()
    return text


def test_a_page_for_each_image_with_real_text_and_numbers(make_analysis, opened):
    document = opened([make_analysis(shape, colour=colour) for shape, colour in SHEETS])
    assert len(document) == 4
    for number, page in enumerate(document, 1):
        text = _text(page)
        for part in ("Explanation report", "melanoma (mel)", "MODERATE", f"Page {number} of 4", "not for diagnosis"):
            assert part in text


@pytest.mark.parametrize(("shape", "colour"), SHEETS)
def test_everything_fits_the_sheet(make_analysis, opened, shape, colour):
    page = opened([make_analysis(shape, colour=colour)], include_identity=True)[0]
    picture = page.render(scale=1).to_numpy()[:, :, :3]
    for margin in (picture[:8], picture[-8:], picture[:, :12], picture[:, -12:]):
        assert (margin == 255).all()
    assert "Page 1 of 1" in _text(page)


def test_neither_text_nor_metadata_name_anybody(make_analysis, opened):
    document = opened([make_analysis()])
    words = f"{_text(document[0])} {document.get_metadata_dict()}"
    for secret in ("Doe", "Jane", "PID-4711", "House", "1.2.826", "0001.dcm"):
        assert secret.lower() not in words.lower()
    assert document.get_metadata_dict()["Title"] == "Explanation report"
    assert "Research use only" in document.get_metadata_dict()["Subject"]


def test_pictures_are_embedded_at_full_resolution(make_analysis, opened):
    analysis = make_analysis((700, 640))
    page = opened([analysis])[0]
    images = [o for o in page.get_objects() if isinstance(o, pypdfium2.PdfImage)]
    sizes = [image.get_px_size() for image in images]
    assert sizes.count((640, 700)) == 3
    first = next(image for image in images if image.get_px_size() == (640, 700))
    pixels = first.get_bitmap().to_numpy()[:, :, ::-1]
    assert np.array_equal(pixels, analysis.image.pixels)


def test_large_photographs_are_jpeg_and_grey_images_one_plane_without_loss(make_analysis, opened, tmp_path):
    photo, radiograph = make_analysis((1000, 1200)), make_analysis((1000, 1200), colour=False)
    document = opened([photo, radiograph])
    kinds = []
    for page, analysis in zip(document, (photo, radiograph), strict=True):
        images = [o for o in page.get_objects() if isinstance(o, pypdfium2.PdfImage)]
        picture = next(i for i in images if i.get_px_size() == (1200, 1000))
        pixels = picture.get_bitmap().to_numpy()
        kinds.append((picture.get_filters()[-1], pixels.shape[2] if pixels.ndim == 3 else 1))
        shown = draw_panels(analysis, None, ReportView()).image
        if pixels.ndim == 2 or pixels.shape[2] == 1:
            assert np.array_equal(pixels.reshape(shown.shape[:2]), shown[..., 0])
        else:
            difference = np.abs(pixels[:, :, :3][:, :, ::-1].astype(int) - shown)
            assert difference.mean() < 3
    assert kinds == [("DCTDecode", 3), ("FlateDecode", 1)]
    assert (tmp_path / "report.pdf").stat().st_size < 3_000_000  # 21 MB of pixels


def test_an_overview_in_front_shows_every_image_with_its_page_and_leads_there(make_analysis, opened):
    levels = [Level.HIGH, Level.LOW, *[Level.MODERATE] * 16]
    sheets = [make_analysis((60, 80), level=level) for level in levels]
    document = opened(sheets, overview=True)
    assert len(document) == 18 + 2
    first, second = _text(document[0]), _text(document[1])
    assert "Overview 1 of 2" in first
    assert "HIGH: 1" in first
    assert "MODERATE: 16" in second
    assert [f"Page {n}" in first for n in (1, 16)] == [True, True]
    assert "Page 18" in second
    assert "melanoma (mel)" in second
    assert "not for diagnosis" in first
    assert "Page 1 of 18" in _text(document[2])
    images = [o for o in document[0].get_objects(max_depth=4) if isinstance(o, pypdfium2.PdfImage)]
    assert len(images) == 16
    contents = list(document.get_toc())
    assert [entry.get_dest().get_index() for entry in contents] == list(range(2, 20))
    assert contents[1].get_title().startswith("2  melanoma")


def test_the_overview_states_no_finding_where_the_badge_abstains(make_analysis, opened):
    document = opened([make_analysis((60, 80), level=Level.ABSTAIN), make_analysis((60, 80))], overview=True)
    text = _text(document[0])
    assert "ABSTAIN" in text
    assert text.count("melanoma") == 1
    for secret in ("Doe", "Jane", "PID-4711", "0001.dcm"):
        assert secret not in text


def test_every_page_says_what_the_analysis_took(make_analysis, opened):
    fast = replace(make_analysis((60, 80)), timings={"Classification": 0.001})
    unknown = replace(make_analysis((60, 80)), timings={})
    texts = [_text(page) for page in opened([make_analysis((60, 80)), fast, unknown])]
    for text, words in zip(texts, ("0.5 s", "below 0.1 s", "not measured"), strict=True):
        assert words in text


def test_dark_pages_and_refusals(make_analysis, opened):
    sheet = Sheet(make_analysis((450, 600), refused=True, level=Level.ABSTAIN), view=ReportView(dark=True))
    page = opened([sheet])[0]
    assert page.render(scale=0.2).to_numpy()[2, 2, :3].max() < 40
    assert "No explanation was made." in _text(page)


def test_nothing_to_report_is_an_error(tmp_path):
    with pytest.raises(ExportError, match="no image"):
        write_pdf_report([], tmp_path / "report.pdf")
