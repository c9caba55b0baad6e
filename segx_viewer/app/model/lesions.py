"""What a reader notes about lesions: changing it with undo, and the scales kept for the next pictures."""

import json
from dataclasses import asdict, replace
from typing import Any

from PySide6.QtGui import QUndoCommand

from segx_viewer.app.kit import settings
from segx_viewer.app.model.annotations import Annotation, Kind
from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.domain.lesion import Calibration, LesionRecord

_KEY = "lesions/calibrations"
SHORTEST = 20.0
"""Pixels of a line that a scale may be set by: a shorter one is wrong by more than a fifteenth."""
_SLIP = 1.4  # pixels: one at each end, in any direction


class SetRecord(QUndoCommand):
    """Replaces what is noted about the lesion in a document."""

    def __init__(self, documents: Documents, document: Document, after: LesionRecord, text: str) -> None:
        super().__init__(text)
        self._documents, self._document = documents, document
        self._before, self._after = document.lesion, after

    def redo(self) -> None:
        """Set the record that was noted."""
        self._documents.record(self._document, self._after)

    def undo(self) -> None:
        """Put back the record that was there before."""
        self._documents.record(self._document, self._before)


def note(documents: Documents, document: Document, text: str, **changes: Any) -> None:
    """Change fields of a document's record; `text` is what Undo calls it."""
    after = replace(document.lesion, **changes)
    if after != document.lesion:
        document.undo.push(SetRecord(documents, document, after, text))


def line_of(document: Document, chosen: Annotation | None = None) -> Annotation | None:
    """Return the line along the ruler: the one that is chosen, or else the last length that was drawn."""
    if chosen is not None and chosen.kind is Kind.LENGTH:
        return chosen
    return next((a for a in reversed(document.annotations) if a.kind is Kind.LENGTH), None)


def pixels_of(line: Annotation, document: Document) -> float:
    """Return a line's length in pixels; where these are not square, in units of their shorter side."""
    (x0, y0), (x1, y1) = line.points
    image = document.image
    row, column = replace(image, spacing=None).stretch if image is not None else (1.0, 1.0)
    return float(((x1 - x0) ** 2 * column**2 + (y1 - y0) ** 2 * row**2) ** 0.5)


def doubt_of(pixels: float) -> float:
    """Return the share by which a scale from a line of so many pixels may be wrong: a pixel at each end.

    Examples
    --------
    >>> round(doubt_of(140), 2)
    0.01
    """
    return _SLIP / pixels


# -- scales that are kept --------------------------------------------------------------------------


def calibrations() -> list[Calibration]:
    """Return the scales that are kept; what cannot be understood is left out."""
    try:
        stored = json.loads(str(settings.settings().value(_KEY, "[]")))
        return [Calibration(**values) for values in stored]
    except (TypeError, ValueError):
        return []


def keep(calibration: Calibration) -> None:
    """Keep a scale, in place of one of the same device, magnification and picture size."""
    others = [c for c in calibrations() if not _same(c, calibration)]
    _store([calibration, *others])


def forget(calibration: Calibration) -> None:
    """Forget a scale; pictures that it was set on keep it."""
    _store([c for c in calibrations() if c != calibration])


def _same(a: Calibration, b: Calibration) -> bool:
    size = (a.width, a.height) == (b.width, b.height)
    return size and a.name.casefold() == b.name.casefold()


def _store(kept: list[Calibration]) -> None:
    settings.settings().setValue(_KEY, json.dumps([asdict(c) for c in kept]))
