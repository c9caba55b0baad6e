"""A picture on the clipboard that is known as ours, so that it can be taken away again."""

import atexit

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage


def put(picture: QImage, mark: str) -> None:
    """Put a picture on the clipboard, marked by a format of that name."""
    data = QMimeData()
    data.setImageData(picture)
    data.setData(mark, b"picture")
    QGuiApplication.clipboard().setMimeData(data)
    # The clipboard outlives Python, and what Python made must not be destroyed without it: that ends in a crash.
    atexit.unregister(_leave_plain)
    atexit.register(_leave_plain, mark)


def holds(mark: str) -> bool:
    """Whether what is on the clipboard was put there under that mark."""
    data = QGuiApplication.clipboard().mimeData()
    return data is not None and data.hasFormat(mark)  # None where there is no clipboard


def clear(mark: str) -> None:
    """Take away what was put on the clipboard under that mark, and nothing else."""
    if holds(mark):
        QGuiApplication.clipboard().clear()


def _leave_plain(mark: str) -> None:
    if QGuiApplication.instance() is not None and holds(mark):
        clipboard = QGuiApplication.clipboard()
        clipboard.setImage(clipboard.image())
