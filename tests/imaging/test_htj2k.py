"""High-throughput JPEG 2000, encoded by OpenJPH and decoded here by OpenJPEG: two independent implementations.

The codestreams beside this file were made from the pictures drawn here, with imagecodecs 2026.3.6 (OpenJPH 0.26.3):
``htj2k_encode(picture, reversible=True)``, ``rgb=True`` for colour, and ``reversible=False, level=0.001`` for the last.
"""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL

from segx_viewer.errors import ImageReadError
from segx_viewer.imaging.guarded import read_image_guarded, stop_decoder
from segx_viewer.imaging.reader import read_image

FOLDER = Path(__file__).with_name("htj2k")
ROWS, COLUMNS = np.mgrid[:48, :40]
PICTURES = {
    "unsigned": ((ROWS * 1361 + COLUMNS * 7 + ROWS * COLUMNS // 3) % 65536).astype(np.uint16),
    "signed": (ROWS * 40 - COLUMNS * 50 - ROWS * COLUMNS // 2).astype(np.int16),
    "colour": np.stack([ROWS * 5, COLUMNS * 6, (ROWS + COLUMNS) * 2], -1).astype(np.uint8),
    "near": (2000 + 30 * ROWS + 200 * np.sin(COLUMNS / 5)).astype(np.uint16),
}


@pytest.fixture
def as_dicom(make_dicom):
    """A DICOM file of one of the codestreams."""

    def make(name: str, syntax: str, **header) -> Path:
        colour = {"PhotometricInterpretation": "YBR_RCT"} if name == "colour" else {}
        path = make_dicom(PICTURES[name], f"{name}.dcm", **colour, **header)
        ds = pydicom.dcmread(path)
        ds.PixelData = encapsulate([(FOLDER / f"{name}.j2c").read_bytes()])
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
        ds.file_meta.TransferSyntaxUID = syntax
        ds.save_as(path)
        return path

    return make


@pytest.mark.parametrize("syntax", [HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K])
@pytest.mark.parametrize("name", ["unsigned", "signed", "colour"])
def test_reversible_codestreams_give_every_value_back(as_dicom, name, syntax):
    path = as_dicom(name, syntax)
    image = read_image(path)
    np.testing.assert_array_equal(image.pixels, PICTURES[name])
    assert image.source.transfer_syntax == syntax


def test_an_irreversible_codestream_is_near(as_dicom):
    difference = np.abs(read_image(as_dicom("near", HTJ2K)).pixels - PICTURES["near"])
    assert 0 < difference.max() <= 0.001 * 65536


def test_the_guarded_process_decodes_it_too_and_a_damaged_one_is_told(as_dicom):
    path = as_dicom("unsigned", HTJ2KLossless)
    np.testing.assert_array_equal(read_image_guarded(path).pixels, PICTURES["unsigned"])
    content = bytearray(path.read_bytes())
    at = content.index(b"\xff\x93")  # start of data
    content[at : at + 40] = bytes(40)
    path.write_bytes(content)
    with pytest.raises(ImageReadError, match=r"unsigned\.dcm is damaged"):
        read_image_guarded(path)
    stop_decoder()


def test_an_unknown_transfer_syntax_is_recognised_by_the_codestream(as_dicom):
    path = as_dicom("unsigned", HTJ2KLossless)
    path.write_bytes(path.read_bytes().replace(HTJ2KLossless.encode(), b"1.2.840.10008.1.2.4.299"))
    image = read_image(path)
    np.testing.assert_array_equal(image.pixels, PICTURES["unsigned"])
    assert image.source.transfer_syntax == HTJ2K
