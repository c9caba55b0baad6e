"""What a reader did to an image, kept by the image's content: it is there again when the image is, until forgotten."""

import base64
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand

from segx_viewer.app.jobs.files import sha256
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.annotations import Annotation, Kind
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.impression import Impression
from segx_viewer.domain.lesion import NO_RECORD, LesionRecord
from segx_viewer.errors import SegxError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a reader drew, noted and edited on one image."""

    annotations: tuple[Annotation, ...] = ()
    region: NDArray[np.bool_] | None = None
    impression: Impression | None = None
    is_key: bool = False
    lesion: LesionRecord = NO_RECORD

    def __bool__(self) -> bool:
        drawn = bool(self.annotations) or self.region is not None
        return drawn or self.impression is not None or self.is_key or bool(self.lesion)

    def is_that_of(self, other: "Reading") -> bool:
        """Whether another reading holds the very same things."""
        same_region, same_words = self.region is other.region, self.impression is other.impression
        same_mark = self.is_key == other.is_key and self.lesion == other.lesion
        return self.annotations == other.annotations and same_region and same_words and same_mark

    def with_that_of(self, other: "Reading") -> "Reading":
        """Return this reading with what only another one has."""
        return Reading(
            (*(a for a in other.annotations if a not in self.annotations), *self.annotations),
            self.region if self.region is not None else other.region,
            self.impression or other.impression,
            self.is_key or other.is_key,
            self.lesion or other.lesion,
        )


NOTHING = Reading()


def reading_of(document: Document) -> Reading:
    """Return what was done to a document's image."""
    return Reading(document.annotations, document.region, document.impression, document.is_key, document.lesion)


class Packed(TypedDict):
    """A reading as plain values; a region may be an array still."""

    annotations: list[list[Any]]  # kind, points, text
    region: Any
    impression: dict[str, str] | None
    key: NotRequired[bool]  # sessions of earlier versions know none
    lesion: NotRequired[dict[str, object] | None]


def pack(reading: Reading) -> Packed:
    """Return a reading as plain values."""
    region = reading.region
    return {
        "annotations": [[a.kind.value, a.points, a.text] for a in reading.annotations],
        "region": None if region is None else _pack_mask(region),
        "impression": reading.impression.as_dict() if reading.impression is not None else None,
        "key": reading.is_key,
        "lesion": reading.lesion.as_dict() if reading.lesion else None,
    }


def _pack_mask(mask: NDArray[np.bool_]) -> dict[str, object]:
    return {"shape": mask.shape, "bits": base64.b64encode(np.packbits(mask).tobytes()).decode()}


def unpack(entry: Packed) -> Reading:
    """Return a reading from plain values; a region may be an array already.

    Raises KeyError, TypeError or ValueError where they are none.
    """
    region = entry["region"]
    if region is not None and not isinstance(region, np.ndarray):
        shape = tuple(region["shape"])
        bits = np.frombuffer(base64.b64decode(region["bits"]), np.uint8)
        region = np.unpackbits(bits, count=int(np.prod(shape))).reshape(shape).astype(np.bool_)
    return Reading(
        tuple(
            Annotation(Kind(kind), tuple((float(x), float(y)) for x, y in points), str(text))
            for kind, points, text in entry["annotations"]
        ),
        region,
        Impression(**entry["impression"]) if entry["impression"] is not None else None,
        bool(entry.get("key", False)),  # sessions of earlier versions know none
        LesionRecord.from_dict(lesion) if (lesion := entry.get("lesion")) else NO_RECORD,
    )


