"""All elements of a DICOM file as text: those that can be read, and that the others are there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom.datadict import dictionary_description, dictionary_has_tag, repeater_has_tag
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.tag import BaseTag

from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging._quiet import ignore_library_warnings

_LONGEST = 300
_DEEPEST = 16  # sequences in sequences; files that nest deeper want to be read for ever
_MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Tag:
    """An element.

    Attributes
    ----------
    number : str
        ``"(0010,0010)"``.
    depth : int
        In how many sequences it lies.
    name : str
    vr : str
        Value representation; "" where it cannot be told.
    value : str
        As text, cut after 300 characters; "" for bytes, sequences and what cannot be read.
    size : int or None
        Bytes of a binary value, or of one that cannot be read; items of a sequence.
    readable : bool
    """

    number: str
    depth: int
    name: str
    vr: str
    value: str = ""
    size: int | None = None
    readable: bool = True


def read_tags(path: Path) -> tuple[Tag, ...]:
    """Return a DICOM file's elements but its pixels, meta information first, items of sequences below them.

    An element that cannot be interpreted costs no other: it is listed as not readable.

    Raises
    ------
    UnsupportedImageError
        If it is not DICOM.
    ImageReadError
        If it cannot be read at all.
    """
    from segx_viewer.imaging.privacy import open_dicom

    ignore_library_warnings()
    try:
        dataset = open_dicom(path, stop_before_pixels=True)
    except InvalidDicomError:
        raise UnsupportedImageError(f"{path.name} is not DICOM; it has no tags.") from None
    except OSError as error:
        raise ImageReadError(f"{path.name} could not be read: {error.strerror or error}.") from error
    except Exception as error:  # pydicom meets damage in many ways
        raise ImageReadError(f"{path.name} is damaged: its header cannot be read.") from error
    rows = []
    for part in (getattr(dataset, "file_meta", None) or Dataset(), dataset):
        for row in _rows(part, 0):
            rows.append(row)
            if len(rows) >= _MOST_ROWS:
                return tuple(rows)
    return tuple(rows)


def _rows(dataset: Dataset, depth: int) -> Iterator[Tag]:
    for tag in sorted(dataset.keys()):
        row, items = _row(dataset, tag, depth)
        yield row
        if depth < _DEEPEST:
            for item in items:
                yield from _rows(item, depth + 1)


def _row(dataset: Dataset, tag: BaseTag, depth: int) -> tuple[Tag, list[Dataset]]:
    number = f"({tag.group:04X},{tag.element:04X})"
    try:
        element = dataset[tag]
        name, vr, value = element.name, str(element.VR), element.value
        if vr == "SQ":
            items = list(value or ())
            return Tag(number, depth, name, vr, size=len(items)), items
        if isinstance(value, bytes):
            return Tag(number, depth, name, vr, size=len(value)), []
        text = "" if value is None else str(value)
        return Tag(number, depth, name, vr, text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"), []
    except Exception:  # noqa: BLE001 - pydicom converts lazily, and a malformed value may raise anything
        raw = dataset._dict.get(tag)
        size = getattr(raw, "length", None)
        return Tag(number, depth, _name(tag), str(getattr(raw, "VR", "") or ""), size=size, readable=False), []


def _name(tag: BaseTag) -> str:
    if tag.is_private:
        return "Private"
    return dictionary_description(tag) if dictionary_has_tag(tag) or repeater_has_tag(tag) else ""
