"""JPEG Extended with 12 bits through GDCM, which pydicom's own GDCM plug-in declines.

Importing this module registers it with pydicom.
GDCM decodes these as DCMTK does, bit for bit; the other decoders with a free licence stop at 8 bits.
"""

from pydicom.pixels.decoders.base import DecodeRunner, JPEGExtended12BitDecoder
from pydicom.uid import JPEGExtended12Bit

DECODER_DEPENDENCIES = {JPEGExtended12Bit: ("gdcm>=3.0.10",)}


def is_available(uid: str) -> bool:
    """Answer pydicom's question whether a transfer syntax can be decoded."""
    return uid == JPEGExtended12Bit


def decode(source: bytes, runner: DecodeRunner) -> bytes:
    """Decode one frame of monochrome pixels with more than 8 bits.

    Raises
    ------
    ValueError
        If GDCM cannot decode the frame, or it is not monochrome.
    """
    if runner.samples_per_pixel != 1 or runner.bits_allocated != 16:
        raise ValueError("only monochrome 12-bit frames are decoded here")
    import gdcm  # not before: 25 ms of every start

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(source)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())

    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((runner.columns, runner.rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(runner.photometric_interpretation)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str.__str__(JPEGExtended12Bit))))
    bits = runner.bits_stored
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, bits, bits - 1, runner.pixel_representation))
    buffer = image.GetBuffer()
    if buffer is None:
        raise ValueError("GDCM could not decode the frame")
    return buffer.encode("utf-8", "surrogateescape")  # it hands over char* as str


if "segx_viewer" not in JPEGExtended12BitDecoder.available_plugins:
    JPEGExtended12BitDecoder.add_plugin("segx_viewer", (__name__, "decode"))
