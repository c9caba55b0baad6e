"""Any file to a `MedicalImage`, decided by its content, never by its name."""

import struct
from pathlib import Path

from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ImageReadError, SegxError, UnsupportedImageError
from segx_viewer.imaging._decoded import Decoded
from segx_viewer.imaging._unsupported import foreign_kind
from segx_viewer.imaging.dicom import read_dicom
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits
from segx_viewer.imaging.picturefiles import is_picture, opens_heic, read_picture
from segx_viewer.paths import sha256_of

_PREAMBLE = 128
_VRS = {
    b"AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV"[i : i + 2]
    for i in range(0, 101, 3)
}


def read_image(path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS) -> MedicalImage:
    """Read one frame of a DICOM or picture file.

    Parameters
    ----------
    path : Path
    frame : int
        Counted from 0.
    limits : Limits
        Only the pixel count applies here; `guarded.read_image_guarded` applies them all.

    Returns
    -------
    MedicalImage

    Raises
    ------
    ImageReadError
        If the file is missing, empty, truncated or damaged, or has no such frame.
    UnsupportedImageError
        If it is not an image, or one that the viewer does not open.
    """
    return decode_image(Path(path), frame, limits).image()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises
    ------
    ImageReadError
        If the file cannot be read.
    """
    try:
        return sha256_of(path)
    except OSError as error:
        raise ImageReadError(f"{path.name} could not be read: {error.strerror or error}.") from error


def decode_image(path: Path, frame: int, limits: Limits) -> Decoded:
    """Decode one frame; raise as `read_image` does."""
    try:
        return _read(path, frame, limits)
    except SegxError:
        raise
    except MemoryError:
        raise ImageReadError(f"{path.name} needs more memory than there is.") from None
    except OSError as error:
        if error.errno is not None and error.strerror:
            raise ImageReadError(f"{path.name} could not be read: {error.strerror}.") from error
        raise ImageReadError(f"{path.name} is damaged or truncated.") from error
    except Exception as error:  # the decoders' own exceptions have no common base
        raise ImageReadError(f"{path.name} is damaged and could not be decoded.") from error


def _read(path: Path, frame: int, limits: Limits) -> Decoded:
    if path.is_dir():
        raise UnsupportedImageError(f"{path.name or path} is a folder, not an image file.")
    if not path.exists():
        raise ImageReadError(f"{path.name} does not exist.")
    if not path.is_file():
        raise UnsupportedImageError(f"{path.name} is not a regular file.")
    with path.open("rb") as file:
        head = file.read(_PREAMBLE + 4)
    if not head:
        raise ImageReadError(f"{path.name} is empty.")
    if head[_PREAMBLE:] == b"DICM":
        return read_dicom(path, frame, limits)
    if is_picture(path):
        return read_picture(path, frame, limits)
    if looks_like_bare_dicom(head):
        return read_dicom(path, frame, limits)
    foreign = foreign_kind(path, heic=opens_heic())
    raise UnsupportedImageError(foreign or f"{path.name} is not an image that the viewer can open.")


def is_dicom(path: Path) -> bool:
    """Whether a file's first bytes are those of a DICOM file, with or without a preamble."""
    try:
        with path.open("rb") as file:
            head = file.read(_PREAMBLE + 4)
    except OSError:
        return False
    return head[_PREAMBLE:] == b"DICM" or looks_like_bare_dicom(head)


def looks_like_bare_dicom(head: bytes) -> bool:
    """Whether a file begins with a DICOM data element, without the preamble.

    The first element must be of group 0002 or 0008, with a known VR or a plausible implicit length.
    """
    if len(head) < 8:
        return False
    for order in "<>":
        group, _, length = struct.unpack(order + "HHL", head[:8])
        if group in {0x0002, 0x0008} and (head[4:6] in _VRS or length < 0x1000):
            return True
    return False
