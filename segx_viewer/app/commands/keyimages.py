"""Commands for key images: those that the reader marks to come back to."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand
from PySide6.QtWidgets import QFileDialog

from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Command
from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.app.model.keyimages import key_images
from segx_viewer.app.sessions.sending import write_key_objects

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk


class MarkKey(QUndoCommand):
    """Marks an image as a key image, or takes the mark away."""

    def __init__(self, documents: Documents, document: Document) -> None:
        super().__init__(tr("Key image"))
        self._documents, self._document = documents, document
        self._after = not document.is_key

    def redo(self) -> None:
        """Mark the image, or take its mark away."""
        self._documents.update(self._document, is_key=self._after)

    def undo(self) -> None:
        """Put the mark back as it was."""
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
        following = next((d for d in round_trip if d.is_key), None)
        if following is None:
            window.workspace.say(tr("No image is marked as a key image yet."))
        else:
            window.workspace.look_at(following)

    return handler


def save(window: "Desk") -> None:
    """Write the marked images' key objects, one document for each study, into a folder that is asked for."""
    images = key_images(window.workspace.documents)
    if not images:
        window.workspace.say(tr("No DICOM image is marked as a key image."))
        return
    title = tr("Folder for the key objects, which name the patient")
    name = QFileDialog.getExistingDirectory(window.above, title)
    if name:
        window.workspace.jobs.run(write_key_objects, images, Path(name), then=window.workspace.say)


_IMAGE = mark("Image")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("key_image", mark("Mark as &key image"), toggle, "Y", _IMAGE, needs="image"),
    Command("save_key_images", mark("Save key &images …"), save, "", _IMAGE, "download"),
    Command("next_key", mark("Next ke&y image"), step(1), "Shift+Y", _IMAGE),
    Command("previous_key", mark("Previous key i&mage"), step(-1), "Ctrl+Shift+Y", _IMAGE),
)
