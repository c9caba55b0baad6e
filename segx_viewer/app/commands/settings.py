"""Commands about the program itself: settings, theme and language; and copies without a person."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from segx_viewer.app.kit import language, preferences, retranslate, theme
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Command

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.model.viewstate import View


def use_theme(name: str) -> "Callable[[Desk], None]":
    """Return a handler that changes the theme at once."""

    def handler(window: "Desk") -> None:
        preferences.THEME.choose(name)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
        window.follow_theme()

    return handler


def use_language(name: str) -> "Callable[[Desk], None]":
    """Return a handler that changes the language at once."""

    def handler(window: "Desk") -> None:
        preferences.LANGUAGE.choose(name)
        if name != language.current():
            retranslate.change(name)
            window.follow_language()
        window.commands.follow()

    return handler


def show_settings(page: int) -> "Callable[[Desk], None]":
    """Return a handler that shows a page of the settings."""

    def handler(window: "Desk") -> None:
        from segx_viewer.app.dialogs.settingsdialog import SettingsDialog

        dialog = window.above.findChild(SettingsDialog)
        if dialog is None:
            dialog = SettingsDialog(window.commands, window.forget, window.above)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show_page(page)

    return handler


def hanging_rules(window: "Desk") -> None:
    """Show the file of the hanging rules, to be edited."""
    from segx_viewer.app.dialogs.hangingrules import HangingRules

    dialog = HangingRules(window.above)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()


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
    return lambda _view: language.current() == name


_FILE, _VIEW, _HELP, _TOOLS = mark("File"), mark("View"), mark("Help"), mark("Tools")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("settings", mark("&All settings …"), show_settings(0), "Ctrl+,", _TOOLS, "settings"),
    Command("shortcuts", mark("&Keyboard shortcuts …"), show_settings(1), "Ctrl+F1", _HELP, "keyboard"),
    Command("privacy", mark("&Privacy and limits …"), show_settings(3), "", _TOOLS),
    Command("deidentify", mark("De-&identified copy …"), deidentify, "", _FILE, "file-image", needs="image"),
    Command("deidentify_folder", mark("De-identified copies of a folde&r …"), deidentify_folder, "", _FILE, "folder"),
    Command("hanging", mark("&Hanging rules …"), hanging_rules, "", _TOOLS, "layout-grid"),
    Command("mouse", mark("&Mouse buttons …"), show_settings(2), "", _TOOLS),
    Command("theme_dark", mark("&Dark"), use_theme("dark"), "", _VIEW, checked=_theme_is("dark")),
    Command("theme_light", mark("&Light"), use_theme("light"), "", _VIEW, checked=_theme_is("light")),
    *(
        Command(f"language_{code}", name, use_language(code), "", _VIEW, checked=_language_is(code))
        for code, name in language.LANGUAGES.items()
    ),
)
