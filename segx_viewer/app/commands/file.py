"""Commands about files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog

from segx_viewer.app.dialogs.exportdialog import ExportDialog
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.actions import Command
from segx_viewer.app.sessions import session

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.dialogs.tags import Row


def new_window(window: "Desk") -> None:
    """Start the program once more, in a window of its own."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "segx_viewer"]
    if not QProcess.startDetached(program[0], [*program[1:], "open", "--new-window"])[0]:
        window.workspace.say(tr("A new window could not be opened."))


def open_files(window: "Desk") -> None:
    """Ask for files and open them."""
    names, _ = QFileDialog.getOpenFileNames(window.above, tr("Open images"), _last_folder())
    _open(window, names)


def open_folder(window: "Desk") -> None:
    """Ask for a folder and open what is in it."""
    name = QFileDialog.getExistingDirectory(window.above, tr("Open folder"), _last_folder())
    _open(window, [name] if name else [])


def _open(window: "Desk", names: list[str]) -> None:
    if names:
        settings.settings().setValue("last_folder", str(Path(names[0]).parent))
        window.open_paths([Path(name) for name in names])


def _last_folder() -> str:
    return str(settings.settings().value("last_folder", ""))


def open_results(window: "Desk") -> None:
    """Ask for the folder of a run's results, and show them as a worklist."""
    name = QFileDialog.getExistingDirectory(window.above, tr("Open results"), _last_folder())
    if name:
        settings.settings().setValue("last_folder", name)
        window.show_results(Path(name))


def open_stored_results(window: "Desk") -> None:
    """Ask for the address of a run's results in object storage, and show them as a worklist."""
    from segx_viewer.cohort.places import place_of

    words, before = tr("Address of the results, such as s3://cohort/out"), settings.settings().value("last_address", "")
    name, given = QInputDialog.getText(window.above, tr("Open results"), words, text=str(before))
    if given and name.strip():
        settings.settings().setValue("last_address", name.strip())
        window.show_results(place_of(name.strip()))


def restore_session(window: "Desk") -> None:
    """Open what the last session had open."""
    count = session.restore(window.workspace)
    if count == 0:
        window.workspace.say(tr("There is no session to restore, or its files are gone."))


def open_demo(window: "Desk") -> None:
    """Open the two demonstration images."""
    from segx_viewer.app.jobs.demo import demo_files

    window.workspace.opener.open_made(demo_files)


def close_current(window: "Desk") -> None:
    """Close the image being looked at."""
    current = window.workspace.documents.current
    if current is not None:
        window.workspace.documents.close(current)


def ask_export(window: "Desk") -> None:
    """Ask where the report shall go, and write it."""
    ExportDialog(window.workspace, window.above).open()


def show_tags(window: "Desk") -> None:
    """Show all tags of the current file, once they are read."""
    from segx_viewer.app.dialogs.tags import TagBrowser, read_tags

    documents, above = window.workspace.documents, window.above
    document = documents.current
    if document is None:
        return

    def show(rows: "list[Row]", sentence: str = "") -> None:
        TagBrowser(document.name, rows, above, sentence).show()

    window.workspace.jobs.run(
        read_tags,
        document.path,
        then=show,
        failed=lambda error: show([], told(error)),
        wanted=lambda: document in list(documents),
    )


def show_log(window: "Desk") -> None:
    """Show what was logged."""
    from segx_viewer.app.panels.logview import LogView

    LogView(window.log, window.above).show()


def show_contact_sheet(window: "Desk") -> None:
    """Show all open images at once, with what was found in each; a sheet of the same images is shown again."""
    from segx_viewer.app.dialogs.contactsheet import ContactSheet

    for known in window.above.findChildren(ContactSheet):
        if known.is_current:
            known.show()
            known.raise_()
            known.activateWindow()
            return
        if known.isHidden():
            known.close()
            known.deleteLater()
    sheet = ContactSheet(window.workspace, window.above)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.show()


def show_manual(window: "Desk", topic: str = "") -> None:
    """Show the manual, opened where it explains a figure if a `topic` is given."""
    from segx_viewer.app.dialogs.manual import Manual

    manual = Manual(window.commands, window.above)
    manual.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if topic:
        manual.show_figure(topic)
    manual.show()


def about(window: "Desk") -> None:
    """Show the program's name, version and licences."""
    from segx_viewer.app.dialogs.about import About

    About(window.above).show()


def open_from_archive(window: "Desk") -> None:
    """Search in an archive and open what is found."""
    from segx_viewer.app.dialogs.archivesearch import ArchiveSearch

    ArchiveSearch(window.workspace, window.above).show()


def send_to_archive(window: "Desk") -> None:
    """Send the results, and what waits from before, to an archive."""
    from segx_viewer.app.dialogs.archivesend import ArchiveSend

    ArchiveSend(window.workspace, window.above).show()


_FILE, _HELP, _VIEW = mark("File"), mark("Help"), mark("View")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("open", mark("&Open files …"), open_files, "Ctrl+O", _FILE, "file-plus"),
    Command("new_window", mark("&New window"), new_window, "Ctrl+N", _FILE, "file-plus"),
    Command("open_folder", mark("Open &folder …"), open_folder, "Ctrl+Shift+O", _FILE, "folder-open"),
    Command("open_results", mark("Open res&ults …"), open_results, "Ctrl+Shift+U", _FILE, "scroll-text"),
    Command("open_address", mark("Open results in stora&ge …"), open_stored_results, "", _FILE, "scroll-text"),
    Command("demo", mark("Try the &demo"), open_demo, "", _FILE, "circle-play"),
    Command("restore", mark("Restore the last &session"), restore_session, "", _FILE, "refresh-cw"),
    Command("open_archive", mark("Open from a&rchive …"), open_from_archive, "Ctrl+Alt+O", _FILE, "search"),
    Command("send_archive", mark("Send results to arc&hive …"), send_to_archive, "Ctrl+Alt+E", _FILE, "arrow-up-right"),
    Command("export", mark("&Export report …"), ask_export, "Ctrl+E", _FILE, "download", needs="map"),
    Command("close", mark("&Close image"), close_current, "Ctrl+W", _FILE, "x", needs=""),
    Command("close_all", mark("Close &all"), lambda w: w.workspace.documents.close_all(), "Ctrl+Shift+W", _FILE),
    Command("quit", mark("&Quit"), lambda w: w.close(), "Ctrl+Q", _FILE),
    Command("tags", mark("&Tags …"), show_tags, "Ctrl+T", _FILE, "tag", needs="image"),
    Command(
        "contact_sheet",
        mark("Con&tact sheet …"),
        show_contact_sheet,
        "Ctrl+Shift+T",
        _VIEW,
        "layout-grid",
        needs="image",
    ),
    Command("manual", mark("&Manual"), show_manual, "F1", _HELP, "info"),
    Command("log", mark("&Log …"), show_log, "", _HELP, "scroll-text"),
    Command("about", mark("&About"), about, "", _HELP),
)
