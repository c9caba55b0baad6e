"""Draw the program's icon in the formats of all systems: ``python packaging/icons.py build/icons``."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 24, 32, 48, 64, 128, 256, 512, 1024)
SOURCE = Path(__file__).resolve().parent.parent / "resources" / "icons" / "segx-viewer.svg"


def draw(folder: Path) -> None:
    """Write ``segx-viewer-SIZE.png``, ``segx-viewer.png``, ``.ico`` and ``.icns``."""
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    renderer = QSvgRenderer(str(SOURCE))
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        image.save(str(folder / f"segx-viewer-{size}.png"))
    del application
    largest = Image.open(folder / "segx-viewer-1024.png")
    Image.open(folder / "segx-viewer-256.png").save(folder / "segx-viewer.png")
    largest.save(folder / "segx-viewer.ico", sizes=[(s, s) for s in SIZES if s <= 256])
    largest.save(folder / "segx-viewer.icns")


if __name__ == "__main__":
    draw(Path(sys.argv[1] if len(sys.argv) > 1 else "build/icons"))
