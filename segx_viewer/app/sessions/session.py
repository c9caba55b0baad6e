"""The session: what is open and what was done to it, kept so that a crash costs nothing."""

import base64
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np
from PySide6.QtCore import QObject, QTimer

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import settings
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.viewstate import PER_IMAGE, Compare, Layout, MaskStyle, View
from segx_viewer.app.sessions.readings import Packed, Readings, pack, reading_of, unpack
from segx_viewer.domain.image import VoiFunction, VoiLut, WindowLevel

log = logging.getLogger(__name__)
VERSION = 1
_DELAY_MS = 1500
_ENUMS = {"compare": Compare, "layout": Layout, "mask": MaskStyle}
_PASSING = {"bare", "flicker", "editing", "tool", "grid", "two", "magnifier"}  # states of the moment


class Entry(Packed):
    """An open image as it is stored: where it lies, how it is looked at, and what was done to it.

    The last four are those of session files, which find their images by what is in them.
    """

    path: str
    label: str
    frame: int
    view: dict[str, Any]  # fields of `View`
    sha256: NotRequired[str]
    name: NotRequired[str]
    relative: NotRequired[str]
    size: NotRequired[int]


class Snapshot(TypedDict):
    """A session as plain values."""

    version: int
    ended: bool
    view: dict[str, Any]
    documents: list[Entry]
    current: int | None


class Autosave(QObject):
    """Writes the session, and which files were opened, a moment after each change, in the thread of the exports.

    A window that does not keep the session, since another one does, keeps what was read and drawn all the same.
    """

    def __init__(self, workspace: Workspace, *, keeps_session: bool = True) -> None:
        super().__init__(workspace)
        self._keeps_session = keeps_session
        self._workspace = workspace
        self.opened: list[Path] = []  # files and folders to be listed among the recent ones
        self.readings = Readings(workspace)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self.save)
        documents = workspace.documents
        changes = (documents.added, documents.updated, documents.removed, documents.current_changed)
        for signal in (*changes, workspace.analyses.changed):
            signal.connect(lambda _document: self._timer.start())
        workspace.state.changed.connect(lambda _changed: self._timer.start())

    def add_recent(self, paths: list[Path]) -> None:
        """List files and folders among the recent ones when there is time: it takes as long as opening a file."""
        self.opened += paths
        self._timer.start()

    def save(self) -> None:
        """Write the session now."""
        self.readings.save()
        opened, self.opened = self.opened, []
        if opened:
            self._workspace.jobs.run(settings.add_recent, opened)
        if len(self._workspace.documents) and self._keeps_session:
            text = json.dumps(snapshot(self._workspace))
            self._workspace.jobs.run(_write, text)

    def end(self) -> None:
        """Write the session as one that ended properly; called before the threads end."""
        self._timer.stop()
        self.readings.end()
        settings.add_recent(self.opened)
        if self._keeps_session and (len(self._workspace.documents) or settings.session_file().exists()):
            _write(json.dumps({**snapshot(self._workspace), "ended": True}))


def _write(text: str) -> None:
    from segx_viewer.reporting.atomic import write_bytes

    write_bytes(settings.session_file(), text.encode(), private=True)


