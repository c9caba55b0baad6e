"""DICOM files made to measure, and what the reader says about them."""

import threading
import warnings

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from segx_viewer.domain.image import PhotometricInterpretation, SpacingOrigin, VoiFunction
from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging import _pixels
from segx_viewer.imaging.dicom import read_native_dicom
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.limits import Limits
from segx_viewer.imaging.reader import read_image

RAMP = np.arange(12 * 10, dtype=np.uint16).reshape(12, 10)


def item(**values) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def test_plain_radiograph(make_dicom):
    path = make_dicom(
        RAMP,
        PhotometricInterpretation="MONOCHROME1",
        WindowCenter=[60, 30],
        WindowWidth=[120, 20],
        WindowCenterWidthExplanation=["CHEST", "BONE"],
        VOILUTFunction="SIGMOID",
        PatientName="Doe^Jane",
        PatientID="123",
        PatientBirthDate="19500101",
        PatientAge="070Y",
        PatientSex="F",
        BodyPartExamined="CHEST",
        ViewPosition="PA",
        StudyDate="20200101",
        PatientOrientation=["L", "F"],
        SeriesDescription="Chest PA",
        BitsStored=12,
    )
    image = read_image(path)
    assert image.pixels.dtype == np.float32
    assert np.array_equal(image.pixels, RAMP)
    assert image.photometric is PhotometricInterpretation.MONOCHROME1
    assert image.presentation_inverse
    assert [(w.center, w.width, w.explanation) for w in image.windows] == [(60, 120, "CHEST"), (30, 20, "BONE")]
    assert image.windows[0].function is VoiFunction.SIGMOID
    assert image.orientation == ("L", "F")
    assert image.bits_stored == 12
    assert (image.acquisition.age_years, image.acquisition.sex) == (70, "F")
    assert (image.acquisition.body_part, image.acquisition.view_position) == ("CHEST", "PA")
    assert (image.identity.name, image.identity.patient_id) == ("Doe, Jane", "123")
    assert "Doe" not in repr(image)
    assert image.source.sop_instance_uid
    assert to_display(image)[0, 0] > to_display(image)[-1, -1]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_native_transfer_syntaxes(make_dicom, tmp_path, syntax):
    stored = RAMP.byteswap() if syntax == ExplicitVRBigEndian else RAMP
    path = make_dicom(stored, syntax=syntax)
    image = read_image(path)
    assert np.array_equal(image.pixels, RAMP)
    assert image.source.transfer_syntax == syntax


def test_rle_frames(make_dicom, tmp_path):
    frames = np.stack([RAMP, RAMP + 7, RAMP * 2])
    ds = pydicom.dcmread(make_dicom(frames))
    ds.compress(RLELossless)
    ds.save_as(tmp_path / "rle.dcm")
    for index in range(3):
        image = read_image(tmp_path / "rle.dcm", frame=index)
        assert np.array_equal(image.pixels, frames[index])
        assert (image.source.frame, image.source.frames) == (index, 3)
    with pytest.raises(ImageReadError, match=r"counted from 0; there is no frame 3\."):
        read_image(tmp_path / "rle.dcm", frame=3)


@pytest.mark.parametrize("bare_of", ["preamble", "meta header"])
def test_without_preamble_or_meta_header(make_dicom, tmp_path, bare_of):
    content = make_dicom(RAMP, syntax=ImplicitVRLittleEndian).read_bytes()[132:]
    if bare_of == "meta header":
        (length,) = np.frombuffer(content[8:12], "<u4")
        content = content[12 + length :]
    path = tmp_path / "bare"
    path.write_bytes(content)
    assert np.array_equal(read_image(path).pixels, RAMP)


@pytest.mark.parametrize(("signed", "expected"), [(False, 0xF830), (True, -2000)])
def test_rescale_and_padding(make_dicom, signed, expected):
    stored = np.array([[-2000, 0, 100]], np.int16) if signed else np.array([[0xF830, 0, 100]], np.uint16)
    path = make_dicom(stored, RescaleSlope="2", RescaleIntercept="-1000")
    ds = pydicom.dcmread(path)
    ds.add_new("PixelPaddingValue", "US", 0xF830)  # -2000 with the wrong signedness, as scanners write it
    ds.save_as(path)
    image = read_image(path)
    assert image.pixels.ravel().tolist() == [2 * expected - 1000, -1000, -800]
    assert image.padding == (2 * expected - 1000,) * 2


