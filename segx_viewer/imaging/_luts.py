"""Modality LUT, rescale, VOI windows and VOI LUTs from a DICOM header (PS3.3 C.11.1, C.11.2)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from segx_viewer.domain.image import VoiFunction, VoiLut, WindowLevel
from segx_viewer.errors import ImageReadError
from segx_viewer.imaging._decoded import Modality
from segx_viewer.imaging._missing import NO_VALUE
from segx_viewer.imaging.header import first_item, items, macro, number, numbers, text, value

_SMALLEST_SPAN = 1e-30  # of modality values; single precision ends at 1e-38, and a window is a part of the span


@dataclass(frozen=True, slots=True)
class Lut:
    """A look-up table as stored: values, first mapped input (its 16 bits unsigned), bits per entry."""

    values: NDArray[np.uint16]
    first: int
    bits: int

    def first_as(self, *, signed: bool) -> int:
        """Return the first mapped input value, read as a signed or an unsigned 16-bit number."""
        return self.first - 0x10000 if signed and self.first >= 0x8000 else self.first


def parse_lut(item: Dataset) -> Lut | None:
    """Read LUT Descriptor and LUT Data (PS3.3 C.11.1.1.1), or None where they make no table."""
    descriptor, data = numbers(item, "LUTDescriptor"), value(item, "LUTData")
    if len(descriptor) != 3 or data is None:
        return None
    count, first, bits = (int(v) for v in descriptor)
    count = (count & 0xFFFF) or 0x10000
    if isinstance(data, bytes):
        # One byte per entry is allowed with 8 bits per entry; the length tells.
        word = np.dtype(">u2" if item.original_encoding[1] is False else "<u2")
        values = np.frombuffer(data, np.uint8 if bits <= 8 and len(data) < 2 * count else word)
    else:
        values = np.atleast_1d(np.asarray(data)).astype(np.int64) & 0xFFFF
    entries = values[:count].astype(np.uint16)
    if not entries.size or not 1 <= bits <= 16:
        return None
    return Lut(entries, first & 0xFFFF, max(bits, int(entries.max()).bit_length()))


def modality(dataset: Dataset, frame: int, *, signed: bool) -> Modality:
    """Return a frame's modality transformation: Modality LUT, or rescale slope and intercept, or none."""
    item = first_item(dataset, "ModalityLUTSequence")
    table = parse_lut(item) if item is not None else None
    if table is not None:
        return Modality(table=table.values, first=table.first_as(signed=signed))
    scope = macro(dataset, frame, "PixelValueTransformationSequence")
    slope, intercept = number(scope, "RescaleSlope"), number(scope, "RescaleIntercept")
    return Modality(
        slope=slope if slope is not None and np.isfinite(slope) and slope != 0 else 1.0,
        intercept=intercept if intercept is not None and np.isfinite(intercept) else 0.0,
    )


def check_rescale(path: Path, modality: Modality, largest: float) -> None:
    """Refuse a rescale that takes stored values beyond what single precision can hold, or tell apart.

    Parameters
    ----------
    largest : float
        Highest magnitude of the stored values.

    Raises
    ------
    ImageReadError
    """
    span = abs(modality.slope) * max(1.0, largest)
    if modality.table is None and (span + abs(modality.intercept) >= NO_VALUE or span < _SMALLEST_SPAN):
        raise ImageReadError(
            f"{path.name} is damaged: its rescale slope {modality.slope:g} and intercept {modality.intercept:g} make "
            f"values that no image has."
        )


def windows(dataset: Dataset, frame: int) -> tuple[WindowLevel, ...]:
    """Return the valid windows of a frame, in order."""
    scope = macro(dataset, frame, "FrameVOILUTSequence")
    stated = text(scope, "VOILUTFunction").upper()
    function = VoiFunction(stated) if stated in VoiFunction.__members__ else VoiFunction.LINEAR
    names = value(scope, "WindowCenterWidthExplanation")
    names = [names] if isinstance(names, str) else list(names or ())
    found = []
    pairs = zip(numbers(scope, "WindowCenter"), numbers(scope, "WindowWidth"), strict=False)
    for index, (center, width) in enumerate(pairs):
        name = str(names[index]) if index < len(names) else ""
        try:
            window = WindowLevel(center, width, function, name)
        except ValueError:
            continue  # a width of 0 or less shows nothing
        if not window.is_absurd:
            found.append(window)
    return tuple(found)


def voi_luts(dataset: Dataset, frame: int, *, signed: bool) -> tuple[VoiLut, ...]:
    """Return the valid VOI LUTs of a frame; `signed` says whether modality values can be negative."""
    scope = macro(dataset, frame, "FrameVOILUTSequence")
    found = []
    for item in items(scope, "VOILUTSequence"):
        table = parse_lut(item)
        if table is not None:
            first = table.first_as(signed=signed)
            found.append(VoiLut(table.values, first, table.bits, text(item, "LUTExplanation")))
    return tuple(found)
