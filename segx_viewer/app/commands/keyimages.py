"""Commands for key images: those that the reader marks to come back to."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Command
from segx_viewer.app.model.documents import Document, Documents

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk


class MarkKey(QUndoCommand):
    """Marks an image as a key image, or takes the mark away."""

    def __init__(self, documents: Documents, document: Document) -> None:
        super().__init__(tr("Key image"))
        self._documents, self._document = documents, document
        self._after = not document.is_key

    def redo(self) -> None:
        """Do it, or do it again."""
        self._documents.update(self._document, is_key=self._after)

    def undo(self) -> None:
        """Take it back."""
        self._documents.update(self._document, is_key=not self._after)


def toggle(window: "Desk") -> None:
    """Mark the image on the screen as a key image, or not any more."""
    document = window.scene.document
    if document is not None:
        document.undo.push(MarkKey(window.workspace.documents, document))


def step(offset: int) -> "Callable[[Desk], None]":
    """Return a handler that goes to the next key image, round and round."""

    def handler(window: "Desk") -> None:
        documents = list(window.workspace.documents)
        current = window.workspace.documents.current
        at = documents.index(current) if current in documents else 0
        round_trip = [documents[(at + offset * n) % len(documents)] for n in range(1, len(documents) + 1)]
        found = next((d for d in round_trip if d.is_key), None)
        if found is None:
            window.workspace.say(tr("No image is marked as a key image yet."))
        else:
            window.workspace.look_at(found)

    return handler


_IMAGE = mark("Image")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("key_image", mark("Mark as &key image"), toggle, "Y", _IMAGE, needs="image"),
    Command("next_key", mark("Next ke&y image"), step(1), "Shift+Y", _IMAGE),
    Command("previous_key", mark("Previous key i&mage"), step(-1), "Ctrl+Shift+Y", _IMAGE),
)
