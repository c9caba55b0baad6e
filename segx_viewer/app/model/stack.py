"""Frames of one file, or images of one series, to be scrolled through."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.app.model.viewstate import ViewState

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

    def __init__(self, documents: Documents, state: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents, self._state = documents, state
        self._film = QTimer(self, interval=_CINE_MS)
        self._film.timeout.connect(self._next_of_film)

    @property
    def stack(self) -> Stack | None:
        """The current stack."""
        return stack_of(self._documents, self._documents.current)

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
            current = self._documents.current
            document = self._documents.add(path, frame, label=current.label, named=current.named)
            self._documents.remember(self._state.view)
            document.view = {**current.view, "class_index": document.view.get("class_index")}
            self._documents.set_current(document)
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
        current = self._documents.current
        if stack is None:
            if current is None or current.error:
                self._film.stop()
            return
        if current.image is not None:  # wait for the decoder rather than skip frames
            self.go((stack.position + 1) % len(stack))
