"""Watches a folder that a dermoscope or a telephone writes into, and tells of pictures once they are whole.

Nothing is copied, moved or changed: a picture is opened where it lies.
"""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from segx_viewer.app.jobs.jobs import BACKGROUND, Jobs
from segx_viewer.app.kit.reasons import told
from segx_viewer.errors import ImageReadError, SegxError

SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".heic", ".heif", ".dcm", ".dicom"))
"""Of the files that are taken; a file that is being sent has another name with most programs until it is whole."""
_LOOK_MS = 1000  # between two looks while a file is not whole
_SLOW_MS = 5000  # between two looks else: some network drives tell of nothing
_PATIENCE = 30.0  # seconds without a change after which a file without its end is taken as it is: opening says why
_PNG_END = 16  # bytes in which a PNG names its end
_SCAN = 0xDA  # JPEG: the pixels begin


@dataclass(frozen=True, slots=True)
class Seen:
    """A file at one look: its size in bytes, when it was changed, and whether its end is there."""

    size: int
    changed: int
    whole: bool


class Watch(QObject):
    """Follows one folder.

    A file is told of when two looks found it unchanged and its end is there; whatever is there at the start counts as
    known unless it is asked for.
    """

    arrived = Signal(object)  # list of Path
    waiting = Signal(int)  # how many files are not whole yet
    failed = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.folder: Path | None = None
        self._known: set[Path] = set()
        self._last: dict[Path, Seen] = {}
        self._since: dict[Path, float] = {}
        self._first = False
        self._looking = False
        self._again = False
        self._told = QFileSystemWatcher(self)
        self._told.directoryChanged.connect(lambda _path: self._look())
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)

    def start(self, folder: Path, *, with_what_is_there: bool = False) -> None:
        """Watch a folder from now on."""
        self.stop()
        self.folder, self._first = folder, not with_what_is_there
        self._told.addPath(str(folder))
        self._look()

    def stop(self) -> None:
        """Watch nothing."""
        if self.folder is not None:
            self._told.removePath(str(self.folder))
        self.folder = None
        self._timer.stop()
        self._known, self._last, self._since = set(), {}, {}
        self._looking = self._again = False

    def _look(self) -> None:
        folder = self.folder
        if folder is None:
            return
        if self._looking:
            self._again = True
            return
        self._looking = True
        self._jobs.run(
            look_into,
            folder,
            frozenset(self._known),
            then=partial(self._take, folder),
            failed=partial(self._fail, folder),
            lane=BACKGROUND,
            wanted=lambda: self.folder == folder,
        )

    def _take(self, folder: Path, seen: dict[Path, Seen]) -> None:
        self._looking = False
        if self.folder != folder:
            return
        if self._first:
            self._first, self._known = False, set(seen)
            seen = {}
        now = time.monotonic()
        ready = []
        for path, state in seen.items():
            if self._last.get(path) != state:
                self._since[path] = now  # it has only just been found, or is being written
            elif state.whole or now - self._since.get(path, now) > _PATIENCE:
                ready.append(path)
        self._last = seen
        self._known |= set(ready)
        left = len(seen) - len(ready)
        self._timer.start(_LOOK_MS if left or self._again else _SLOW_MS)
        self._again = False
        self.waiting.emit(left)
        if ready:
            self.arrived.emit(sorted(ready, key=lambda path: (seen[path].changed, path)))

    def _fail(self, folder: Path, error: SegxError) -> None:
        self._looking = False
        if self.folder == folder:
            self.failed.emit(told(error))
            self._timer.start(_SLOW_MS)


def look_into(folder: Path, known: frozenset[Path]) -> dict[Path, Seen]:
    """Return the pictures in a folder that are not known yet. Raises `ImageReadError` where it cannot be read."""
    looks = {}
    try:
        paths = [p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith((".", "~"))]
    except OSError as error:
        raise ImageReadError(f"{folder} could not be read: {error.strerror or error}.") from error
    for path in paths:
        if path in known:
            continue
        try:
            state = path.stat()
            if path.is_file():
                looks[path] = Seen(state.st_size, state.st_mtime_ns, is_whole(path))
        except OSError:
            continue  # gone, or still locked by who writes it
    return looks


def is_whole(path: Path) -> bool:
    """Whether a file's end is there, as far as its kind has one: JPEG's and PNG's last marks, any byte else."""
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(b"\x89PNG"):
            file.seek(max(0, path.stat().st_size - _PNG_END))
            return b"IEND" in file.read()
        if head.startswith(b"\xff\xd8"):
            file.seek(0)
            return _has_end(file.read())
    return bool(head)


def _has_end(jpeg: bytes) -> bool:
    """Whether a JPEG's pixels come to their end.

    The small picture that cameras put into its head has an end of its own, and telephones write more behind the large
    one's, so that neither the first nor the last bytes say it.
    """
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if marker == _SCAN:
            return jpeg.find(b"\xff\xd9", at + length) >= 0
        at += 1 if marker == 0xFF else 2 + length
    return False
