"""CONTRIBUTING.md says where things live: what it names is there."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
TEXT = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")
ROOTS = (PROJECT, PROJECT / "segx_viewer", PROJECT / "segx_viewer" / "app")
PATHS = sorted(set(re.findall(r"`([\w.*-]*/[\w./*-]*|\w+\.(?:py|md|toml))`", TEXT)))


@pytest.mark.parametrize("name", PATHS)
def test_a_place_that_is_named_is_there(name):
    found = [place for root in ROOTS for pattern in (name, f"{name}.py") for place in root.glob(pattern.rstrip("/"))]
    assert found


def test_every_room_and_floor_is_named():
    for folder in (PROJECT / "segx_viewer", PROJECT / "segx_viewer" / "app"):
        rooms = {path.parent.name for path in folder.glob("*/__init__.py")} - {"app"}
        assert rooms
        assert all(f"`{room}/`" in TEXT or f"`{room}/`," in TEXT for room in rooms)
