"""De-identified copies of many files: one patient one pseudonym, nothing of the original in a name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.errors import DiskFullError, ImageReadError, SegxError, UnsupportedImageError
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from segx_viewer.imaging.burned_in import Box
    from segx_viewer.imaging.containers import Found
    from segx_viewer.imaging.privacy import BurnedIn, Disguise


class Text(StrEnum):
    """What becomes of what looks like text in a picture, where nobody looks at each one.

    BLANK makes it black in every frame; SKIP leaves out files with it, or of a kind that often has it; KEEP does not
    look.
    """

    BLANK = "blank"
    SKIP = "skip"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a file.

    Attributes
    ----------
    label : str
        The original, for people.
    target : Path or None
        The copy; None where there is none.
    pseudonym : str
    patient_id, patient_name : str
        As in the original: for a table of the user's own.
    note : str
        What to know about the copy, "" for nothing.
    problem : str
        Why there is none.
    skipped : bool
        Whether the file is of a kind that has no copy, and was only found, not named.
    """

    label: str
    target: Path | None = None
    pseudonym: str = ""
    patient_id: str = field(default="", repr=False)
    patient_name: str = field(default="", repr=False)
    note: str = ""
    problem: str = ""
    skipped: bool = False


def copy_files(
    files: "Iterable[Found]",
    folder: Path,
    disguise: "Disguise",
    text: Text = Text.BLANK,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Copied]:
    """Write a de-identified copy of each DICOM file, as ``PSEUDONYM/STUDY/INSTANCE.dcm``, and yield what became of it.

    A file that cannot be copied does not cost the others. The same file is the same copy, so that a run that was
    stopped may be started again. A second file of the same instance becomes ``INSTANCE-2.dcm``.

    Raises
    ------
    DiskFullError
        When nothing more can be written.
    """
    taken: dict[Path, int] = {}
    for item in files:
        try:
            yield _copy(item, folder, disguise, text, limits, taken)
        except DiskFullError:
            raise
        except SegxError as error:
            skipped = not item.named and isinstance(error, UnsupportedImageError)
            yield Copied(item.label, problem=str(error), skipped=skipped)


def _copy(
    item: "Found", folder: Path, disguise: "Disguise", text: Text, limits: Limits, taken: dict[Path, int]
) -> Copied:
    from segx_viewer.imaging.header import text as words
    from segx_viewer.imaging.privacy import burned_in, deidentify_file, new_instance_uid

    if problem := item.problem:
        raise ImageReadError(problem)
    dataset = _header(item.path)
    boxes, note = _text_in(item.path, dataset, burned_in(dataset), text, limits)
    pseudonym = disguise.key.pseudonym(dataset)
    study = disguise.key.uid(words(dataset, "StudyInstanceUID") or "no study")
    target = folder / pseudonym / study / f"{new_instance_uid(dataset, item.path, disguise.key)}.dcm"
    taken[target] = taken.get(target, 0) + 1
    if taken[target] > 1:
        target = target.with_name(f"{target.stem}-{taken[target]}.dcm")
    deidentify_file(item.path, target, boxes, disguise, looked_at=False, pseudonym=pseudonym)
    return Copied(
        item.label, target, pseudonym, words(dataset, "PatientID"), words(dataset, "PatientName"), " ".join(note)
    )


def _header(path: Path) -> "Dataset":
    from pydicom.errors import InvalidDicomError

    from segx_viewer.imaging.privacy import open_dicom

    try:
        return open_dicom(path, stop_before_pixels=True)
    except InvalidDicomError:
        raise UnsupportedImageError(f"{path.name} is not a DICOM file, so it has no header to clean.") from None
    except OSError as error:
        raise ImageReadError(f"{path.name} could not be read: {error.strerror or error}.") from error
    except Exception as error:  # pydicom meets damage in many ways
        raise ImageReadError(f"{path.name} could not be read to the end, so it was not de-identified.") from error


def _text_in(
    path: Path, dataset: "Dataset", stated: "BurnedIn", text: Text, limits: Limits
) -> "tuple[tuple[Box, ...], list[str]]":
    """Return what to blank, and what to tell. Raises `SegxError` where the file has to be left out."""
    from segx_viewer.imaging.privacy import BurnedIn, is_plain_slice

    if text is Text.KEEP or "Rows" not in dataset:
        return (), []
    if text is Text.SKIP and stated is not BurnedIn.NO:
        raise SegxError(f"{path.name} may have text in its picture, so it was left out.")
    boxes = () if is_plain_slice(dataset) else _boxes(path, limits)
    if boxes and text is Text.SKIP:
        raise SegxError(f"{path.name} has what looks like text in its picture, so it was left out.")
    if stated is BurnedIn.YES and not boxes:
        raise SegxError(f"{path.name} states that text is burned in, and none was found: copy it where you see it.")
    notes = [f"{len(boxes)} line(s) of text blanked."] if boxes else []
    if stated is BurnedIn.UNKNOWN or boxes:
        notes.append("Pictures of this kind may hold more: look at it.")
    return boxes, notes


def _boxes(path: Path, limits: Limits) -> "tuple[Box, ...]":
    """Return what looks like text in the first, the middle or the last frame."""
    from segx_viewer.imaging.burned_in import find_text
    from segx_viewer.imaging.guarded import read_image_guarded

    first = read_image_guarded(path, 0, limits)
    frames = first.source.frames
    found = dict.fromkeys(find_text(first))
    for frame in sorted({frames // 2, frames - 1} - {0}):
        found |= dict.fromkeys(find_text(read_image_guarded(path, frame, limits)))
    return tuple(found)
