"""TIFF in the combinations of type, byte order, compression, planes and orientation that Pillow's modes do not know."""

from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from segx_viewer.domain.image import PhotometricInterpretation
from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.display import auto_window, to_display
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion

STEPS = np.arange(48 * 64).reshape(48, 64)
GREY = {
    "i1": (STEPS % 250 - 125).astype(np.int8),
    "u2": (STEPS * 20).astype(np.uint16),
    "i2": (STEPS * 20 - 30000).astype(np.int16),
    "u4": (STEPS * 70000).astype(np.uint32),
    "i4": (STEPS * 70000 - 10**8).astype(np.int32),
    "f2": (STEPS / 4).astype(np.float16),
    "f4": (STEPS / 3 - 500).astype(np.float32),
    "f8": STEPS / 3 - 500,
}
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}
LESION = draw_lesion((48, 64))


def written(path, values, **options):
    tifffile.imwrite(path, values, metadata=None, **options)
    return read_image(path)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("compression", "predictor"), [(None, False), ("deflate", False), ("deflate", True)])
@pytest.mark.parametrize("kind", GREY)
def test_grey_numbers_are_those_that_were_written(tmp_path, kind, compression, predictor, order, photometric):
    values = GREY[kind]
    if predictor and kind[0] == "f":
        return  # tifffile writes it with further packages only; see below
    options = {"compression": compression, "predictor": predictor, "byteorder": order, "photometric": photometric}
    image = written(tmp_path / "a.tif", values, **options)
    assert np.array_equal(image.pixels, values.astype(np.float32))
    white = photometric == "miniswhite"
    assert image.presentation_inverse is white
    assert image.photometric.value == ("MONOCHROME1" if white else "MONOCHROME2")
    shown = to_display(image, auto_window(image)).ravel()
    assert bool(shown[values.argmin()] > shown[values.argmax()]) is white


def set_tag(path, tag, value):
    """Give a tag of the last page, a short number, another value."""
    with tifffile.TiffFile(path) as file:
        page = file.pages[-1] if not file.pages[0].subifds else file.pages[0].pages[0]
        at, order = page.tags[tag].valueoffset, file.byteorder
    content = bytearray(path.read_bytes())
    content[at : at + 2] = np.array(value, order + "u2").tobytes()
    path.write_bytes(content)


def lzw_in_big_endian(path, values, photometric):
    """Pillow compresses big-endian numbers under a little-endian header; tifffile puts the right one before them."""
    bits = values.view(np.uint16) if values.dtype == np.int16 else values
    Image.fromarray(bits.byteswap()).save(path, compression="tiff_lzw", tiffinfo={278: len(values)})
    with tifffile.TiffFile(path) as file:
        (offset,), (length,) = file.pages[0].dataoffsets, file.pages[0].databytecounts
    strip = path.read_bytes()[offset : offset + length]
    tifffile.imwrite(
        path, iter([strip]), shape=values.shape, dtype=values.dtype.newbyteorder(">"), compression="deflate",
        byteorder=">", photometric=photometric, metadata=None, rowsperstrip=len(values),
    )  # fmt: skip
    set_tag(path, 259, 5)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("kind", ["u2", "i2", "i4", "f4"])
def test_big_endian_numbers_in_codecs_that_only_libtiff_has(tmp_path, kind, photometric):
    lzw_in_big_endian(tmp_path / "a.tif", GREY[kind], photometric)
    image = read_image(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, GREY[kind].astype(np.float32))
    assert image.presentation_inverse is (photometric == "miniswhite")


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("kind", ["u2", "i4", "f4"])
def test_codecs_that_only_libtiff_has(tmp_path, kind, compression):
    Image.fromarray(GREY[kind]).save(tmp_path / "a.tif", compression=compression)
    assert np.array_equal(read_image(tmp_path / "a.tif").pixels, GREY[kind].astype(np.float32))


