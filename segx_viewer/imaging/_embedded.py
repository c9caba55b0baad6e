"""Overlays that old files keep in the bits that their pixels leave free (PS3.3 C.9.2, retired in 2004)."""

import numpy as np
from pydicom.dataset import Dataset

from segx_viewer.imaging.header import number

_GROUPS = range(0x6000, 0x6100, 2)
_BIT_POSITION = 0x0102


def clear_embedded_overlays(dataset: Dataset) -> None:
    """Clear the bits of every overlay that lies in the pixels, in place; compressed pixels have no such bits."""
    meta = getattr(dataset, "file_meta", None)
    syntax = meta.get("TransferSyntaxUID") if meta is not None else None
    allocated, stored = (int(number(dataset, name) or 0) for name in ("BitsAllocated", "BitsStored"))
    if "PixelData" not in dataset or allocated not in (8, 16, 32) or (syntax is not None and syntax.is_encapsulated):
        return
    high = int(number(dataset, "HighBit") or stored - 1)
    used = ((1 << stored) - 1) << max(0, high - stored + 1)
    positions = [dataset[group, _BIT_POSITION].value for group in _GROUPS if (group, _BIT_POSITION) in dataset]
    free = [int(p) for p in positions if isinstance(p, int) and 0 < p < allocated and not used >> p & 1]
    if not free:
        return
    little = syntax is None or syntax.is_little_endian
    kind = np.dtype(f"{'<' if little else '>'}u{allocated // 8}")
    data = bytes(dataset.PixelData)
    whole = len(data) // kind.itemsize * kind.itemsize
    values = np.frombuffer(data[:whole], kind) & kind.type(~sum(1 << p for p in set(free)) & (1 << allocated) - 1)
    dataset["PixelData"].value = values.astype(kind).tobytes() + data[whole:]
