"""From what the reader named to open documents: files found and unpacked, thumbnails, overlays put on their images."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from segx_viewer.app.jobs import files
from segx_viewer.app.jobs.thumbnails import Thumbnails
from segx_viewer.app.jobs.work import Work
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.domain.request import CancelToken

log = logging.getLogger(__name__)
_MANY = 4  # thumbnails that are worth a progress bar


class Opener(QObject):
    """Fills the list of documents, in the file thread."""

    message = Signal(str)  # sentence for the status bar
    attached = Signal()  # overlays were read
    opened = Signal(object, object)  # list of Document, and the one to look at

    def __init__(self, documents: Documents, thread: files.FileThread, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self._documents, self._thread, self._work = documents, thread, work
        self._collect = files.Collect()
        self._cancel = CancelToken()
        self._thumbnails = Thumbnails(documents, thread.post, self._on_thumbnail)
        self._left_out = 0
        self._keep: Callable[[Document], None] | None = None
        self.overlays: dict[str, list[Any]] = {}  # by the SOP Instance UID of the image that they belong to
        thread.worker.stepped.connect(self._on_step)
        documents.updated.connect(self._on_updated)

    def open(self, paths: list[Path]) -> None:
        """Open files, folders, archives and DICOMDIRs."""
        if not paths:
            return
        self.message.emit(tr("Opening …"))
        self._work.begin("collect", tr("Opening …"))
        self._cancel = CancelToken()
        on_step = partial(self._thread.worker.stepped.emit, "collect")
        self._thread.post("collect", partial(self._find, [Path(p) for p in paths], self._cancel, on_step))

    def _find(
        self, paths: list[Path], cancel: CancelToken, on_step: Callable[[int, int], None]
    ) -> tuple[list[Any], files.Opened | None]:
        """Return the files and what is in the first one if that is there at once, in the file thread."""
        found = self._collect(paths, cancel, on_step)
        return found, files.read_at_once(found[0].path) if found else None

    def reopen(self, archives: list[Path], keep: Callable[[Document], None]) -> None:
        """Open archives of an earlier session again; `keep` is called with each document before it is shown."""
        self._keep = keep
        self.open(archives)

    def collected(self, found: list[Any], opened: files.Opened | None) -> None:
        """Take over the files that were found, and what is in the first one if it is there already."""
        self._work.end("collect")
        if not found:
            self.message.emit(tr("There is no image file in there."))
            return
        documents = [self._documents.add(f.path, label=_label(f), named=f.named) for f in found]
        keep, self._keep = self._keep, None
        for document in documents if keep is not None else ():
            keep(document)
        if opened is not None and documents[0].image is None:
            documents[0].take(*opened)
        self.message.emit("")
        self.opened.emit(documents, documents[0])

    def draw_thumbnails(self, documents: list[Document]) -> None:
        """Draw the thumbnails that are missing, one after the other."""
        self._thumbnails.add(documents)

    def thumbnail(self, number: int, result: Any) -> None:
        """Take over a thumbnail."""
        document = self._documents.by_number(number)
        if isinstance(result, list):
            if document is not None:
                self.attach(document, result)
            result = None
        self._thumbnails.done(number, result, document.error if document is not None else "")

    def thumbnail_failed(self, number: int, sentence: str, unsupported: bool) -> None:
        """Take over why there is no thumbnail."""
        document = self._documents.by_number(number)
        self._thumbnails.done(number, None, sentence)
        if document is not None:
            self.leave_out(document, sentence, unsupported)

    def leave_out(self, document: Document, sentence: str, unsupported: bool) -> bool:
        """Close a file that is no image and that nobody named; return whether it was one."""
        if document.named or not unsupported or len(self._documents) == 1:
            return False
        log.info("Left out: %s", sentence)
        self._left_out += 1
        self._documents.close(document)
        self.message.emit(tr("Files that hold no image were left out: {count}").format(count=self._left_out))
        return True

    # -- overlays in files of their own ----------------------------------------------------------

    def attach(self, document: Document, overlays: list[Any]) -> None:
        """Put what a file holds on the images that it was made from; the file itself is no image."""
        for overlay in overlays:
            known = self.overlays.setdefault(overlay.source_uid, [])
            if not any(o.label == overlay.label and o.kind == overlay.kind for o in known):
                known.append(overlay)
        sources = frozenset(overlay.source_uid for overlay in overlays)
        sentence = tr("{name} is drawn on the image that it was made from: open that image as well.")
        document.error = sentence.format(name=document.name)
        self._documents.update(document, waits_for=sources)
        for other in list(self._documents):
            self._on_updated(other)
        self.attached.emit()

    def _on_updated(self, document: Document) -> None:
        uid = document.header.source.sop_instance_uid if document.header is not None else ""
        if not uid or uid not in self.overlays:
            return
        for waiting in [d for d in self._documents if uid in d.waits_for]:
            text = tr("{name} is drawn on {image}.").format(name=waiting.name, image=document.name)
            if waiting is self._documents.current:
                self._documents.set_current(document)
            self._documents.close(waiting)
            self.message.emit(text)

    # -- progress --------------------------------------------------------------------------------

    def _on_step(self, tag: Any, done: int, total: int) -> None:
        if tag == "collect" and "collect" in self._work:
            text = tr("Unpacking {done} of {total}").format(done=done + 1, total=total)
            self._work.begin("collect", text, done / total)

    def _on_thumbnail(self, done: int, total: int) -> None:
        if done >= total:
            self._work.end("thumbnails")
        elif total >= _MANY:
            text = tr("Thumbnails {done} of {total}").format(done=done + 1, total=total)
            self._work.begin("thumbnails", text, done / total)

    def cancel(self) -> None:
        """Stop looking for files and drawing thumbnails."""
        self._cancel.cancel()
        self._work.end("collect")
        self._thumbnails.clear()

    def shut_down(self) -> None:
        """Stop, and remove what was unpacked; called when the file thread has ended."""
        self.cancel()
        self._collect.close()


def _label(found: Any) -> str:
    return found.label if found.label != str(found.path) else ""
