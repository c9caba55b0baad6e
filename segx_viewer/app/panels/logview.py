"""What the program logged, for the reader and for a report of an error."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr

_KEPT = 2000
_FORMAT = "%(asctime)s  %(levelname)s  %(name)s\n    %(message)s"


class LogKeeper(QObject):
    """Keeps the last messages of every thread; `added` arrives in the receiver's thread."""

    added = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[str] = []
        self._handler = _Handler(self.added.emit)
        self.added.connect(self._keep)
        logging.getLogger("segx_viewer").addHandler(self._handler)
        logging.getLogger("segx_viewer").setLevel(logging.INFO)

    def _keep(self, line: str) -> None:
        self.lines.append(line)
        del self.lines[:-_KEPT]

    def clear(self) -> None:
        """Forget what was kept."""
        self.lines.clear()

    def stop(self) -> None:
        """Listen no more."""
        logging.getLogger("segx_viewer").removeHandler(self._handler)


class _Handler(logging.Handler):
    def __init__(self, emit: Callable[[str], object]) -> None:
        super().__init__(logging.INFO)
        self._emit = emit
        self.setFormatter(logging.Formatter(_FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        self._emit(self.format(record))


class LogView(Dialog):
    """Shows the kept messages and those that follow."""

    def __init__(self, keeper: LogKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Log"))
        self.resize(820, 480)
        self.text = QPlainTextEdit("\n".join(keeper.lines))
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(_KEPT * 8)
        self.text.setPlaceholderText(tr("Nothing has gone wrong so far."))
        keeper.added.connect(self.text.appendPlainText)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(tr("Copy all"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addWidget(buttons)
