"""Headers of many files, read ahead of their pixels, so that stacks and studies are complete soon."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from segx_viewer.app.jobs import files
from segx_viewer.app.model.documents import Document
from segx_viewer.domain.image import MedicalImage

_AT_ONCE = 24  # files: a twentieth of a second, which opening an image can wait


class Header(NamedTuple):
    """An image's facts without its pixels, and its (H, W)."""

    facts: MedicalImage
    size: tuple[int, int]


class Headers:
    """Asks for some headers at a time; whoever reads them says `next` when they are there."""

    def __init__(self, ask: Callable[[list[Document]], None]) -> None:
        self._ask = ask
        self._waiting: list[Document] = []
        self._busy = False

    def add(self, documents: list[Document]) -> None:
        """Ask for the headers that are missing."""
        self._waiting += [d for d in documents if d.header is None and not d.error and d.frame == 0]
        if not self._busy:
            self.next()

    def clear(self) -> list[Document]:
        """Ask for no more; return those that were waiting."""
        left, self._waiting = self._waiting, []
        return left

    def next(self) -> None:
        """Ask for the next ones: the last are done."""
        some, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        self._busy = bool(some)
        if some:
            self._ask(some)


def read(paths: list[Path]) -> list[Header | None]:
    """Return the headers of files, None for those that say nothing before they are decoded; in the file thread."""
    from segx_viewer.imaging.dicom import read_header

    found = (None if files.holds_overlays(path) else read_header(path) for path in paths)
    return [Header(*header) if header is not None else None for header in found]
