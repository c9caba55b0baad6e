"""The composed views against approved pictures.

``SEGX_VIEWER_APPROVE=1 pytest tests/gui/test_golden.py`` approves what is drawn now; look at the pictures afterwards.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.viewstate import Compare, MaskStyle

GOLDEN = Path(__file__).with_name("golden")
SIZE = (240, 200)
TYPICAL, WORST = 1.0, 0.995  # mean difference of a value; share of pixels that may not differ by more than 24 of 255

VIEWS = {
    "image": (Panel.IMAGE, {}),
    "original": (Panel.ORIGINAL, {}),
    "segx": (Panel.SEGX, {}),
    "outside": (Panel.OUTSIDE, {}),
    "curtain": (Panel.COMPARE, {"compare": Compare.CURTAIN, "curtain": 0.15}),
    "blend": (Panel.COMPARE, {"compare": Compare.BLEND, "blend": 0.3}),
    "flicker": (Panel.COMPARE, {"compare": Compare.FLICKER, "flicker": True}),
    "top-5-percent": (Panel.ORIGINAL, {"top_mode": True, "colormap": "inferno"}),
    "filled-region": (Panel.SEGX, {"mask": MaskStyle.FILL, "opacity": 1.0}),
    "turned-and-zoomed": (Panel.SEGX, {"rotation": 90, "flip_h": True, "zoom": 2.0, "centre": (0.4, 0.6)}),
    "inverted-bare": (Panel.SEGX, {"bare": True, "invert": True}),
}


@pytest.fixture
def lesion(tmp_path) -> Path:
    """A picture with structure, the same on every machine."""
    y, x = np.mgrid[:150, :200]
    disc = np.hypot((y - 75) / 1.0, (x - 105) / 1.3) < 42 + 6 * np.sin(np.arctan2(y - 75, x - 105) * 5)
    pixels = np.stack([220 - 0.2 * y, 170 - 0.1 * x, 150 + 0 * x], axis=2)
    pixels[disc] *= 0.45
    path = tmp_path / "lesion.png"
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


@pytest.fixture
def shown(qtbot, window, lesion):
    window.open_paths([lesion])
    qtbot.waitUntil(window.has_result)
    return window


@pytest.mark.parametrize("name", VIEWS)
def test_composed_views(shown, name, tmp_path):
    panel, changes = VIEWS[name]
    shown.state.update(**changes)
    canvas = QImage(*SIZE, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    shown.scene.draw(painter, QSizeF(*SIZE), panel, shown.state.view)
    painter.end()
    compare(name, to_array(canvas), tmp_path)


def test_a_cell_of_the_grid(qtbot, shown, tmp_path):
    shown.workspace.prepare()
    qtbot.waitUntil(lambda: len(shown.workspace.analyses.methods) == 2)
    shown.commands.run("grid")
    qtbot.waitUntil(lambda: ("gradcam", 0) in shown.grid.cells and shown.grid.cells["gradcam", 0].filled)
    cell = shown.grid.cells["gradcam", 0]
    cell.setFixedSize(*SIZE)
    compare("grid-cell", to_array(cell.grab().toImage()), tmp_path)


def test_a_wrong_picture_is_noticed(shown, tmp_path):
    """The tolerance must not hide what it is there to find."""
    expected = np.asarray(Image.open(GOLDEN / "segx.png"))
    original = np.asarray(Image.open(GOLDEN / "original.png"))
    assert not alike(original, expected)
    assert not alike(np.roll(expected, 3, axis=1), expected)
    assert alike(np.clip(expected.astype(int) + 1, 0, 255), expected)


def alike(result: np.ndarray, expected: np.ndarray) -> bool:
    if result.shape != expected.shape:
        return False
    difference = np.abs(result.astype(int) - expected.astype(int)).max(axis=2)
    return bool(difference.mean() <= TYPICAL and (difference <= 24).mean() >= WORST)


def compare(name: str, result: np.ndarray, folder: Path) -> None:
    path = GOLDEN / f"{name}.png"
    if os.environ.get("SEGX_VIEWER_APPROVE"):
        Image.fromarray(result).save(path, optimize=True)
    expected = np.asarray(Image.open(path).convert("RGB"))
    if alike(result, expected):
        return
    images = [result, expected]
    if result.shape == expected.shape:
        images.append(np.clip(np.abs(result.astype(int) - expected.astype(int)) * 4, 0, 255).astype(np.uint8))
    for kind, image in zip(("result", "expected", "difference"), images, strict=False):
        Image.fromarray(image).save(folder / f"{name}-{kind}.png")
    pytest.fail(f"{name} does not look as approved; see {folder}")
