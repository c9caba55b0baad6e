"""Who the patient is, and how to take that out: PS3.15 Annex E, Basic Application Confidentiality Profile.

The table of what to remove, empty or replace is that of `dicom-anonymizer` (E.1-1 of 2026c). Its own walk stops
at the first level; this one goes into sequences, and takes every private element.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from segx_viewer.errors import ExportError, ImageReadError, SegxError
from segx_viewer.imaging._header import text
from segx_viewer.imaging._quiet import ignore_library_warnings
from segx_viewer.imaging.burned_in import Box, blank_dataset

_TABLE = "dicomfields_2026c"
_KEPT_META = {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013}
_PHOTOGRAPHED_SCREENS = {"US", "SC", "OT", "XC", "ES", "DOC", "XA", "RF", "MG"}

_Rule = Callable[[Dataset, tuple[int, int]], None]


class Action(StrEnum):
    """What the profile does to an element."""

    REMOVE = "removed"
    EMPTY = "emptied"
    REPLACE = "replaced"


class BurnedIn(StrEnum):
    """Whether identity may be written into the pixels."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """An element that carries, or may carry, identity.

    Attributes
    ----------
    path : str
        Where it is, for example ``"Request Attributes Sequence > Accession Number"``.
    tag : str
        ``"(0010,0010)"``.
    action : Action
    value : str
        What it says now: for the local preview only.
    """

    path: str
    tag: str
    action: Action
    value: str = field(default="", repr=False)


def find_identity(dataset: Dataset) -> tuple[Finding, ...]:
    """List what `deidentify` would change, for a preview. The data set stays as it is."""
    ignore_library_warnings()
    return tuple(finding for finding, _ in _walk(dataset, ""))


def deidentify(dataset: Dataset) -> tuple[Finding, ...]:
    """Take identity out of a data set by the Basic Profile, in place.

    UIDs are replaced by random ones, the same one for the same original as long as the program runs.

    Parameters
    ----------
    dataset : pydicom.Dataset
        With its `file_meta` where it has one. Its pixels are left alone: see `burned_in`.

    Returns
    -------
    tuple of Finding
        What was changed.
    """
    ignore_library_warnings()
    findings = []
    for finding, apply in list(_walk(dataset, "")):
        findings.append(finding)
        apply()
    dataset.remove_private_tags()  # those inside a sequence that was replaced as a whole
    meta = getattr(dataset, "file_meta", None)
    if meta is not None:
        for tag in [tag for tag in meta.keys() if int(tag) not in _KEPT_META]:  # noqa: SIM118 - a Dataset iterates values
            del meta[tag]
        if "SOPInstanceUID" in dataset:
            meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.preamble = b"\0" * 128
    _state_it(dataset)
    return tuple(findings)


def deidentify_file(source: Path, target: Path, blanked: tuple[Box, ...] = ()) -> tuple[Finding, ...]:
    """Write a de-identified copy of a DICOM file.

    Parameters
    ----------
    source, target : Path
    blanked : tuple of Box
        Parts of the picture to blank in every frame; see `burned_in.find_text`.

    Returns
    -------
    tuple of Finding
        What was changed in the header.

    Raises
    ------
    ImageReadError
        If `source` cannot be read as DICOM.
    ExportError
        If `target` cannot be written, or is `source`.
    """
    ignore_library_warnings()
    if target.exists() and target.samefile(source):
        raise ExportError(f"{target.name} is the original; choose another name for the de-identified copy.")
    try:
        dataset = pydicom.dcmread(source)
        findings = deidentify(dataset)
        if blanked:
            blank_dataset(dataset, blanked)
    except SegxError:
        raise
    except Exception as error:
        raise ImageReadError(f"{source.name} could not be read to the end, so it was not de-identified.") from error
    try:
        dataset.save_as(target, enforce_file_format=True)
    except Exception as error:
        target.unlink(missing_ok=True)  # half a file might still hold identity
        raise ExportError(f"{target.name} could not be written.") from error
    return findings


def burned_in(dataset: Dataset) -> BurnedIn:
    """Say whether identity may stand in the pixels: what the header states, else what the modality makes likely."""
    stated = text(dataset, "BurnedInAnnotation").upper()
    if stated in {"YES", "NO"}:
        return BurnedIn(stated.lower())
    if text(dataset, "Modality").upper() in _PHOTOGRAPHED_SCREENS or "SECONDARY" in str(dataset.get("ImageType", "")):
        return BurnedIn.UNKNOWN
    return BurnedIn.NO


def _walk(dataset: Dataset, parent: str) -> Iterator[tuple[Finding, Callable[[], None]]]:
    """Find identity depth first; with each finding comes what removes it."""
    exact, ranges = _rules()
    for tag in sorted(dataset.keys()):
        path = f"{parent} > {_name(dataset, tag)}" if parent else _name(dataset, tag)
        found, nested = _rule(tag, exact, ranges), _items(dataset, tag)
        if found is not None:
            action, rule = found
            yield Finding(path, str(tag).replace(" ", ""), action, _shown(dataset, tag)), _applied(dataset, tag, rule)
        elif nested is None:
            yield Finding(path, str(tag).replace(" ", ""), Action.REMOVE), _applied(dataset, tag, None)
        else:
            for item in nested:
                yield from _walk(item, path)


def _rule(
    tag: BaseTag, exact: dict[tuple[int, int], Any], ranges: dict[tuple[int, ...], Any]
) -> tuple[Action, _Rule | None] | None:
    if tag.is_private:
        return Action.REMOVE, None
    if (tag.group, tag.element) in exact:
        return exact[tag.group, tag.element]
    for (group, element, group_mask, element_mask), rule in ranges.items():
        if tag.group & group_mask == group & group_mask and tag.element & element_mask == element & element_mask:
            return rule
    return None


@cache
def _rules() -> tuple[dict[tuple[int, int], Any], dict[tuple[int, ...], Any]]:
    from dicomanonymizer import simpledicomanonymizer as library

    actions = {
        library.delete: (Action.REMOVE, None),
        library.empty: (Action.EMPTY, library.empty),
        library.delete_or_empty: (Action.EMPTY, library.delete_or_empty),
    }
    rules = {
        tag: actions.get(function, (Action.REPLACE, function))
        for tag, function in library.initialize_actions(_TABLE).items()
    }
    exact = {tag: rule for tag, rule in rules.items() if len(tag) == 2}
    return exact, {tag: rule for tag, rule in rules.items() if len(tag) == 4}


def _applied(dataset: Dataset, tag: BaseTag, rule: _Rule | None) -> Callable[[], None]:
    def apply() -> None:
        if tag not in dataset:
            return
        try:
            if rule is None:
                del dataset[tag]
            else:
                rule(dataset, (tag.group, tag.element))
        except Exception:  # noqa: BLE001 - a malformed value, or a VR without a dummy: then it goes altogether
            dataset._dict.pop(tag, None)

    return apply


def _items(dataset: Dataset, tag: BaseTag) -> list[Dataset] | None:
    """Return a sequence's items, [] for any other element, None for one that cannot be interpreted."""
    try:
        element = dataset[tag]
        if element.VR != "SQ":
            return []
        for item in element.value:
            list(item.iterall())  # interprets every element inside, as the library's rules expect
        return list(element.value)
    except Exception:  # noqa: BLE001 - pydicom converts lazily, and a malformed value may raise anything
        return None


def _name(dataset: Dataset, tag: BaseTag) -> str:
    return "private" if tag.is_private else pydicom.datadict.dictionary_description(tag) if _is_known(tag) else str(tag)


def _is_known(tag: BaseTag) -> bool:
    return pydicom.datadict.dictionary_has_tag(tag) or pydicom.datadict.repeater_has_tag(tag)


def _shown(dataset: Dataset, tag: BaseTag) -> str:
    try:
        element = dataset[tag]
        return "" if element.VR in {"SQ", "OB", "OW", "UN"} else str(element.value)[:64]
    except Exception:  # noqa: BLE001
        return ""


def _state_it(dataset: Dataset) -> None:
    """Say in the file what was done (PS3.15 E.1.1, PS3.16 CID 7050)."""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "PS3.15 Basic Application Confidentiality Profile"
    method = Dataset()
    method.CodeValue = "113100"
    method.CodingSchemeDesignator = "DCM"
    method.CodeMeaning = "Basic Application Confidentiality Profile"
    dataset.DeidentificationMethodCodeSequence = [method]
    dataset.LongitudinalTemporalInformationModified = "REMOVED"
