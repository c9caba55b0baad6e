"""Manual, About and the settings in one place."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from segx_viewer.app.dialogs import manual
from segx_viewer.app.dialogs.about import About, licence_text
from segx_viewer.app.dialogs.manual import Manual
from segx_viewer.app.dialogs.settingsdialog import SettingsDialog
from segx_viewer.app.kit import language, preferences, settings, theme


@pytest.fixture
def put_back(qapp):
    yield
    language.use("en")
    theme.apply(qapp, "dark")


def test_f1_opens_the_manual_and_words_find_their_page(qtbot, opened):
    opened.activateWindow()
    qtbot.keyClick(opened, Qt.Key.Key_F1)
    (page,) = opened.findChildren(Manual)
    assert "first report" in page.text.toPlainText()
    QTest.keyClicks(page.search, "accession")
    shown = [page.list.item(row) for row in range(page.list.count()) if not page.list.item(row).isHidden()]
    assert [item.text() for item in shown] == ["Archive (PACS)"]
    assert page.text.textCursor().selectedText().lower() == "accession"
    page.search.setText("no such words anywhere")
    assert page.nothing.isVisible()
    page.close()


def test_the_manual_names_every_key_as_it_is_set(opened):
    opened.commands.set_shortcut("fit", "Ctrl+J")
    text = manual.keys_page(opened.commands)
    for row in opened.commands.rows.values():
        for keys in filter(None, opened.commands.shortcut(row.id).split("; ")):
            assert keys in text, row.id
    assert "Ctrl+J" in text


def test_the_manual_has_the_same_pages_in_every_language():
    assert len({len(manual.pages(name)) for name in language.LANGUAGES}) == 1
    for name in language.LANGUAGES:
        assert all(text.startswith("# ") for text in manual.pages(name))
    assert manual.pages("xx") == manual.pages("en")


def test_pictures_of_the_manual_are_there(opened):
    page = Manual(opened.commands, opened)
    for text in manual.pages("en"):
        page.text.setMarkdown(text)
        for name in [part.split(")")[0] for part in text.split("](")[1:]]:
            found = page.text.document().resource(2, manual.QUrl(name))
            assert isinstance(found, QImage)
            assert found.width() > 100, name
    assert page.text.loadResource(2, manual.QUrl("http://localhost/x.png")).isNull()


def test_a_german_manual_shows_german_pictures_and_english_ones_where_there_are_none(opened, put_back):
    page = Manual(opened.commands, opened)
    english = page.text.loadResource(2, manual.QUrl("chest.png"))
    language.use("de")
    german = page.text.loadResource(2, manual.QUrl("chest.png"))
    assert german.width() > 100
    assert german != english
    folder = manual.resources_folder() / "screenshots"
    for path in (folder / "de").iterdir():
        assert (folder / path.name).is_file(), "a picture in one language is there in English"


def test_about_has_licence_and_links(opened):
    opened.commands.run("about")
    (shown,) = opened.findChildren(About)
    assert "Research use only" in shown.words.text()
    assert 'href="https://arxiv.org' in shown.words.text()
    assert "Apache License" in licence_text()
    shown.close()


def test_there_is_one_settings_dialog_with_a_page_for_each_subject(opened):
    for name, page in (("settings", 0), ("shortcuts", 1), ("mouse", 2), ("privacy", 3)):
        opened.commands.run(name)
        (shown,) = opened.findChildren(SettingsDialog)
        assert shown.isVisible()
        assert shown.tabs.currentIndex() == page


def test_every_setting_of_the_table_has_its_control(opened):
    opened.commands.run("settings")
    (shown,) = opened.findChildren(SettingsDialog)
    names = {box.accessibleName() for box in shown.findChildren(QWidget)}
    assert {setting.text for setting in preferences.TABLE} <= names
    keys = [setting.key for setting in preferences.TABLE]
    assert len(set(keys)) == len(keys)


def test_nonsense_in_the_settings_file_is_the_default(window):
    for setting in preferences.TABLE:
        settings.settings().setValue(setting.key, "nonsense")
        if isinstance(setting, preferences.Choice):
            assert setting.value() == setting.default
            with pytest.raises(ValueError, match="no choice"):
                setting.choose("nonsense")
        else:
            assert setting.value(7.0) == 7.0


def test_the_language_changes_at_once_both_ways(qtbot, opened, put_back):
    opened.commands.run("settings")
    (shown,) = opened.findChildren(SettingsDialog)
    qtbot.waitUntil(shown.isActiveWindow)
    box = shown.general["language"]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert language.current() == "de"
    assert opened.menuBar().actions()[0].text() == "&Datei"
    assert opened.findings.list.item(0).text() == "Melanom"
    assert opened.certainty.word.text() == "Mittlere Sicherheit"
    assert shown.windowTitle() == "Einstellungen"
    assert shown.tabs.tabText(2) == "Maustasten"
    assert "Einpassen" in opened.commands["fit"].toolTip()
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert opened.menuBar().actions()[0].text() == "&File"
    assert opened.findings.list.item(0).text() == "Melanoma"
    assert opened.certainty.word.text() == "Moderate certainty"
    assert preferences.LANGUAGE.value() == "en"
