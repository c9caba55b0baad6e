"""The file thread: collecting, decoding, thumbnails and exports, so that the window never waits for a disk."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from segx_viewer.errors import SegxError

log = logging.getLogger(__name__)


class FileWorker(QObject):
    """Runs one job at a time. A job is a function without arguments that has captured all it needs."""

    done = Signal(object, object)  # tag, result
    failed = Signal(object, str)  # tag, sentence

    @Slot(object, object)
    def run(self, tag: object, job: Callable[[], Any]) -> None:
        """Run a job and report under its tag."""
        try:
            result = job()
        except SegxError as error:
            self.failed.emit(tag, str(error))
        except Exception:
            log.exception("A file job failed: %r", tag)
            self.failed.emit(tag, "This did not work, for a reason nobody expected; see Help > Log.")
        else:
            self.done.emit(tag, result)


class FileThread(QObject):
    """Owns the file worker and its thread."""

    _run = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("files")
        self.worker = FileWorker()
        self.worker.moveToThread(self._thread)
        self._run.connect(self.worker.run)
        self._thread.start()

    def post(self, tag: object, job: Callable[[], Any]) -> None:
        """Queue a job."""
        self._run.emit(tag, job)

    def stop(self) -> None:
        """End the thread after its current job."""
        self._thread.quit()
        self._thread.wait()


def collect(paths: list[Path]) -> list[Path]:
    """Return the files behind files and folders."""
    from segx_viewer.imaging.study import collect_files

    return list(collect_files(paths))


def read(path: Path, frame: int = 0) -> Any:
    """Decode one frame in the decoding process. Raises the reader's errors."""
    from segx_viewer.imaging.guarded import read_image_guarded

    return read_image_guarded(path, frame)


def prepare() -> None:
    """Start the decoding process ahead of its first use."""
    from segx_viewer.imaging.guarded import start_decoder

    start_decoder()


def thumbnail(image: Any, size: int = 96) -> Any:
    """Return the displayed picture of an image, at most `size` px wide or high, as a uint8 array."""
    import cv2

    from segx_viewer.app.picture import reduced
    from segx_viewer.imaging.display import to_display

    small = to_display(reduced(image, size * 2))
    factor = min(1.0, size / max(small.shape[:2]))
    shape = (max(1, round(small.shape[1] * factor)), max(1, round(small.shape[0] * factor)))
    return cv2.resize(small, shape, interpolation=cv2.INTER_AREA)
