"""Picture files of every kind that a camera, a scanner or a program writes."""

import base64

import numpy as np
import pytest
from PIL import Image, ImageCms

from segx_viewer.domain.image import PhotometricInterpretation
from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.limits import Limits
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion

LESION = draw_lesion((48, 64))
# 24 x 16 pixels: light on the left, red above, blue below
HEIC = (
    "AAAAHGZ0eXBoZWl4AAAAAG1pZjFoZWl4bWlhZgAAAX5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABogABAAAAAAAAAO8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA/mlwcnAAAADeaXBjbwAAAHdodmNDAQQIAAAAnjgAAAAAHvAA/P/4+AAADwNgAAEAF0ABDAH//wQIAAADAJ44AAAD"
    "AAAeugJAYQABACpCAQEECAAAAwCeOAAAAwAAHpAEECCy3VXTXNwENBgQAAADAZAAAAMAEIBiAAEACEQBwXMYMBiQAAAAE2NvbHJu"
    "Y2x4AAEADQAGgAAAABRpc3BlAAAAAAAAAEAAAABAAAAAKGNsYXAAAAAYAAAAAQAAABAAAAAB////2AAAAAL////QAAAAAgAAABBw"
    "aXhpAAAAAAMICAgAAAAYaXBtYQAAAAAAAAABAAEFgQIDBYQAAAD3bWRhdAAAAOsoAa8GMh7TBXDxkT81swhwcXesqTf9ods+5r7w"
    "3yte7i6HhXz/cho4DybqdV9fLhYZflD1KnXShGf7XcAqJOKZOFMfbQwEQenXLE6Y9hZmE3LnCZLzULDCcGrMRMQhQL+suU/9phGI"
    "8BjNFHWjk/WDsAwiIBrtA8kC5im28TmJ2reQu2mdBU7uC8expyBOggddjV1LQKzbG5ugf5W7tT3MNa5k7ogoH7mzZaYpOBW6xr6i"
    "jM+9WCIHtcluNSMHZbugn2fdFGe7CMp3RmNTjPKTbztTkFh7fnGfJnn0ApNoJISev5+fkEFkPT5w"
)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp", "jp2", "ppm", "gif", "jpg"])
def test_formats(tmp_path, suffix):
    path = tmp_path / f"lesion.{suffix}"
    options = {"webp": {"lossless": True}, "jpg": {"quality": 100, "subsampling": 0}}.get(suffix, {})
    Image.fromarray(LESION).save(path, **options)
    image = read_image(path)
    assert image.photometric is PhotometricInterpretation.RGB
    tolerance = {"gif": 64, "jpg": 12}.get(suffix, 0)
    assert np.abs(image.pixels.astype(int) - LESION).max() <= tolerance
    assert image.modality == ""
    assert image.source.path == path


