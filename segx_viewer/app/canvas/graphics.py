"""What other programs drew on an image: overlay planes of its file, segmentations and maps in files of their own."""

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from segx_viewer.app.canvas.outlines import draw_outline
from segx_viewer.app.canvas.picture import heat_table, outline_path
from segx_viewer.app.canvas.raster import Raster
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.kept import Kept
from segx_viewer.app.kit.qimage import sharing
from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import MedicalImage

if TYPE_CHECKING:
    from segx_viewer.domain.image import Overlay
    from segx_viewer.reporting.dicom.overlays import DicomOverlay

INK = (255, 214, 102)
FILL = QColor(255, 214, 102, 60)
_OPACITY = 0.55
_SCREENS = 12


class Graphics:
    """The graphics of one image, drawn at the screen's pixels.

    Parameters
    ----------
    image : MedicalImage
    overlays : sequence of DicomOverlay
        Read from files of their own; those of another image are left out.
    """

    def __init__(self, image: MedicalImage, overlays: "Sequence[DicomOverlay]" = ()) -> None:
        self._shape = image.shape
        self._planes = [(_named(overlay), overlay.mask) for overlay in image.overlays]
        fitting = [placed for overlay in overlays if (placed := overlay.placed_on(image)) is not None]
        self._regions = [
            (_named(o), outline_path(o.values.astype(np.bool_))) for o in fitting if o.values.dtype == np.bool_
        ]
        self._maps = [(_named(o), o.values) for o in fitting if o.values.dtype != np.bool_]
        self.labels = [*(_named(o) for o in image.overlays), *(_named(o) for o in fitting)]
        self._drawn: Kept[QImage] = Kept(_SCREENS, lambda _: 1)

    def __bool__(self) -> bool:
        return bool(self.labels)

    def draw(self, painter: QPainter, raster: Raster, corner: QPointF, off: AbstractSet[str] = frozenset()) -> None:
        """Draw maps, then regions, then planes, where the raster's corner lies at `corner`; none that is `off`."""
        for number, (label, values) in enumerate(self._maps):
            if label in off:
                continue
            painter.setOpacity(_OPACITY)
            picture = self._drawn.get(("map", number, raster), partial(_heat, values, raster))
            painter.drawImage(corner, picture)
            painter.setOpacity(1.0)
        if self._regions:
            height, width = self._shape
            onto = QTransform.fromScale(width, height) * raster.from_image()
            onto *= QTransform.fromTranslate(corner.x(), corner.y())
            for label, region in self._regions:
                if label not in off:
                    draw_outline(painter, onto.map(region), FILL)
        for number, (label, mask) in enumerate(self._planes):
            if label in off:
                continue
            picture = self._drawn.get(("plane", number, raster), partial(_inked, mask, raster))
            painter.drawImage(corner, picture)


def _named(overlay: "Overlay | DicomOverlay") -> str:
    return str(overlay.label) or tr("Graphics of the file")


def _heat(values: Numbers, raster: Raster) -> QImage:
    highest = float(np.nanmax(values)) or 1.0
    levels = cv2.convertScaleAbs(raster.sample(values.astype(np.float32)), alpha=255 / highest)
    return sharing(np.asarray(cv2.LUT(levels, heat_table("viridis")), np.int32), raster.ratio, transparent=True).copy()


def _inked(mask: NDArray[np.bool_], raster: Raster) -> QImage:
    """Draw a plane in one colour with a dark rim, legible on bone and on air; thin lines survive being reduced."""
    lines: NDArray[np.uint8] = mask.view(np.uint8)
    step = math.floor(1 / raster.scale)
    if step > 1:
        lines = np.asarray(cv2.dilate(lines, np.ones((step, step), np.uint8)), np.uint8)
    ink = raster.sample(lines, nearest=True)
    rim = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    colour = 255 << 24 | INK[0] << 16 | INK[1] << 8 | INK[2]
    table = np.zeros(256, np.uint32)
    table[1], table[2] = 200 << 24, colour
    pixels = np.asarray(cv2.LUT(rim + ink, table.view(np.int32)), np.int32)
    return sharing(pixels, raster.ratio, transparent=True).copy()
