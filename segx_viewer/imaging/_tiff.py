"""TIFF pages by their own tags: which are pictures, what their numbers mean, and who decodes them.

Pillow's modes know few of the combinations of type, byte order, compression and photometric interpretation that TIFF
has; deep pages go through tifffile, and through Pillow only where tifffile lacks the codec.
"""

import io
import logging
import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import PhotometricInterpretation
from segx_viewer.errors import UnsupportedImageError, worded

logging.getLogger("tifffile").addFilter(lambda record: False)  # its complaints are about the file at hand

_DNG_VERSION, _NODATA, _PHOTOMETRIC, _PROFILE, _ORIENTATION = 50706, 42113, 262, 34675, 274
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CMYK = 0, 1, 2, 5
_PLAIN = {0: "grey", 1: "grey", 2: "RGB", 3: "palette", 5: "CMYK", 6: "YCbCr", 8: "CIELab"}
_SENSOR = {32803, 34892}  # a colour filter array, or its values not yet made into colours
_REDUCED, _MASK = 1, 4  # bits of New Subfile Type
_MANY = 64  # files with more pages are films, not pyramids
_SEPARATE = 2
_ASSOCIATED, _ALPHA = 1, {1, 2}
# What libtiff has decoded lies in the machine's byte order, which Pillow's modes for big-endian files do not know.
_NATIVE = {"F;32BF": "F;32F", "I;16BS": "I;16S", "I;32BS": "I;32S", "I;32B": "I;32", "I;16B": "I;16"}


@dataclass(frozen=True, slots=True, eq=False)
class Deep:
    """The numbers of a page that are no 8-bit picture, upright.

    Attributes
    ----------
    values : ndarray
        (H, W) numbers, or (H, W, 3) or (H, W, 4) uint8 of "RGB", "RGBA" or "CMYK".
    mode : str
        Pillow's name of the colours, "" for grey.
    photometric : PhotometricInterpretation
        Of grey numbers.
    no_value : float or None
        What the file declares to stand for "no value".
    profile : bytes or None
        ICC profile.
    """

    values: Numbers
    mode: str
    photometric: PhotometricInterpretation
    no_value: float | None
    profile: bytes | None


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page of an open file.

    Attributes
    ----------
    page : TiffPage
    index : int
        Among all pages of the file.
    notes : tuple of str
        What was left out of the file's pages.
    """

    page: tifffile.TiffPage
    index: int
    notes: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width as stored."""
        return int(self.page.imagelength), int(self.page.imagewidth)

    @property
    def is_plain(self) -> bool:
        """Whether it is a picture of at most 8 bits, all of which Pillow knows."""
        return _is_plain(self.page)

    @contextmanager
    def picture(self, path: Path) -> Iterator[Image.Image]:
        """Open a plain page with Pillow.

        From an open file: a path is mapped into memory, and a mapped picture that lies on its side is scattered.
        """
        with path.open("rb") as file:
            try:
                picture = Image.open(file, formats=["TIFF"])
            except UnidentifiedImageError:  # the first page is of a kind that Pillow does not know
                picture = Image.open(_alone(path, self.page), formats=["TIFF"])
            else:
                picture.seek(self.index)
            with picture:
                yield picture


def has_pages(path: Path) -> bool:
    """Whether a file that begins like TIFF has a page."""
    with tifffile.TiffFile(path) as file:
        return len(file.pages) > 0


@contextmanager
def opened(path: Path, frame: int) -> Iterator[tuple[Page | None, int]]:
    """Find a frame among the pages of a file that are pictures; None where there is no such frame; and their number.

    Reduced copies and masks are no pictures, and neither are pages of a kind that the viewer does not open, where the
    file has others.

    Raises
    ------
    UnsupportedImageError
        For a camera's raw file, and where no page is of a kind that the viewer opens, or this one is not.
    """
    with tifffile.TiffFile(path) as file:
        _refuse_raw(path, file)
        pages: Sequence[int] = range(len(file.pages))
        notes: tuple[str, ...] = ()
        if len(pages) <= _MANY:
            shown = [i for i in pages if not _is_secondary(_at(file, i))] or list(pages)
            reasons = {i: reason for i in shown if (reason := _foreign(_at(file, i)))}
            if len(reasons) == len(shown):
                raise UnsupportedImageError(_refusal(path, next(iter(reasons.values()))))
            notes = tuple(
                worded(f"Page {i + 1} of the file is left out: it has {reason}.") for i, reason in reasons.items()
            )
            pages = [i for i in shown if i not in reasons]
        if not 0 <= frame < len(pages):
            yield None, len(pages)
            return
        page = _at(file, pages[frame])
        if reason := _foreign(page):
            raise UnsupportedImageError(_refusal(path, reason))
        yield Page(page, pages[frame], notes), len(pages)


