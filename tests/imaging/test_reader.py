"""What the reader says to files that are not images."""

import numpy as np
import pytest
from PIL import Image

from segx_viewer.errors import ImageReadError, UnsupportedImageError
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


def test_drawn_lesion_is_the_same_every_time():
    assert np.array_equal(draw_lesion(seed=3), draw_lesion(seed=3))
    assert not np.array_equal(draw_lesion(seed=3), draw_lesion(seed=4))
    assert draw_lesion().shape == (450, 600, 3)
