"""An image of the list on its way to a panel."""

from PySide6.QtCore import QMimeData

_FORMAT = "application/x-segx-viewer-document"


def packed(number: int | None) -> QMimeData:
    """Return an open document, by its number, as what is dragged."""
    data = QMimeData()
    if number is not None:
        data.setData(_FORMAT, str(number).encode())
    return data


def unpacked(data: QMimeData) -> int | None:
    """Return the number of the document that is dragged, None if it is something else."""
    return int(bytes(data.data(_FORMAT).data())) if data.hasFormat(_FORMAT) else None