@pytest.mark.parametrize("kind", ["u1", "u2", "i4", "f4"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "deflate"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_orientation_of_grey_pictures(tmp_path, kind, order, compression, orientation):
    values = (GREY | {"u1": (STEPS % 251).astype(np.uint8)})[kind]
    tags = [(274, "H", 1, orientation, True)]
    image = written(tmp_path / "a.tif", values, compression=compression, byteorder=order, extratags=tags)
    assert np.array_equal(image.pixels, UPRIGHT[orientation](values).astype(np.float32))


@pytest.mark.parametrize("kind", ["u1", "u2", "u4"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize(("compression", "predictor"), [(None, False), ("deflate", False), ("deflate", True)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_colours_in_any_order(tmp_path, kind, order, planes, compression, predictor, orientation):
    wide = LESION.astype(kind) * {"u1": 1, "u2": 257, "u4": 2**24}[kind]
    stored = np.ascontiguousarray(wide.transpose(2, 0, 1)) if planes == "separate" else wide
    image = written(
        tmp_path / "a.tif",
        stored,
        photometric="rgb",
        planarconfig=planes,
        compression=compression,
        predictor=predictor,
        byteorder=order,
        extratags=[(274, "H", 1, orientation, True)],
    )
    assert np.array_equal(image.pixels, UPRIGHT[orientation](LESION))


@pytest.mark.parametrize("kind", ["u1", "u2"])
def test_transparent_parts_are_white_at_every_depth(tmp_path, kind):
    rgba = np.dstack([LESION, np.full(LESION.shape[:2], 255, np.uint8)]).astype(kind)
    rgba[:10, :, 3] = 0
    image = written(
        tmp_path / "a.tif", rgba * np.dtype(kind).type(257 if kind == "u2" else 1), photometric="rgb",
        extrasamples=["unassalpha"],
    )  # fmt: skip
    assert (image.pixels[:10] == 255).all()
    assert np.array_equal(image.pixels[10:], LESION[10:])


def test_a_colour_profile_counts_at_every_depth(tmp_path, swapping_profile):
    deep = LESION.astype(np.uint16) * 257
    image = written(tmp_path / "a.tif", deep, photometric="rgb", iccprofile=swapping_profile)
    assert np.abs(image.pixels.astype(int) - LESION[..., ::-1]).max() <= 1


def test_cmyk_of_16_bits(tmp_path):
    cmyk = np.asarray(Image.fromarray(LESION).convert("CMYK"))
    eight = written(tmp_path / "8.tif", cmyk, photometric="separated").pixels
    deep = written(tmp_path / "16.tif", cmyk.astype(np.uint16) * 257, photometric="separated").pixels
    assert np.array_equal(eight, deep)


@pytest.mark.parametrize(
    "none", [-3.4028234663852886e38, -3.4e38, 3.4e38, np.inf, -np.inf, np.nan, 9.96920996838687e36]
)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_that_stand_for_no_value_are_left_out_of_the_window(tmp_path, none, kind):
    values = np.linspace(100, 900, 48 * 64).reshape(48, 64).astype(kind)
    values[:20] = none
    image = written(tmp_path / "a.tif", values)
    shown = to_display(image)
    assert not shown[:20].any()
    assert np.unique(shown[20:]).size > 200
    assert np.array_equal(image.pixels[20:], values[20:].astype(np.float32))
    window = auto_window(image)
    assert 400 < window.width < 700


@pytest.mark.parametrize("kind", ["i2", "u2", "f4"])
def test_a_stated_number_for_no_value_is_padding(tmp_path, kind):
    values = (STEPS % 500 + 100).astype(kind)
    values[:20] = 9999
    image = written(tmp_path / "a.tif", values, extratags=[(42113, "s", 0, "9999", True)])
    assert not to_display(image)[:20].any()
    assert auto_window(image).width < 510


@pytest.mark.parametrize("kind", ["colour filters", "linear", "version", "first page", "Canon"])
def test_camera_raw_is_refused_rather_than_its_preview_shown(tmp_path, kind):
    path = tmp_path / "a.dng"
    inner = kind in ("colour filters", "linear")
    version = [(50706, "B", 4, (1, 4, 0, 0), True)] if kind == "version" else []
    with tifffile.TiffWriter(path) as file:
        file.write(LESION, photometric="rgb", subifds=int(inner), extratags=version, metadata=None)
        if inner:
            file.write(GREY["u2"], photometric="minisblack", metadata=None)
    if kind == "Canon":
        content = path.read_bytes()  # the first directory goes to the end, the maker's mark to where it was
        directory = content[8 : 8 + 2 + 12 * int.from_bytes(content[8:10], "little") + 4]
        path.write_bytes(content[:4] + len(content).to_bytes(4, "little") + b"CR" + content[10:] + directory)
    elif kind != "version":
        set_tag(path, 262, 34892 if kind == "linear" else 32803)
    with pytest.raises(UnsupportedImageError, match=r"camera's raw file.*export the picture as TIFF, PNG or JPEG"):
        read_image(path)


def test_a_pyramid_is_one_picture(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(LESION[::4, ::4], photometric="rgb", subfiletype=1, metadata=None)
        file.write(LESION, photometric="rgb", metadata=None)
        file.write(LESION[::2, ::2], photometric="rgb", subfiletype=1, metadata=None)
    image = read_image(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, LESION)
    assert image.source.frames == 1


UNKNOWN = {
    "complex numbers": {"data": STEPS.astype(np.complex64)},
    "real colours": {"data": LESION.astype(np.float32), "photometric": "rgb"},
    "seven channels": {"data": np.zeros((48, 64, 7), np.uint16), "photometric": "minisblack", "planarconfig": "contig"},
}


@pytest.mark.parametrize("unknown", UNKNOWN)
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("big", [False, True])
def test_one_unknown_page_does_not_hide_the_others(tmp_path, unknown, at, big):
    path = tmp_path / "a.tif"
    known = [(STEPS % 251).astype(np.uint8), GREY["u2"]]
    with tifffile.TiffWriter(path, bigtiff=big) as file:
        for number in range(3):
            options = dict(UNKNOWN[unknown]) if number == at else {"data": known[number > at]}
            if number != at and number < 2:
                options["data"] = known[0]
            file.write(options.pop("data"), metadata=None, **options)
    for frame in range(2):
        image = read_image(path, frame)
        assert image.source.frames == 2
        assert image.source.notes[0].startswith(f"Page {at + 1} of the file is left out: it has ")
        assert image.shape == (48, 64)
        assert image.bits_stored in (8, 16)
    assert np.array_equal(read_image(path).pixels, known[0])
    with pytest.raises(ImageReadError, match="2 page"):
        read_image(path, 2)


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_a_page_of_an_unknown_kind_is_named_with_the_way_out(tmp_path, unknown):
    options = dict(UNKNOWN[unknown])
    tifffile.imwrite(tmp_path / "a.tif", options.pop("data"), metadata=None, **options)
    with pytest.raises(UnsupportedImageError, match=r"a\.tif has .*; save it as a TIFF of 8 or 16 bits, or as PNG"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize("kept", [8, 60, 150, 3000])
@pytest.mark.parametrize("values", [GREY["u2"], GREY["f4"], LESION, LESION.astype(np.uint16)])
def test_damaged_files_cost_one_sentence(tmp_path, values, kept):
    tifffile.imwrite(tmp_path / "a.tif", values, metadata=None)
    (tmp_path / "a.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:kept])
    with pytest.raises((ImageReadError, UnsupportedImageError), match=r"^a\.tif "):
        read_image(tmp_path / "a.tif")


def test_photometric_of_a_positive_stays(tmp_path):
    assert written(tmp_path / "a.tif", GREY["u2"]).photometric is PhotometricInterpretation.MONOCHROME2


def by_pillow(path: Path, expected: np.ndarray) -> str:
    """What Pillow's array is, turned upright, where nobody corrects it."""
    try:
        with Image.open(path) as picture:
            picture.load()
            array = np.asarray(ImageOps.exif_transpose(picture))
    except Exception:  # noqa: BLE001 - it has no common base
        return "refused"
    same = array.shape == expected.shape and np.array_equal(array.astype(np.float64), expected.astype(np.float64))
    return "as written" if same else "other values"


def test_the_table_of_what_was_measured(tmp_path, publish):
    """Every type, photometric interpretation, byte order, compression and orientation; separate planes of colour."""
    path = tmp_path / "a.tif"
    deep = LESION.astype(np.uint16) * 257
    kinds = {**{kind: values for kind, values in GREY.items() if kind != "f2"}, "u1 RGB": LESION, "u2 RGB": deep}
    lines = [
        "| numbers | files | as written | Pillow: as written | refused | other values |",
        "|---|---|---|---|---|---|",
    ]
    for kind, values in kinds.items():
        ours, theirs = Counter[bool](), Counter[str]()
        colour = values.ndim == 3
        forms = ("contig", "separate") if colour else ("minisblack", "miniswhite")
        for form, order, compression, orientation in product(forms, "<>", (None, "deflate"), (1, 6)):
            stored = np.ascontiguousarray(values.transpose(2, 0, 1)) if form == "separate" else values
            options = {"photometric": "rgb", "planarconfig": form} if colour else {"photometric": form}
            tags = [(274, "H", 1, orientation, True)]
            tifffile.imwrite(path, stored, byteorder=order, compression=compression, extratags=tags, metadata=None,
                             **options)  # fmt: skip
            upright = UPRIGHT[orientation](values)
            shown = UPRIGHT[orientation](LESION) if colour else upright.astype(np.float32)
            ours[np.array_equal(read_image(path).pixels, shown)] += 1
            theirs[by_pillow(path, shown if colour else upright)] += 1
        assert set(ours) == {True}
        row = (ours.total(), ours[True], theirs["as written"], theirs["refused"], theirs["other values"])
        lines.append(f"| {kind} | {' | '.join(map(str, row))} |")
    publish("tiff", "\n".join(lines))
