"""How many frames there are: the header claims, the length of the pixel data decides."""

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from segx_viewer.errors import ImageReadError
from segx_viewer.imaging.burned_in import Box, blank_dataset
from segx_viewer.imaging.dicom import read_native_dicom
from segx_viewer.imaging.guarded import read_image_guarded, stop_decoder
from segx_viewer.imaging.reader import read_image

FRAMES = np.arange(3 * 12 * 10, dtype=np.uint16).reshape(3, 12, 10)
CLAIMS = (4, 5000, 2**31 - 1)


@pytest.fixture(scope="module", autouse=True)
def _end_process():
    yield
    stop_decoder()


def rle(make_dicom, claimed, *, table=True, table_entries=None):
    path = make_dicom(FRAMES)
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    frames = list(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=3))
    dataset.PixelData = encapsulate(frames, has_bot=table)
    if table_entries is not None:  # the first item's length, of a table that is longer than the file
        value = bytearray(dataset.PixelData)
        value[4:8] = (4 * table_entries).to_bytes(4, "little")
        dataset.PixelData = bytes(value)
    dataset.NumberOfFrames = claimed
    dataset.save_as(path)
    return path


def check(path, claimed):
    for frame in range(3):
        image = read_image(path, frame)
        assert np.array_equal(image.pixels, FRAMES[frame])
        assert image.source.frames == 3
        assert image.source.notes == (f"The header claims {claimed} frames; the file holds 3.",)
    for missing in (3, claimed - 1):
        with pytest.raises(ImageReadError, match=f"has 3 frame.s., counted from 0; there is no frame {missing}"):
            read_image(path, missing)
    assert read_native_dicom(path) is None
    assert read_image_guarded(path).source.frames == 3


@pytest.mark.parametrize("claimed", CLAIMS)
def test_uncompressed(make_dicom, claimed):
    check(make_dicom(FRAMES, NumberOfFrames=claimed), claimed)


@pytest.mark.parametrize("claimed", CLAIMS)
@pytest.mark.parametrize("table", [True, False])
def test_compressed(make_dicom, claimed, table):
    check(rle(make_dicom, claimed, table=table), claimed)


@pytest.mark.parametrize("claimed", CLAIMS)
def test_deflated(make_dicom, claimed):
    check(make_dicom(FRAMES, syntax=DeflatedExplicitVRLittleEndian, NumberOfFrames=claimed), claimed)


def test_an_offset_table_longer_than_the_file_counts_nothing(make_dicom):
    path = rle(make_dicom, 2**31 - 1, table=False, table_entries=2**29)
    with pytest.raises(ImageReadError):
        read_image(path, 3)


@pytest.mark.parametrize("header", [{}, {"PhotometricInterpretation": "YBR_FULL"}])
def test_colour(make_dicom, header):
    frames = np.random.default_rng(1).integers(0, 255, (2, 6, 8, 3), np.uint8)
    path = make_dicom(frames[0], NumberOfFrames=900, PixelData=frames.tobytes(), **header)
    assert read_image(path, 1).source.frames == 2
    with pytest.raises(ImageReadError, match="has 2 frame"):
        read_image(path, 2)


def test_frames_of_single_bits(make_dicom):
    stored = np.packbits(np.arange(3 * 16 * 8) % 3 == 0, bitorder="little")
    header = {"BitsAllocated": 1, "BitsStored": 1, "Rows": 16, "Columns": 8, "PixelData": stored.tobytes()}
    path = make_dicom(np.zeros((16, 8), np.uint8), NumberOfFrames=70, **header)
    assert read_image(path, 2).source.frames == 3


def test_a_header_that_claims_fewer_frames_is_believed(make_dicom):
    image = read_image(make_dicom(FRAMES, NumberOfFrames=2))
    assert (image.source.frames, image.source.notes) == (2, ())


def test_pixels_shorter_than_one_frame_are_truncated(make_dicom):
    path = make_dicom(FRAMES[0], NumberOfFrames=2**31 - 1, PixelData=bytes(100))
    with pytest.raises(ImageReadError):
        read_image(path)


@pytest.mark.parametrize("compress", [False, True])
def test_a_blanked_copy_has_the_frames_that_are_there(make_dicom, tmp_path, compress):
    dataset = pydicom.dcmread(rle(make_dicom, 5000) if compress else make_dicom(FRAMES, NumberOfFrames=5000))
    blank_dataset(dataset, (Box(0, 0, 2, 2),))
    dataset.save_as(tmp_path / "blanked.dcm")
    image = read_image(tmp_path / "blanked.dcm", 2)
    assert (image.source.frames, image.source.notes) == (3, ())
    assert np.array_equal(image.pixels[2:, 2:], FRAMES[2, 2:, 2:])