def read_session() -> Snapshot | None:
    """Return the stored session, None if there is none that can be used."""
    try:
        stored = json.loads(settings.session_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        log.info("The session file could not be read; starting afresh.")
        return None
    usable = isinstance(stored, dict) and stored.get("version") == VERSION
    return stored if usable else None


def ended_badly() -> bool:
    """Return whether the last session has no proper end."""
    stored = read_session()
    return stored is not None and bool(stored.get("documents")) and not stored.get("ended", False)


# -- taking a snapshot -----------------------------------------------------------------------------


def snapshot(workspace: Workspace) -> Snapshot:
    """Return the session as plain values."""
    documents, current = workspace.documents, workspace.documents.current
    documents.remember(workspace.state.view)
    view = {
        field.name: getattr(workspace.state.view, field.name)
        for field in fields(View)
        if field.name not in PER_IMAGE and field.name not in _PASSING
    }
    return {
        "version": VERSION,
        "ended": False,
        "view": view,
        "documents": [_document(document) for document in documents],
        "current": list(documents).index(current) if current is not None else None,
    }


def _document(document: Document) -> Entry:
    view = dict(document.view)
    view["voi"] = _pack_voi(view.get("voi"))
    reading = pack(reading_of(document))
    return {
        "path": str(document.path),
        "label": document.label,
        "frame": document.frame,
        "view": view,
        "annotations": reading["annotations"],
        "region": reading["region"],
        "impression": reading["impression"],
        "key": reading["key"],
        "lesion": reading["lesion"],
    }


def _pack_voi(voi: WindowLevel | VoiLut | None) -> dict[str, object] | None:
    if voi is None:
        return None
    table: dict[str, object] = asdict(voi)
    if isinstance(voi, VoiLut):
        table["values"] = base64.b64encode(voi.values.astype("<u2").tobytes()).decode()
    return table


def _unpack_voi(table: dict[str, Any]) -> WindowLevel | VoiLut:
    if "values" in table:
        return VoiLut(**{**table, "values": np.frombuffer(base64.b64decode(table["values"]), "<u2").astype(np.uint16)})
    return WindowLevel(**{**table, "function": VoiFunction(table["function"])})


# -- restoring -------------------------------------------------------------------------------------


def restore(workspace: Workspace) -> int:
    """Open what the stored session had open; return how many of its files were found."""
    stored = read_session()
    if stored is None:
        return 0
    try:
        return _restore(workspace, stored)
    except (KeyError, TypeError, ValueError, IndexError):
        log.exception("The session could not be restored")
        return 0


def _restore(workspace: Workspace, stored: Snapshot) -> int:
    paths = [Path(entry["path"]) for entry in stored["documents"]]
    count = reopen(workspace, stored, [path if path.exists() else None for path in paths])
    # What was unpacked is gone by now; it is unpacked again.
    gone = [e for e, path in zip(stored["documents"], paths, strict=True) if e.get("label") and not path.exists()]
    entries = {e["label"]: e for e in gone if _archive(e).is_file()}
    if entries:

        def keep(document: Document) -> None:
            if document.label in entries:
                _fill(document, entries[document.label])

        workspace.opener.reopen(list(dict.fromkeys(map(_archive, entries.values()))), keep)
    return count + len(entries)


def _archive(entry: Entry) -> Path:
    return Path(entry["label"].rpartition("!")[0])


def reopen(workspace: Workspace, stored: Snapshot, paths: Sequence[Path | None]) -> int:
    """Open the images of a snapshot from where they are now, None for those that are gone; return how many.

    Raises KeyError, TypeError, ValueError or IndexError where the snapshot is not one.
    """
    documents, current = [], None
    for i, (entry, path) in enumerate(zip(stored["documents"], paths, strict=True)):
        if path is None:
            continue
        document = workspace.documents.add(path, int(entry["frame"]), label=str(entry.get("label", "")))
        _fill(document, entry)
        documents.append(document)
        if i == stored["current"]:
            current = document
    known = {field.name for field in fields(View)}
    view = {name: value for name, value in stored["view"].items() if name in known}
    workspace.state.update(**{n: _ENUMS[n](v) if n in _ENUMS else v for n, v in view.items()})
    if documents:
        workspace.look_through(documents, current or documents[0])
    return len(documents)


def _fill(document: Document, entry: Entry) -> None:
    view = dict(entry["view"])
    if view.get("voi"):
        view["voi"] = _unpack_voi(view["voi"])
    if "centre" in view:
        view["centre"] = tuple(view["centre"])
    document.view = view
    reading = unpack(entry)
    document.annotations, document.is_key = reading.annotations, reading.is_key or document.is_key
    document.region = reading.region if reading.region is not None else document.region
    document.impression = reading.impression or document.impression
    document.lesion = reading.lesion or document.lesion
