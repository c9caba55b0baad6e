"""Frames of one file, or images of one series, to be scrolled through."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path

from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.domain.image import SourceInfo, VoiLut, WindowLevel

_SECTIONAL = {"CT", "MR", "PT", "NM"}
_PART_WORDS = {
    "localiser": mark("localiser"),
    "axial": mark("axial"),
    "coronal": mark("coronal"),
    "sagittal": mark("sagittal"),
    "oblique": mark("oblique"),
    "echo": mark("echo {value}"),
    "time": mark("time {value}"),
    "acquisition": mark("acquisition {value}"),
    "b": mark("b = {value} s/mm²"),
    "trigger": mark("trigger {value} ms"),
    "number": mark("stack {value}"),
}

Parts = tuple[tuple[str, str], ...]
"""What tells a stack from the others of its series, as `imaging.stacks` says it."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Members as (path, frame), and which of them is shown.

    Attributes
    ----------
    members : tuple of (Path, int)
    position : int
        Of the member that is shown, or of the one that it is the same as.
    key : hashable
        Stays the same while files are added to the stack.
    parts : tuple of (str, str)
    twin : str
        Name of the file that holds the same SOP instance and stands in the stack for the one shown.
    """

    members: tuple[tuple[Path, int], ...]
    position: int
    key: Hashable = None
    parts: Parts = ()
    twin: str = ""

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True, eq=False)
class FileStack:
    """A stack of files: its documents in order, and those that are the same instance as one of them."""

    documents: tuple[Document, ...]
    twins: tuple[tuple[Document, Document], ...]
    parts: Parts


def file_stacks(documents: Documents, series_uid: str) -> tuple[FileStack, ...]:
    """Return the stacks that the single-frame files of a series make, as far as their headers are read."""
    if not series_uid:
        return ()
    found = [d for d in documents if d.header is not None and _is_of(d.header.source, series_uid)]
    numbers = tuple(d.number for d in found)
    known = documents.stacks.get(series_uid)
    if known is None or known[0] != numbers:
        known = documents.stacks[series_uid] = numbers, tuple(_stacks(found))
    return known[1]


def _is_of(source: SourceInfo, series_uid: str) -> bool:
    return source.series_uid == series_uid and source.frames == 1


def _stacks(found: list[Document]) -> Iterable[FileStack]:
    from segx_viewer.imaging.stacks import Member, stacks_of

    headers = [d.header for d in found if d.header is not None]
    members = [Member(h.place, str(d.label or d.path), h.source.sop_instance_uid)
               for d, h in zip(found, headers, strict=True)]  # fmt: skip
    for stack in stacks_of(members):
        twins = tuple((found[left_out], found[kept]) for left_out, kept in stack.duplicates)
        yield FileStack(tuple(found[i] for i in stack.order), twins, stack.parts)


def stack_of(documents: Documents, document: Document | None) -> Stack | None:
    """Return the stack that a document belongs to, None if it stands alone or its header is not read yet."""
    header = document.header if document is not None else None
    if document is None or header is None:
        return None
    source = header.source
    if source.frames > 1:
        parted = next((frames for frames in source.frame_stacks if document.frame in frames), None)
        frames = parted if parted is not None else tuple(range(source.frames))
        if len(frames) < 2 or document.frame not in frames:
            return None
        members = tuple((document.path, frame) for frame in frames)
        return Stack(members, frames.index(document.frame), (document.path, frames[0]))
    for stack in file_stacks(documents, source.series_uid):
        twin = next((kept for left_out, kept in stack.twins if left_out is document), None)
        shown = twin or document
        if shown in stack.documents and (len(stack.documents) > 1 or twin is not None):
            members = tuple((d.path, d.frame) for d in stack.documents)
            position = stack.documents.index(shown)
            return Stack(members, position, (source.series_uid, stack.parts), stack.parts, twin.name if twin else "")
    return None


def same_stack(documents: Documents, a: Document | None, b: Document | None) -> bool:
    """Whether two images belong to one stack."""
    first, second = stack_of(documents, a), stack_of(documents, b)
    return first is not None and second is not None and first.key == second.key


def stack_text(documents: Documents, document: Document | None) -> str:
    """Return which image of which stack is shown, in a line; "" for an image that stands alone."""
    stack = stack_of(documents, document)
    if stack is None:
        return ""
    of_files = stack.members[0][0] != stack.members[-1][0]
    still = of_files and documents.pending > 0
    text = tr("{position} / {count} so far, files are still being read") if still else tr("{position} / {count}")
    words = [text.format(position=stack.position + 1, count=len(stack)), part_words(stack.parts)]
    if stack.twin:
        words.append(tr("the same image as {name}").format(name=stack.twin))
    return " · ".join(word for word in words if word)


def part_words(parts: Parts) -> str:
    """Return what tells a stack from the others of its series, for people."""
    words = []
    for kind, value in parts:
        word = _PART_WORDS.get(value if kind in ("plane", "localiser") else kind)
        words.append(tr(word).format(value=value) if word else value)
    return " · ".join(words)


def shared_window(documents: Documents, document: Document) -> WindowLevel | VoiLut | None:
    """Return the window that all images of a stack are first shown with, None where each has its own.

    Sections and frames of a film whose file states no window are comparable in brightness with one window only.
    """
    image = document.image
    if image is None or image.is_colour or image.windows or image.voi_luts:
        return None
    if image.modality not in _SECTIONAL and image.source.frames == 1:
        return None
    stack = stack_of(documents, document)
    if stack is None:
        return None
    if stack.key not in documents.windows:
        from segx_viewer.imaging.display import default_voi

        documents.windows[stack.key] = default_voi(image)
    return documents.windows[stack.key]
