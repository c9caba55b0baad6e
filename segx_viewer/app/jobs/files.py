"""What is done with files beside the window: collecting, decoding, hashing, thumbnails."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import SegxError
from segx_viewer.imaging.halving import Opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from segx_viewer.domain.image import MedicalImage, WindowLevel
    from segx_viewer.imaging.containers import Containers, Found
    from segx_viewer.imaging.limits import Limits
    from segx_viewer.reporting.dicom.overlays import DicomOverlay

_HEAD = 2048  # bytes in which a DICOM file names its class
_SOP_CLASS = b"\x02\x00\x02\x00UI"  # Media Storage SOP Class UID (0002,0002); two bytes of length follow
_OVERLAY_CLASSES = (b"1.2.840.10008.5.1.4.1.1.66.4", b"1.2.840.10008.5.1.4.1.1.30")  # Segmentation, Parametric Map


class Collect:
    """Finds the files behind files, folders, archives and DICOMDIRs. What is unpacked lives as long as this."""

    def __init__(self) -> None:
        self._containers: Containers | None = None

    def __call__(self, paths: list[Path], cancel: CancelToken, on_step: Callable[[int, int], None]) -> "list[Found]":
        """Return the files, each once. Raises `AnalysisCancelled` when `cancel` says so."""
        from segx_viewer.imaging.containers import Containers

        if self._containers is None:
            self._containers = Containers()

        def step(done: int, total: int) -> None:
            cancel.raise_if_cancelled()
            on_step(done, total)

        found = {item.path: item for path in paths for item in self._containers.open(path, step)}
        return list(found.values())

    def close(self) -> None:
        """Remove what was unpacked."""
        if self._containers is not None:
            self._containers.close()


def first_to_show(listed: "list[Found]") -> int:
    """Return which of the files found is opened first: one that was named, or DICOM before a disc's other pictures."""
    from segx_viewer.imaging.reader import is_dicom

    sound = [(i, item) for i, item in enumerate(listed) if not item.problem]
    named = next((i for i, item in sound if item.named), None)
    if named is not None:
        return named
    first = sound[0][0] if sound else 0
    return next((i for i, item in sound if is_dicom(item.path) and not holds_overlays(item.path)), first)


def stack_window(members: "list[tuple[Path, int]]") -> "WindowLevel | None":
    """Return one window for some images of a stack, None if none of them can be read."""
    from segx_viewer.imaging.display import auto_window, spanning

    windows = []
    for path, frame in members:
        try:
            opened = read(path, frame)
        except SegxError:
            continue  # opening it says so
        if isinstance(opened, Opened) and not opened.image.is_colour:
            windows.append(auto_window(opened.image))
    return spanning(windows) if windows else None


def read(path: Path, frame: int = 0, wanted: Callable[[], bool] | None = None) -> "Opened | list[DicomOverlay]":
    """Return one frame as `Opened`, or the list of overlays in a file.

    Raises the reader's errors, and `AnalysisCancelled` where it takes long and is not `wanted` any more.
    """
    from segx_viewer.app.model.privacy import limits
    from segx_viewer.imaging.guarded import read as read_picture

    allowed = limits()
    return _overlays(path, allowed) or read_picture(path, frame, allowed, wanted)


def read_at_once(path: Path, frame: int = 0) -> Opened | None:
    """Return one frame if that takes no decoder, None for every other file."""
    from segx_viewer.app.model.privacy import limits
    from segx_viewer.imaging.guarded import read_at_once as at_once

    return None if holds_overlays(path) else at_once(path, frame, limits())


def _overlays(path: Path, allowed: "Limits") -> "list[DicomOverlay] | None":
    """Return the overlays of a segmentation or parametric map, nothing for any other file."""
    if not holds_overlays(path):
        return None
    from segx_viewer.reporting.dicom.overlays import read_overlays_guarded

    return read_overlays_guarded(path, allowed)


def holds_overlays(path: Path) -> bool:
    """Whether a file is a segmentation or a parametric map, by the class that it names."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False  # the reader finds words for it
    _, _, rest = head.partition(_SOP_CLASS)
    return len(rest) >= 2 and rest[2 : 2 + rest[0]].rstrip(b"\0") in _OVERLAY_CLASSES


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file. Raises `ImageReadError`."""
    from segx_viewer.imaging.reader import file_sha256

    return file_sha256(path)


def prepare() -> None:
    """Start the decoding process ahead of its first use."""
    from segx_viewer.imaging.guarded import start_decoder

    start_decoder()


def thumbnail(image: "MedicalImage", size: int = 96) -> "NDArray[np.uint8]":
    """Return the displayed picture of an image, at most `size` px wide or high, as a uint8 array."""
    import cv2
    import numpy as np

    from segx_viewer.imaging.display import to_display
    from segx_viewer.imaging.halving import reduced

    small = to_display(reduced(image, size * 2))
    height, width = small.shape[0] * image.stretch[0], small.shape[1] * image.stretch[1]
    factor = min(1.0, size / max(height, width))
    shape = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(small, shape, interpolation=cv2.INTER_AREA), np.uint8)
