"""Display values against the formulas of the standard, written out plainly."""

from dataclasses import replace

import numpy as np
import pytest

from segx_viewer.domain.image import (
    MedicalImage,
    PhotometricInterpretation,
    SourceInfo,
    VoiFunction,
    VoiLut,
    WindowLevel,
)
from segx_viewer.imaging.display import auto_window, default_voi, grey_scale, to_display


def image(pixels, **changes) -> MedicalImage:
    facts = {"modality": "DX", "photometric": PhotometricInterpretation.MONOCHROME2, "source": SourceInfo(None)}
    return MedicalImage(pixels=np.asarray(pixels), **(facts | {"bits_stored": 12} | changes))


def plain_linear(x, c, w, high=255):
    """PS3.3 C.11.2.1.2.1, word by word."""
    if x <= c - 0.5 - (w - 1) / 2:
        return 0
    if x > c - 0.5 + (w - 1) / 2:
        return high
    return ((x - (c - 0.5)) / (w - 1) + 0.5) * high


def plain_exact(x, c, w, high=255):
    """PS3.3 C.11.2.1.3.2."""
    if x <= c - w / 2:
        return 0
    if x > c + w / 2:
        return high
    return ((x - c) / w + 0.5) * high


def plain_sigmoid(x, c, w, high=255):
    """PS3.3 C.11.2.1.3.1."""
    return high / (1 + np.exp(-4 * (x - c) / w))


@pytest.mark.parametrize(
    ("function", "plain"),
    [
        (VoiFunction.LINEAR, plain_linear),
        (VoiFunction.LINEAR_EXACT, plain_exact),
        (VoiFunction.SIGMOID, plain_sigmoid),
    ],
)
@pytest.mark.parametrize(("center", "width"), [(2048, 4096), (0, 100), (100, 1), (40.5, 2), (-600, 1500.5), (30, 7)])
@pytest.mark.parametrize("inverse", [False, True])
def test_window_follows_the_standard(function, plain, center, width, inverse):
    values = np.concatenate([np.arange(-2000, 2000), [-32768, 32767, 65535, 2e9, -2e9]]).astype(np.float32)
    with np.errstate(over="ignore"):
        expected = np.array([plain(float(x), center, width) for x in values])
    expected = 255 - expected if inverse else expected
    shown = to_display(image(values[None], presentation_inverse=inverse), WindowLevel(center, width, function)).ravel()
    assert np.abs(shown - expected).max() <= 0.51


def test_voi_lut_takes_first_and_last_entry_outside_its_range():
    lut = VoiLut(np.array([0, 100, 1023, 512]), first=-1, bits=10)
    shown = to_display(image([[-50.0, -1, 0, 1, 2, 3, 9000]]), lut)
    expected = np.array([0, 0, 100, 1023, 512, 512, 512]) * 255 / 1023
    assert np.abs(shown.ravel() - expected).max() <= 0.5


@pytest.mark.parametrize("function", list(VoiFunction))
@pytest.mark.parametrize("inverse", [False, True])
def test_a_known_extent_of_the_pixels_changes_nothing(function, inverse):
    rng = np.random.default_rng(7)
    values = rng.uniform(2000, 9000, (64, 517)).astype(np.float32)
    values[::2] = np.rint(values[::2])  # on the edges between two levels, too
    values[5, 7] = np.nan
    extent = float(np.nanmin(values)), float(np.nanmax(values))
    for window in (WindowLevel(5500, 9001), WindowLevel(5500, 513), WindowLevel(1000, 77), WindowLevel(5e5, 1e6)):
        voi, out = replace(window, function=function), np.empty(values.shape, np.uint8)
        grey_scale(voi, inverse=inverse, extent=extent)(values, out)
        assert np.array_equal(out, grey_scale(voi, inverse=inverse)(values, None))


def test_padding_is_black_in_either_presentation():
    pixels = np.float32([[0, 100, 200, -2000]])
    for inverse in (False, True):
        shown = to_display(
            image(pixels, padding=(-2000.0, -1500.0), presentation_inverse=inverse), WindowLevel(100, 200)
        )
        assert shown[0, 3] == 0
        assert (shown[0, 0] < shown[0, 2]) is not inverse


def test_automatic_window_leaves_padding_out():
    pixels = np.full((200, 200), -2000, np.float32)
    pixels[50:150, 50:150] = np.random.default_rng(0).normal(1000, 50, (100, 100))
    window = auto_window(image(pixels, padding=(-2000.0, -2000.0)))
    assert 980 < window.center < 1020
    assert 200 < window.width < 350


@pytest.mark.parametrize("value", [0.0, -5.0, 1e6])
def test_flat_image_can_be_shown(value):
    assert to_display(image(np.full((4, 4), value, np.float32))).shape == (4, 4)


