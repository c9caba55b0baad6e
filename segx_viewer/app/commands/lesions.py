"""Commands about skin lesions."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from segx_viewer.app.commands.results import ask_for_images
from segx_viewer.app.commands.tools import use
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Command
from segx_viewer.app.model.annotations import Kind
from segx_viewer.app.sessions import timelinefile
from segx_viewer.app.sessions.sessionfile import find_images

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.sessions.readings import Reading
    from segx_viewer.app.sessions.sessionfile import Stored


def show_lesion(window: "Desk") -> None:
    """Show what the reader notes about the lesion in the current picture."""
    from segx_viewer.app.dialogs.lesion import LesionDialog

    def draw() -> None:
        if window.state.view.tool != Kind.LENGTH.value:
            use(Kind.LENGTH)(window)
        window.above.activateWindow()

    shown = next((d for d in window.above.findChildren(LesionDialog) if d.isVisible()), None)
    dialog = shown or LesionDialog(window.workspace, draw, lambda: window.scene.chosen, window.above)
    if shown is None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.viewports.refreshed.connect(dialog.follow_line)
        for port in window.viewports.all_ports:
            port.touched.connect(dialog.follow_line)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def show_timeline(window: "Desk") -> None:
    """Show the pictures of one lesion by day."""
    from segx_viewer.app.dialogs.timeline import TimeLine

    dialog = TimeLine(window.workspace, window.above)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()


class OpeningTimeline:
    """Opens a patient's time lines: reads the file and looks for its pictures beside the window, then shows them."""

    def __init__(self, window: "Desk") -> None:
        self._window = window
        self._asked = False

    def start(self, path: Path, folders: Iterable[Path] = ()) -> None:
        """Read the time line at `path`; look for its pictures in `folders` as well."""
        self._window.workspace.say(tr("Opening the time line …"))
        self._window.workspace.jobs.run(self._read, path, tuple(folders), then=self._show)

    @staticmethod
    def _read(path: Path, folders: tuple[Path, ...]) -> "tuple[Stored, list[Reading], list[Path | None]]":
        """In the exports' thread."""
        stored = timelinefile.read(path)
        return stored, timelinefile.readings_of(stored), find_images(stored, folders)

    def _show(self, answer: "tuple[Stored, list[Reading], list[Path | None]]") -> None:
        stored, readings, paths = answer
        window, workspace, missing = self._window, self._window.workspace, paths.count(None)
        if missing and not self._asked:
            self._asked = True
            folder = ask_for_images(window, missing, len(paths))
            if folder is not None:
                self.start(stored.path, [folder])
                return
        documents = []
        for entry, reading, path in zip(stored.values["documents"], readings, paths, strict=True):
            if path is None:
                continue
            document = workspace.documents.add(path, int(entry["frame"]), label=str(entry["label"]))
            if not document.lesion:  # what is noted on an open picture is newer
                workspace.documents.record(document, reading.lesion)
            if document.region is None:
                document.region = reading.region
            documents.append(document)
        if missing:
            words = tr("{missing} of {all} pictures of the time line were not found.")
            workspace.say(words.format(missing=missing, all=len(paths)))
        if documents:
            workspace.look_through(documents, documents[-1])
            show_timeline(window)


def open_timeline(window: "Desk", path: Path) -> None:
    """Open a patient's time lines that were kept as a file."""
    OpeningTimeline(window).start(path)


def show_capture(window: "Desk") -> None:
    """Watch a folder for pictures of a lesion."""
    from segx_viewer.app.dialogs.capture import Capture

    shown = next((d for d in window.above.findChildren(Capture) if d.isVisible()), None)
    dialog = shown or Capture(window.workspace, lambda: show_timeline(window), window.above)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    dialog.raise_()


_LESIONS = mark("Lesions")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("lesion", mark("&Lesion: size, ABCD, 7 points …"), show_lesion, "Ctrl+Shift+L", _LESIONS, "ruler"),
    Command("timeline", mark("&Time line of a lesion …"), show_timeline, "Ctrl+Shift+H", _LESIONS, "clock"),
    Command("capture", mark("&Capture from a folder …"), show_capture, "", _LESIONS, "download"),
)
