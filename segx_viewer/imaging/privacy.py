"""Who the patient is, and how to take that out: PS3.15 Annex E, Basic Application Confidentiality Profile.

The rules are in `_profile`, what replaces the patient in `pseudonyms`. The walk goes into sequences, and takes every
private element and every one that no dictionary knows.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.tag import BaseTag
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
)

from segx_viewer.errors import ExportError, ImageReadError, SegxError, write_error
from segx_viewer.imaging._embedded import clear_embedded_overlays
from segx_viewer.imaging._profile import INSIDE, Action, Dates, Stranger, decide
from segx_viewer.imaging._quiet import ignore_library_warnings
from segx_viewer.imaging.burned_in import Box, blank_dataset
from segx_viewer.imaging.header import number, text, uid_name, value
from segx_viewer.imaging.pseudonyms import Key, new_key

__all__ = [
    "Action",
    "BurnedIn",
    "Dates",
    "Disguise",
    "Finding",
    "burned_in",
    "deidentify",
    "deidentify_file",
    "find_identity",
    "is_plain_slice",
    "new_instance_uid",
    "open_dicom",
]

_KEPT_META = {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013}
_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_TOMOGRAPHS = {"CT", "MR", "PT", "NM"}
_HALVED = {"YBR_FULL_422", "YBR_PARTIAL_422"}  # two samples a pixel (PS3.3 C.7.6.3.1.2)
_PHOTOGRAPHED_SCREENS = {"US", "SC", "OT", "XC", "ES", "DOC", "XA", "RF", "MG"}


@dataclass(frozen=True, slots=True)
class Disguise:
    """How patients are replaced: by a key, which makes it the same every time, and with or without dates."""

    key: Key
    dates: Dates = Dates.EMPTY

    def of(self, dataset: Dataset, pseudonym: str = "") -> Stranger:
        """Return who the patient of a data set becomes."""
        return Stranger(self.key, pseudonym or self.key.pseudonym(dataset), self.dates, _is_document(dataset))


_ONCE = Disguise(new_key())  # nobody keeps it: the same patient is the same as long as the program runs


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


def find_identity(dataset: Dataset, disguise: Disguise = _ONCE) -> tuple[Finding, ...]:
    """List what `deidentify` would change, for a preview. The data set stays as it is."""
    ignore_library_warnings()
    return tuple(finding for finding, _ in _walk(dataset, "", disguise.of(dataset)))


def deidentify(dataset: Dataset, disguise: Disguise = _ONCE, pseudonym: str = "") -> tuple[Finding, ...]:
    """Take identity out of a data set by the Basic Profile, in place.

    Parameters
    ----------
    dataset : pydicom.Dataset
        With its `file_meta` where it has one. Its pixels are left alone (see `burned_in`) but for overlays in bits
        that are not theirs.
    disguise : Disguise
        What name, ID, UIDs and dates are replaced by; a key that nobody keeps by default.
    pseudonym : str
        The patient's; from the key by default.

    Returns
    -------
    tuple of Finding
        What was changed.
    """
    ignore_library_warnings()
    clear_embedded_overlays(dataset)
    stranger = disguise.of(dataset, pseudonym)
    findings = []
    for finding, apply in list(_walk(dataset, "", stranger)):
        findings.append(finding)
        apply()
    dataset.remove_private_tags()  # those inside a sequence that was replaced as a whole
    dataset.PatientID = dataset.PatientName = stranger.pseudonym  # also where it had none
    meta = getattr(dataset, "file_meta", None)
    if meta is not None:
        for tag in [tag for tag in meta.keys() if int(tag) not in _KEPT_META]:  # noqa: SIM118 - a Dataset iterates values
            del meta[tag]
        if "SOPInstanceUID" in dataset:
            meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.preamble = b"\0" * 128
    _state_it(dataset, disguise.dates)
    return tuple(findings)


def open_dicom(path: Path, *, stop_before_pixels: bool = False) -> Dataset:
    """Read a DICOM file, also one without preamble or file meta information.

    Raises
    ------
    pydicom.errors.InvalidDicomError
        If it is none.
    """
    from segx_viewer.imaging.reader import looks_like_bare_dicom

    try:
        return pydicom.dcmread(path, stop_before_pixels=stop_before_pixels)
    except InvalidDicomError:
        with path.open("rb") as file:
            if not looks_like_bare_dicom(file.read(132)):
                raise
        return pydicom.dcmread(path, stop_before_pixels=stop_before_pixels, force=True)


def deidentify_file(
    source: Path,
    target: Path,
    blanked: tuple[Box, ...] = (),
    disguise: Disguise = _ONCE,
    *,
    looked_at: bool = True,
    pseudonym: str = "",
) -> tuple[Finding, ...]:
    """Write a de-identified copy of a DICOM file, complete or not at all.

    Parameters
    ----------
    source, target : Path
    blanked : tuple of Box
        Parts of the picture to blank in every frame; see `burned_in.find_text`.
    disguise : Disguise
    looked_at : bool
        Whether a person decided about the text in the picture: only then the copy may state that there is none.
    pseudonym : str
        The patient's; from the key by default.

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
        dataset = open_dicom(source)
        _check_pixels(dataset, source)
        _complete(dataset, source)
        findings = deidentify(dataset, disguise, pseudonym)
        if blanked:
            stated = dataset.get("BurnedInAnnotation")
            blank_dataset(dataset, blanked)
            if not looked_at:
                _restore(dataset, stated)
    except SegxError:
        raise
    except Exception as error:
        raise ImageReadError(f"{source.name} could not be read to the end, so it was not de-identified.") from error
    _save(dataset, target)
    return findings


