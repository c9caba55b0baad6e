"""What the Basic Application Confidentiality Profile does to an element (PS3.15 E.1-1), as rules over values.

The table is that of `dicom-anonymizer`. Its functions are not used: they write dates of the year 1, which no
validator takes, zeros for numbers that should be empty, and random UIDs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from segx_viewer.imaging.pseudonyms import Key, shifted

TABLE = "dicomfields_2026c"
_DUMMIES: dict[str, str | int | bytes] = {
    "DA": "19000101",
    "DT": "19000101000000",
    "TM": "000000",
    "UR": "http://anonymized.invalid",  # RFC 2606
    "DS": "0",
    "IS": "0",
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"), "ANONYMIZED"),
    **dict.fromkeys(("FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"), 0),
    **dict.fromkeys(("OB", "UN"), b"Anonymized"),
}
_TIMES = ("DA", "DT", "TM")
_NAME, _ID = 0x00100010, 0x00100020
_BIRTH = {0x00100030, 0x00100032}
# Acquisition facts that the profile removes and its option with modified dates keeps.
_KEPT_WITH_DATES = {0x00181012, 0x00181014, 0x00181072, 0x00181073, 0x00181078, 0x00181079}
# Versions of public code tables: shifted, they would tell the shift.
_VERSIONS = {0x00080106, 0x00080107, 0x0040DB06, 0x0040DB07}


class Action(StrEnum):
    """What the profile does to an element."""

    REMOVE = "removed"
    EMPTY = "emptied"
    REPLACE = "replaced"
    SHIFT = "shifted"
    KEEP = "kept"


class Dates(StrEnum):
    """What becomes of dates.

    EMPTY removes them and the times, as the Basic Profile does; SHIFT moves all dates of a patient by as many days
    and keeps the times (its option Retain Longitudinal Temporal Information with Modified Dates).
    """

    EMPTY = "empty"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Stranger:
    """Who a patient becomes: what the rules need to know.

    Attributes
    ----------
    key : Key
    pseudonym : str
    dates : Dates
    is_document : bool
        Whether it is an enhanced image or no image: what others may lack or leave empty, these must have (type 1 or 2
        instead of 3, PS3.3).
    """

    key: Key
    pseudonym: str
    dates: Dates
    is_document: bool


Rule = Callable[[Dataset, BaseTag, Stranger], None]


def decide(tag: BaseTag, vr: str, stranger: Stranger) -> tuple[Action, Rule] | None:
    """Return what happens to an element and what does it; None for one that carries no identity."""
    name = _name_of_action(tag)
    if tag.is_private or _is_whole_group(tag):
        return Action.REMOVE, _remove
    if name is None:
        return None
    if int(tag) in (_NAME, _ID):
        return Action.REPLACE, _pseudonym
    if vr in _TIMES:
        return _decide_time(tag, vr, name, stranger)
    if vr == "SQ" and name in ("delete_or_replace", "delete_or_empty_or_replace"):
        if not stranger.is_document:
            return Action.REMOVE, _remove
        return _RULES["delete_or_empty" if name == "delete_or_empty_or_replace" else name]
    return _RULES[name]


def _decide_time(tag: BaseTag, vr: str, name: str, stranger: Stranger) -> tuple[Action, Rule]:
    if int(tag) in _BIRTH or (int(tag) in _VERSIONS and name != "delete"):
        return _RULES[name]
    if stranger.dates is Dates.SHIFT and (name != "delete" or int(tag) in _KEPT_WITH_DATES):
        return (Action.KEEP, _keep) if vr == "TM" else (Action.SHIFT, _shift)
    if stranger.is_document or name in ("replace", "empty", "delete", "delete_or_empty"):
        return _RULES[name]
    return (Action.REMOVE, _remove) if name == "delete_or_replace" else (Action.EMPTY, _empty)


@cache
def _table() -> tuple[dict[tuple[int, int], str], dict[tuple[int, ...], str]]:
    from dicomanonymizer.simpledicomanonymizer import initialize_actions  # type: ignore[import-untyped]

    names = {tag: function.__name__ for tag, function in initialize_actions(TABLE).items()}
    exact = {tag: name for tag, name in names.items() if len(tag) == 2}
    return exact, {tag: name for tag, name in names.items() if len(tag) == 4}


def _name_of_action(tag: BaseTag) -> str | None:
    exact, ranges = _table()
    if (tag.group, tag.element) in exact:
        return exact[tag.group, tag.element]
    for (group, element, group_mask, element_mask), name in ranges.items():
        if tag.group & group_mask == group & group_mask and tag.element & element_mask == element & element_mask:
            return name
    return None


def _is_whole_group(tag: BaseTag) -> bool:
    """Whether an element belongs to an overlay or a curve: without its data, the rest of a group is no module."""
    return tag.group & 0xFF00 in (0x5000, 0x6000)


def _remove(dataset: Dataset, tag: BaseTag, _stranger: Stranger) -> None:
    del dataset[tag]


def _empty(dataset: Dataset, tag: BaseTag, _stranger: Stranger) -> None:
    element = dataset[tag]
    element.value = [] if element.VR == "SQ" else None


def _keep(_dataset: Dataset, _tag: BaseTag, _stranger: Stranger) -> None:
    pass


def _pseudonym(dataset: Dataset, tag: BaseTag, stranger: Stranger) -> None:
    dataset[tag].value = stranger.pseudonym


def _shift(dataset: Dataset, tag: BaseTag, stranger: Stranger) -> None:
    element = dataset[tag]
    days = stranger.key.days(stranger.pseudonym)
    values = element.value if isinstance(element.value, (MultiValue, list)) else [element.value]
    moved = [shifted(str(value or ""), days) for value in values]
    if not any(moved):
        moved = [str(_DUMMIES[element.VR])] if stranger.is_document else []
    element.value = moved


def _replace_uid(dataset: Dataset, tag: BaseTag, stranger: Stranger) -> None:
    _change_uid(dataset[tag], stranger)


def _replace(dataset: Dataset, tag: BaseTag, stranger: Stranger) -> None:
    _change(dataset[tag], stranger)


def _change(element: DataElement, stranger: Stranger) -> None:
    if element.VR == "SQ":
        for item in element.value:
            if not _is_standard_code(item):
                for nested in item:
                    _change_nested(nested, stranger)
    elif element.VR == "UI":
        _change_uid(element, stranger)
    else:
        dummy = _DUMMIES[element.VR]
        element.value = dummy if element.VM < 2 else [dummy] * element.VM


def _change_nested(element: DataElement, stranger: Stranger) -> None:
    """Replace what stands in a sequence; coded strings, such as value and relationship types, are its structure."""
    if element.VR != "CS":
        _change(element, stranger)


def _is_standard_code(item: Dataset) -> bool:
    """Whether an item is a code of a public scheme (PS3.3 8): private ones, which begin with 99, may say anything."""
    scheme = str(item.get("CodingSchemeDesignator") or "")
    return bool(scheme) and not scheme.startswith("99") and "CodeValue" in item


def _change_uid(element: DataElement, stranger: Stranger) -> None:
    found = element.value
    if isinstance(found, (MultiValue, list)):
        element.value = [stranger.key.uid(str(uid)) for uid in found]
    elif found:
        element.value = stranger.key.uid(str(found))


def _go_inside(dataset: Dataset, tag: BaseTag, stranger: Stranger) -> None:
    """Replace a UID; a sequence stays, and its items are cleaned by themselves."""
    if dataset[tag].VR == "UI":
        _change_uid(dataset[tag], stranger)


_RULES: dict[str, tuple[Action, Rule]] = {
    "delete": (Action.REMOVE, _remove),
    "empty": (Action.EMPTY, _empty),
    "delete_or_empty": (Action.EMPTY, _empty),
    "replace": (Action.REPLACE, _replace),
    "empty_or_replace": (Action.REPLACE, _replace),
    "delete_or_replace": (Action.REPLACE, _replace),
    "delete_or_empty_or_replace": (Action.REPLACE, _replace),
    "replace_UID": (Action.REPLACE, _replace_uid),
    "delete_or_empty_or_replace_UID": (Action.REPLACE, _go_inside),
}

INSIDE = _go_inside
"""The rule of a sequence that stays."""