def test_eight_bit_picture_is_shown_as_it_is():
    pixels = np.arange(256, dtype=np.float32)[None]
    assert np.array_equal(to_display(image(pixels, bits_stored=8)), pixels.astype(np.uint8))


def test_files_voi_comes_first():
    lut = VoiLut(np.arange(4), 0, 8)
    window = WindowLevel(5, 10)
    pixels = np.zeros((2, 2), np.float32)
    assert default_voi(image(pixels, windows=(window,), voi_luts=(lut,))) is lut
    assert default_voi(image(pixels, windows=(window,))) is window


def test_colour_is_shown_as_it_is_and_inverts():
    rgb = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    colour = image(rgb, photometric=PhotometricInterpretation.RGB)
    assert default_voi(colour) is None
    assert np.array_equal(to_display(colour, WindowLevel(1, 2)), rgb)
    assert np.array_equal(to_display(colour, invert=True), 255 - rgb)


FUNCTIONS = list(VoiFunction)
ABSURD = (0.0, 1e-30, 30000.0, 1e30, -1e37, 1e300, -1.7e308)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("center", ABSURD)
@pytest.mark.parametrize("width", [1e-300, 1e-30, 1e-7, 1.0, 400.0, 1e30, 1e37, 1e300, 1.79e308])
@pytest.mark.parametrize("inverse", [False, True])
def test_no_window_raises_however_absurd(function, center, width, inverse):
    values = np.float32([[0, 1, -5, 65535, 9e36, -9e36, 1e-40, 30000]])
    if function is VoiFunction.LINEAR and width < 1:
        return  # not a window
    window = WindowLevel(center, width, function)
    shown = to_display(image(values, presentation_inverse=inverse), window).ravel()
    order = shown[np.argsort(values.ravel(), kind="stable")].astype(int)
    assert (np.diff(-order if inverse else order) >= 0).all()


def test_a_window_too_narrow_for_single_precision_is_a_threshold():
    window = WindowLevel(100, 1e-30, VoiFunction.SIGMOID)
    assert window.is_absurd
    assert to_display(image([[99.0, 101.0]]), window).ravel().tolist() == [0, 255]


@pytest.mark.parametrize("span", [(0, 1e-42), (-9e36, 9e36), (0, 1e-20), (1e30, 1.0001e30)])
def test_automatic_window_of_extreme_values(span):
    pixels = np.linspace(*span, 256, dtype=np.float32)[None]
    shown = to_display(image(pixels, bits_stored=32))
    assert shown.min() <= 1
    assert shown.max() >= 254


RADIOGRAPH = np.clip(np.random.default_rng(5).normal(120, 40, (64, 64)), 20, 240).astype(np.uint8)
SAME_IN_OTHER_DEPTHS = {
    "8 bits kept in 16": (RADIOGRAPH, 16),
    "10 bits": (RADIOGRAPH * 4.0, 10),
    "12 bits": (RADIOGRAPH * 16.0, 12),
    "12 bits kept in 16": (RADIOGRAPH * 16.0, 16),
    "16 bits": (RADIOGRAPH * 257.0, 16),
    "16 bits, shifted": (RADIOGRAPH * 256.0, 16),
}


@pytest.mark.parametrize("inverse", [False, True])
@pytest.mark.parametrize("kind", SAME_IN_OTHER_DEPTHS)
def test_without_a_window_a_radiograph_looks_the_same_in_every_depth(kind, inverse):
    pixels, bits = SAME_IN_OTHER_DEPTHS[kind]
    expected = to_display(image(RADIOGRAPH, bits_stored=8, presentation_inverse=inverse)).astype(int)
    shown = to_display(image(np.float32(pixels), bits_stored=bits, presentation_inverse=inverse))
    assert np.abs(shown - expected).max() <= 1
    assert np.array_equal(expected, 255 - RADIOGRAPH if inverse else RADIOGRAPH)


def test_a_marker_far_above_all_pixels_does_not_darken_them():
    pixels = RADIOGRAPH * np.float32(16)
    pixels[:2, :5] = 65535
    shown = to_display(image(pixels, bits_stored=16))
    assert np.abs(shown[2:].astype(int) - RADIOGRAPH[2:]).max() <= 1


@pytest.mark.parametrize("changes", [{"modality": "CT"}, {"modality": "MR"}, {"bits_stored": 32}])
@pytest.mark.parametrize("bits", [8, 16])
def test_images_without_a_white_of_their_own_get_an_automatic_window_in_every_depth(changes, bits):
    pixels = np.float32(RADIOGRAPH) / 2
    assert default_voi(image(pixels, **({"bits_stored": bits} | changes))).explanation == "Automatic"


def test_padding_does_not_count_for_the_depth():
    pixels = RADIOGRAPH * np.float32(16)
    pixels[:20] = 65535
    found = default_voi(image(pixels, bits_stored=16, padding=(65535.0, 65535.0)))
    assert (found.center, found.width) == (2048, 4096)