def test_modality_lut_then_voi_lut(make_dicom):
    path = make_dicom(
        np.array([[0, 5, 6, 7, 900]], np.uint16),
        ModalityLUTSequence=[item(LUTDescriptor=[3, 5, 16], LUTData=np.array([10, 30, 20], "<u2").tobytes())],
        VOILUTSequence=[
            item(LUTDescriptor=[2, 29, 12], LUTData=np.array([0, 4095], "<u2").tobytes(), LUTExplanation="X")
        ],
    )
    image = read_image(path)
    assert image.pixels.ravel().tolist() == [10, 10, 30, 20, 20]
    assert image.voi_luts[0].first == 29
    assert to_display(image).ravel().tolist() == [0, 0, 255, 0, 0]


def test_presentation_lut_shape_inverse(make_dicom):
    image = read_image(make_dicom(RAMP, PresentationLUTShape="INVERSE"))
    assert image.photometric is PhotometricInterpretation.MONOCHROME2
    assert image.presentation_inverse


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"ImagerPixelSpacing": [0.2, 0.1]}, (0.2, 0.1, SpacingOrigin.DETECTOR)),
        ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]}, (0.2, 0.2, SpacingOrigin.DETECTOR)),
        ({"PixelSpacing": [0.15, 0.15], "ImagerPixelSpacing": [0.2, 0.2]}, (0.15, 0.15, SpacingOrigin.CALIBRATED)),
        (
            {"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL"},
            (0.2, 0.2, SpacingOrigin.CALIBRATED),
        ),
        ({"PixelSpacing": [0.5, 0.5], "Modality": "CT"}, (0.5, 0.5, SpacingOrigin.CALIBRATED)),
        ({"NominalScannedPixelSpacing": [0.1, 0.1]}, (0.1, 0.1, SpacingOrigin.DETECTOR)),
        ({"NominalScannedPixelSpacing": [0.1, 0.1], "Modality": "OT"}, (0.1, 0.1, SpacingOrigin.SCALE)),
        ({"PixelSpacing": [0, 0]}, None),
        ({}, None),
    ],
)
def test_pixel_spacing(make_dicom, header, expected):
    spacing = read_image(make_dicom(RAMP, **header)).spacing
    assert (spacing and (spacing.row, spacing.column, spacing.origin)) == expected


@pytest.mark.parametrize(
    ("cosines", "expected"),
    [([1, 0, 0, 0, 1, 0], ("L", "P")), ([0, 1, 0, 0, 0, -1], ("P", "F")), ([0.8, 0.6, 0, 0, 0, -1], ("LP", "F"))],
)
def test_orientation_from_cosines(make_dicom, cosines, expected):
    assert read_image(make_dicom(RAMP, ImageOrientationPatient=cosines)).orientation == expected


@pytest.mark.parametrize("stated", [["DOE", "JANE"], ["L", ""], ["X", "F"]])
def test_an_orientation_that_names_no_direction_is_none(make_dicom, stated):
    assert read_image(make_dicom(RAMP, PatientOrientation=stated)).orientation is None


def test_enhanced_multi_frame(make_dicom):
    def group(center, slope):
        return item(
            FrameVOILUTSequence=[item(WindowCenter=center, WindowWidth=10)],
            PixelValueTransformationSequence=[item(RescaleSlope=slope, RescaleIntercept=1)],
        )

    path = make_dicom(
        np.stack([RAMP, RAMP]),
        Modality="MR",
        SharedFunctionalGroupsSequence=[item(PixelMeasuresSequence=[item(PixelSpacing=[0.7, 0.8])])],
        PerFrameFunctionalGroupsSequence=[group(1, 1), group(2, 3)],
    )
    image = read_image(path, frame=1)
    assert np.array_equal(image.pixels, RAMP * 3 + 1)
    assert image.windows[0].center == 2
    assert (image.spacing.row, image.spacing.column) == (0.7, 0.8)


def test_colour_spaces_and_planes(make_dicom):
    rgb = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    assert np.array_equal(read_image(make_dicom(rgb)).pixels, rgb)
    planar = make_dicom(rgb, PlanarConfiguration=1, PixelData=np.ascontiguousarray(rgb.transpose(2, 0, 1)).tobytes())
    assert np.array_equal(read_image(planar).pixels, rgb)

    from pydicom.pixels import convert_color_space

    ybr = convert_color_space(rgb, "RGB", "YBR_FULL")
    back = read_image(make_dicom(ybr, PhotometricInterpretation="YBR_FULL")).pixels
    assert np.abs(back.astype(int) - rgb).max() <= 3  # 8-bit chrominance cannot be exact


def test_icc_profile_of_a_dicom_photograph(make_dicom, swapping_profile):
    rgb = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    profile = swapping_profile + b"\0" * (len(swapping_profile) % 2)
    converted = read_image(make_dicom(rgb, Modality="XC", ICCProfile=profile)).pixels
    assert np.abs(converted.astype(int) - rgb[..., ::-1]).max() <= 1
    assert np.array_equal(read_image(make_dicom(rgb, ICCProfile=profile, ColorSpace="SRGB")).pixels, rgb)
    assert np.array_equal(read_image(make_dicom(rgb, ICCProfile=b"damaged.")).pixels, rgb)


