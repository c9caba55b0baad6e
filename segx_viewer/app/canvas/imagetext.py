"""Texts on the image: who and what, window and zoom, orientation letters, a scale bar."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTransform

from segx_viewer.app.canvas import plates
from segx_viewer.app.canvas.plates import Plate
from segx_viewer.app.kit.i18n import date_text, decimal, tr
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.age import WORDS, age_parts
from segx_viewer.domain.image import MedicalImage, SpacingOrigin, VoiLut, WindowLevel

_OPPOSITE = str.maketrans("LRAPHF", "RLPAFH")
_flags = Qt.AlignmentFlag
TOP_LEFT, TOP_RIGHT = _flags.AlignTop | _flags.AlignLeft, _flags.AlignTop | _flags.AlignRight
BOTTOM_LEFT, BOTTOM_RIGHT = _flags.AlignBottom | _flags.AlignLeft, _flags.AlignBottom | _flags.AlignRight
_SIDES = {
    "left": _flags.AlignLeft | _flags.AlignVCenter,
    "right": _flags.AlignRight | _flags.AlignVCenter,
    "top": _flags.AlignTop | _flags.AlignHCenter,
    "bottom": _flags.AlignBottom | _flags.AlignHCenter,
}
_NICE_MM = (1, 2, 5, 10, 20, 50, 100, 200)
_WHOLE_NUMBERS = 10.0  # width of a window from which fractions do not matter
_LONG_NUMBER = 1e9


def patient_text(image: MedicalImage) -> str:
    """Return name, identifier and birth date, one a line; empty for a picture."""
    identity = image.identity
    if identity is None:
        return ""
    lines = [identity.name, identity.patient_id]
    if identity.birth_date:
        lines.append(tr("born {date}").format(date=date_text(identity.birth_date)))
    return "\n".join(line for line in lines if line)


def study_text(image: MedicalImage) -> str:
    """Return what was done, and when; no identity in it."""
    facts = image.acquisition
    what = " ".join(fact for fact in (image.modality, facts.body_part, facts.view_position, facts.laterality) if fact)
    age = age_words(facts.age_years)
    who = ", ".join(fact for fact in (age, facts.sex) if fact)
    return "\n".join(line for line in (what, facts.description, date_text(facts.study_date), who) if line)


def age_words(years: float | None) -> str:
    """Return an age in the reader's language: days, weeks, months or years; "" for none."""
    if years is None:
        return ""
    count, unit = age_parts(years)
    return tr(WORDS[unit][count != 1]).format(count=count)


def window_number(value: float, width: float) -> str:
    """Return a number of a window of some width: whole where pixels are, to four digits where they are fractions.

    Examples
    --------
    >>> window_number(1609.6, 400), window_number(0.25, 0.5), window_number(2.5e30, 1e30)
    ('1610', '0.25', '2.5e+30')
    """
    return f"{value:.0f}" if width >= _WHOLE_NUMBERS and abs(value) < _LONG_NUMBER else decimal(value, ".4g")


def display_text(image: MedicalImage, voi: WindowLevel | VoiLut | None, view: View, scale: float) -> str:
    """Return window and zoom; `scale` is screen pixels per image pixel."""
    lines = []
    if isinstance(voi, WindowLevel):
        name = f" {tr(voi.explanation)}" if voi.explanation else ""
        width, center = (window_number(value, voi.width) for value in (voi.width, voi.center))
        lines.append(tr("W {width}  C {center}{name}").format(width=width, center=center, name=name))
    elif isinstance(voi, VoiLut):
        lines.append(tr("Look-up table {name}").format(name=voi.explanation).strip())
    if view.invert:
        lines.append(tr("inverted"))
    lines.append(
        tr("{width} x {height} px, {zoom:.0f} %").format(height=image.shape[0], width=image.shape[1], zoom=scale * 100)
    )
    return "\n".join(lines)


def opposite(letters: str) -> str:
    """Return the opposite patient direction.

    Examples
    --------
    >>> opposite("L"), opposite("AF")
    ('R', 'PH')
    """
    return letters.translate(_OPPOSITE)


def orientation_letters(image: MedicalImage, view: View) -> dict[str, str]:
    """Return the patient direction at each side of the panel: left, right, top, bottom. Empty when unknown."""
    if image.orientation is None:
        return {}
    turn = QTransform().scale(-1 if view.flip_h else 1, -1 if view.flip_v else 1).rotate(view.rotation)
    result = {}
    for letters, direction in zip(image.orientation, (QPointF(1, 0), QPointF(0, 1)), strict=True):
        seen = turn.map(direction)
        if abs(seen.x()) > abs(seen.y()):
            ahead, behind = ("right", "left") if seen.x() > 0 else ("left", "right")
        else:
            ahead, behind = ("bottom", "top") if seen.y() > 0 else ("top", "bottom")
        result[ahead], result[behind] = letters, opposite(letters)
    return result


def orientation_plates(painter: QPainter, box: QRectF, letters: dict[str, str], taken: list[QRectF]) -> list[Plate]:
    """Return the letters at the middle of the panel's sides, clear of the texts that have `taken` their room."""
    middle = QRectF(box.center().x() - 16, box.top(), 32, box.height())
    above = [part.bottom() for part in taken if part.intersects(middle) and part.center().y() < box.center().y()]
    below = [part.top() for part in taken if part.intersects(middle) and part.center().y() > box.center().y()]
    clear = QRectF(box)
    clear.setTop(max(above, default=box.top()))
    clear.setBottom(min(below, default=box.bottom()))
    return [
        plates.plate(painter, box if side in ("left", "right") else clear, _SIDES[side], text)
        for side, text in letters.items()
    ]


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """Length on the screen, in panel pixels, and what it stands for."""

    pixels: float
    text: str


def scale_bar(image: MedicalImage, view: View, scale: float, room: float) -> ScaleBar | None:
    """Choose a round length that fits into `room` panel pixels; None when the pixel spacing is unknown.

    `scale` is panel pixels per image pixel, of its shorter side. Where the spacing is that of the detector, the
    text says so.
    """
    if image.spacing is None:
        return None
    step = image.spacing.column / image.stretch[1]  # mm of a square pixel, the same in all directions
    if image.stretch == (1.0, 1.0) and view.rotation % 180:
        step = image.spacing.row
    fitting = [mm for mm in _NICE_MM if mm / step * scale <= room]
    if not fitting:
        return None
    mm = fitting[-1]
    length = tr("{value} cm").format(value=mm // 10) if mm >= 10 else tr("{value} mm").format(value=mm)
    calibrated = image.spacing.origin is SpacingOrigin.CALIBRATED
    return ScaleBar(mm / step * scale, length if calibrated else f"{length} {tr(image.spacing.origin.value)}")


def scale_plates(painter: QPainter, box: QRectF, bar: ScaleBar) -> list[Plate]:
    """Return the bar and, above it, its text for the panel's lower right corner."""
    above = QRectF(box.left(), box.top(), box.width() - 4, box.height() - 18)
    return [plates.bar(painter, box, bar.pixels), plates.plate(painter, above, BOTTOM_RIGHT, bar.text)]
