"""Overlay planes (60xx) of a DICOM image (PS3.3 C.9.2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from segx_viewer.domain.image import Overlay

_ROWS, _COLUMNS, _FRAMES, _TYPE, _ORIGIN, _FIRST_FRAME = 0x0010, 0x0011, 0x0015, 0x0040, 0x0050, 0x0051
_LABEL, _DATA = 0x1500, 0x3000


def read_overlays(dataset: Dataset, frame: int, shape: tuple[int, int]) -> tuple[Overlay, ...]:
    """Return a frame's overlays on the image's grid; a damaged one is left out.

    Overlays in the unused bits of the pixels, retired in 2004, are not read.
    """
    found = []
    for group in range(0x6000, 0x6020, 2):
        if (group, _DATA) not in dataset:
            continue
        try:
            mask = _plane(dataset, group, frame, shape)
        except Exception:  # noqa: BLE001, S112 - a malformed overlay must not cost the image
            continue
        if mask is not None:
            found.append(Overlay(mask, _text(dataset, group, _LABEL), _text(dataset, group, _TYPE) == "R"))
    return tuple(found)


def _plane(dataset: Dataset, group: int, frame: int, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    rows, columns = int(dataset[group, _ROWS].value), int(dataset[group, _COLUMNS].value)
    frames = int(_value(dataset, group, _FRAMES, 1))
    index = frame - (int(_value(dataset, group, _FIRST_FRAME, 1)) - 1)
    if frames == 1 and (group, _FIRST_FRAME) not in dataset:
        index = 0  # one plane for every frame
    if not 0 <= index < frames or rows < 1 or columns < 1:
        return None
    first = index * rows * columns
    packed = np.frombuffer(dataset[group, _DATA].value, np.uint8)[first // 8 : (first + rows * columns + 7) // 8]
    bits = np.unpackbits(packed, bitorder="little")[first % 8 :][: rows * columns]
    plane = bits.reshape(rows, columns).astype(np.bool_)
    top, left = (int(v) - 1 for v in _value(dataset, group, _ORIGIN, (1, 1)))
    mask = np.zeros(shape, np.bool_)
    y, x = max(0, top), max(0, left)
    part = plane[y - top : shape[0] - top, x - left : shape[1] - left]
    mask[y : y + part.shape[0], x : x + part.shape[1]] = part
    return mask


def _value(dataset: Dataset, group: int, element: int, default: object) -> Any:
    return dataset[group, element].value if (group, element) in dataset else default


def _text(dataset: Dataset, group: int, element: int) -> str:
    try:
        return "".join(c for c in str(_value(dataset, group, element, "")) if c.isprintable()).strip()
    except Exception:  # noqa: BLE001 - pydicom converts lazily
        return ""
