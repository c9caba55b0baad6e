"""Start the window."""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from segx_viewer import __version__, process
from segx_viewer.app.kit import language, preferences, settings, theme

if TYPE_CHECKING:
    from segx_viewer.app.sessions.instance import Listener
    from segx_viewer.app.window import Window

_WARM_UP_MS = 300
_BREAK_MS = 5
_TURN_SECONDS = 0.002
"""Time for filling the window after which it paints and listens before it is filled further."""
_DONE = object()
_PATIENCE = 1000  # looks at whether the window is on the screen


def make_application(arguments: list[str] | None = None) -> QApplication:
    """Return the QApplication, made if there is none, with names, theme and fonts set."""
    process.begin_window()
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        app = existing
        app.setStyle("Fusion")
    else:  # by argument: from Python, a style brings a hundred enumerations that nobody needs
        app = QApplication([*(arguments or sys.argv[:1]), "-style", "fusion"])
    QCoreApplication.setOrganizationName(settings.ORGANISATION)
    QCoreApplication.setApplicationName(settings.APPLICATION)
    QCoreApplication.setApplicationVersion(__version__)
    QGuiApplication.setApplicationDisplayName("SegX Viewer")
    language.use(preferences.LANGUAGE.value())
    theme.apply(app, preferences.THEME.value())
    return app


def run(paths: list[Path], *, new: bool = False) -> int:
    """Show the window, open files and folders in it, and return the exit status when it was closed.

    A window that is open already takes the files over, unless a `new` one is wanted: that keeps no session, which is
    the first one's.
    """
    app = make_application()
    from segx_viewer.app.sessions.handover import take_place

    place = None if new else take_place(paths)
    if place is None and not new:
        return 0
    from segx_viewer.app.model import privacy
    from segx_viewer.app.window import Window

    window = Window()
    if new:
        window.keeps_session = False
    else:
        privacy.drop_old_names()
    geometry = settings.settings().value("geometry")
    if geometry is not None:
        window.restoreGeometry(geometry)
    window.keep_on_screen()
    window.show()
    program = Program(window, paths)
    try:
        status = app.exec()
    finally:
        program.end()
        if place is not None:
            place.unlock()
    if program.failure is not None:
        raise program.failure
    return status


class Program(QObject):
    """What runs behind the window: made once the frame is on the screen, and ended with the window."""

    def __init__(self, window: "Window", paths: list[Path]) -> None:
        super().__init__(window)
        self._window, self._paths = window, paths
        self._hook = ExceptionHook(window)
        self._listener: Listener | None = None
        self.failure: Exception | None = None
        # Beside the frame, which answers meanwhile: importing takes longer than anybody waits for a click.
        self._importing = Thread(target=_import_contents, name="contents", daemon=True)
        self._patience = _PATIENCE
        self._is_old_dropped = False
        self._look = QTimer(self, interval=1)
        self._look.timeout.connect(self._begin_when_seen)
        self._look.start()
        self._preparations: Iterator[None] = iter(())
        self._prepare = QTimer(self, interval=_BREAK_MS)
        self._prepare.timeout.connect(self._prepare_a_little)

    def _begin_when_seen(self) -> None:
        self._patience -= 1  # a window that starts as an icon is not on the screen
        if not self._window.windowHandle().isExposed() and self._patience > 0:
            return
        if self._importing.ident is None:
            self._importing.start()
        elif not self._importing.is_alive():
            self._fill()

    def _fill(self) -> None:
        """Fill the window by a little, so that it answers meanwhile; begin when that was the last."""
        if not self._window.isVisible():  # closed meanwhile
            self._look.stop()
            return
        end = time.perf_counter() + _TURN_SECONDS
        try:
            if not self._is_old_dropped:
                self._drop_old()
                self._look.setInterval(0)
            while not (filled := self._window.fill_a_little()) and time.perf_counter() < end:
                pass
            if filled:
                self.begin()
        except Exception as error:  # noqa: BLE001 - whatever it is: a frame that stays empty is no program
            self._look.stop()
            self.failure = error
            QCoreApplication.exit(1)

    def _drop_old(self) -> None:
        from segx_viewer.app.model import privacy

        if self._window.keeps_session:
            privacy.drop_old_session()  # old names went before they could be seen
        self._is_old_dropped = True

    def begin(self) -> None:
        """Listen for later launches, and open what was asked for: the window is filled."""
        self._look.stop()
        QTimer.singleShot(0, self, self._open)  # what waits in the window's thread comes in between

    def _open(self) -> None:
        from segx_viewer.app.sessions.instance import Listener

        window = self._window
        if window.follower is None or not window.isVisible():  # closed meanwhile
            return
        if window.keeps_session:
            self._listener = Listener(window)
            self._listener.received.connect(window.open_paths)
            self._listener.received.connect(lambda _: window.activateWindow())
        if self._paths:
            window.open_paths(list(self._paths))
        # The models load once the window is on the screen and answers.
        QTimer.singleShot(_WARM_UP_MS, window.workspace.prepare)
        self._preparations = window.results.preparations()
        self._prepare.start()

    def _prepare_a_little(self) -> None:
        """Make some of what the first answer is shown in, while nothing but the networks is waited for."""
        if next(self._preparations, _DONE) is _DONE:
            self._prepare.stop()

    def end(self) -> None:
        """Listen no more, and forget what shall not be remembered."""
        from segx_viewer.app.model import privacy

        self._look.stop()
        self._prepare.stop()
        self._hook.remove()
        if self._listener is not None:
            self._listener.close()
        if privacy.days() == 0 and self._window.keeps_session:
            privacy.drop_old()


def _import_contents() -> None:
    with suppress(Exception), process.importing():  # whatever it is comes again, where it is told
        import_module("segx_viewer.app.contents")
        import_module("platformdirs")  # by the folder of the sessions


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
        import logging  # seldom needed
        import threading

        logging.getLogger(__name__).error("Unexpected error", exc_info=(kind, error, trace))
        if threading.current_thread() is threading.main_thread() and self._window.follower is not None:
            self._window.workspace.say(f"Something went wrong ({kind.__name__}); the details are in Help > Log.")

    def remove(self) -> None:
        """Put the former hook back."""
        sys.excepthook = self._before
