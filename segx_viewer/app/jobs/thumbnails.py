"""Thumbnails, drawn one after the other, so that opening an image never waits behind a folder's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segx_viewer.app.jobs import files
from segx_viewer.app.model.documents import Document, header_of
from segx_viewer.domain.image import MedicalImage


class Thumbnail(NamedTuple):
    """A small picture of an image, its facts without its pixels, and its (H, W)."""

    picture: NDArray[np.uint8]
    header: MedicalImage
    size: tuple[int, int]


class Thumbnails:
    """Asks for the thumbnail of one document at a time; whoever draws it says `next` when it is there, or is not."""

    def __init__(self, ask: Callable[[Document], None], on_step: Callable[[int, int], None]) -> None:
        self._ask, self._on_step = ask, on_step
        self._waiting: list[Document] = []
        self._busy = False
        self._total = 0

    def add(self, documents: list[Document]) -> None:
        """Ask for the thumbnails that are missing; a file's first frame stands for all."""
        new = [d for d in documents if d.thumbnail is None and not d.error and (d.frame == 0 or d.leads)]
        self._total = len(self._waiting) + len(new)
        self._waiting += new
        if not self._busy:
            self._ask_next()

    def clear(self) -> None:
        """Ask for no more."""
        self._waiting.clear()
        self._on_step(self._total, self._total)

    def next(self) -> None:
        """Ask for the next one: the last is done."""
        self._busy = False
        self._on_step(self._total - len(self._waiting), self._total)
        self._ask_next()

    def _ask_next(self) -> None:
        if self._waiting:
            self._busy = True
            self._ask(self._waiting.pop(0))


def draw(path: Path, frame: int) -> Thumbnail | list[Any]:
    """Return a file's thumbnail, or the overlays that it holds, in the file thread."""
    found = files.read(path, frame)
    if isinstance(found, list):
        return found
    return Thumbnail(files.thumbnail(found.image), header_of(found.image), found.image.shape)