def test_the_name_does_not_matter(tmp_path):
    Image.fromarray(LESION).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.dcm")
    assert np.array_equal(read_image(tmp_path / "a.dcm").pixels, LESION)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(LESION).save(tmp_path / "a.png", exif=exif)
    upright = {
        1: LESION,
        2: LESION[:, ::-1],
        3: LESION[::-1, ::-1],
        4: LESION[::-1],
        5: LESION.transpose(1, 0, 2),
        6: np.rot90(LESION, -1),
        7: LESION[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(LESION, 1),
    }[orientation]
    assert np.array_equal(read_image(tmp_path / "a.png").pixels, upright)


def test_icc_profile_is_converted_to_srgb(tmp_path, swapping_profile):
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    picture = Image.fromarray(LESION)
    picture.save(tmp_path / "srgb.png", icc_profile=srgb.tobytes())
    assert np.abs(read_image(tmp_path / "srgb.png").pixels.astype(int) - LESION).max() <= 1
    picture.save(tmp_path / "swapped.png", icc_profile=swapping_profile)
    assert np.abs(read_image(tmp_path / "swapped.png").pixels.astype(int) - LESION[..., ::-1]).max() <= 1
    picture.save(tmp_path / "misfit.png", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())
    assert np.array_equal(read_image(tmp_path / "misfit.png").pixels, LESION)
    picture.save(tmp_path / "broken.png", icc_profile=b"not a profile")
    assert np.array_equal(read_image(tmp_path / "broken.png").pixels, LESION)


def test_transparent_parts_are_white(tmp_path):
    rgba = np.dstack([LESION, np.full(LESION.shape[:2], 255, np.uint8)])
    rgba[:10, :, 3] = 0
    rgba[10:20, :, 3] = 128
    Image.fromarray(rgba).save(tmp_path / "a.png")
    pixels = read_image(tmp_path / "a.png").pixels
    assert (pixels[:10] == 255).all()
    half = LESION[10:20] * (128 / 255) + 255 * (127 / 255)
    assert np.abs(pixels[10:20] - half).max() <= 1
    assert np.array_equal(pixels[20:], LESION[20:])


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_grey(tmp_path, suffix):
    values = np.arange(0, 60000, 100, dtype=np.uint16).reshape(20, 30)
    Image.fromarray(values).save(tmp_path / f"a.{suffix}")
    image = read_image(tmp_path / f"a.{suffix}")
    assert image.photometric is PhotometricInterpretation.MONOCHROME2
    assert image.bits_stored == 16
    assert np.array_equal(image.pixels, values)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1", "LA"])
def test_pictures_without_colour_are_monochrome(tmp_path, mode):
    grey = np.where(LESION[..., 0] > 128, 255, 0).astype(np.uint8)
    Image.fromarray(grey).convert(mode).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert image.photometric is PhotometricInterpretation.MONOCHROME2
    assert np.array_equal(image.pixels, grey)


@pytest.mark.parametrize("suffix", ["tif", "jpg"])
def test_cmyk(tmp_path, suffix):
    picture = Image.fromarray(LESION).convert("CMYK")
    picture.save(tmp_path / f"a.{suffix}", **({"quality": 100} if suffix == "jpg" else {}))
    difference = np.abs(read_image(tmp_path / f"a.{suffix}").pixels.astype(int) - LESION)
    assert difference.mean() < 3


def test_tiled_tiff(tmp_path):
    tifffile = pytest.importorskip("tifffile", reason="tifffile writes tiled TIFF; it is not installed")
    tifffile.imwrite(tmp_path / "a.tif", np.tile(LESION, (3, 3, 1)), tile=(32, 32), photometric="rgb")
    assert np.array_equal(read_image(tmp_path / "a.tif").pixels, np.tile(LESION, (3, 3, 1)))


def test_heic(tmp_path):
    pytest.importorskip("pi_heif", reason="HEIC needs the extra 'heic'")
    (tmp_path / "a.heic").write_bytes(base64.b64decode(HEIC))
    pixels = read_image(tmp_path / "a.heic").pixels.astype(int)
    assert pixels.shape == (16, 24, 3)
    for place, colour in (((2, 12), (200, 40, 40)), ((12, 12), (40, 60, 200)), ((4, 2), (230, 230, 230))):
        assert np.abs(pixels[place] - colour).max() <= 3


def test_deep_and_scientific_tiff(tmp_path):
    tifffile = pytest.importorskip("tifffile", reason="tifffile writes 16-bit colour TIFF; it is not installed")
    deep = LESION.astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "deep.tif", deep, photometric="rgb")
    assert np.array_equal(read_image(tmp_path / "deep.tif").pixels, LESION)
    values = np.linspace(-5, 5, 60, dtype=np.float32).reshape(6, 10)
    tifffile.imwrite(tmp_path / "float.tif", values)
    assert np.array_equal(read_image(tmp_path / "float.tif").pixels, values)


def test_pages(tmp_path):
    second = Image.fromarray(LESION[::-1].copy())
    Image.fromarray(LESION).save(tmp_path / "a.tif", save_all=True, append_images=[second])
    image = read_image(tmp_path / "a.tif", frame=1)
    assert np.array_equal(image.pixels, LESION[::-1])
    assert image.source.frames == 2
    with pytest.raises(ImageReadError, match=r"counted from 0; there is no page 2\."):
        read_image(tmp_path / "a.tif", frame=2)


def test_pixel_limit_is_checked_from_the_header(tmp_path):
    Image.new("1", (20000, 20000)).save(tmp_path / "bomb.png")
    with pytest.raises(UnsupportedImageError, match=r"bomb\.png has"):
        read_image(tmp_path / "bomb.png")
    Image.fromarray(LESION).save(tmp_path / "a.png")
    with pytest.raises(UnsupportedImageError, match="64 x 48 pixels, more than the limit of 1000 pixels"):
        read_image(tmp_path / "a.png", limits=Limits(pixels=1000))


@pytest.mark.parametrize(("kind", "frames"), [(0x000000, 1), (0x010001, 1), (0x020002, 2), (0x020003, 2)])
def test_only_views_that_stand_side_by_side_are_frames_of_a_jpeg_file(tmp_path, kind, frames):
    """Gain maps of Ultra HDR (of undefined type) and previews are none of their own."""
    path = tmp_path / "a.jpg"
    gain_map = Image.fromarray(LESION[::4, ::4, 0])
    Image.fromarray(LESION).save(path, "MPO", save_all=True, append_images=[gain_map])
    with Image.open(path) as picture:
        sizes = [entry["Size"] for entry in picture.mpinfo[0xB002]]
    second = path.read_bytes().find(sizes[1].to_bytes(4, "little")) - 4
    content = bytearray(path.read_bytes())
    content[second : second + 4] = kind.to_bytes(4, "little")
    path.write_bytes(content)
    image = read_image(path)
    assert image.source.frames == frames
    assert image.shape == (48, 64)
    if frames == 1:
        with pytest.raises(ImageReadError, match=r"counted from 0; there is no page 1\."):
            read_image(path, frame=1)
    else:
        assert read_image(path, frame=1).shape == (12, 16)
