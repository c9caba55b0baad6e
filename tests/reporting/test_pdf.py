import numpy as np
import pypdfium2
import pytest

from segx_viewer.domain.result import Level
from segx_viewer.errors import ExportError
from segx_viewer.reporting.panels import ReportView
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


def test_dark_pages_and_refusals(make_analysis, opened):
    sheet = Sheet(make_analysis((450, 600), refused=True, level=Level.ABSTAIN), view=ReportView(dark=True))
    page = opened([sheet])[0]
    assert page.render(scale=0.2).to_numpy()[2, 2, :3].max() < 40
    assert "No explanation was made." in _text(page)


def test_nothing_to_report_is_an_error(tmp_path):
    with pytest.raises(ExportError, match="no image"):
        write_pdf_report([], tmp_path / "report.pdf")