def _check_pixels(dataset: Dataset, source: Path) -> None:
    """Refuse a file that was cut off in its first frame: pydicom reads what there is, and says nothing."""
    meta = getattr(dataset, "file_meta", None) or Dataset()
    encapsulated = "TransferSyntaxUID" in meta and meta.TransferSyntaxUID.is_encapsulated
    if "PixelData" not in dataset or encapsulated:
        return
    shape = [number(dataset, name) or 0 for name in ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated")]
    samples = 2 if text(dataset, "PhotometricInterpretation") in _HALVED else shape[2]
    if len(dataset.PixelData) < shape[0] * shape[1] * samples * shape[3] // 8:
        raise ImageReadError(f"{source.name} is cut off: pixels are missing, so it was not de-identified.")


def new_instance_uid(dataset: Dataset, source: Path, key: Key) -> str:
    """Return the instance UID of a file's copy."""
    return key.uid(text(dataset, "SOPInstanceUID") or _missing_uid(source))


def _missing_uid(source: Path) -> str:
    """Return what stands for the instance UID of a file that has none: it follows from its content."""
    with source.open("rb") as file:
        number = int.from_bytes(hashlib.file_digest(file, "sha256").digest()[:15])
    return f"2.25.{number}"


def _complete(dataset: Dataset, source: Path) -> None:
    """Add what a file must have and older ones may lack: meta information, classes, an instance's UID (PS3.10 7.1)."""
    if not text(dataset, "SOPInstanceUID"):
        dataset.SOPInstanceUID = _missing_uid(source)
    if not text(dataset, "SOPClassUID"):
        dataset.SOPClassUID = SecondaryCaptureImageStorage
    meta = getattr(dataset, "file_meta", None) or FileMetaDataset()
    dataset.file_meta = meta
    if not meta.get("TransferSyntaxUID"):
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little is not False else ExplicitVRBigEndian
        meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID


def _restore(dataset: Dataset, stated: str | None) -> None:
    if stated is None:
        dataset.pop("BurnedInAnnotation", None)
    else:
        dataset.BurnedInAnnotation = stated


def _save(dataset: Dataset, target: Path) -> None:
    part = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=".dcm", dir=target.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as file:
            dataset.save_as(file, enforce_file_format=True)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise write_error(target, error) from error
    except Exception as error:
        raise ExportError(f"{target.name} could not be written: the file's header cannot be encoded again.") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)  # half a file might still hold identity


