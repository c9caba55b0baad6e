"""Commands about what leaves the program: sessions as files, the report on the clipboard."""

import logging
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QFileDialog

from segx_viewer.app.kit import clipboard, settings
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.model import privacy
from segx_viewer.app.model.actions import Command
from segx_viewer.app.sessions import export, sessionfile
from segx_viewer.app.sessions.session import reopen
from segx_viewer.domain.request import CancelToken

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk

log = logging.getLogger(__name__)


class Reopening:
    """Opens a session file: reads it and looks for its images beside the window, asks where they are, shows them."""

    def __init__(self, window: "Desk") -> None:
        self._window = window
        self._asked = False

    def start(self, path: Path, folders: Iterable[Path] = ()) -> None:
        """Read the session at `path`; look for its images in `folders` as well."""
        self._window.workspace.say(tr("Opening the session …"))
        self._window.workspace.jobs.run(self._read, path, tuple(folders), then=self._show)

    def _read(self, path: Path, folders: tuple[Path, ...]) -> tuple[sessionfile.Stored, list[Path | None]]:
        """In the exports' thread."""
        stored = sessionfile.read(path)
        return stored, sessionfile.find_images(stored, folders, self._unpack)

    def _unpack(self, path: Path) -> list[Path]:
        from segx_viewer.imaging.containers import Containers

        containers = Containers()
        # The images are read from there as long as the window lives.
        weakref.finalize(self._window.workspace, containers.close)
        return [found.path for found in containers.open(path)]

    def _show(self, answer: tuple[sessionfile.Stored, list[Path | None]]) -> None:
        stored, paths = answer
        window, say, missing = self._window, self._window.workspace.say, paths.count(None)
        if missing and not self._asked:
            self._asked = True
            folder = ask_for_images(window, missing, len(paths))
            if folder is not None:
                self.start(stored.path, [folder])
                return
        for number, region in stored.regions.items():
            stored.values["documents"][number]["region"] = region
        try:
            count = reopen(window.workspace, stored.values, paths)
        except (KeyError, TypeError, ValueError, IndexError):
            log.exception("The session could not be opened")
            say(tr("{name} is damaged and could not be opened.").format(name=stored.path.name))
            return
        if missing:
            say(tr("{missing} of {all} images of the session were not found.").format(missing=missing, all=len(paths)))
        elif count:
            say(tr("The session is open again."))


def copy_report(window: "Desk") -> None:
    """Copy the report page of what is shown to the clipboard, without naming anybody."""
    workspace = window.workspace
    job = export.job_for(workspace, Path("clipboard.png"), CancelToken(), options=export.PageOptions(size="medium"))
    workspace.say(tr("Drawing the report …"))

    def copy(pixels: NDArray[np.uint8]) -> None:
        clipboard.put(to_qimage(pixels), privacy.OURS)
        workspace.say(tr("The report is on the clipboard."))

    workspace.jobs.run(job.picture, then=copy)


def ask_for_images(window: "Desk", missing: int, count: int) -> Path | None:
    """Ask for the folder that a session's images are in now."""
    title = tr("{missing} of {all} images were not found. Where are they?").format(missing=missing, all=count)
    name = QFileDialog.getExistingDirectory(window.above, title, str(settings.settings().value("last_folder", "")))
    return Path(name) if name else None


def is_session(path: Path) -> bool:
    """Return whether a file is a session by its name."""
    return path.suffix.lower() == sessionfile.SUFFIX


def open_session(window: "Desk", path: Path) -> None:
    """Open a session file."""
    Reopening(window).start(path)


def save_session(window: "Desk", path: Path) -> None:
    """Write what is open, drawn and noted into a file, in the file thread."""
    path = path if path.suffix == sessionfile.SUFFIX else path.with_name(path.name + sessionfile.SUFFIX)
    workspace = window.workspace

    def told(written: Path) -> None:
        workspace.say(tr("Session written: {path}").format(path=written))

    workspace.jobs.run(sessionfile.save, sessionfile.capture(workspace), path, then=told)


def ask_open_session(window: "Desk") -> None:
    """Ask for a session file and open it."""
    name, _ = QFileDialog.getOpenFileName(window.above, tr("Open session"), _folder(), _filter())
    if name:
        open_session(window, Path(name))


def ask_save_session(window: "Desk") -> None:
    """Ask where the session shall go, and write it."""
    if not len(window.workspace.documents):
        window.workspace.say(tr("There is nothing open that could be saved."))
        return
    name, _ = QFileDialog.getSaveFileName(
        window.above, tr("Save session"), str(Path(_folder()) / "session.segx"), _filter()
    )
    if name:
        settings.settings().setValue("export_folder", str(Path(name).parent))
        save_session(window, Path(name))


def _folder() -> str:
    return str(settings.settings().value("export_folder", "") or Path.home())


def _filter() -> str:
    return tr("Sessions (*{suffix})").format(suffix=sessionfile.SUFFIX)


_FILE = mark("File")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("open_session", mark("Open sess&ion …"), ask_open_session, "", _FILE),
    Command("copy_report", mark("Copy &report"), copy_report, "Ctrl+Shift+C", _FILE, needs="map"),
    Command("save_session", mark("&Save session …"), ask_save_session, "Ctrl+S", _FILE),
)
