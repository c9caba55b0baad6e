"""What runs in the background beside the analysis, told to the reader once it takes longer than a moment."""

from PySide6.QtCore import QObject, QTimer, Signal

_MOMENT_MS = 300

Step = tuple[str, float | None]
"""What is done, and how far it has come (0..1), None when nobody knows."""


class Work(QObject):
    """Knows which kinds of work run beside the analysis; the status bar shows the one that began first."""

    changed = Signal(object)  # Step, or None when nothing runs

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[str, Step] = {}
        self._told = False
        self._moment = QTimer(self, singleShot=True, interval=_MOMENT_MS)
        self._moment.timeout.connect(self._tell)

    def __contains__(self, kind: str) -> bool:
        return kind in self._running

    def begin(self, kind: str, text: str, fraction: float | None = None) -> None:
        """Note that work of a kind runs, and how far it has come (0..1, None where that is not known)."""
        self._running[kind] = text, fraction
        if self._told:
            self._tell()
        elif not self._moment.isActive():
            self._moment.start()

    def end(self, kind: str) -> None:
        """Say that work of a kind has ended."""
        if self._running.pop(kind, None) is not None and (self._told or not self._running):
            self._tell()

    def _tell(self) -> None:
        self._moment.stop()
        self._told = bool(self._running)
        self.changed.emit(next(iter(self._running.values()), None))