def burned_in(dataset: Dataset) -> BurnedIn:
    """Say whether identity may stand in the pixels: what the header states, else what the modality makes likely."""
    stated = text(dataset, "BurnedInAnnotation").upper()
    if stated in {"YES", "NO"}:
        return BurnedIn(stated.lower())
    if text(dataset, "Modality").upper() in _PHOTOGRAPHED_SCREENS or "SECONDARY" in str(dataset.get("ImageType", "")):
        return BurnedIn.UNKNOWN
    return BurnedIn.NO


def _walk(dataset: Dataset, parent: str, stranger: Stranger) -> Iterator[tuple[Finding, Callable[[], None]]]:
    """Find identity depth first; with each finding comes what removes it."""
    for tag in sorted(dataset.keys()):
        path = f"{parent} > {_name(dataset, tag)}" if parent else _name(dataset, tag)
        nested = _items(dataset, tag)
        decision = decide(tag, _vr(dataset, tag), stranger)
        shown = str(tag).replace(" ", "")
        if decision is None and (nested is None or not (_is_known(tag) or tag.element == 0)):
            yield Finding(path, shown, Action.REMOVE), partial(_remove, dataset, tag)
            continue
        if decision is not None:
            action, rule = decision
            yield (
                Finding(path, shown, action, _shown(dataset, tag)),
                _applied(dataset, tag, partial(rule, dataset, tag, stranger)),
            )
        if decision is None or (rule is INSIDE and nested):
            for item in nested or ():
                yield from _walk(item, path, stranger)


def _vr(dataset: Dataset, tag: BaseTag) -> str:
    try:
        return str(dataset[tag].VR)
    except Exception:  # noqa: BLE001 - pydicom converts lazily, and a malformed value may raise anything
        return ""


def _remove(dataset: Dataset, tag: BaseTag) -> None:
    dataset._dict.pop(tag, None)


def _applied(dataset: Dataset, tag: BaseTag, rule: Callable[[], None]) -> Callable[[], None]:
    def apply() -> None:
        if tag not in dataset:
            return
        try:
            rule()
        except Exception:  # noqa: BLE001 - a malformed value, or a VR without a dummy: then it goes altogether
            _remove(dataset, tag)

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


def is_plain_slice(dataset: Dataset) -> bool:
    """Say whether it is a primary slice of a tomograph: these write no text, and fine anatomy looks like it."""
    if burned_in(dataset) is BurnedIn.YES or text(dataset, "Modality").upper() not in _TOMOGRAPHS:
        return False
    return "SECONDARY" not in str(value(dataset, "ImageType") or "")


def _is_document(dataset: Dataset) -> bool:
    """Return whether it is an enhanced image or no image, whose modules ask for more than those of other images."""
    enhanced = uid_name(text(dataset, "SOPClassUID")).startswith("Enhanced")
    return enhanced or "Rows" not in dataset or any(group in dataset for group in _GROUPS)


def _state_it(dataset: Dataset, dates: Dates) -> None:
    """Say in the file what was done (PS3.15 E.1.1 and E.3.6, PS3.16 CID 7050)."""
    done = {"113100": "Basic Application Confidentiality Profile"}
    if dates is Dates.SHIFT:
        done["113107"] = "Retain Longitudinal Temporal Information Modified Dates Option"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "PS3.15 Basic Application Confidentiality Profile"
    dataset.DeidentificationMethodCodeSequence = [_method(*code) for code in done.items()]
    dataset.LongitudinalTemporalInformationModified = "MODIFIED" if dates is Dates.SHIFT else "REMOVED"


def _method(value: str, meaning: str) -> Dataset:
    method = Dataset()
    method.CodeValue, method.CodingSchemeDesignator, method.CodeMeaning = value, "DCM", meaning
    return method