def test_palette_colour(make_dicom):
    tables = {
        f"{name}PaletteColorLookupTableData": np.array([0, 65535, row], "<u2").tobytes()
        for name, row in (("Red", 256), ("Green", 25600), ("Blue", 51200))
    }
    descriptors = {f"{name}PaletteColorLookupTableDescriptor": [3, 0, 16] for name in ("Red", "Green", "Blue")}
    stored = np.array([[0, 1], [2, 200]], np.uint8)
    path = make_dicom(stored, PhotometricInterpretation="PALETTE COLOR", **descriptors, **tables)
    last = [1, 100, 200]
    assert read_image(path).pixels.tolist() == [[[0, 0, 0], [255, 255, 255]], [last, last]]


def test_float_pixels_and_missing_values(make_dicom):
    stored = np.array([[0.5, np.nan, -1.5, np.inf]], np.float32)
    path = make_dicom(stored, BitsStored=None, PixelRepresentation=None, BitsAllocated=32)
    assert read_image(path).pixels.tolist() == [[0.5, -1.5, -1.5, -1.5]]


def test_thirty_two_bits(make_dicom):
    stored = np.array([[0, 4_000_000_000, 16_777_217]], np.uint32)
    assert read_image(make_dicom(stored, RescaleSlope="1", RescaleIntercept="-16777216")).pixels[0, 2] == 1


def test_pixel_limit_is_checked_before_the_pixels_are_read(make_dicom):
    path = make_dicom(RAMP, Rows=60000, Columns=60000)
    with pytest.raises(UnsupportedImageError, match=r"60000 x 60000 pixels, more than the limit of 134 megapixels"):
        read_image(path)
    with pytest.raises(UnsupportedImageError, match="limit of 100 pixels"):
        read_image(make_dicom(RAMP), limits=Limits(pixels=100))


def test_photometric_that_contradicts_the_samples(make_dicom):
    with pytest.raises(ImageReadError, match="claims to be in colour"):
        read_image(make_dicom(RAMP, PhotometricInterpretation="RGB"))
    rgb = np.zeros((4, 4, 3), np.uint8)
    assert read_image(make_dicom(rgb, PhotometricInterpretation="MONOCHROME2")).is_colour


@pytest.mark.parametrize(("origin", "frames"), [((1, 1), 1), ((-1, 4), 1), ((5, 6), 2)])
def test_overlay_lies_where_its_origin_says(make_dicom, origin, frames):
    rng = np.random.default_rng(0)
    planes = rng.integers(0, 2, (frames, 7, 6)).astype(bool)
    packed = np.packbits(planes.ravel(), bitorder="little").tobytes()
    path = make_dicom(np.stack([RAMP] * frames) if frames > 1 else RAMP)
    ds = pydicom.dcmread(path)
    for element, vr, value in (
        (0x0010, "US", 7),
        (0x0011, "US", 6),
        (0x0040, "CS", "R"),
        (0x0050, "SS", list(origin)),
        (0x1500, "LO", "Marker"),
        (0x3000, "OW", packed + b"\0" * (len(packed) % 2)),
    ):
        ds.add_new((0x6002, element), vr, value)
    if frames > 1:
        ds.add_new((0x6002, 0x0015), "IS", frames)
        ds.add_new((0x6002, 0x0051), "US", 1)
    ds.add_new((0x6004, 0x3000), "OW", b"ab")  # a damaged one costs nothing
    ds.save_as(path)
    for frame in range(frames):
        (overlay,) = read_image(path, frame=frame).overlays
        expected = np.zeros((12 + 20, 10 + 20), bool)
        top, left = origin[0] - 1 + 10, origin[1] - 1 + 10
        expected[top : top + 7, left : left + 6] = planes[frame]
        assert np.array_equal(overlay.mask, expected[10:22, 10:20])
        assert (overlay.label, overlay.is_region) == ("Marker", True)


@pytest.mark.parametrize(
    ("preamble", "kind"), [(b"MZ", "a Windows program"), (b"\x7fELF", "a Linux program"), (b"II*\0", None), (b"", None)]
)
def test_program_in_the_preamble_is_flagged(make_dicom, preamble, kind):
    path = make_dicom(RAMP)
    path.write_bytes(preamble.ljust(128, b"\0") + path.read_bytes()[128:])
    notes = read_image(path).source.notes
    assert len(notes) == (kind is not None)
    assert kind is None or kind in notes[0]


