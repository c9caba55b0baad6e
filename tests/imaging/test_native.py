"""Uncompressed pixels read without a decoder: the same as through pydicom's, and nothing but what is plain."""

from dataclasses import fields
from unittest.mock import patch

import numpy as np
import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from segx_viewer.imaging import _element
from segx_viewer.imaging.dicom import read_dicom, read_native_dicom
from segx_viewer.imaging.halving import halved
from segx_viewer.imaging.limits import Limits

RANDOM = np.random.default_rng(7)
RAMP = np.arange(12 * 10, dtype=np.uint16).reshape(12, 10)


def noise(kind: str, shape: tuple[int, ...] = (12, 10)) -> np.ndarray:
    """Every bit of every pixel is drawn."""
    return RANDOM.integers(0, 256, (*shape, np.dtype(kind).itemsize), np.uint8).view(kind)[..., 0]


def by_decoder(path, frame=0):
    """What pydicom's decoder makes of it."""
    with patch.object(_element, "is_native", return_value=False):
        return read_dicom(path, frame)


def same(found, expected) -> bool:
    image, half = found
    expected = expected.image()
    for field in fields(image):
        if field.name not in ("pixels", "overlays", "voi_luts"):
            assert getattr(image, field.name) == getattr(expected, field.name), field.name
    assert [o.mask.tolist() for o in image.overlays] == [o.mask.tolist() for o in expected.overlays]
    assert [lut.values.tolist() for lut in image.voi_luts] == [lut.values.tolist() for lut in expected.voi_luts]
    if half is not None:
        assert np.array_equal(half, halved(expected.pixels))
    assert not image.pixels.flags.writeable
    return np.array_equal(image.pixels, expected.pixels)


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2"])
@pytest.mark.parametrize("unused", [0, 1, 4])
def test_the_values_are_those_of_the_decoder_whatever_the_unused_bits_hold(make_dicom, kind, unused):
    path = make_dicom(noise(kind), BitsStored=np.dtype(kind).itemsize * 8 - unused, RescaleIntercept="-100")
    assert same(read_native_dicom(path), by_decoder(path))
    here, there = read_dicom(path), by_decoder(path)
    assert here.values.dtype == there.values.dtype
    assert np.array_equal(here.values, there.values)


@pytest.mark.parametrize("kind", ["u1", "u2"])
def test_frames_of_odd_length(make_dicom, kind):
    path = make_dicom(noise(kind, (3, 5, 7)))
    for frame in range(3):
        assert same(read_native_dicom(path, frame), by_decoder(path, frame))
    assert read_native_dicom(path, 3) is None


@pytest.mark.parametrize(
    "header",
    [
        {"syntax": ImplicitVRLittleEndian},
        {"PhotometricInterpretation": "MONOCHROME1", "WindowCenter": [40, 50], "WindowWidth": [400, 90]},
        {"PixelPaddingValue": 3, "PixelSpacing": [0.1, 0.2], "PatientName": "Doe^Jane"},
    ],
)
def test_the_header_says_the_same(make_dicom, header):
    path = make_dicom(RAMP, **header)
    assert same(read_native_dicom(path), by_decoder(path))


@pytest.mark.parametrize("shape", [(3000, 1001), (257, 3), (1, 40), (40, 1), (5, 60000)])
def test_bands_join_without_a_seam(make_dicom, shape):
    path = make_dicom(noise("i2", shape), RescaleSlope="2.5", BitsStored=14)
    found = read_native_dicom(path)
    assert same(found, by_decoder(path))
    assert (found[1] is None) == (min(shape) == 1)


def test_tables(make_dicom):
    lut = pydicom.Dataset()
    lut.LUTDescriptor, lut.ModalityLUTType = [200, 5, 16], "OD"
    lut.LUTData = np.arange(1000, 1200, dtype="<u2").tobytes()
    voi = pydicom.Dataset()
    voi.LUTDescriptor, voi.LUTData = [256, 900, 8], bytes(range(256))
    path = make_dicom(RAMP, ModalityLUTSequence=[lut], VOILUTSequence=[voi])
    assert same(read_native_dicom(path), by_decoder(path))


def test_overlays(make_dicom):
    dataset = pydicom.dcmread(make_dicom(RAMP))
    for element, kind, value in ((0x10, "US", 12), (0x11, "US", 10), (0x40, "CS", "G"), (0x50, "SS", [1, 1])):
        dataset.add_new((0x6000, element), kind, value)
    dataset.add_new((0x6000, 0x3000), "OW", np.packbits(RAMP % 3 == 0, bitorder="little").tobytes() + b"\0")
    path = make_dicom(RAMP)
    dataset.save_as(path)
    assert read_native_dicom(path)[0].overlays[0].mask.any()
    assert same(read_native_dicom(path), by_decoder(path))


def test_what_needs_more_than_reading_is_left_to_the_decoders(make_dicom, tmp_path):
    compressed = pydicom.dcmread(make_dicom(RAMP, "rle.dcm"))
    compressed.compress(RLELossless)
    compressed.save_as(tmp_path / "rle.dcm")
    paths = [
        tmp_path / "rle.dcm",
        make_dicom(RAMP.byteswap(), "big.dcm", syntax=ExplicitVRBigEndian),
        make_dicom(RAMP, "deflated.dcm", syntax=DeflatedExplicitVRLittleEndian),
        make_dicom(np.dstack([RAMP.astype(np.uint8)] * 3), "colour.dcm"),
        make_dicom(RAMP.astype(np.uint32), "32.dcm"),
        make_dicom(RAMP.astype(np.float32), "float.dcm"),
        make_dicom(RAMP, "palette.dcm", PhotometricInterpretation="PALETTE COLOR"),
        make_dicom(RAMP, "long.dcm", TextValue="x" * 2**18),
        tmp_path / "missing.dcm",
    ]
    assert [path.name for path in paths if read_native_dicom(path) is not None] == []


def test_damaged_files_are_left_to_those_who_find_words(make_dicom, tmp_path):
    whole = make_dicom(RAMP).read_bytes()
    path = tmp_path / "damaged.dcm"
    for length in (0, 100, 132, 300, len(whole) - 20, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert read_native_dicom(path) is None, length
    for header in ({"BitsStored": 17}, {"PixelRepresentation": 2}, {"Rows": 13}, {"NumberOfFrames": 2}):
        assert read_native_dicom(make_dicom(RAMP, **header)) is None, header


def test_limits(make_dicom):
    path = make_dicom(RAMP)
    assert read_native_dicom(path, limits=Limits(pixels=119)) is None
    assert read_native_dicom(path, limits=Limits(memory_bytes=479)) is None
    assert read_native_dicom(path, limits=Limits(pixels=120, memory_bytes=480)) is not None
    large = make_dicom(np.zeros((3000, 3000), np.uint16))
    assert read_native_dicom(large, limits=Limits(seconds=0.0)) is None
    assert read_native_dicom(large) is not None
