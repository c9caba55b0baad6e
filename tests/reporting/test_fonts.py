"""Letters that the reports' own font lacks."""

import io
import subprocess
import sys

import numpy as np
import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from reportlab.pdfgen.canvas import Canvas

from segx_viewer.reporting import fonts, pdf
from segx_viewer.reporting.bitmap import render
from segx_viewer.reporting.typeset import Page, Text, text_width

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
ARABIC = "قباني"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A system with no fonts but those put into this folder, and no package with any."""
    monkeypatch.setattr(fonts, "font_folders", lambda: (tmp_path,))
    monkeypatch.setattr(fonts, "_packaged", lambda: iter(()))
    caches = (fonts.runs, fonts.fallbacks, fonts.letters, fonts.sized)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    for cached in caches:
        cached.cache_clear()


def make_font(path, text: str) -> None:
    """Write a font whose every letter is a black square."""
    names = [".notdef", *(f"u{ord(c):04X}" for c in text)]
    pen = TTGlyphPen(None)
    for step, point in enumerate(((100, 0), (100, 700), (900, 700), (900, 0))):
        (pen.lineTo if step else pen.moveTo)(point)
    pen.closePath()
    square = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"u{ord(c):04X}" for c in text})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Squares", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


def drawn(text: str, align: str = "left") -> np.ndarray:
    page = Page(400, 1, WHITE, 60)
    page.add(Text({"left": 20, "center": 200, "right": 380}[align], 40, text, 24, BLACK, align=align))
    return render(page)


def ink(picture: np.ndarray) -> np.ndarray:
    """Columns with something drawn."""
    return np.flatnonzero((picture < 128).any(axis=(0, 2)))


def test_ordinary_text_stays_in_the_own_font(folder):
    assert fonts.runs("Doe, Jané 42 µ") == (fonts.Run("Doe, Jané 42 µ"),)
    assert fonts.runs("") == (fonts.Run(""),)


def test_letters_come_from_a_font_that_the_system_has(folder):
    make_font(folder / "NotoSansCJK-Regular.ttf", "王小东 ()")
    assert fonts.runs("Wang (王 小东)") == (
        fonts.Run("Wang ("),
        fonts.Run("王 小东", folder / "NotoSansCJK-Regular.ttf"),
        fonts.Run(")"),
    )
    columns = ink(drawn("王小东"))
    assert columns.max() - columns.min() > 60  # three squares of 24 px


def test_letters_that_no_font_has_become_code_points(folder):
    assert fonts.runs("A王") == (fonts.Run("A[U+738B]"),)
    assert len(ink(drawn("王"))) == len(ink(drawn("[U+738B]")))


def test_what_is_no_font_is_passed_over(folder):
    (folder / "NotoSansCJK-Regular.ttf").write_bytes(b"no font")
    make_font(folder / "wqy-zenhei.ttf", "王")
    assert fonts.runs("王") == (fonts.Run("王", folder / "wqy-zenhei.ttf"),)


@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_lines_in_several_fonts_are_placed_as_others_are(folder, align):
    make_font(folder / "NotoSansCJK-Regular.ttf", "王小")
    width = text_width("AB王小CD", 24)
    columns = ink(drawn("AB王小CD", align))
    left = {"left": 20, "center": 200 - width / 2, "right": 380 - width}[align]
    assert abs(columns.min() - left) < 5
    assert abs(columns.max() - (left + width)) < 5


def test_arabic_has_letters_on_any_machine():
    (run,) = fonts.runs(ARABIC)
    assert run.path is not None
    assert len(ink(drawn(ARABIC))) > 20


def test_words_from_right_to_left_stay_in_one_piece_and_take_no_bracket_with_them():
    found = fonts.runs("قباني, لنزار (Foo)")
    assert [run.text for run in found] == ["قباني, لنزار", " (Foo)"]


def test_a_pdf_shows_them_too(folder):
    make_font(folder / "NotoSansCJK-Regular.ttf", "王小东")
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 60))
    pdf._text(canvas, Text(20, 40, "Wang 王小东", 24, BLACK), 60)
    canvas.showPage()
    canvas.save()
    page = pypdfium2.PdfDocument(buffer.getvalue())[0]
    picture = page.render(scale=1).to_numpy()[..., :3]
    width = text_width("Wang ", 24)
    assert "Wang" in page.get_textpage().get_text_range()
    squares = ink(picture[:, round(20 + width) :])
    assert squares.max() - squares.min() > 60


@pytest.mark.parametrize("bold", [False, True])
def test_the_plain_characters_are_in_the_reports_own_font(bold):
    assert {ord(c) for c in fonts.PLAIN} <= fonts.letters(fonts.own_font(bold))


def test_a_page_in_plain_characters_needs_no_font_library():
    code = "import sys; from segx_viewer.reporting.typeset import text_width\n"
    code += "assert text_width('Pneumonia · 58 %', 17) > 0; assert 'fontTools' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
