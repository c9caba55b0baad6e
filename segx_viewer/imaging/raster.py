"""Photographs and other picture files to a `MedicalImage`."""

import contextlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from segx_viewer.domain.image import PhotometricInterpretation, SourceInfo
from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging._decoded import Decoded, Modality
from segx_viewer.imaging._icc import to_srgb
from segx_viewer.imaging._quiet import ignore_library_warnings
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits

_FORMATS = ("JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "GIF", "JPEG2000", "PPM", "HEIF", "AVIF")
_DEEP_GREY = {"I;16", "I;16B", "I;16L", "I;16N", "I", "F"}


def is_picture(path: Path) -> bool:
    """Whether the file's first bytes are those of a picture format that the viewer opens."""
    ignore_library_warnings()
    try:
        with Image.open(path, formats=_known_formats()):
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


def read_picture(path: Path, frame: int = 0, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """Decode one page of a picture file, upright, in sRGB, transparent parts on white.

    Pictures without colour become MONOCHROME2, with their own depth.

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
        If the picture is too large.
    """
    ignore_library_warnings()
    try:
        picture = Image.open(path, formats=_known_formats())
    except Image.DecompressionBombError:
        raise UnsupportedImageError(
            f"{path.name} has more pixels than the limit of {limits.pixels / 1e6:.0f} megapixels."
        ) from None
    with picture:
        frames = getattr(picture, "n_frames", 1)
        if not 0 <= frame < frames:
            raise ImageReadError(f"{path.name} has {frames} page(s); there is no page {frame + 1}.")
        if frame:
            picture.seek(frame)
        limits.check_pixels(path, picture.height, picture.width)
        picture.load()
        format_name = picture.format or ""
        ImageOps.exif_transpose(picture, in_place=True)
        pixels, bits = _pixels(picture)
    grey = pixels.ndim == 2
    fields = {
        "modality": "",
        "photometric": PhotometricInterpretation.MONOCHROME2 if grey else PhotometricInterpretation.RGB,
        "source": SourceInfo(path=path, frame=frame, frames=frames, transfer_syntax=format_name),
        "bits_stored": bits,
    }
    return Decoded(pixels, Modality() if grey else None, fields)


def _pixels(picture: Image.Image) -> tuple[NDArray[Any], int]:
    """Return (H, W) for a picture without colour, else uint8 (H, W, 3); and the bits per sample."""
    if picture.mode in _DEEP_GREY:
        values = np.asarray(picture)
        if values.dtype.kind == "f":
            return np.nan_to_num(values, nan=0.0, posinf=np.finfo(values.dtype).max), 32
        return values, 16 if values.dtype.itemsize == 2 or 0 <= values.min() <= values.max() < 65536 else 32
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
