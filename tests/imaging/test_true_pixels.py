"""Inputs whose pixels readers get wrong, each with the right value: the table in README.md is written from here."""

import shutil
import subprocess
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jpeg_ls
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.pixels import convert_color_space
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.burned_in import Box, blank_dataset
from segx_viewer.imaging.dicom import read_native_dicom
from segx_viewer.imaging.reader import read_image
from tests.imaging.codestreams import colour_steps, jpeg, jpeg_2000, jpeg_lossless

DCMTK = shutil.which("dcmj2pnm") or shutil.which("dcm2img")
RGB = colour_steps()
DEEP = (np.arange(48 * 64, dtype=np.uint16) * 21).reshape(48, 64)
TWELVE = DEEP >> 4
SIGNED = TWELVE.astype(np.int16) - 2048


@dataclass(frozen=True)
class Case:
    """A file, and what its pixels are."""

    kind: str
    expected: np.ndarray
    make: Callable[..., Path]
    tolerance: int = 0


def compressed(frame: bytes, syntax: str, **header):
    """A header for 64 x 48 grey or colour pixels with a codestream of whatever kind."""

    def make(make_dicom):
        stated = {"PixelData": encapsulate([frame]), **header}
        colour = stated.get("SamplesPerPixel") == 3
        path = make_dicom(RGB if colour else TWELVE, PixelData=None)
        dataset = pydicom.dcmread(path)
        dataset.file_meta.TransferSyntaxUID = syntax
        for keyword, value in stated.items():
            setattr(dataset, keyword, value)
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.save_as(path)
        return path

    return make


def recompressed(stored, syntax, before=None, **header):
    """Compressed by pydicom's encoders, then given another header."""

    def make(make_dicom):
        path = make_dicom(stored, **(before or {}))
        dataset = pydicom.dcmread(path)
        dataset.compress(syntax)
        for keyword, value in header.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)
        return path

    return make


def plain(stored, **header):
    return lambda make_dicom: make_dicom(stored, **header)


