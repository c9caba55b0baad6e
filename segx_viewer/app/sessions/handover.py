"""One window: a second launch hands its files to the first and ends. This is the second launch's side."""

import sys
import zlib
from pathlib import Path

from PySide6.QtCore import QDir

from segx_viewer.app.kit import settings

PATIENCE_MS = 500


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