def test_truncated_pixels(make_dicom, tmp_path):
    path = tmp_path / "short.dcm"
    path.write_bytes(make_dicom(RAMP).read_bytes()[:-20])
    with pytest.raises(ImageReadError, match=r"short\.dcm is truncated"):
        read_image(path)


def test_no_image_inside(make_dicom):
    path = make_dicom(RAMP, PixelData=None, Rows=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11")
    with pytest.raises(UnsupportedImageError, match="without an image \\(Basic Text SR"):
        read_image(path)


def test_library_warnings_neither_stop_a_worker_thread_nor_leak(make_dicom):
    path = make_dicom(RAMP, SpecificCharacterSet="ISO_IR 192", StudyDate="20200101")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"20200101", b"yesterda").replace(b"ISO_IR 192", b"ISO_IR 999"))
    with pytest.raises(UserWarning, match="ISO_IR 999"):
        str(pydicom.dcmread(path))
    results = []
    thread = threading.Thread(target=lambda: results.append(read_image(path)))
    thread.start()
    thread.join()
    assert np.array_equal(results[0].pixels, RAMP)
    with pytest.raises(UserWarning, match="ours"):
        warnings.warn("ours", stacklevel=1)


@pytest.mark.parametrize(("kind", "bits"), [("u1", 8), ("i1", 8), ("u2", 10), ("u2", 16), ("i2", 12), ("i2", 16)])
def test_the_codec_with_threads_decodes_jpeg_2000_as_the_one_without_does(make_dicom, monkeypatch, kind, bits):
    lowest = -(2 ** (bits - 1)) if kind[0] == "i" else 0
    stored = np.random.default_rng(7).integers(lowest, lowest + 2**bits, (40, 50)).astype(kind)
    path = make_dicom(stored, BitsStored=bits)
    dataset = pydicom.dcmread(path)
    dataset.compress(JPEG2000Lossless)
    dataset.save_as(path)
    for codec in ("pillow", "pylibjpeg"):
        monkeypatch.setitem(_pixels._DECODERS, JPEG2000Lossless, (codec,))
        assert np.array_equal(read_image(path).pixels, stored)


def shown_evenly(image) -> bool:
    """Whether the picture runs from black to white."""
    picture = to_display(image)
    return picture.min() <= 1 and picture.max() >= 250


@pytest.mark.parametrize("function", ["LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("center", "width"), [("50", "1E-30"), ("1E+300", "10"), ("50", "1E+300"), ("1E+9", "1")])
def test_an_absurd_window_gives_way_to_the_automatic_one(make_dicom, function, center, width):
    stored = np.linspace(0, 65535, 120).astype(np.uint16).reshape(12, 10)
    path = make_dicom(stored, WindowCenter=center, WindowWidth=width, VOILUTFunction=function)
    image = read_image(path)
    assert image.windows == ()
    assert shown_evenly(image)


@pytest.mark.parametrize("header", [{"RescaleSlope": "1E+36"}, {"RescaleSlope": "1E-36"}, {"RescaleSlope": "-1E+38"},
                                    {"RescaleSlope": "1", "RescaleIntercept": "1E+37"}])  # fmt: skip
@pytest.mark.parametrize("kind", [np.uint16, np.float32])
def test_a_rescale_beyond_single_precision_costs_one_sentence(make_dicom, header, kind):
    header = {"RescaleIntercept": "0", **header}
    with pytest.raises(ImageReadError, match=r"its rescale slope .* make values that no image has"):
        read_image(make_dicom(RAMP.astype(kind), **header))
    assert read_native_dicom(make_dicom(RAMP, **header)) is None


@pytest.mark.parametrize("none", [3.4e38, -3.4e38, 1e39, -1e300, np.inf, -np.inf, np.nan, 9.96920996838687e36])
def test_doubles_that_stand_for_no_value_are_left_out_of_the_window(make_dicom, none):
    stored = np.linspace(1000, 2000, 120).reshape(12, 10)
    stored[:5] = none
    image = read_image(make_dicom(stored, BitsStored=None, PixelRepresentation=None, BitsAllocated=64))
    assert image.padding == (image.pixels.min(), image.pixels.min())
    assert np.isfinite(image.pixels).all()
    assert np.array_equal(image.pixels[5:], np.float32(stored[5:]))
    picture = to_display(image)
    assert not picture[:5].any()
    assert shown_evenly(image)
    assert np.unique(picture).size > 60


def test_floats_without_any_value(make_dicom):
    path = make_dicom(np.full((4, 4), np.inf, np.float32), BitsStored=None, PixelRepresentation=None, BitsAllocated=32)
    with pytest.raises(ImageReadError, match="no pixel with a value"):
        read_image(path)
