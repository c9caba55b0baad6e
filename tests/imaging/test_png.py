"""PNG files unpacked by another library than Pillow's: the same pictures."""

import io
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from segx_viewer.errors import ImageReadError
from segx_viewer.imaging import _png, picturefiles
from segx_viewer.imaging._png import unpacked
from segx_viewer.imaging.reader import read_image

GREY = np.random.default_rng(5).integers(0, 2**16, (33, 45), np.uint16)
COLOUR = np.random.default_rng(6).integers(0, 256, (33, 45, 4), np.uint8)
PICTURES = {
    "colours": Image.fromarray(COLOUR[..., :3]),
    "transparent": Image.fromarray(COLOUR),
    "grey": Image.fromarray(COLOUR[..., 0]),
    "grey and transparent": Image.fromarray(COLOUR).convert("LA"),
    "deep": Image.fromarray(GREY),
    "palette": Image.fromarray(COLOUR[..., :3]).quantize(37),
    "few": Image.fromarray(COLOUR[..., :3]).quantize(3),
    "black and white": Image.fromarray(COLOUR[..., 0]).convert("1"),
}


def packed(picture, **how):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **how)
    return buffer.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_the_same(name, tmp_path, monkeypatch):
    path = tmp_path / "picture.png"
    facts = PngImagePlugin.PngInfo()
    facts.add_text("Software", "test")
    path.write_bytes(packed(PICTURES[name], pnginfo=facts, dpi=(300, 300), bits=8 if "few" not in name else 2))
    with path.open("rb") as file:
        other = unpacked(file)
        assert other is not file
        with Image.open(other) as found, Image.open(path) as plain:
            assert (found.mode, found.size, found.info) == (plain.mode, plain.size, plain.info)
            assert found.tobytes() == plain.tobytes()
    ours = read_image(path)
    monkeypatch.setattr(picturefiles, "unpacked", lambda file: file.seek(0) or file)
    assert np.array_equal(ours.pixels, read_image(path).pixels)


def test_pixels_in_many_chunks_are_put_together(tmp_path):
    whole = packed(PICTURES["colours"])
    at = whole.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", whole, at)
    data = whole[at + 8 : at + 8 + length]
    parts = b"".join(chunk(b"IDAT", data[i : i + 100]) for i in range(0, length, 100))
    file = io.BytesIO(whole[:at] + parts + whole[at + 12 + length :])
    with Image.open(unpacked(file)) as found:
        assert found.tobytes() == PICTURES["colours"].tobytes()


def _interlaced(whole):
    header = bytearray(whole[16:29])
    header[12] = 1
    return whole[:8] + chunk(b"IHDR", bytes(header)) + whole[33:]


def _animated():
    frames = [Image.fromarray(COLOUR[..., k]) for k in range(3)]
    return packed(frames[0], save_all=True, append_images=frames[1:])


def _longer(whole):
    return whole[:16] + struct.pack(">I", 46) + whole[20:]


@pytest.mark.parametrize(
    "data",
    [
        packed(PICTURES["colours"])[:-300],
        packed(PICTURES["colours"])[:20],
        packed(PICTURES["colours"])[:8],
        packed(PICTURES["colours"]).replace(b"IDAT", b"IDOT"),
        _interlaced(packed(PICTURES["colours"])),
        _longer(packed(PICTURES["colours"])),
        _animated(),
        b"no picture",
        b"",
    ],
    ids=["cut off", "header", "signature", "no pixels", "interlaced", "too short", "animated", "other", "empty"],
)
def test_what_is_not_plain_is_left_to_pillow(data):
    file = io.BytesIO(data)
    assert unpacked(file) is file
    assert file.tell() == 0


def test_damaged_pixels_are_told_as_they_were(tmp_path):
    path = tmp_path / "picture.png"
    whole = bytearray(packed(PICTURES["colours"]))
    whole[whole.index(b"IDAT") + 60] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises(ImageReadError, match=r"picture\.png is damaged"):
        read_image(path)


def test_no_more_is_unpacked_than_the_header_says(monkeypatch):
    bomb = packed(PICTURES["grey"])
    at = bomb.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", bomb, at)
    bomb = bomb[:at] + chunk(b"IDAT", zlib.compress(bytes(2**24))) + bomb[at + 12 + length :]
    sizes = []
    before = _png._inflated
    monkeypatch.setattr(_png, "_inflated", lambda data, size: sizes.append(size) or before(data, size))
    file = io.BytesIO(bomb)
    assert unpacked(file) is file
    assert sizes == [33 * 46]


def test_large_files_are_not_held_twice(monkeypatch):
    monkeypatch.setattr(_png, "_MOST", 1000)
    file = io.BytesIO(packed(PICTURES["colours"]))
    assert unpacked(file) is file


def test_pillow_unpacks_where_the_library_is_not_built_for_the_platform(monkeypatch):
    monkeypatch.setitem(sys.modules, "isal", None)
    file = io.BytesIO(packed(PICTURES["colours"]))
    assert unpacked(file) is file
