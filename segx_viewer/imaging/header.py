"""Reading header values that may be missing, empty, malformed or of the wrong type."""

from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID


def value(dataset: Dataset, keyword: str) -> Any:
    """Return an element's value, or None where it is missing or cannot be interpreted."""
    try:
        return dataset.get(keyword)
    except Exception:  # noqa: BLE001 - pydicom converts lazily, and a malformed value may raise anything
        return None


def text(dataset: Dataset, keyword: str) -> str:
    """Return an element as printable text without surrounding blanks; the first of several values; "" where missing."""
    held = value(dataset, keyword)
    if isinstance(held, Sequence) and not isinstance(held, (str, bytes)):
        held = held[0] if held else None
    if held is None or isinstance(held, bytes):
        return ""
    return "".join(c for c in str(held) if c.isprintable()).strip()


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Return an element's values as numbers, or () where missing or not numeric."""
    held = value(dataset, keyword)
    if held is None or held == "":
        return ()
    many = held if isinstance(held, Sequence) and not isinstance(held, (str, bytes)) else (held,)
    try:
        return tuple(float(v) for v in many)
    except (TypeError, ValueError):
        return ()


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return an element's first value as a number, or None."""
    return next(iter(numbers(dataset, keyword)), None)


def items(dataset: Dataset, keyword: str) -> tuple[Dataset, ...]:
    """Return a sequence's items, or () where it is missing or not a sequence."""
    held = value(dataset, keyword)
    if not isinstance(held, Sequence) or isinstance(held, (str, bytes)):
        return ()
    return tuple(item for item in held if isinstance(item, Dataset))


def first_item(dataset: Dataset, keyword: str) -> Dataset | None:
    """Return a sequence's first item, or None."""
    return next(iter(items(dataset, keyword)), None)


def macro(dataset: Dataset, frame: int, keyword: str) -> Dataset:
    """Return where a frame's values of a functional group stand (PS3.3 C.7.6.16).

    Enhanced multi-frame images keep them in the frame's own groups or the shared ones, others in the data set itself.
    """
    per_frame = items(dataset, "PerFrameFunctionalGroupsSequence")
    candidates = [per_frame[frame]] if frame < len(per_frame) else []
    candidates += items(dataset, "SharedFunctionalGroupsSequence")[:1]
    for group in candidates:
        if (item := first_item(group, keyword)) is not None:
            return item
    return dataset


def code_meaning(dataset: Dataset, keyword: str) -> str:
    """Return the meaning of a code sequence's first item, or ""."""
    item = first_item(dataset, keyword)
    return text(item, "CodeMeaning") if item is not None else ""


def uid_name(uid: str) -> str:
    """Return a UID's name in the standard, or "": in a damaged file it may be anything, a patient's name included."""
    found = UID(uid)
    return found.name if found.name != str(found) else ""
