"""Thumbnails, drawn in the file thread one after the other, so that opening an image never waits behind a folder's."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from segx_viewer.app.jobs import files
from segx_viewer.app.model.documents import Document, Documents, header_of


class Thumbnails:
    """Asks for the thumbnail of one document at a time; `post` queues a job with its tag in the file thread."""

    def __init__(
        self,
        documents: Documents,
        post: Callable[[object, Any], None],
        on_step: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._documents = documents
        self._post = post
        self._on_step = on_step
        self._waiting: list[Document] = []
        self._busy = False
        self._total = 0

    def add(self, documents: list[Document]) -> None:
        """Ask for the thumbnails that are missing; a file's first frame stands for all."""
        new = [d for d in documents if d.thumbnail is None and not d.error and d.frame == 0]
        self._total = len(self._waiting) + len(new)
        self._waiting += new
        self._next()

    def clear(self) -> None:
        """Ask for no more."""
        self._waiting.clear()
        self._on_step(self._total, self._total)

    def done(self, number: int, result: Any, sentence: str = "") -> None:
        """Take over a thumbnail, or the sentence why there is none."""
        self._busy = False
        document = self._documents.by_number(number)
        if document is not None:
            picture, header, size = result or (None, document.header, document.size)
            self._documents.update(document, thumbnail=picture, header=header, size=size, error=sentence)
        self._on_step(self._total - len(self._waiting), self._total)
        self._next()

    def _next(self) -> None:
        if not self._busy and self._waiting:
            document = self._waiting.pop(0)
            self._busy = True
            self._post(("thumbnail", document.number), partial(_draw, document.path, document.frame))


def _draw(path: Path, frame: int) -> Any:
    found = files.read(path, frame)
    if isinstance(found, list):
        return found
    return files.thumbnail(found.image), header_of(found.image), found.image.shape
