"""One window: a second launch hands its files to the first and ends. This is the second launch's side."""

import sys
import time
import zlib
from pathlib import Path

from PySide6.QtCore import QDir, QLockFile

from segx_viewer.app.kit import settings

PATIENCE_MS = 500
_LOOK_MS = 50
_START_SECONDS = 15.0  # a window that has not come by then is not waited for


def server_name() -> str:
    """Return the local socket's name: one for each settings file, and so for each user."""
    return f"segx-viewer-{zlib.crc32(settings.settings().fileName().encode()):08x}"


def hand_over(paths: list[Path]) -> bool:
    """Give the files to a window that is already open; return whether there was one."""
    name = server_name()
    if sys.platform != "win32" and not Path(QDir.tempPath(), name).exists():
        return False  # where Qt would put the socket: there is none, and no need to load Qt's network library
    import json

    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(PATIENCE_MS):
        return False
    socket.write(json.dumps([str(path.resolve()) for path in paths]).encode() + b"\n")
    taken = socket.waitForBytesWritten(PATIENCE_MS)
    socket.disconnectFromServer()
    return taken


def take_place(paths: list[Path]) -> QLockFile | None:
    """Give the files to a window that is open, or about to be; return the first launch's lock where there is none.

    File managers start a program for each of several files, all at once: those that come second wait until the window
    of the first one listens, or until it has gone.

    Returns
    -------
    QLockFile or None
        To be unlocked once the window is closed. None where the files have been taken over.
    """
    lock = QLockFile(str(Path(QDir.tempPath(), f"{server_name()}.lock")))
    lock.setStaleLockTime(0)  # however long it runs: who has it lives, or has gone
    end = time.monotonic() + _START_SECONDS
    while not hand_over(paths):
        is_held = not lock.tryLock(_LOOK_MS) and lock.error() == QLockFile.LockError.LockFailedError
        if not is_held or time.monotonic() > end:
            return lock
    return None
