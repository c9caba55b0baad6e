"""The picture of a panel on a page, to fit or in true size."""

import math
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from segx_viewer.app.canvas.imagetext import patient_text, study_text
from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.canvas.transform import fit_scale
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.image import SpacingOrigin

_MM = 25.4
_MARGIN_MM, _LINE_MM, _TEXT_MM = 12.0, 5.0, 3.2


def mm_per_pixel(scene: Scene) -> float | None:
    """Return the size of a square pixel of the image, None where it is unknown."""
    image = scene.base.image if scene.base is not None else None
    return image.spacing.column / image.stretch[1] if image is not None and image.spacing is not None else None


def paint_page(
    painter: QPainter, page: QSizeF, dpi: float, scene: Scene, panel: Panel, view: View, *, true_size: bool, names: bool
) -> None:
    """Paint a panel's picture with what it is and that it is for research only.

    Parameters
    ----------
    page : QSizeF
        In dots.
    dpi : float
    true_size : bool
        A millimetre in the patient, or at the detector where the file says no more, is a millimetre on the page; what
        does not fit on it is cut off evenly. Without effect where the spacing is unknown.
    names : bool
        Write the patient's name, identifier and birth date.
    """
    image = scene.base.image if scene.base is not None else None
    step = mm_per_pixel(scene)
    if image is None:
        return
    mm = dpi / _MM
    who = patient_text(image).replace("\n", " · ") if names else ""
    head = [line for line in (who, *study_text(image).split("\n")) if line]
    foot = [tr("RESEARCH USE ONLY - not for diagnosis")]
    box = QRectF(QPointF(0, 0), page).adjusted(*(sign * _MARGIN_MM * mm for sign in (1, 1, -1, -1)))
    box.adjust(0, len(head) * _LINE_MM * mm, 0, -3 * _LINE_MM * mm)
    shown = replace(view, zoom=1.0, centre=(0.5, 0.5), bare=False)
    size = QSizeF(math.floor(box.width()), math.floor(box.height()))
    if true_size and step is not None:
        wanted = step * mm  # dots for a pixel
        shown = replace(shown, zoom=wanted / fit_scale(shown, image.shape, size, image.stretch))
        calibrated = image.spacing is not None and image.spacing.origin is SpacingOrigin.CALIBRATED
        words = "" if calibrated or image.spacing is None else f" {tr(image.spacing.origin.value)}"
        cut = any(
            side * factor * wanted > room
            for side, factor, room in zip(
                image.shape[::-1] if view.rotation % 180 == 0 else image.shape,
                image.stretch[::-1] if view.rotation % 180 == 0 else image.stretch,
                (size.width(), size.height()),
                strict=True,
            )
        )
        foot.append(tr("True size{origin}.").format(origin=words) + (f" {tr('Cut off at the page.')}" if cut else ""))
    picture = QImage(size.toSize(), QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    inner = QPainter(picture)
    placed = scene.covered(size, shown)
    inner.setClipRect(placed)  # black around a picture is for screens
    scene.draw(inner, size, panel, shown)
    inner.end()
    painter.drawImage(QRectF(box.topLeft(), size), picture)
    font = painter.font()
    font.setPixelSize(max(1, round(_TEXT_MM * mm)))
    painter.setFont(font)
    painter.setPen(Qt.GlobalColor.black)
    for lines, top in ((head, _MARGIN_MM * mm), (foot, box.bottom() + _LINE_MM * mm)):
        for number, line in enumerate(lines):
            room = QRectF(box.left(), top + number * _LINE_MM * mm, box.width(), _LINE_MM * mm)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
