import re
import string
from pathlib import Path

import pytest

from segx_viewer.app.kit import catalogues, language
from segx_viewer.app.kit.i18n import date_text, decimal, tr


@pytest.fixture(params=[code for code in language.LANGUAGES if code != "en"])
def catalogue(request) -> dict[str, str]:
    return language.read_catalogue(language.folder() / f"segx_viewer_{request.param}.ts")


def test_every_text_is_translated(catalogue):
    missing = catalogues.all_texts() - catalogue.keys()
    assert not missing, "run python -m segx_viewer.app.kit.catalogues and translate what it marks"


def test_no_translation_is_left_over(catalogue):
    assert not catalogue.keys() - catalogues.all_texts()


def test_placeholders_survive_translation(catalogue):
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for source, translation in catalogue.items():
        assert names(source) == names(translation), source


def test_mnemonics_survive_translation(catalogue):
    for source, translation in catalogue.items():
        if re.search(r"&\w", source) and not source.startswith("<"):
            assert translation.count("&") == 1, source


def test_a_language_is_used_and_put_away(qapp):
    language.use("de")
    assert tr("Curtain") == "Vorhang"
    assert tr("a text that nobody translated") == "a text that nobody translated"
    language.use("en")
    assert tr("Curtain") == "Curtain"


def test_an_unfinished_text_is_marked_for_linguist(tmp_path: Path):
    path = tmp_path / "x.ts"
    catalogues.write_catalogue(path, "de", {"Side", "New"}, {"Side": "Neben"})
    assert 'type="unfinished"' in path.read_text()
    assert language.read_catalogue(path) == {"Side": "Neben"}


def test_numbers_and_dates_are_written_as_the_language_does(qapp):
    assert (decimal(0.416, ".2f"), date_text("20040826"), date_text("?")) == ("0.42", "2004-08-26", "?")
    language.use("de")
    try:
        assert (decimal(0.416, ".2f"), date_text("20040826"), date_text("?")) == ("0,42", "26.08.2004", "?")
    finally:
        language.use("en")
