"""What the reader says to files that are not images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging import picturefiles
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.study import collect_files
from segx_viewer.imaging.synthetic import draw_lesion


@pytest.mark.parametrize(
    ("content", "error", "sentence"),
    [
        (b"", ImageReadError, "x is empty."),
        (b"Dear colleague, please find attached", UnsupportedImageError, "x is not an image that the viewer can open."),
        (b"\0" * 5000, UnsupportedImageError, "x is not an image that the viewer can open."),
        (b"\0" * 128 + b"DICM", UnsupportedImageError, "x holds no image that the viewer can open."),
        (b"%PDF-1.7\n" + b"1 0 obj\n" * 50, UnsupportedImageError, "x is not an image that the viewer can open."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", UnsupportedImageError, "x is not an image"),
        (b"\x89PNG\r\n\x1a\n", UnsupportedImageError, "x is not an image"),
    ],
)
def test_files_that_are_no_images(tmp_path, content, error, sentence):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(error) as caught:
        read_image(tmp_path / "x")
    assert str(caught.value).startswith(sentence)


def test_folder_and_missing_file(tmp_path):
    with pytest.raises(UnsupportedImageError, match="is a folder, not an image file"):
        read_image(tmp_path)
    with pytest.raises(ImageReadError, match="gone does not exist"):
        read_image(tmp_path / "gone")


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp", "bmp"])
@pytest.mark.parametrize("kept", [0.3, 0.7])
def test_truncated_pictures(tmp_path, suffix, kept):
    Image.fromarray(draw_lesion((120, 160))).save(tmp_path / f"a.{suffix}")
    content = (tmp_path / f"a.{suffix}").read_bytes()
    (tmp_path / f"a.{suffix}").write_bytes(content[: int(len(content) * kept)])
    with pytest.raises((ImageReadError, UnsupportedImageError), match=rf"a\.{suffix} is "):
        read_image(tmp_path / f"a.{suffix}")


def test_collect_files(tmp_path):
    for name in ("b.dcm", "a.png", "sub/c.dcm", ".hidden", ".git/x", "sub/.DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    found = collect_files([tmp_path / "sub" / "c.dcm", tmp_path, tmp_path / "missing"])
    assert [str(p.relative_to(tmp_path)) for p in found] == ["sub/c.dcm", "a.png", "b.dcm", "missing"]


def test_what_the_system_lets_nobody_look_at_is_left_out_of_a_folder(tmp_path, monkeypatch):
    for name in ("a.dcm", "b.dcm"):
        (tmp_path / name).write_bytes(b"x")
    plain = Path.is_file

    def is_file(path):
        if path.name == "a.dcm":
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    assert [path.name for path in collect_files([tmp_path])] == ["b.dcm"]


def test_drawn_lesion_is_the_same_every_time():
    assert np.array_equal(draw_lesion(seed=3), draw_lesion(seed=3))
    assert not np.array_equal(draw_lesion(seed=3), draw_lesion(seed=4))
    assert draw_lesion().shape == (450, 600, 3)


FOREIGN = {
    "JPEG XL": (b"\xff\x0a\xfa\x1f", "is a JPEG XL picture.*export it as PNG or TIFF"),
    "JPEG XL in boxes": (b"\0\0\0\x0cJXL \r\n\x87\n", "is a JPEG XL picture.*export it as PNG or TIFF"),
    "Photoshop": (b"8BPS\0\1", "is a Photoshop document.*export it as PNG or TIFF"),
    "GIMP": (b"gimp xcf v011\0", "is a GIMP document.*export it as PNG or TIFF"),
    "OpenEXR": (b"v/1\x01\2\0\0\0", "is an OpenEXR picture.*export it as PNG or TIFF"),
    "FITS": (b"SIMPLE  =                    T", "is a FITS picture.*export it as PNG or TIFF"),
    "NRRD": (b"NRRD0004\n", "is an NRRD volume.*export it as PNG or TIFF"),
    "NIfTI": (b"\x5c\1\0\0".ljust(344, b"\0") + b"n+1\0", "is a NIfTI volume.*export its slices as DICOM"),
    "Fujifilm raw": (b"FUJIFILMCCD-RAW 0201", "camera's raw file; export the picture as TIFF, PNG or JPEG"),
    "Olympus raw": (b"IIRO\x08\0\0\0", "camera's raw file; export the picture as TIFF, PNG or JPEG"),
    "Panasonic raw": (b"IIU\0\x18\0\0\0", "camera's raw file; export the picture as TIFF, PNG or JPEG"),
    "Canon raw": (b"\0\0\0\x18ftypcrx \0\0\0\1", "camera's raw file; export the picture as TIFF, PNG or JPEG"),
    "Sigma raw": (b"FOVb\0\0\3\0", "camera's raw file; export the picture as TIFF, PNG or JPEG"),
    "JPEG XR": (b"II\xbc\1", "is a JPEG XR picture.*export it as PNG or TIFF"),
    "12-bit JPEG": (b"\xff\xd8\xff\xc1\0\x0b\x0c\0\x10\0\x10\1\1\x11\0", "is a 12-bit JPEG picture.*PNG or TIFF"),
    "lossless JPEG": (b"\xff\xd8\xff\xc3\0\x0b\x10\0\x10\0\x10\1\1\x11\0", "is a lossless JPEG picture.*PNG or TIFF"),
    "JPEG-LS": (b"\xff\xd8\xff\xf7\0\x0b\x08\0\x10\0\x10\1\1\x11\0", "is a near-lossless JPEG picture.*PNG or TIFF"),
}


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("name", ["x", "x.png", "x.dcm"])
def test_what_is_merely_unsupported_is_named_with_the_way_out(tmp_path, kind, name):
    content, sentence = FOREIGN[kind]
    (tmp_path / name).write_bytes(content.ljust(600, b"\0"))
    with pytest.raises(UnsupportedImageError, match=rf"^{name} {sentence}" if " is " in sentence else sentence):
        read_image(tmp_path / name)


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_heic_without_the_extra_names_the_extra(tmp_path, monkeypatch, brand):
    monkeypatch.setattr(picturefiles, "_known_formats", lambda: ["JPEG", "PNG"])
    (tmp_path / "x.heic").write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(500))
    with pytest.raises(UnsupportedImageError, match=r'its extra "heic" \(pip install "segx-viewer\[heic\]"\)'):
        read_image(tmp_path / "x.heic")