def _at(file: tifffile.TiffFile, index: int) -> tifffile.TiffPage:
    page = file.pages[index]
    return page if isinstance(page, tifffile.TiffPage) else page.aspage()


def _refuse_raw(path: Path, file: tifffile.TiffFile) -> None:
    """Refuse a camera's raw file, whose first pages are previews of a sensor's values."""
    first = _at(file, 0)
    with path.open("rb") as raw:
        canon = raw.read(10)[8:] == b"CR"
    inner = [page for page in first.pages or () if isinstance(page, tifffile.TiffPage)]
    photometric = {int(page.photometric or 0) for page in (first, *inner)}
    if canon or _DNG_VERSION in first.tags or photometric & _SENSOR:
        raise UnsupportedImageError(
            f"{path.name} is a camera's raw file, with a small preview; export the picture as TIFF, PNG or JPEG from "
            f"the camera's own program."
        )


def _is_plain(page: tifffile.TiffPage) -> bool:
    return page.dtype is not None and bool(page.bitspersample <= 8 and np.dtype(page.dtype).kind in "ub")


def _is_secondary(page: tifffile.TiffPage) -> bool:
    """Whether a page is a reduced copy or a transparency mask of another one."""
    return bool(int(page.subfiletype or 0) & (_REDUCED | _MASK))


def _foreign(page: tifffile.TiffPage) -> str:
    """Return what a page has that the viewer does not open, "" for nothing."""
    photometric = int(page.photometric)
    if page.dtype is None or np.dtype(page.dtype).kind not in "uifb":
        return worded(f"numbers of {page.bitspersample} bits of an unusual kind")
    if photometric not in _PLAIN:
        name = getattr(page.photometric, "name", str(page.photometric))
        return worded(f"colours of the kind {name}")
    depth = np.dtype(page.dtype).itemsize * 8
    if page.bitspersample not in (1, 2, 4, 8, 12, depth):
        return worded(f"{page.bitspersample} bits for each value")
    if _is_plain(page):
        return ""
    grey = photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
    if not grey and (photometric not in (_RGB, _CMYK) or np.dtype(page.dtype).kind != "u"):
        return worded(f"{_PLAIN[photometric]} colours of {page.bitspersample} bits")
    samples = int(page.samplesperpixel)
    if (grey and samples > 1 + len(page.extrasamples)) or samples > 4 or page.imagedepth > 1:
        return f"{samples} channels"
    if grey and samples > 1 and int(page.extrasamples[0]) not in _ALPHA:
        return f"{samples} channels"
    return ""


def _refusal(path: Path, reason: str) -> str:
    return worded(
        f"{path.name} has {reason}, which the viewer does not open; save it as a TIFF of 8 or 16 bits, or as PNG."
    )


def read_deep(path: Path, found: Page) -> Deep:
    """Decode a page that is not plain.

    Raises
    ------
    UnsupportedImageError
        For a compression that nothing here decodes at this depth.
    """
    page = found.page
    photometric = int(page.photometric)
    values = _values(path, page)
    orientation = page.tags.valueof(_ORIENTATION, 1)
    grey = photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
    profile = page.tags.valueof(_PROFILE)
    return Deep(
        _upright(values[..., 0] if grey else _eight_bits(values), int(orientation)),
        "" if grey else _mode(page),
        PhotometricInterpretation.MONOCHROME1
        if photometric == _WHITE_IS_ZERO
        else PhotometricInterpretation.MONOCHROME2,
        _declared(page),
        profile if isinstance(profile, bytes) else None,
    )


