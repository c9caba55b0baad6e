"""Start the window."""

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from segx_viewer import __version__
from segx_viewer.app import language, settings, theme
from segx_viewer.paths import resources_folder

if TYPE_CHECKING:
    from segx_viewer.app.window import Window

log = logging.getLogger(__name__)
_WARM_UP_MS = 300


def make_application(arguments: list[str] | None = None) -> QApplication:
    """Return the QApplication, made if there is none, with names, theme and fonts set."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(arguments or sys.argv[:1])
    QCoreApplication.setOrganizationName(settings.ORGANISATION)
    QCoreApplication.setApplicationName(settings.APPLICATION)
    QCoreApplication.setApplicationVersion(__version__)
    QGuiApplication.setApplicationDisplayName("SegX Viewer")
    language.use(str(settings.settings().value("language", "en")))
    theme.apply(app, str(settings.settings().value("theme", "dark")))
    app.setWindowIcon(QIcon(str(resources_folder() / "icons" / "segx-viewer.svg")))
    return app


def run(paths: list[Path]) -> int:
    """Show the window, open files and folders in it, and return the exit status when it was closed."""
    app = make_application()
    from segx_viewer.app.instance import Listener, hand_over

    if hand_over(paths):
        return 0
    from segx_viewer.app import privacy
    from segx_viewer.app.window import Window

    privacy.drop_old()
    window = Window()
    hook = ExceptionHook(window)
    geometry = settings.settings().value("geometry")
    if geometry is not None:
        window.restoreGeometry(geometry)
    window.keep_on_screen()
    window.show()
    listener = Listener(window)
    listener.received.connect(lambda found: (window.open_paths(found), window.activateWindow()))
    if paths:
        window.open_paths(list(paths))
    # The models load once the window is on the screen and answers.
    QTimer.singleShot(_WARM_UP_MS, window.controller.prepare)
    try:
        return app.exec()
    finally:
        if privacy.days() == 0:
            privacy.drop_old()
        listener.close()
        hook.remove()


class ExceptionHook:
    """Logs an exception that nobody caught in a slot, and shows one sentence; the program goes on."""

    def __init__(self, window: "Window") -> None:
        self._window = window
        self._before = sys.excepthook
        sys.excepthook = self

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Handle an exception."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("Unexpected error", exc_info=(kind, error, trace))
        if threading.current_thread() is threading.main_thread():
            self._window.show_message(f"Something went wrong ({kind.__name__}); the details are in Help > Log.")

    def remove(self) -> None:
        """Put the former hook back."""
        sys.excepthook = self._before