COLOUR = {"SamplesPerPixel": 3, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
GREY8 = (TWELVE >> 4).astype(np.uint8)
PLANES = np.ascontiguousarray(RGB.transpose(2, 0, 1)).tobytes()
LEFT = TWELVE << 4
YBR = convert_color_space(RGB, "RGB", "YBR_FULL")
WIDE = RGB.astype(np.uint16) * 257

CASES = [
    *(
        Case(f"{name}, Planar Configuration {planar}", RGB, compressed(frame, syntax, **COLOUR,
             PhotometricInterpretation=space, PlanarConfiguration=planar), tolerance)
        for planar in (0, 1)
        for name, frame, syntax, space, tolerance in (
            ("JPEG baseline in YCbCr", jpeg(RGB), JPEGBaseline8Bit, "YBR_FULL", 4),
            ("JPEG baseline in RGB", jpeg(RGB, keep_rgb=True), JPEGBaseline8Bit, "RGB", 2),
            ("JPEG baseline with a JFIF marker, called RGB", jpeg(RGB), JPEGBaseline8Bit, "RGB", 4),
            ("JPEG lossless in RGB", jpeg_lossless(RGB), JPEGLosslessSV1, "RGB", 0),
            ("JPEG 2000 with its colour transformation", jpeg_2000(RGB, mct=1), JPEG2000Lossless, "YBR_RCT", 0),
            ("JPEG 2000 in RGB", jpeg_2000(RGB, mct=0), JPEG2000Lossless, "RGB", 0),
            ("JPEG-LS by lines", bytes(jpeg_ls.encode_array(RGB, interleave_mode=1)), JPEGLSLossless, "RGB", 0),
            ("JPEG-LS by pixels", bytes(jpeg_ls.encode_array(RGB, interleave_mode=2)), JPEGLSLossless, "RGB", 0),
            (
                "JPEG-LS by planes",
                bytes(jpeg_ls.encode_array(RGB.transpose(2, 0, 1), interleave_mode=0)),
                JPEGLSLossless,
                "RGB",
                0,
            ),
        )
    ),
    *(
        Case(f"RLE in RGB, Planar Configuration {planar}", RGB, recompressed(RGB, RLELossless,
             PlanarConfiguration=planar))
        for planar in (0, 1)
    ),
    Case("uncompressed RGB by planes", RGB, plain(RGB, PlanarConfiguration=1, PixelData=PLANES)),
    *(
        Case(f"{name} of 64 x 48 under a header of {columns} x {rows}", truth, compressed(frame, syntax,
             **facts, Rows=rows, Columns=columns), tolerance)
        for rows, columns in ((64, 48), (32, 96))
        for name, frame, syntax, truth, facts, tolerance in (
            ("JPEG", jpeg(RGB), JPEGBaseline8Bit, RGB, COLOUR | {"PhotometricInterpretation": "YBR_FULL"}, 4),
            ("JPEG lossless", jpeg_lossless(DEEP), JPEGLosslessSV1, DEEP, {}, 0),
            ("JPEG-LS", bytes(jpeg_ls.encode_array(DEEP)), JPEGLSLossless, DEEP, {}, 0),
            ("JPEG 2000", jpeg_2000(DEEP), JPEG2000, DEEP, {}, 0),
        )
    ),
    Case("8-bit JPEG under 16 bits allocated, 12 stored", GREY8, compressed(jpeg(GREY8), JPEGBaseline8Bit,
         BitsStored=12, HighBit=11), 2),
    *(
        Case(f"uncompressed YBR_FULL, Planar Configuration {planar}", RGB, plain(YBR,
             PhotometricInterpretation="YBR_FULL", PlanarConfiguration=planar, PixelData=data), 3)
        for planar, data in ((0, YBR.tobytes()), (1, np.ascontiguousarray(YBR.transpose(2, 0, 1)).tobytes()))
    ),
    Case("RLE in YBR_FULL", RGB, recompressed(YBR, RLELossless, {"PhotometricInterpretation": "YBR_FULL"}), 3),
    Case("RGB of 16 bits by planes", RGB, plain(WIDE, PlanarConfiguration=1,
         PixelData=np.ascontiguousarray(WIDE.transpose(2, 0, 1)).tobytes())),
    *(
        Case(f"High Bit 15, 12 bits stored, {name}", TWELVE, plain(LEFT.byteswap() if name == "big endian" else LEFT,
             syntax=syntax, BitsStored=12, HighBit=15))
        for name, syntax in (("big endian", ExplicitVRBigEndian), ("deflated", DeflatedExplicitVRLittleEndian),
                             ("implicit", ImplicitVRLittleEndian))
    ),
    Case("High Bit 15, 12 bits stored", TWELVE, plain(LEFT, BitsStored=12, HighBit=15)),
    Case("High Bit 15, 12 bits stored, the rest not empty", TWELVE, plain(LEFT | 5, BitsStored=12, HighBit=15)),
    Case("High Bit 13, 12 bits stored", TWELVE, plain(TWELVE << 2, BitsStored=12, HighBit=13)),
    Case("High Bit 15, 12 bits stored, signed", SIGNED, plain((SIGNED.astype(np.int32) << 4).astype(np.int16),
         BitsStored=12, HighBit=15)),
    Case("High Bit 3, an impossible one", TWELVE, plain(TWELVE, BitsStored=12, HighBit=3)),
    Case("High Bit 15, 12 bits stored, RGB", RGB, plain(RGB.astype(np.uint16) << 8, BitsStored=12, HighBit=15)),
    *(
        Case(f"High Bit 15, 12 bits stored, {name}", TWELVE, recompressed(LEFT, syntax, BitsStored=12, HighBit=15))
        for name, syntax in (("RLE", RLELossless), ("JPEG-LS", JPEGLSLossless), ("JPEG 2000", JPEG2000Lossless))
    ),
    Case("High Bit 15, 12 bits stored, in a 12-bit JPEG-LS", TWELVE, recompressed(TWELVE, JPEGLSLossless,
         {"BitsStored": 12}, HighBit=15)),
    *(
        Case(f"JPEG 2000 of {bits} bits with a sign, Pixel Representation 0", stored, recompressed(stored,
             JPEG2000Lossless, {"BitsStored": bits}, PixelRepresentation=0))
        for bits, stored in ((8, (SIGNED >> 4).astype(np.int8)), (12, SIGNED), (16, DEEP.view(np.int16)))
    ),
    *(
        Case(f"JPEG 2000 of {bits} bits without a sign, Pixel Representation 1", stored, recompressed(
             stored.view(f"u{stored.itemsize}") & (2**bits - 1), JPEG2000Lossless, {"BitsStored": bits},
             PixelRepresentation=1))
        for bits, stored in ((8, (SIGNED >> 4).astype(np.int8)), (12, SIGNED), (16, DEEP.view(np.int16)))
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_pixels_are_those_that_were_written(case, make_dicom):
    path = case.make(make_dicom)
    found = read_image(path).pixels
    assert found.shape == case.expected.shape
    assert np.abs(found.astype(np.int64) - case.expected).max() <= case.tolerance
    at_once = read_native_dicom(path)
    assert at_once is None or np.array_equal(at_once[0].pixels, found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_blanked_copy_holds_the_same_pixels(case, make_dicom, tmp_path):
    dataset = pydicom.dcmread(case.make(make_dicom))
    if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        with pytest.raises(UnsupportedImageError, match="big-endian"):
            blank_dataset(dataset, (Box(0, 0, 5, 9),))
        return
    blank_dataset(dataset, (Box(0, 0, 5, 9),))
    dataset.save_as(tmp_path / "blanked.dcm")
    found = read_image(tmp_path / "blanked.dcm").pixels.astype(np.int64)
    assert found.shape == case.expected.shape
    assert np.ptp(found[:5, :9], axis=(0, 1)).max() == 0
    assert np.abs(found - case.expected)[5:, 9:].max() <= case.tolerance
    assert not pydicom.dcmread(tmp_path / "blanked.dcm").file_meta.TransferSyntaxUID.is_encapsulated


@pytest.mark.skipif(DCMTK is None, reason="needs DCMTK's dcm2img or dcmj2pnm")
@pytest.mark.parametrize("high", [11, 13, 15])
def test_left_justified_pixels_are_those_of_dcmtk(make_dicom, tmp_path, high):
    path = make_dicom(TWELVE << (high - 11), BitsStored=12, HighBit=high, WindowCenter=2048, WindowWidth=4096)
    subprocess.run([DCMTK, "-q", "+op", "+Wi", "1", str(path), str(tmp_path / "x.pgm")], check=True, timeout=60)
    from PIL import Image

    from segx_viewer.imaging.display import to_display

    with Image.open(tmp_path / "x.pgm") as theirs:
        assert np.abs(to_display(read_image(path)).astype(int) - np.asarray(theirs)).max() <= 1


@pytest.mark.parametrize(
    ("frame", "syntax", "facts"),
    [
        (jpeg(RGB), JPEGBaseline8Bit, COLOUR),
        (jpeg_lossless(DEEP), JPEGLosslessSV1, {}),
        (bytes(jpeg_ls.encode_array(DEEP)), JPEGLSLossless, {}),
        (jpeg_2000(DEEP), JPEG2000, {}),
    ],
    ids=["JPEG", "JPEG lossless", "JPEG-LS", "JPEG 2000"],
)
@pytest.mark.parametrize(("rows", "columns"), [(47, 64), (48, 63), (96, 64)])
def test_a_codestream_of_another_size_is_refused_before_it_is_decoded(make_dicom, frame, syntax, facts, rows, columns):
    path = compressed(frame, syntax, **facts, Rows=rows, Columns=columns)(make_dicom)
    with pytest.raises(ImageReadError, match=f"says {columns} x {rows} pixels, its compressed picture has 64 x 48"):
        read_image(path)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ({"BitsAllocated": 12, "BitsStored": 12}, "packs its pixels into 12 bits each.*export it again"),
        ({"BitsAllocated": 24, "BitsStored": 24}, "packs its pixels into 24 bits each.*export it again"),
        ({"PhotometricInterpretation": "CMYK"}, "has its colours as CMYK.*export it again"),
        ({"PhotometricInterpretation": "ARGB"}, "has its colours as ARGB.*export it again"),
        ({"PhotometricInterpretation": "XYB"}, "has its colours as XYB.*export it again"),
        ({"PhotometricInterpretation": "HSV"}, "has its colours as HSV.*export it again"),
        ({"PhotometricInterpretation": "YBR_PARTIAL_420"}, "has its colours as YBR_PARTIAL_420.*export it again"),
    ],
)
def test_what_is_merely_unsupported_is_named_with_the_way_out(make_dicom, header, sentence):
    with pytest.raises(UnsupportedImageError, match=sentence):
        read_image(make_dicom(TWELVE, **header))


@pytest.mark.parametrize(("marker", "process"), [(0xC5, "hierarchical"), (0xC9, "arithmetically coded")])
def test_retired_jpeg_processes_are_named(make_dicom, marker, process):
    frame = jpeg(GREY8).replace(b"\xff\xc0", bytes((0xFF, marker)), 1)
    path = compressed(frame, JPEGBaseline8Bit, BitsAllocated=8, BitsStored=8, HighBit=7)(make_dicom)
    with pytest.raises(UnsupportedImageError, match=f"{process} JPEG picture.*retired.*export it again"):
        read_image(path)


def test_retired_transfer_syntaxes_are_named(make_dicom):
    path = compressed(jpeg(GREY8), "1.2.840.10008.1.2.4.55", BitsAllocated=8, BitsStored=8, HighBit=7)(make_dicom)
    with pytest.raises(UnsupportedImageError, match=r"JPEG Full Progression.*does not decode; export it again"):
        read_image(path)


def by_pydicom(path: Path, case: Case) -> str:
    """What pydicom's own array is, where nobody corrects it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            array = pydicom.dcmread(path).pixel_array
        except Exception:  # noqa: BLE001 - it has no common base
            return "refused"
    if array.dtype == np.uint16 and case.expected.ndim == 3:
        return "not compared: of another depth"
    if array.shape != case.expected.shape:
        return "another shape"
    return "as written" if np.abs(array.astype(np.int64) - case.expected).max() <= case.tolerance else "other values"


def test_the_table_of_what_was_measured(make_dicom, publish):
    rows: dict[str, list[tuple[int, str]]] = {}
    for case in CASES:
        path = case.make(make_dicom)
        difference = int(np.abs(read_image(path).pixels.astype(np.int64) - case.expected).max())
        rows.setdefault(case.kind.partition(", Planar")[0], []).append((difference, by_pydicom(path, case)))
    lines = ["| input | files | largest difference | pydicom's pixel_array |", "|---|---|---|---|"]
    for kind, found in rows.items():
        others = ", ".join(dict.fromkeys(other for _, other in found))
        lines.append(f"| {kind} | {len(found)} | {max(d for d, _ in found)} | {others} |")
    assert sum(len(found) for found in rows.values()) == len(CASES)
    publish("pixels", "\n".join(lines))
