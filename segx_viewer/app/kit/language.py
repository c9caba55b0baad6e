"""Translations: which there are, and loading one."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from segx_viewer.app.kit.i18n import CONTEXT
from segx_viewer.app.kit.preferences import LANGUAGES as LANGUAGES
from segx_viewer.paths import resources_folder

BELOW = f"{CONTEXT}.below"
"""Context of the forms of sentences that come from below the window."""
_loaded: list[QTranslator] = []
_name = {"current": "en"}


class Catalogue(QTranslator):
    """A Qt Linguist source file (.ts), used as it is: there is nothing to compile and nothing to forget."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._texts = read_catalogue(path)

    def translate(self, context: str, text: str, disambiguation: str | None = None, number: int = -1) -> str | None:
        """Return the translation, None where there is none."""
        return self._texts.get(text) if context == CONTEXT else None

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        """Return whether there is no translation at all."""
        return not self._texts


def folder() -> Path:
    """Return the folder of the translations."""
    return resources_folder() / "translations"


def read_catalogue(path: Path) -> dict[str, str]:
    """Return source text and translation of every finished message in a .ts file."""
    from xml.etree import ElementTree  # English needs none

    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own packaged file
    texts = {}
    for message in root.iter("message"):
        translation = message.find("translation")
        if translation is not None and translation.text and translation.get("type") != "unfinished":
            texts[message.findtext("source", "")] = translation.text
    return texts


@cache
def forms(name: str) -> tuple[str, ...]:
    """Return the forms of sentences from below the window that a language knows, those with most words first."""
    path = folder() / f"segx_viewer_{name}.ts"
    if name == "en" or not path.is_file():
        return ()
    from xml.etree import ElementTree  # English needs none

    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own packaged file
    found = [
        message.findtext("source", "")
        for context in root.iter("context")
        if context.findtext("name") == BELOW
        for message in context.iter("message")
    ]
    return by_words(found)


def by_words(found: Iterable[str]) -> tuple[str, ...]:
    """Return forms in the order in which they are tried: what says most of its own first."""
    return tuple(sorted(found, key=lambda form: -len(re.sub(r"{[^}]*}", "", form))))


def texts(name: str) -> dict[str, str]:
    """Return source text and translation of a language's whole catalogue; nothing for English."""
    path = folder() / f"segx_viewer_{name}.ts"
    return read_catalogue(path) if name != "en" and path.is_file() else {}


def use(name: str) -> None:
    """Show texts written from now on, Qt's own (Cancel) and numbers in a language; English has no catalogue."""
    for translator in _loaded:
        QCoreApplication.removeTranslator(translator)
    _loaded.clear()
    _name["current"] = name
    QLocale.setDefault(QLocale(name))
    path = folder() / f"segx_viewer_{name}.ts"
    if name != "en" and path.is_file():
        translator = Catalogue(path)
        QCoreApplication.installTranslator(translator)
        _loaded.append(translator)
        standard = QTranslator()
        if standard.load(f"qtbase_{name}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            QCoreApplication.installTranslator(standard)
            _loaded.append(standard)


def current() -> str:
    """Return the code of the language in use."""
    return _name["current"]
