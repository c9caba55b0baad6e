"""Moving through the current image's stack: by steps, or as a film."""

from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from segx_viewer.app.kit.i18n import mark
from segx_viewer.app.model.documents import Documents
from segx_viewer.app.model.stack import Stack, stack_of
from segx_viewer.app.model.viewstate import ViewState

DEFAULT_RATE = 10.0
"""Frames a second, where the file states no rate."""
SLOWEST, FASTEST = 0.5, 120.0


class Direction(StrEnum):
    """Which way a film runs."""

    FORWARD = mark("forwards")
    BACKWARD = mark("backwards")
    SWING = mark("to and fro")


class Scroller(QObject):
    """Moves through the current image's stack, by steps or as a film.

    A film shows every frame: where the decoder is slower than the rate asked for, the film waits for it.
    """

    changed = Signal()  # whether the film runs, and how

    def __init__(self, documents: Documents, state: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents, self._state = documents, state
        self.direction = Direction.FORWARD
        self._back = False  # of a film that goes to and fro
        self._rate: float | None = None  # chosen by the reader
        self._range: tuple[object, int, int] | None = None  # of which stack, and its first and last position
        self._film = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._film.timeout.connect(self._next_of_film)
        documents.current_changed.connect(self._on_current)

    @property
    def stack(self) -> Stack | None:
        """The current stack."""
        return stack_of(self._documents, self._documents.current)

    # -- steps -----------------------------------------------------------------------------------

    def go(self, position: int) -> bool:
        """Show a member by its position, kept within the stack; return whether there is a stack."""
        stack, current = self.stack, self._documents.current
        if stack is None or current is None:
            return False
        target = min(len(stack) - 1, max(0, position))
        if target != stack.position:
            path, frame = stack.members[target]
            document = self._documents.add(path, frame, label=current.label, named=current.named)
            if document.header is None and path == current.path and current.header is not None:
                # Until it is read: that it belongs to the same film is known already.
                document.header = replace(current.header, source=replace(current.header.source, frame=frame))
            self._documents.remember(self._state.view)
            document.view = {**current.view, "class_index": document.view.get("class_index")}
            self._documents.set_current(document)
        return True

    def step(self, offset: int) -> bool:
        """Move by some members; return whether there is a stack."""
        stack = self.stack
        return stack is not None and self.go(stack.position + offset)

    # -- film ------------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Whether the film runs."""
        return self._film.isActive()

    @property
    def stated_rate(self) -> float | None:
        """Frames a second as the file states them."""
        current = self._documents.current
        return current.header.source.frame_rate if current is not None and current.header is not None else None

    @property
    def rate(self) -> float:
        """Frames a second: the reader's choice for this stack, else the file's, else `DEFAULT_RATE`."""
        return min(FASTEST, max(SLOWEST, self._rate or self.stated_rate or DEFAULT_RATE))

    def set_rate(self, rate: float | None) -> None:
        """Play at another rate, None for the file's."""
        self._rate = rate
        self._film.setInterval(self._interval())
        self.changed.emit()

    def set_direction(self, direction: Direction) -> None:
        """Play the other way."""
        self.direction, self._back = direction, False
        self.changed.emit()

    @property
    def range(self) -> tuple[int, int]:
        """First and last position that the film shows."""
        stack = self.stack
        if stack is None:
            return 0, 0
        last = len(stack) - 1
        if self._range is None or self._range[0] != stack.key:
            return 0, last
        return min(self._range[1], last), min(self._range[2], last)

    def set_range(self, first: int, last: int) -> None:
        """Play a part of the stack only."""
        if (stack := self.stack) is not None:
            self._range = stack.key, max(0, min(first, last)), max(first, last)
            self.changed.emit()

    def toggle_film(self) -> None:
        """Start the film, or stop it."""
        if self.playing:
            self.stop()
        elif self.stack is not None:
            self._back = False
            self._film.start(self._interval())
            self.changed.emit()

    def stop(self) -> bool:
        """Stop the film; return whether it ran."""
        was_playing = self.playing
        self._film.stop()
        if was_playing:
            self.changed.emit()
        return was_playing

    def _interval(self) -> int:
        return max(1, round(1000 / self.rate))

    def _next_of_film(self) -> None:
        stack, current = self.stack, self._documents.current
        if stack is None or current is None or current.error:
            self.stop()
        elif current.image is not None:  # wait for the decoder rather than skip frames
            self.go(self._following(stack.position))

    def _following(self, position: int) -> int:
        first, last = self.range
        if first == last:
            return first
        if self.direction is Direction.SWING:
            self._back = position >= last or (self._back and position > first)
        back = self._back if self.direction is Direction.SWING else self.direction is Direction.BACKWARD
        target = position - 1 if back else position + 1
        if first <= target <= last:
            return target
        return last if back else first

    def _on_current(self) -> None:
        if self.playing and self.stack is None:
            self.stop()
        self._film.setInterval(self._interval())
        self.changed.emit()
