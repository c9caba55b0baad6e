"""From what the reader named to open documents: files found and unpacked, thumbnails, overlays put on their images."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from segx_viewer.app.jobs import files, headers
from segx_viewer.app.jobs.jobs import BACKGROUND, FILES, Jobs
from segx_viewer.app.jobs.thumbnails import Thumbnail, Thumbnails, draw
from segx_viewer.app.jobs.work import Work
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.domain.image import SourceInfo
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled, SegxError, UnsupportedImageError
from segx_viewer.imaging.halving import Opened

if TYPE_CHECKING:
    from segx_viewer.imaging.containers import Found
    from segx_viewer.reporting.dicom.overlays import DicomOverlay

log = logging.getLogger(__name__)
_MANY = 4  # thumbnails that are worth a progress bar


class Opener(QObject):
    """Fills the list of documents, in the file thread."""

    said = Signal(str)  # sentence for the status bar
    attached = Signal()  # overlays were read
    opened = Signal(object, object)  # list of Document, and the one to look at

    def __init__(self, documents: Documents, jobs: Jobs, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self._documents, self._jobs, self._work = documents, jobs, work
        self._collect = files.Collect()
        self._cancel = CancelToken()
        self._thumbnails = Thumbnails(self._draw, self._on_thumbnails)
        self._headers = headers.Headers(self._read_headers)
        self._left_out = 0
        self._keep: Callable[[Document], None] | None = None
        self.overlays: dict[str, list[DicomOverlay]] = {}  # by the SOP Instance UID of the image that they belong to
        # What files hold whose image is not open yet, by document number.
        self._waiting: dict[int, list[DicomOverlay]] = {}
        documents.updated.connect(self._on_updated)

    # -- files -----------------------------------------------------------------------------------

    def open(self, paths: list[Path]) -> None:
        """Open files, folders, archives and DICOMDIRs."""
        if not paths:
            return
        self.said.emit(tr("Opening …"))
        self._work.begin("collect", tr("Opening …"))
        self._cancel = CancelToken()
        self._jobs.run(
            self._find,
            [Path(p) for p in paths],
            self._cancel,
            self._jobs.teller(self._on_step),
            then=self._on_found,
            failed=self._on_failed,
            lane=FILES,
        )

    def _find(
        self, paths: list[Path], cancel: CancelToken, on_step: Callable[[int, int], None]
    ) -> "tuple[list[Found], int, Opened | None]":
        """Return the files, which to show first and what is in it if that is there at once, in the file thread."""
        listed = self._collect(paths, cancel, on_step)
        first = files.first_to_show(listed)
        return listed, first, files.read_at_once(listed[first].path) if listed else None

    def open_made(self, make: Callable[[], list[Path]]) -> None:
        """Open the files that `make` makes or finds, in the file thread."""
        self._jobs.run(make, then=self.open, lane=FILES)

    def reopen(self, archives: list[Path], keep: Callable[[Document], None]) -> None:
        """Open archives of an earlier session again; `keep` is called with each document before it is shown."""
        self._keep = keep
        self.open(archives)

    def _on_found(self, answer: "tuple[list[Found], int, Opened | None]") -> None:
        """Take over the files that were found, and what is in the first one if it is there already."""
        listed, number, opened = answer
        self._work.end("collect")
        if not listed:
            self.said.emit(tr("There is no image file in there."))
            return
        documents = [self._documents.add(f.path, label=_label(f), named=f.named) for f in listed]
        for document, file in zip(documents, listed, strict=True):
            if file.problem:
                self._documents.update(document, broken=file.problem, error=file.problem)
        keep, self._keep = self._keep, None
        if keep is not None:
            for document in documents:
                keep(document)
        first = documents[number]
        if opened is not None and first.image is None:
            first.take(*opened)
        self.said.emit("")
        self.opened.emit(documents, first)

    def _on_failed(self, error: SegxError) -> None:
        self._work.end("collect")
        self.said.emit(tr("Cancelled.") if isinstance(error, AnalysisCancelled) else told(error))

    # -- thumbnails ------------------------------------------------------------------------------

    def draw_thumbnails(self, documents: list[Document]) -> None:
        """Read the headers that are missing, turn by turn; what says nothing before it is decoded is drawn as well."""
        self._headers.add(documents)

    def draw_in_sight(self, documents: list[Document]) -> None:
        """Draw the thumbnails of documents that are in sight, before any others."""
        self._thumbnails.look(documents)

    def draw_all(self, documents: list[Document]) -> None:
        """Draw the thumbnails of documents, wherever they are."""
        self._thumbnails.add(documents)

    def _read_headers(self, documents: list[Document]) -> None:
        then = partial(self._on_headers, documents)
        self._jobs.run(headers.read, [d.path for d in documents], then=then, lane=FILES)

    def _on_headers(self, documents: list[Document], found: list[headers.Header | None]) -> None:
        described, unknown = [], []
        for document, header in zip(documents, found, strict=True):
            document.scanned = True
            if header is None and document.header is None and document in self._documents:
                unknown.append(document)
            elif header is not None and document.header is None and document in self._documents:
                document.header, document.size = header
                described.append(document)
        self._documents.describe(described)
        for document in described:
            self._on_updated(document)
        self._thumbnails.add(unknown)
        self._headers.next()

    def _lead_stacks(self, document: Document) -> None:
        """Add an entry for every further stack of frames that a file holds: scrolling stays within one."""
        source = document.header.source if document.header is not None else None
        if source is None or document.frame or not source.frame_stacks:
            return
        stacks = [stack for stack in source.frame_stacks if 0 not in stack]
        missing = [s for s in stacks if not any(d.path == document.path and d.frame == s[0] for d in self._documents)]
        for stack in missing:
            self._documents.add(document.path, stack[0], label=document.label, named=document.named, leads=True)

    def _draw(self, document: Document) -> None:
        self._jobs.run(
            draw,
            document.path,
            document.frame,
            then=partial(self._on_thumbnail, document),
            failed=partial(self._on_no_thumbnail, document),
            lane=BACKGROUND,
        )

    def _on_thumbnail(self, document: Document, drawn: "Thumbnail | list[DicomOverlay]") -> None:
        is_open = document in self._documents
        try:
            if is_open and isinstance(drawn, Thumbnail):
                seen = {"thumbnail": drawn.picture, "header": drawn.header, "size": drawn.size}
                self._documents.update(document, **seen, error="")
            elif is_open and isinstance(drawn, list):
                self.attach(document, drawn)
        finally:  # else the others would never come, and their progress would stay for good
            self._thumbnails.next()

    def _on_no_thumbnail(self, document: Document, error: SegxError) -> None:
        try:
            if document in self._documents:
                self._documents.update(document, error=str(error))
                self.leave_out(document, str(error), isinstance(error, UnsupportedImageError))
        finally:
            self._thumbnails.next()

    def leave_out(self, document: Document, sentence: str, unsupported: bool) -> bool:
        """Close a file that is no image and that nobody named; return whether it was one."""
        if document.named or not unsupported or len(self._documents) == 1:
            return False
        log.info("Left out: %s", sentence)
        self._left_out += 1
        self._documents.close(document)
        self.said.emit(tr("Files that hold no image were left out: {count}").format(count=self._left_out))
        return True

    # -- overlays in files of their own ----------------------------------------------------------

    def attach(self, document: Document, overlays: "list[DicomOverlay]") -> None:
        """Put what a file holds on the images that it was made from; the file itself is no image."""
        sources = frozenset(overlay.source_uid or overlay.series_uid for overlay in overlays) - {""}
        if overlays and not sources:
            sentence = tr("{name} does not say which image it was made from.")
        else:
            sentence = tr("{name} is drawn on the image that it was made from: open that image as well.")
            self._waiting[document.number] = overlays
        document.error = sentence.format(name=document.name)
        self._documents.update(document, waits_for=sources)
        for other in list(self._documents):
            self._on_updated(other)
        self.attached.emit()

    def _on_updated(self, document: Document) -> None:
        self._lead_stacks(document)
        source = document.header.source if document.header is not None else None
        if source is None or not source.sop_instance_uid:
            return
        for waiting in [d for d in self._documents if d.waits_for & {source.sop_instance_uid, source.series_uid}]:
            self._draw_on(document, source, waiting)

    def _draw_on(self, document: Document, source: SourceInfo, waiting: Document) -> None:
        """Draw what a file holds on an image, or say why not."""
        shape = document.size
        held = self._waiting.get(waiting.number, [])
        of_it = [overlay for overlay in held if overlay.source_uid == source.sop_instance_uid]
        of_series = [overlay for overlay in held if not overlay.source_uid and overlay.series_uid == source.series_uid]
        if of_series and not of_it:
            if not all(d.header is not None or d.error for d in self._documents):
                return  # how many images the series has is not known yet
            if len(self._images_of(source.series_uid)) > 1:
                words = tr("{name} names a series only, and several of its images are open: it does not say which one.")
                waiting.error = words.format(name=waiting.name)
                return
            of_it = [replace(overlay, source_uid=source.sop_instance_uid) for overlay in of_series]
        if not of_it or shape is None:
            return
        fitting = [overlay for overlay in of_it if overlay.covers(shape)]
        if not fitting:
            height, width = of_it[0].values.shape
            words = tr("{name} has {width} x {height} pixels, other proportions than {image}: it cannot lie on it.")
            waiting.error = words.format(name=waiting.name, image=document.name, width=width, height=height)
            return
        for overlay in (*fitting, *(o for o in held if o.source_uid not in ("", source.sop_instance_uid))):
            _add(overlay, self.overlays.setdefault(overlay.source_uid, []))
        text = tr("{name} is drawn on {image}.").format(name=waiting.name, image=document.name)
        if waiting is self._documents.current:
            self._documents.set_current(document)
        self._waiting.pop(waiting.number, None)
        self._documents.close(waiting)
        self.said.emit(text)
        self.attached.emit()

    def _images_of(self, series_uid: str) -> set[Path]:
        return {d.path for d in self._documents if d.header is not None and d.header.source.series_uid == series_uid}

    # -- progress --------------------------------------------------------------------------------

    def _on_step(self, done: int, total: int) -> None:
        if "collect" in self._work:
            text = tr("Unpacking {done} of {total}").format(done=done + 1, total=total)
            self._work.begin("collect", text, done / total)

    def _on_thumbnails(self, done: int, total: int) -> None:
        if done >= total:
            self._work.end("thumbnails")
        elif total >= _MANY:
            text = tr("Thumbnails {done} of {total}").format(done=done + 1, total=total)
            self._work.begin("thumbnails", text, done / total)

    def cancel(self) -> None:
        """Stop looking for files and drawing thumbnails."""
        self._cancel.cancel()
        self._work.end("collect")
        for document in self._headers.clear():
            document.scanned = True
        self._thumbnails.clear()

    def forget(self) -> None:
        """Keep nothing of what was opened: no overlays, and nothing unpacked on the disk."""
        self.cancel()
        self.overlays.clear()
        self._waiting.clear()
        self._jobs.run(self._collect.close, lane=FILES)

    def shut_down(self) -> None:
        """Stop, and remove what was unpacked; called when the file thread has ended."""
        self.cancel()
        self._collect.close()


def _label(file: "Found") -> str:
    return file.label if file.label != str(file.path) else ""


def _add(overlay: "DicomOverlay", known: "list[DicomOverlay]") -> None:
    """Add an overlay to those of its image, unless it is there; another one of the same name is told by a number."""
    from numpy import array_equal

    names = [o.label for o in known]
    alike = (o for o in known if o.kind == overlay.kind and o.label.startswith(overlay.label))
    if any(array_equal(o.values, overlay.values) for o in alike):
        return
    free = (
        label for label in chain([overlay.label], (f"{overlay.label} ({n})" for n in count(2))) if label not in names
    )
    known.append(replace(overlay, label=next(free)))
