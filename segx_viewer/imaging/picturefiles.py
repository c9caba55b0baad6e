"""Photographs and other picture files to a `MedicalImage`."""

import contextlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import PhotometricInterpretation, SourceInfo
from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging._decoded import Decoded, ImageFields, Modality
from segx_viewer.imaging._icc import to_srgb
from segx_viewer.imaging._missing import without_missing
from segx_viewer.imaging._png import unpacked
from segx_viewer.imaging._quiet import ignore_library_warnings
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from segx_viewer.imaging import _tiff

_FORMATS = ("JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "GIF", "JPEG2000", "PPM", "HEIF", "AVIF")
_DEEP_GREY = {"I;16", "I;16B", "I;16L", "I;16N", "I", "F"}
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_VIEWS = "Multi-Frame"  # how Pillow calls the MP types of panorama, disparity and angles


def is_picture(path: Path) -> bool:
    """Whether the file's first bytes are those of a picture format that the viewer opens."""
    ignore_library_warnings()
    try:
        with path.open("rb") as file:
            if file.read(4) in _TIFF:
                from segx_viewer.imaging import _tiff  # its library is for TIFF files only

                return _tiff.has_pages(path)
            file.seek(0)
            with Image.open(file, formats=_known_formats()):
                return True
    except Image.DecompressionBombError:
        return True  # a picture, and far too large: reading it says so
    except Exception:  # noqa: BLE001 - format plug-ins raise anything on foreign bytes
        return False


@cache
def _known_formats() -> list[str]:
    """Load the decoders, which the program that shows what a process of its own has decoded does not need."""
    Image.init()
    with contextlib.suppress(ImportError):  # the extra "heic"
        import pi_heif

        pi_heif.register_heif_opener()
    return [name for name in _FORMATS if name in Image.OPEN]


def opens_heic() -> bool:
    """Whether the extra "heic" is installed."""
    return "HEIF" in _known_formats()


def read_picture(path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """Decode one page of a picture file, upright, in sRGB, transparent parts on white.

    Pictures without colour become monochrome, with their own depth.

    Parameters
    ----------
    path : Path
    frame : int
        Page, counted from 0.
    limits : Limits
        The pixel count is checked from the header, before the pixels are decoded.

    Raises
    ------
    ImageReadError
        If the file is damaged, or has no such page.
    UnsupportedImageError
        If the picture is too large, or of a kind that the viewer does not open.
    """
    ignore_library_warnings()
    try:
        with path.open("rb") as file:
            if file.read(4) in _TIFF:
                return _read_tiff(path, frame, limits)
            # From an open file: a path is mapped into memory, and a mapped picture that lies on its side is scattered.
            with Image.open(unpacked(file), formats=_known_formats()) as picture:
                frames = _frames(picture)
                _check_frame(path, frame, frames)
                if frame:
                    picture.seek(frame)
                limits.check_pixels(path, picture.height, picture.width)
                return _decoded(path, frame, frames, picture)
    except Image.DecompressionBombError:
        raise UnsupportedImageError(
            f"{path.name} has more pixels than the limit of {limits.pixels / 1e6:.0f} megapixels."
        ) from None


def _check_frame(path: Path, frame: int, frames: int) -> None:
    if not 0 <= frame < frames:
        raise ImageReadError(f"{path.name} has {frames} page(s), counted from 0; there is no page {frame}.")


def _frames(picture: Image.Image) -> int:
    """Return the number of pictures: gain maps, previews and depths in a JPEG file are none of their own."""
    frames = int(getattr(picture, "n_frames", 1))
    if picture.format != "MPO" or frames == 1:
        return frames
    entries = getattr(picture, "mpinfo", {}).get(0xB002, ())
    return frames if all(entry["Attribute"]["MPType"].startswith(_VIEWS) for entry in entries[1:]) else 1


def _read_tiff(path: Path, frame: int, limits: Limits) -> Decoded:
    from segx_viewer.imaging import _tiff

    with _tiff.opened(path, frame) as (page, frames):
        _check_frame(path, frame, frames)
        assert page is not None  # noqa: S101 - there is such a page
        limits.check_pixels(path, *page.shape)
        if page.is_plain:
            with page.picture(path) as picture:
                decoded = _decoded(path, frame, frames, picture)
        else:
            decoded = _deep(path, frame, frames, _tiff.read_deep(path, page))
        return decoded.noted(*page.notes)


def _deep(path: Path, frame: int, frames: int, deep: "_tiff.Deep") -> Decoded:
    """Finish numbers that are no 8-bit picture."""
    if deep.mode:
        picture = Image.frombytes(deep.mode, (deep.values.shape[1], deep.values.shape[0]), deep.values.tobytes())
        picture.info["icc_profile"] = deep.profile
        picture = picture.convert("RGBA") if deep.mode == "RGBa" else picture
        pixels, bits = _pixels(picture)
        return Decoded(pixels, *_facts(path, frame, frames, "TIFF", pixels, bits))
    values, no_value = deep.values, deep.no_value
    if values.dtype.kind == "f":
        values, missing = without_missing(path, values, no_value)
        no_value, bits = (float(values.min()) if missing else None), 32
    else:
        bits = _depth(values)
    modality, fields = _facts(path, frame, frames, "TIFF", values, bits)
    fields["photometric"] = deep.photometric
    fields["presentation_inverse"] = deep.photometric is PhotometricInterpretation.MONOCHROME1
    lowest = None if no_value is None else float(np.float32(no_value))
    fields["padding"] = None if lowest is None else (lowest, lowest)
    return Decoded(values, modality, fields)


def _decoded(path: Path, frame: int, frames: int, picture: Image.Image) -> Decoded:
    picture.load()
    format_name = picture.format or ""
    ImageOps.exif_transpose(picture, in_place=True)
    pixels, bits = _pixels(picture)
    return Decoded(pixels, *_facts(path, frame, frames, format_name, pixels, bits))


def _facts(
    path: Path, frame: int, frames: int, format_name: str, pixels: Numbers, bits: int
) -> tuple[Modality | None, ImageFields]:
    grey = pixels.ndim == 2
    return Modality() if grey else None, {
        "modality": "",
        "photometric": PhotometricInterpretation.MONOCHROME2 if grey else PhotometricInterpretation.RGB,
        "source": SourceInfo(path=path, frame=frame, frames=frames, transfer_syntax=format_name),
        "bits_stored": bits,
    }


def _depth(values: Numbers) -> int:
    """Return the bits of integers; 32-bit ones that would go into 16 bits have 16."""
    if values.dtype.itemsize <= 2:
        return 8 * int(values.dtype.itemsize)
    return 16 if 0 <= values.min() <= values.max() < 65536 else 32


def _pixels(picture: Image.Image) -> tuple[Numbers, int]:
    """Return (H, W) for a picture without colour, else uint8 (H, W, 3); and the bits per sample."""
    if picture.mode in _DEEP_GREY:
        values = np.asarray(picture)
        return values, _depth(values)
    if picture.mode == "1":
        picture = picture.convert("L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.info.update(picture.info)
        picture = Image.alpha_composite(white, picture).convert("RGB")
    picture = to_srgb(picture, picture.info.get("icc_profile"))
    if picture.mode == "L":
        return np.asarray(picture), 8
    rgb = np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))
    if np.array_equal(rgb[..., 0], rgb[..., 1]) and np.array_equal(rgb[..., 1], rgb[..., 2]):
        return rgb[..., 0], 8
    return rgb, 8
