"""The window's numbers on a panel, which stay for a moment while the window is dragged."""

from PySide6.QtCore import QObject, QTimer, Signal

from segx_viewer.domain.image import VoiLut, WindowLevel

_MS = 40  # nobody reads numbers that change faster; writing them takes a fifth of a step of the window


class SteadyNumbers(QObject):
    """Whose numbers are written, and whether they stay as they are for now."""

    outdated = Signal()  # they need not stay any longer, and are not those of the window any more

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.voi: WindowLevel | VoiLut | None = None
        self._newest: WindowLevel | VoiLut | None = None
        self._timer = QTimer(self, singleShot=True, interval=_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def stay(self) -> bool:
        """Whether the numbers that were written last are still to be read."""
        return self._timer.isActive()

    def write(self, voi: WindowLevel | VoiLut | None, *, stay: bool) -> None:
        """Take over the window whose numbers are written now; let them stay for a moment."""
        self.voi = self._newest = voi
        if stay:
            self._timer.start()

    def follow(self, voi: WindowLevel | VoiLut | None) -> None:
        """Note a window that came while the numbers stay."""
        self._newest = voi

    def release(self) -> None:
        """Let them change where the window has: everything is painted anew."""
        if self._newest != self.voi:
            self._timer.stop()

    def _on_timeout(self) -> None:
        if self._newest != self.voi:
            self.outdated.emit()