class Readings(QObject):
    """Brings readings back when their images are opened again, and keeps them on the disk, in the exports' lane."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._kept: dict[int, Reading] = {}  # on the disk, by the number of a document that was looked up there
        self._asked: set[int] = set()
        workspace.documents.updated.connect(self._look_up)
        workspace.documents.removed.connect(self._on_removed)

    def save(self) -> None:
        """Write what has changed."""
        for document in self._workspace.documents:
            self._save(document)

    def end(self) -> None:
        """Write what has changed now; called before the threads end."""
        for document in self._workspace.documents:
            change = self._change_of(document)
            if change is not None and document.sha256:
                keep = _write if document.number in self._kept else _add
                keep(document.sha256, document.frame, change)

    # -- bringing back ---------------------------------------------------------------------------

    def _look_up(self, document: Document) -> None:
        if not document.sha256 or document.number in self._asked:
            return
        self._asked.add(document.number)
        self._workspace.jobs.run(
            _read, document.sha256, document.frame, then=lambda found: self._bring_back(document, found)
        )

    def _bring_back(self, document: Document, found: Reading) -> None:
        self._kept[document.number] = found
        before = reading_of(document)
        after = before.with_that_of(found)
        if self._workspace.documents.by_number(document.number) is None or after.is_that_of(before):
            return
        document.undo.push(BringBack(self._workspace, document, after))
        self._workspace.say(tr("What you drew and noted on this image before is there again."))

    # -- keeping ---------------------------------------------------------------------------------

    def _change_of(self, document: Document) -> Reading | None:
        """Return what has to be written; None where that is on the disk."""
        now = reading_of(document)
        return None if now.is_that_of(self._kept.get(document.number, NOTHING)) else now

    def _save(self, document: Document) -> None:
        change = self._change_of(document)
        looked_up = document.number in self._kept  # else something may be there that is not known yet
        if change is not None and document.sha256 and looked_up:
            self._kept[document.number] = change
            self._workspace.jobs.run(_write, document.sha256, document.frame, change)

    def _on_removed(self, document: Document) -> None:
        change, known = self._change_of(document), self._kept.pop(document.number, None)
        self._asked.discard(document.number)
        if change is not None:
            write = _write if known is not None else _add
            where = document.sha256 or document.path
            self._workspace.jobs.run(write, where, document.frame, change, failed=_could_not_keep)
        if reading_of(document):
            self._workspace.say(tr("What you drew and noted comes back when the image is opened again."))


class BringBack(QUndoCommand):
    """Puts a kept reading on an image again; undone, the image is as it was opened."""

    def __init__(self, workspace: Workspace, document: Document, after: Reading) -> None:
        super().__init__(tr("Earlier drawings and notes"))
        self._workspace, self._document = workspace, document
        self._before, self._after = reading_of(document), after

    def redo(self) -> None:
        """Put it on the image."""
        self._show(self._after)

    def undo(self) -> None:
        """Put back the reading that was there before."""
        self._show(self._before)

    def _show(self, reading: Reading) -> None:
        document, workspace = self._document, self._workspace
        analyses, changed = workspace.analyses, reading.region is not document.region
        workspace.documents.update(
            document, annotations=reading.annotations, impression=reading.impression, is_key=reading.is_key
        )
        if reading.lesion != document.lesion:
            workspace.documents.record(document, reading.lesion)
        if changed and document.analysis is not None and document.analysis.complete:
            analyses.set_region(document, reading.region)
        elif changed:
            document.region = reading.region
            if document is workspace.documents.current:
                analyses.begin()  # what runs was asked with another region
        analyses.changed.emit(document)


# -- in the exports' lane --------------------------------------------------------------------------


def _file(digest: str, frame: int) -> Path:
    return settings.readings_folder() / f"{digest}-{frame}.json"


def _read(digest: str, frame: int) -> Reading:
    """Return what is kept of an image; nothing where there is nothing that can be read."""
    try:
        return unpack(json.loads(_file(digest, frame).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return NOTHING
    except (OSError, KeyError, TypeError, ValueError):
        log.info("A kept reading could not be read; it is left out.")
        return NOTHING


def _write(where: str | Path, frame: int, reading: Reading) -> None:
    """Keep a reading of the image with a digest or at a path; keep nothing where there is nothing."""
    from segx_viewer.reporting.atomic import write_bytes

    file = _file(sha256(where) if isinstance(where, Path) else where, frame)
    if reading:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_bytes(file, json.dumps(pack(reading)).encode(), private=True)
    else:
        file.unlink(missing_ok=True)


def _add(where: str | Path, frame: int, reading: Reading) -> None:
    """Keep a reading of an image that was closed before it was known what is kept of it."""
    digest = sha256(where) if isinstance(where, Path) else where
    kept = _read(digest, frame)
    _write(digest, frame, reading.with_that_of(kept))


def _could_not_keep(error: SegxError) -> None:
    log.info("A reading could not be kept: %s", error)
