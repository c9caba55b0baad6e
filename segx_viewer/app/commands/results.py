"""Commands about what leaves the program: sessions as files, the report on the clipboard."""

import logging
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from segx_viewer.app.kit import settings
from segx_viewer.app.kit.actions import Command
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.sessions import export, sessionfile
from segx_viewer.app.sessions.session import reopen
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import SegxError

if TYPE_CHECKING:
    from segx_viewer.app.window import Window

log = logging.getLogger(__name__)


class Reopening(QObject):
    """Opens a session file: reads it and looks for its images in the file thread, asks where they are, shows them."""

    _found = Signal(object, object)  # Stored, list of Path or None
    _failed = Signal(str)

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._asked = False
        self._containers: list[object] = []
        self._found.connect(self._show)
        self._failed.connect(window.show_message)

    def start(self, path: Path, folders: Iterable[Path] = ()) -> None:
        """Read the session at `path`; look for its images in `folders` as well."""
        self._window.show_message(tr("Opening the session …"))
        self._window.controller.run_job("session", lambda: self._read(path, tuple(folders)))

    def _read(self, path: Path, folders: tuple[Path, ...]) -> None:
        """In the file thread."""
        try:
            stored = sessionfile.read(path)
            self._found.emit(stored, sessionfile.find_images(stored, folders, self._unpack))
        except SegxError as error:
            self._failed.emit(str(error))

    def _unpack(self, path: Path) -> list[Path]:
        from segx_viewer.imaging.containers import Containers

        containers = Containers()
        weakref.finalize(self, containers.close)  # the images are read from there as long as the window lives
        return [found.path for found in containers.open(path)]

    def _show(self, stored: sessionfile.Stored, paths: list[Path | None]) -> None:
        window, missing = self._window, paths.count(None)
        if missing and not self._asked:
            self._asked = True
            folder = ask_for_images(window, missing, len(paths))
            if folder is not None:
                self.start(stored.path, [folder])
                return
        for number, region in stored.regions.items():
            stored.values["documents"][number]["region"] = region
        try:
            count = reopen(window, stored.values, paths)
        except (KeyError, TypeError, ValueError, IndexError):
            log.exception("The session could not be opened")
            window.show_message(tr("{name} is damaged and could not be opened.").format(name=stored.path.name))
            return
        if missing:
            text = tr("{missing} of {all} images of the session were not found.")
            window.show_message(text.format(missing=missing, all=len(paths)))
        elif count:
            window.show_message(tr("The session is open again."))


class Copying(QObject):
    """Puts the report page on the clipboard: drawn in the file thread, copied in the window's."""

    _drawn = Signal(object)

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._drawn.connect(self._copy)

    def start(self) -> None:
        """Draw the page as it would be exported, without naming anybody."""
        window = self._window
        job = export.job_for(window, Path("clipboard.png"), CancelToken(), options=export.PageOptions(size="medium"))
        window.show_message(tr("Drawing the report …"))
        window.controller.run_job("copy", lambda: self._drawn.emit(job.picture()))

    def _copy(self, pixels: NDArray[np.uint8]) -> None:
        QGuiApplication.clipboard().setImage(to_qimage(pixels))
        self._window.show_message(tr("The report is on the clipboard."))
        self.deleteLater()


def copy_report(window: "Window") -> None:
    """Copy the report page of what is shown to the clipboard."""
    Copying(window).start()


def ask_for_images(window: "Window", missing: int, count: int) -> Path | None:
    """Ask for the folder that a session's images are in now."""
    title = tr("{missing} of {all} images were not found. Where are they?").format(missing=missing, all=count)
    name = QFileDialog.getExistingDirectory(window, title, str(settings.settings().value("last_folder", "")))
    return Path(name) if name else None


def is_session(path: Path) -> bool:
    """Return whether a file is a session by its name."""
    return path.suffix.lower() == sessionfile.SUFFIX


def open_session(window: "Window", path: Path) -> None:
    """Open a session file."""
    Reopening(window).start(path)


def save_session(window: "Window", path: Path) -> None:
    """Write what is open, drawn and noted into a file, in the file thread."""
    path = path if path.suffix == sessionfile.SUFFIX else path.with_name(path.name + sessionfile.SUFFIX)
    values = sessionfile.capture(window)
    saved = tr("Session written: {path}")
    window.controller.run_job("say", lambda: saved.format(path=sessionfile.save(values, path)))


def ask_open_session(window: "Window") -> None:
    """Ask for a session file and open it."""
    name, _ = QFileDialog.getOpenFileName(window, tr("Open session"), _folder(), _filter())
    if name:
        open_session(window, Path(name))


def ask_save_session(window: "Window") -> None:
    """Ask where the session shall go, and write it."""
    if not len(window.controller.documents):
        window.show_message(tr("There is nothing open that could be saved."))
        return
    name, _ = QFileDialog.getSaveFileName(window, tr("Save session"), str(Path(_folder()) / "session.segx"), _filter())
    if name:
        settings.settings().setValue("export_folder", str(Path(name).parent))
        save_session(window, Path(name))


def _folder() -> str:
    return str(settings.settings().value("export_folder", "") or Path.home())


def _filter() -> str:
    return tr("Sessions (*{suffix})").format(suffix=sessionfile.SUFFIX)


_FILE = mark("File")

ROWS = (
    Command("open_session", mark("Open sess&ion …"), ask_open_session, "", _FILE),
    Command("copy_report", mark("Copy &report"), copy_report, "Ctrl+Shift+C", _FILE, needs="map"),
    Command("save_session", mark("&Save session …"), ask_save_session, "Ctrl+S", _FILE),
)