def _values(path: Path, page: tifffile.TiffPage) -> Numbers:
    """Return a page as it is stored, (H, W, samples)."""
    shape = (int(page.imagelength), int(page.imagewidth), int(page.samplesperpixel))
    try:
        values = page.asarray()
    except (ValueError, KeyError) as error:
        if "imagecodecs" not in str(error):
            raise
        values = _by_pillow(path, page)
    if int(page.planarconfig) == _SEPARATE and values.ndim == 3:
        values = values.transpose(1, 2, 0)
    return values.reshape(shape)


def _by_pillow(path: Path, page: tifffile.TiffPage) -> Numbers:
    """Decode a page whose codec tifffile lacks through libtiff, where Pillow gets at its numbers as they are."""
    kind = np.dtype(page.dtype)
    if int(page.planarconfig) == _SEPARATE and page.samplesperpixel > 1:
        raise UnsupportedImageError(_codec(path, page))
    try:
        picture = Image.open(_alone(path, page), formats=["TIFF"])
    except UnidentifiedImageError:
        raise UnsupportedImageError(_codec(path, page)) from None
    with picture:
        picture.tile = [tile._replace(args=_native_args(tile.args)) for tile in picture.tile]
        stored = picture.mode
        picture.getexif().pop(_ORIENTATION, None)
        picture.load()
        values = np.asarray(picture)
    if kind == np.int8 and stored == "L":
        return values.view(np.int8)
    wide = {"I;16": np.uint16, "I": kind if kind in (np.int16, np.int32) else None, "F": np.float32}.get(stored)
    if stored.startswith("I;16"):
        wide = np.uint16
    if stored in ("RGB", "RGBA", "CMYK"):
        return values.astype(kind) << (8 * kind.itemsize - 8)
    if wide is None or np.dtype(wide) != kind:
        raise UnsupportedImageError(_codec(path, page))
    return values.astype(kind)


def _native_args(args: tuple[object, ...] | str | None) -> tuple[object, ...] | str | None:
    return (_NATIVE.get(str(args[0]), args[0]), *args[1:]) if isinstance(args, tuple) else args


def _codec(path: Path, page: tifffile.TiffPage) -> str:
    name = getattr(page.compression, "name", str(page.compression))
    return worded(
        f"{path.name} has {page.bitspersample}-bit values compressed by {name}, which the viewer does not open; "
        f"save it uncompressed, or compressed by Deflate (ZIP)."
    )


def _alone(path: Path, page: tifffile.TiffPage) -> BinaryIO:
    """Return the file's bytes as if a page were its first one, and black were zero on it.

    For Pillow, which opens no file whose first page it does not know.
    """
    content = bytearray(path.read_bytes())
    order = "<" if content[:2] == b"II" else ">"
    big = bytes(content[2:4]) in (b"+\0", b"\0+")
    struct.pack_into(order + ("Q" if big else "L"), content, 8 if big else 4, page.offset)
    tag = page.tags.get(_PHOTOMETRIC)
    if tag is not None and int(page.photometric) == _WHITE_IS_ZERO and page.bitspersample > 8:
        struct.pack_into(order + "H", content, tag.valueoffset, _BLACK_IS_ZERO)
    return io.BytesIO(content)


def _declared(page: tifffile.TiffPage) -> float | None:
    """Return the number that GDAL's tag declares to stand for "no value"."""
    try:
        value = float(str(page.tags.valueof(_NODATA, "")).strip("\0 "))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _eight_bits(values: Numbers) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.right_shift(values, 8 * values.itemsize - 8), np.uint8)


def _mode(page: tifffile.TiffPage) -> str:
    if int(page.photometric) == _CMYK:
        return "CMYK"
    if page.samplesperpixel == 4:
        extra = int(page.extrasamples[0]) if page.extrasamples else 0
        return "RGBa" if extra == _ASSOCIATED else "RGBA" if extra in _ALPHA else "RGBX"
    return "RGB"


def _upright(values: Numbers, orientation: int) -> Numbers:
    """Turn rows and columns as the tag Orientation says."""
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    return np.ascontiguousarray(values)
