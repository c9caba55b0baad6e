"""One window: the first launch receives the files of later ones."""

import json
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer

from segx_viewer.app.sessions.handover import PATIENCE_MS, server_name


class Listener(QObject):
    """Receives the files of later launches."""

    received = Signal(list)  # of Path

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        if not self._server.listen(server_name()):
            QLocalServer.removeServer(server_name())  # left over by a crash
            self._server.listen(server_name())

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is None:
            return
        # The other side writes one line and goes; nothing is left open that could outlive this object.
        if socket.canReadLine() or socket.waitForReadyRead(PATIENCE_MS):
            self._take(bytes(socket.readLine().data()))
        socket.abort()

    def _take(self, line: bytes) -> None:
        try:
            names = json.loads(line)
        except ValueError:
            return
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            self.received.emit([Path(name) for name in names])

    def close(self) -> None:
        """Stop listening for further starts of the program."""
        self._server.close()
