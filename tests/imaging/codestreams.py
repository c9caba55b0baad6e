"""Codestreams of single frames, for headers of every kind."""

import io

import gdcm
import numpy as np
from PIL import Image


def colour_steps() -> np.ndarray:
    """Draw 64 x 48 pixels whose channels, rows and columns cannot be taken for each other, smooth for JPEG's sake."""
    rows, columns = np.mgrid[:48, :64]
    return np.dstack([40 + 3 * columns, 30 + 4 * rows, 220 - columns - 2 * rows]).astype(np.uint8)


def _saved(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(pixels: np.ndarray, *, keep_rgb: bool = False) -> bytes:
    """Return baseline JPEG, in YCbCr or RGB."""
    options = {"subsampling": 0, "keep_rgb": keep_rgb} if pixels.ndim == 3 else {}
    return _saved(pixels, "JPEG", quality=100, **options)


def jpeg_2000(pixels: np.ndarray, *, mct: int = 0) -> bytes:
    """Return a lossless JPEG 2000 codestream, without or with the reversible colour transformation."""
    return _saved(pixels, "JPEG2000", no_jp2=True, mct=mct)


def jpeg_lossless(pixels: np.ndarray) -> bytes:
    """Return JPEG lossless, first-order prediction."""
    colour = pixels.ndim == 3
    bits = pixels.itemsize * 8
    kinds = gdcm.PhotometricInterpretation
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((pixels.shape[1], pixels.shape[0], 1))
    image.SetPhotometricInterpretation(kinds(kinds.RGB if colour else kinds.MONOCHROME2))
    image.SetPixelFormat(gdcm.PixelFormat(3 if colour else 1, bits, bits, bits - 1, 0))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.ExplicitVRLittleEndian))
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetByteStringValue(pixels.tobytes())
    image.SetDataElement(element)
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(image)
    assert change.Change()
    fragment = change.GetOutput().GetDataElement().GetSequenceOfFragments().GetFragment(0)
    return fragment.GetByteValue().GetBuffer().encode("utf-8", "surrogateescape")
