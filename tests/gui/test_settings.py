import pytest

from segx_viewer.app.kit import language, settings, theme
from segx_viewer.app.window import Window


@pytest.fixture
def put_back(qapp):
    yield
    language.use("en")
    theme.apply(qapp, "dark")


def test_the_theme_changes_at_once_and_stays(window, put_back):
    dark = window.palette().window().color().lightness()
    window.commands.run("theme_light")
    assert window.palette().window().color().lightness() > dark + 100
    assert settings.settings().value("theme") == "light"
    assert window.commands["theme_light"].isChecked()
    assert not window.commands["theme_dark"].isChecked()


def test_a_german_window(qtbot, engine, pictures, put_back):
    language.use("de")
    window = Window(engine)
    window.fill()
    qtbot.addWidget(window)
    window.show()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    assert window.research_use.text() == "NUR FÜR FORSCHUNG - nicht für die Diagnose"
    assert window.findings.list.item(0).text() == "Melanom"
    assert window.certainty.word.text() == "Mittlere Sicherheit"
    assert window.menuBar().actions()[0].text() == "&Datei"
    assert window.minimumSizeHint().width() <= 1280
    window.close()


def test_the_language_is_remembered(window, put_back):
    window.commands.run("language_de")
    assert settings.settings().value("language") == "de"
    assert window.research_use.text() == "NUR FÜR FORSCHUNG - nicht für die Diagnose"
