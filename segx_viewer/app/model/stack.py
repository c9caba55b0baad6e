"""Frames of one file, or images of one series, to be scrolled through."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from segx_viewer.app.model.documents import Document, Documents

if TYPE_CHECKING:
    from segx_viewer.app.window import Window

_CINE_MS = 100


@dataclass(frozen=True, slots=True)
class Stack:
    """Members as (path, frame), and which of them is shown."""

    members: tuple[tuple[Path, int], ...]
    position: int

    def __len__(self) -> int:
        return len(self.members)


def stack_of(documents: Documents, document: Document | None) -> Stack | None:
    """Return the stack that a document belongs to, None if it stands alone or its header is not read yet."""
    header = document.header if document is not None else None
    if header is None:
        return None
    if header.source.frames > 1:
        members = tuple((document.path, frame) for frame in range(header.source.frames))
    else:
        series = header.source.series_uid
        members = tuple(
            (d.path, d.frame)
            for d in documents
            if series and d.header is not None and d.header.source.series_uid == series
        )
    here = (document.path, document.frame)
    if len(members) < 2 or here not in members:
        return None
    return Stack(members, members.index(here))


class Scroller(QObject):
    """Moves through the current image's stack, by steps or as a film."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._film = QTimer(self, interval=_CINE_MS)
        self._film.timeout.connect(self._next_of_film)

    @property
    def stack(self) -> Stack | None:
        """The current stack."""
        documents = self._window.controller.documents
        return stack_of(documents, documents.current)

    @property
    def playing(self) -> bool:
        """Whether the film runs."""
        return self._film.isActive()

    def go(self, position: int) -> bool:
        """Show a member by its position, kept within the stack; return whether there is a stack."""
        stack = self.stack
        if stack is None:
            return False
        target = min(len(stack) - 1, max(0, position))
        if target != stack.position:
            path, frame = stack.members[target]
            window = self._window
            current = window.controller.documents.current
            document = window.controller.documents.add(path, frame, label=current.label, named=current.named)
            window.controller.remember_view()
            document.view = {**current.view, "class_index": document.view.get("class_index")}
            window.controller.documents.set_current(document)
        return True

    def step(self, offset: int) -> bool:
        """Move by some members; return whether there is a stack."""
        stack = self.stack
        return stack is not None and self.go(stack.position + offset)

    def toggle_film(self) -> None:
        """Start the film, or stop it."""
        if self.playing or self.stack is None:
            self._film.stop()
        else:
            self._film.start()

    def _next_of_film(self) -> None:
        stack = self.stack
        documents = self._window.controller.documents
        if stack is None:
            if documents.current is None or documents.current.error:
                self._film.stop()
            return
        if documents.current.image is not None:  # wait for the decoder rather than skip frames
            self.go((stack.position + 1) % len(stack))
