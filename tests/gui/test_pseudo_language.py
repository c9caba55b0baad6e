"""A language in which every translated text is bracketed: what has no brackets is never translated."""

import re

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QTabWidget,
    QTreeWidget,
    QWidget,
)

from segx_viewer.app.dialogs.contactsheet import ContactSheet
from segx_viewer.app.dialogs.settingsdialog import SettingsDialog
from segx_viewer.app.kit import language
from segx_viewer.app.kit.i18n import CONTEXT
from segx_viewer.app.window import Window
from segx_viewer.explain.alignment import ALIGNMENTS

_NAMES = {  # of colour maps, methods, files, models, languages and this program: the same in every language
    *("viridis", "cividis", "magma", "inferno", "turbo", "Grad-CAM", "Integrated gradients", "red.png", "pictures"),
    *("Fake model", "SegX Viewer", "English", "Deutsch", "px", "Ctrl", "Shift", "Alt", "Del", "Esc", "Space", "PgDown"),
    *("PgUp", "Home", "End", "Down", "Up", "Left", "Right", "Return", "Enter", "Press shortcut", "Close"),
    *("Backspace", "Scroll Left", "Scroll Right"),  # of Qt
}


class Pseudo(QTranslator):
    """Translates each text of ours into itself, in brackets."""

    def translate(self, context, text, disambiguation=None, number=-1):
        return f"⟦{text}⟧" if context == CONTEXT else None

    def isEmpty(self):  # noqa: N802 - Qt's name
        return False


@pytest.fixture
def pseudo(qapp):
    translator = Pseudo()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)
    language.use("en")


def texts_of(widget: QWidget) -> list[str]:
    found = [widget.toolTip(), widget.windowTitle(), widget.accessibleName()]
    if isinstance(widget, QLabel | QAbstractButton):
        found.append(widget.text())
    elif isinstance(widget, QLineEdit | QPlainTextEdit):
        found.append(widget.placeholderText())
    elif isinstance(widget, QComboBox):
        found += [widget.itemText(index) for index in range(widget.count())]
    elif isinstance(widget, QTabWidget):
        found += [widget.tabText(index) for index in range(widget.count())]
    elif isinstance(widget, QListWidget):
        found += [widget.item(row).text() for row in range(widget.count())]
    elif isinstance(widget, QTreeWidget):
        found += [widget.headerItem().text(column) for column in range(widget.columnCount())]
    return [text for text in found if text]


def untranslated(text: str) -> str:
    """Return the letters outside of brackets, those of names left out."""
    for measure in ALIGNMENTS.values():
        text = text.replace(measure.paper, "")
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = inner
    for name in sorted(_NAMES, key=len, reverse=True):
        text = text.replace(name, "")
    return text if re.search(r"[A-Za-z]{3}", text) else ""


def test_every_text_in_the_window_its_menus_and_pages_is_translated(qtbot, pseudo, engine, pictures):
    window = Window(engine)
    window.fill()
    qtbot.addWidget(window)
    window.show()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    window.commands.run("settings")
    window.commands.run("contact_sheet")
    assert window.findChildren(SettingsDialog)
    (sheet,) = window.findChildren(ContactSheet)
    qtbot.waitUntil(lambda: len(sheet.summaries) == 1)
    seen = [
        text
        for widget in QApplication.allWidgets()
        if widget.window() in (window, *window.findChildren(QWidget))
        for text in texts_of(widget)
    ]
    seen += [text for action in window.commands.by_id.values() for text in (action.text(), action.toolTip())]
    assert len(seen) > 300
    missed = {text for text in seen if untranslated(text)}
    assert not missed, sorted(missed)
    window.close()


def test_the_search_finds_what_is_not_translated():
    assert untranslated("Save it")
    assert untranslated("⟦Save⟧ it all")
    assert not untranslated("⟦a ⟦nested⟧ text⟧ 62 %")
