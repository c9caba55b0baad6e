"""Commands about the program itself: theme and language."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from segx_viewer.app.kit import language, settings, theme
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Command

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.model.viewstate import View


def use_theme(name: str) -> "Callable[[Desk], None]":
    """Return a handler that changes the theme at once."""

    def handler(window: "Desk") -> None:
        settings.settings().setValue("theme", name)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
        window.follow_theme()

    return handler


def use_language(name: str) -> "Callable[[Desk], None]":
    """Return a handler that chooses the language of the next start."""

    def handler(window: "Desk") -> None:
        settings.settings().setValue("language", name)
        window.workspace.say(tr("The language changes when the program is started again."))
        window.commands.follow()

    return handler


def show_mouse(window: "Desk") -> None:
    """Show and change what the mouse buttons do."""
    from segx_viewer.app.dialogs.mousepage import MousePage

    MousePage(window.above).show()


def show_privacy(window: "Desk") -> None:
    """Show and change what is remembered and how much a file may ask for."""
    from segx_viewer.app.dialogs.privacypage import PrivacyPage

    PrivacyPage(window.forget, window.above).show()


def deidentify(window: "Desk") -> None:
    """Show what a de-identified copy of the current file leaves out, and write it."""
    from segx_viewer.app.dialogs.privacycopy import CopyDialog, is_dicom

    document = window.workspace.documents.current
    if document is None:
        return
    if is_dicom(document.path):
        CopyDialog(window.workspace, document, window.above).show()
    else:
        window.workspace.say(tr("{name} is not a DICOM file.").format(name=document.name))


def deidentify_folder(window: "Desk") -> None:
    """Ask for a folder, and write de-identified copies of what is in it."""
    from segx_viewer.app.dialogs.foldercopies import FolderCopies

    FolderCopies(window.workspace, window.above).show()


def _theme_is(name: str) -> "Callable[[View], bool]":
    return lambda _view: theme.current() == name


def _language_is(name: str) -> "Callable[[View], bool]":
    return lambda _view: settings.settings().value("language", "en") == name


_FILE, _VIEW, _HELP = mark("File"), mark("View"), mark("Help")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("privacy", mark("&Privacy and limits …"), show_privacy, "", _HELP, "settings"),
    Command("deidentify", mark("De-&identified copy …"), deidentify, "", _FILE, "file-image", needs="image"),
    Command("deidentify_folder", mark("De-identified copies of a folde&r …"), deidentify_folder, "", _FILE, "folder"),
    Command("mouse", mark("&Mouse buttons …"), show_mouse, "", _HELP, "move"),
    Command("theme_dark", mark("&Dark"), use_theme("dark"), "", _VIEW, checked=_theme_is("dark")),
    Command("theme_light", mark("&Light"), use_theme("light"), "", _VIEW, checked=_theme_is("light")),
    *(
        Command(f"language_{code}", name, use_language(code), "", _VIEW, checked=_language_is(code))
        for code, name in language.LANGUAGES.items()
    ),
)
