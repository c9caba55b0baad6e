"""Images that are whole, but of a kind that the viewer does not open: what they are, and the way out."""

from pathlib import Path

from pydicom.dataset import Dataset

from segx_viewer.errors import UnsupportedImageError
from segx_viewer.imaging._header import number, text, uid_name

_COLOURS = {
    "MONOCHROME1",
    "MONOCHROME2",
    "PALETTE COLOR",
    "RGB",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_ICT",
    "YBR_RCT",
}
_KNOWN = _COLOURS | {"ARGB", "CMYK", "HSV", "XYB", "YBR_PARTIAL_420", "YBR_PARTIAL_422"}
_ALLOCATED = {"PixelData": {1, 8, 16, 32}, "FloatPixelData": {32}, "DoubleFloatPixelData": {64}}
_WAY_OUT = "export it again as uncompressed DICOM in {what}, or as PNG or TIFF"


def unknown_syntax(path: Path, syntax: str) -> str:
    """Say that pixels are compressed in a way that no decoder here knows."""
    name = uid_name(syntax) or "an unknown transfer syntax"
    return (
        f"{path.name} is compressed as {name}, which the viewer does not decode; export it again as uncompressed DICOM."
    )


def check_supported(path: Path, dataset: Dataset, keyword: str) -> None:
    """Refuse pixels of a kind that nothing here decodes.

    Parameters
    ----------
    keyword : str
        Of the pixel data.

    Raises
    ------
    UnsupportedImageError
        Naming the kind, and what to export instead.
    """
    photometric = text(dataset, "PhotometricInterpretation").upper()
    if photometric in _KNOWN - _COLOURS:
        raise UnsupportedImageError(
            f"{path.name} has its colours as {photometric}, which the viewer does not open; "
            f"{_WAY_OUT.format(what='RGB')}."
        )
    allocated = number(dataset, "BitsAllocated")
    if allocated is not None and 0 < allocated <= 64 and allocated not in _ALLOCATED[keyword]:
        raise UnsupportedImageError(
            f"{path.name} packs its pixels into {allocated:g} bits each, which the viewer does not open; "
            f"{_WAY_OUT.format(what='16 bits')}."
        )
