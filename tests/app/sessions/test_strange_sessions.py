"""Session files of strangers: damage costs one sentence, and no other computer is asked for a file."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segx_viewer.app.sessions import sessionfile
from segx_viewer.errors import SegxError


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    picture = tmp_path / "a.png"
    Image.new("L", (8, 6)).save(picture)
    region = np.zeros((32, 32), bool)
    region[4:9] = True
    entry = {"path": str(picture), "frame": 0, "view": {}, "sha256": "", "region": region, "label": ""}
    return sessionfile.save({"view": {}, "documents": [entry], "current": 0}, tmp_path / "kept.segx")


def test_damage_costs_one_sentence(saved):
    intact, refused = saved.read_bytes(), 0
    for index in range(600):
        rng = np.random.default_rng(index)
        data = bytearray(intact)
        for at in rng.integers(0, len(data), 3):
            data[at] ^= 1 << int(rng.integers(8))
        saved.write_bytes(data[: rng.integers(len(data))] if index % 5 == 0 else data)
        try:
            sessionfile.read(saved)
        except SegxError:
            refused += 1
    assert refused > 300


@pytest.mark.parametrize("place", ["//server/share/a.png", "\\\\server\\share\\a.png"])
def test_no_other_computer_is_asked(saved, place, monkeypatch):
    asked = []
    is_file = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda path: asked.append(str(path)) or is_file(path))
    stored = sessionfile.read(saved)
    stored.values["documents"][0].update(path=place, relative=place, label=f"{place}.zip!a.png", name="gone.png")
    monkeypatch.setattr(sessionfile, "_below", lambda _folders: iter(()))
    assert sessionfile.find_images(stored, unpack=lambda _archive: []) == [None]
    assert asked
    assert not [path for path in asked if path.startswith(("//", "\\\\"))]
