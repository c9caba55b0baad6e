"""Thumbnails, drawn one after the other, so that opening an image never waits behind a folder's."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segx_viewer.app.jobs import files
from segx_viewer.app.model.documents import Document, header_of
from segx_viewer.domain.image import MedicalImage

if TYPE_CHECKING:
    from segx_viewer.reporting.dicom.overlays import DicomOverlay


class Thumbnail(NamedTuple):
    """A small picture of an image, its facts without its pixels, and its (H, W)."""

    picture: NDArray[np.uint8]
    header: MedicalImage
    size: tuple[int, int]


class Thumbnails:
    """Asks for the thumbnail of one document at a time; whoever draws it says `next` when it is there, or is not.

    What is in sight comes first. Of the rest only those are drawn that were added: a study has thousands of images, and
    nobody looks at most of their thumbnails.
    """

    def __init__(self, ask: Callable[[Document], None], on_step: Callable[[int, int], None]) -> None:
        self._ask, self._on_step = ask, on_step
        self._waiting: list[Document] = []
        self._in_sight: list[Document] = []
        self._busy = False
        self._total = 0

    def add(self, documents: list[Document]) -> None:
        """Ask for the thumbnails that are missing; a file's first frame stands for all."""
        known = set(self._waiting)
        new = [d for d in documents if _is_missing(d) and d not in known]
        self._total = len(self._waiting) + len(new)
        self._waiting += new
        self._ask_next()

    def look(self, documents: list[Document]) -> None:
        """Ask first for the thumbnails of these, which are in sight; what was in sight before is asked for no more."""
        self._in_sight = [d for d in documents if _is_missing(d)]
        self._ask_next()

    def clear(self) -> None:
        """Ask for no more."""
        self._waiting.clear()
        self._in_sight.clear()
        self._on_step(self._total, self._total)

    def next(self) -> None:
        """Ask for the next one: the last is done."""
        self._busy = False
        self._on_step(self._total - len(self._waiting), self._total)
        self._ask_next()

    def _ask_next(self) -> None:
        for queue in (self._in_sight, self._waiting):
            while queue and not self._busy:
                document = queue.pop(0)
                if _is_missing(document):  # it may have been drawn meanwhile, from the other list
                    self._busy = True
                    self._ask(document)


def _is_missing(document: Document) -> bool:
    return document.thumbnail is None and not document.error and (document.frame == 0 or document.leads)


def draw(path: Path, frame: int) -> "Thumbnail | list[DicomOverlay]":
    """Return a file's thumbnail, or the overlays that it holds, in the file thread."""
    opened = files.read(path, frame)
    if isinstance(opened, list):
        return opened
    return Thumbnail(files.thumbnail(opened.image), header_of(opened.image), opened.image.shape)
