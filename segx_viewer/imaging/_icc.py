"""Colours through an ICC profile to sRGB, for pictures and for DICOM colour alike."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_SPACES = {"RGB": "RGB", "CMYK": "CMYK", "L": "GRAY"}


def to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert a picture by its profile; one that is damaged or does not fit the picture is ignored."""
    if not profile or picture.mode not in _SPACES:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != _SPACES[picture.mode]:
            return picture
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return converted or picture


def array_to_srgb(rgb: NDArray[np.uint8], profile: bytes | None) -> NDArray[np.uint8]:
    """Convert pixels (H, W, 3) to sRGB by their ICC profile, as `to_srgb` does."""
    return np.asarray(to_srgb(Image.fromarray(rgb), profile)) if profile else rgb
