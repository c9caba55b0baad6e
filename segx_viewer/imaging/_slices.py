"""Where a DICOM header places an image in its series, frame by frame (PS3.3 C.7.6.2, C.7.6.16.2)."""

import math
from pathlib import Path

from pydicom.dataset import Dataset

from segx_viewer.domain.slices import SlicePosition, Vector
from segx_viewer.imaging.header import first_item, items, number, numbers, text, value
from segx_viewer.imaging.stacks import frame_stacks

_PER_FRAME = "PerFrameFunctionalGroupsSequence"
_SHARED = "SharedFunctionalGroupsSequence"
_known: dict[tuple[Path, int, int], tuple[tuple[int, ...], ...]] = {}


def slice_position(dataset: Dataset) -> SlicePosition:
    """Return what a single-frame image says of its place."""
    rows, columns = _directions(dataset)
    return SlicePosition(
        rows=rows,
        columns=columns,
        position=_vector(numbers(dataset, "ImagePositionPatient")),
        frame_of_reference=text(dataset, "FrameOfReferenceUID"),
        instance=_integer(dataset, "InstanceNumber"),
        acquisition=_integer(dataset, "AcquisitionNumber"),
        temporal=_integer(dataset, "TemporalPositionIdentifier"),
        echo=_echo(dataset),
        b_value=number(dataset, "DiffusionBValue"),
        trigger=number(dataset, "TriggerTime"),
        time=_time(dataset),
        image_type=_kind(dataset, "ImageType"),
    )


def frame_orders(dataset: Dataset, frames: int, path: Path) -> tuple[tuple[int, ...], ...]:
    """Return the frames of a multi-frame image, stack by stack in the order of scrolling; () where that is the file's.

    Parameters
    ----------
    dataset : Dataset
    frames : int
    path : Path
        Of the file, whose frames are asked for one after the other.
    """
    groups = items(dataset, _PER_FRAME)
    if frames < 2 or len(groups) < frames:
        return ()
    try:
        key = path, path.stat().st_mtime_ns, frames
    except OSError:
        key = path, 0, frames
    if key not in _known:
        shared = first_item(dataset, _SHARED) or Dataset()
        places = [_frame_position(group, shared, dataset) for group in groups[:frames]]
        found = tuple(stack.order for stack in frame_stacks(places))
        _known.clear()  # the film that is being scrolled is enough
        _known[key] = () if found == (tuple(range(frames)),) else found
    return _known.get(key, ())


def _frame_position(group: Dataset, shared: Dataset, dataset: Dataset) -> SlicePosition:
    def macro(keyword: str) -> Dataset:
        for where in (group, shared):
            if (item := first_item(where, keyword)) is not None:
                return item
        return Dataset()

    content = macro("FrameContentSequence")
    rows, columns = _directions(macro("PlaneOrientationSequence"))
    kinds = (f"{kind}FrameTypeSequence" for kind in ("MRImage", "CTImage", "PETFrame"))
    kind = next((found for name in kinds if (found := _kind(macro(name), "FrameType"))), _kind(dataset, "ImageType"))
    return SlicePosition(
        rows=rows,
        columns=columns,
        position=_vector(numbers(macro("PlanePositionSequence"), "ImagePositionPatient")),
        frame_of_reference=text(dataset, "FrameOfReferenceUID"),
        instance=_integer(content, "InStackPositionNumber"),
        acquisition=_integer(content, "FrameAcquisitionNumber"),
        temporal=_integer(content, "TemporalPositionIndex"),
        echo=_rounded(number(macro("MREchoSequence"), "EffectiveEchoTime")),
        b_value=number(macro("MRDiffusionSequence"), "DiffusionBValue"),
        trigger=number(macro("CardiacSynchronizationSequence"), "NominalCardiacTriggerDelayTime"),
        time=text(content, "FrameAcquisitionDateTime") or text(content, "FrameReferenceDateTime"),
        image_type=kind,
        stack=text(content, "StackID"),
    )


def _directions(dataset: Dataset) -> tuple[Vector | None, Vector | None]:
    cosines = numbers(dataset, "ImageOrientationPatient")
    rows, columns = _vector(cosines[:3]), _vector(cosines[3:])
    if len(cosines) != 6 or rows is None or columns is None:
        return None, None
    lengths = [math.hypot(*v) for v in (rows, columns)]
    across = sum(a * b for a, b in zip(rows, columns, strict=True))
    # PS3.3 C.7.6.2.1.1: unit vectors at right angles. Zeros and the like say nothing.
    return (rows, columns) if all(0.9 < v < 1.1 for v in lengths) and abs(across) < 0.1 else (None, None)


def _vector(components: tuple[float, ...]) -> Vector | None:
    return (
        (components[0], components[1], components[2])
        if len(components) == 3 and all(map(math.isfinite, components))
        else None
    )


def _integer(dataset: Dataset, keyword: str) -> int | None:
    given = number(dataset, keyword)
    return int(given) if given is not None and math.isfinite(given) else None


def _echo(dataset: Dataset) -> str:
    stated = _integer(dataset, "EchoNumbers")
    return str(stated) if stated is not None else _rounded(number(dataset, "EchoTime"))


def _rounded(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:.1f}"


def _time(dataset: Dataset) -> str:
    if stated := text(dataset, "AcquisitionDateTime"):
        return stated
    for kind in ("Acquisition", "Content"):
        date, clock = text(dataset, f"{kind}Date"), text(dataset, f"{kind}Time")
        if clock:
            return f"{date or text(dataset, 'StudyDate')}{clock}"
    return ""


def _kind(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    values = value(dataset, keyword)
    if values is None or isinstance(values, (str, bytes)):
        return ()
    return tuple(str(v).strip().upper() for v in list(values)[2:])
