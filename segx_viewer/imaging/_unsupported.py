"""Images that are whole, but of a kind that the viewer does not open: what they are, and the way out."""

from pathlib import Path

from pydicom.dataset import Dataset

from segx_viewer.errors import UnsupportedImageError, worded
from segx_viewer.imaging._stream import stream_of
from segx_viewer.imaging.header import number, text, uid_name

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
_CAMERA_RAW = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
_KINDS = {
    b"\xff\x0a": worded("a JPEG XL picture"),
    b"\0\0\0\x0cJXL ": worded("a JPEG XL picture"),
    b"II\xbc": worded("a JPEG XR picture"),
    b"8BPS": worded("a Photoshop document"),
    b"gimp xcf": worded("a GIMP document"),
    b"v/1\x01": worded("an OpenEXR picture"),
    b"SIMPLE  =": worded("a FITS picture"),
    b"NRRD0": worded("an NRRD volume"),
}
_NIFTI, _NIFTI_AT = (b"n+1\0", b"ni1\0"), 344
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_JPEG_LOOKED_AT = 2**20  # bytes
_WAY_OUT = worded("export it again as uncompressed DICOM in {what}, or as PNG or TIFF")


def foreign_kind(path: Path, *, heic: bool) -> str:
    """Return in a sentence what a file is that nothing here opens, and the way out; "" where that is not known.

    Parameters
    ----------
    heic : bool
        Whether HEIC photographs are opened.
    """
    with path.open("rb") as file:
        head = file.read(_JPEG_LOOKED_AT)
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    if brand in _HEIC and not heic:
        return worded(
            f'{path.name} is a HEIC photograph, which the viewer opens with its extra "heic" '
            '(pip install "segx-viewer[heic]"); or save it as JPEG or PNG.'
        )
    if brand == b"crx " or head.startswith(_CAMERA_RAW):
        return worded(
            f"{path.name} is a camera's raw file; "
            "export the picture as TIFF, PNG or JPEG from the camera's own program."
        )
    if head[_NIFTI_AT : _NIFTI_AT + 4] in _NIFTI:
        return worded(
            f"{path.name} is a NIfTI volume, which the viewer does not open; export its slices as DICOM, TIFF or PNG."
        )
    stream = stream_of(head)
    if stream is not None and head.startswith(b"\xff\xd8") and (stream.precision > 8 or stream.process):
        what = stream.process or f"{stream.precision}-bit"
        return worded(
            f"{path.name} is a {what} JPEG picture, which the viewer does not open by itself; export it as PNG or TIFF."
        )
    kind = next((kind for start, kind in _KINDS.items() if head.startswith(start)), "")
    if not kind:
        return ""
    return worded(f"{path.name} is {kind}, which the viewer does not open; export it as PNG or TIFF.")


def unknown_syntax(path: Path, syntax: str) -> str:
    """Say that pixels are compressed in a way that no decoder here knows."""
    name = uid_name(syntax) or worded("an unknown transfer syntax")
    return worded(
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
