"""Reads the image that is looked at, and does for it what can wait until it is on the screen."""

import logging
from collections.abc import Callable, Hashable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from segx_viewer.app.jobs import files
from segx_viewer.app.jobs.ahead import Decoded, Place, order_ahead, room
from segx_viewer.app.jobs.analyses import Analyses
from segx_viewer.app.jobs.jobs import BACKGROUND, EXPORTS, FILES, Jobs
from segx_viewer.app.jobs.opening import Opener
from segx_viewer.app.jobs.work import Work
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.app.model.stack import shared_window, stack_of
from segx_viewer.app.model.viewstate import PER_IMAGE, ViewState
from segx_viewer.domain.image import WindowLevel
from segx_viewer.errors import AnalysisCancelled, SegxError, UnsupportedImageError
from segx_viewer.imaging.halving import Opened

if TYPE_CHECKING:
    from segx_viewer.reporting.dicom.overlays import DicomOverlay

log = logging.getLogger(__name__)
_PAUSE_MS = 400
_SAMPLES = 5  # images of a stack that are looked at for its window
_PAINTED_MS = 5  # by then an image that is shown is on the screen


class Loader(QObject):
    """Follows the list of documents: what becomes the current one is read, shown and analysed."""

    shown = Signal(object)  # Document, with the image and the analysis that it has so far

    def __init__(
        self, documents: Documents, state: ViewState, jobs: Jobs, work: Work, analyses: Analyses, opener: Opener
    ) -> None:
        super().__init__(opener.parent())
        self._documents, self._state, self._jobs, self._work = documents, state, jobs, work
        self._opener = opener
        self._read: object | None = None  # stands for the reading that is waited for
        self._reading: Document | None = None
        self._beside: set[Document] = set()
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(analyses.begin)
        self._painted = QTimer(self, singleShot=True, interval=_PAINTED_MS)
        self._painted.timeout.connect(self._settle)
        self._looked_through: set[Hashable] = set()  # stacks whose window was looked for
        self._decoded = Decoded(room())
        self._ahead: Place | None = None  # is being read before anybody asks
        self._unreadable: set[Place] = set()
        self._direction, self._position = 1, 0  # of the last step through a stack, and where it led
        documents.removed.connect(lambda document: self._decoded.drop_file(document.path))
        documents.current_changed.connect(self._on_current)
        documents.described.connect(lambda _documents: self._find_window())

    def _on_current(self, document: Document | None) -> None:
        self._pause.stop()
        passed = self._stop_reading()
        kept = self._decoded.get((document.path, document.frame)) if document is not None else None
        if document is not None and document.image is None and kept is not None:
            document.take(*kept)
        if document is None:
            self.shown.emit(None)
        elif document.image is not None:
            self._show(document)
        elif document.broken:
            self.shown.emit(document)
        else:  # it is read while the window makes room for it
            self._read_current(document)
            self.shown.emit(document)
            self._work.begin("read", tr("Reading {name} …").format(name=document.name))
        if passed is not None:
            self._opener.draw_thumbnails([passed])

    def _read_current(self, document: Document) -> None:
        asked = self._read = object()
        self._reading = document
        if self._ahead == (document.path, document.frame):
            return  # it is under way already

        def wanted() -> bool:  # frames that were scrolled past are not decoded, and what takes long is given up
            return self._read is asked

        self._jobs.run(
            files.read,
            document.path,
            document.frame,
            wanted,
            then=partial(self._on_read, document),
            failed=partial(self._on_unread, document),
            lane=FILES,
            wanted=wanted,
        )

    def _stop_reading(self) -> Document | None:
        """Wait no more for the image that is being read; return its document."""
        passed, self._reading, self._read = self._reading, None, None
        self._work.end("read")
        return passed

    def _on_read(self, document: Document, opened: "Opened | list[DicomOverlay]") -> None:
        self._stop_reading()
        if isinstance(opened, list):
            self._opener.attach(document, opened)
            if document is self._documents.current:
                self.shown.emit(document)
            return
        self._decoded.put((document.path, document.frame), opened)
        document.take(*opened)
        self._show(document)

    def _on_unread(self, document: Document, error: SegxError) -> None:
        self._stop_reading()
        if not self._opener.leave_out(document, str(error), isinstance(error, UnsupportedImageError)):
            self._documents.update(document, error=str(error))
            self.shown.emit(document)

    def _show(self, document: Document) -> None:
        self._state.reset(*PER_IMAGE)
        self._state.update(**document.view)
        document.voi = shared_window(self._documents, document)
        self.shown.emit(document)
        self._painted.start()
        if document.analysis is None or not document.analysis.complete:
            # Not before it is painted; in a stack, when the reader stays at it.
            self._pause.start(_PAINTED_MS if stack_of(self._documents, document) is None else _PAUSE_MS)

    def _settle(self) -> None:
        """Do for the current image whatever could wait until it was on the screen."""
        document = self._documents.current
        if document is None or document.image is None:
            return
        self._documents.update(document)
        if not document.sha256:
            self._add(document, "sha256", files.sha256, document.path)
        if document.thumbnail is None and document.frame == 0:  # the file's first frame stands for all
            self._add(document, "thumbnail", files.thumbnail, document.image, lane=BACKGROUND)
        self._find_window()
        self._read_ahead()

    # -- ahead of the reader ---------------------------------------------------------------------

    def _read_ahead(self) -> None:
        """Read the next image of the stack that is not here yet, if nothing else is being read."""
        document = self._documents.current
        stack = stack_of(self._documents, document)
        if self._ahead is not None or self._reading is not None or document is None or document.image is None:
            return
        if stack is None:
            return
        if stack.position != self._position:
            self._direction = 1 if stack.position > self._position else -1
            self._position = stack.position
        shown = Opened(document.image, document.half)
        count = self._decoded.how_many_like(shown) * 3 // 4  # the rest is for what was looked at before
        place = next((p for p in order_ahead(stack, self._direction, count) if self._is_missing(p)), None)
        if place is None:
            return
        self._ahead = place
        self._jobs.run(
            files.read,
            *place,
            lambda: self._is_awaited(place),
            then=partial(self._on_ahead, place),
            failed=lambda error: self._on_not_ahead(place, error),
            lane=FILES,
        )

    def _is_missing(self, place: Place) -> bool:
        if place in self._decoded or place in self._unreadable:
            return False
        known = self._documents.at(*place)
        return known is None or (known.image is None and not known.error)

    def _is_awaited(self, place: Place) -> bool:
        """Whether an image that takes long to decode is still worth it: nothing else is waited for."""
        reading = self._reading
        return reading is None or (reading.path, reading.frame) == place

    def _on_ahead(self, place: Place, opened: "Opened | list[DicomOverlay]") -> None:
        self._ahead = None
        awaited = self._reading if self._reading is not None and self._is_awaited(place) else None
        if awaited is not None:
            self._on_read(awaited, opened)
        elif isinstance(opened, Opened) and self._documents.holds(place[0]):
            self._decoded.put(place, opened)
        self._read_ahead()

    def _on_not_ahead(self, place: Place, error: SegxError) -> None:
        self._ahead = None
        awaited = self._reading if self._reading is not None and self._is_awaited(place) else None
        if isinstance(error, AnalysisCancelled):  # it was given up for another image
            if awaited is not None:
                self._read_current(awaited)
            return
        self._unreadable.add(place)  # told when it is looked at
        if awaited is not None:
            self._on_unread(awaited, error)
        self._read_ahead()

    def _find_window(self) -> None:
        """Look at some images all over the current stack for its window, once the stack is complete."""
        document = self._documents.current
        if document is None or self._documents.pending:
            return
        window, stack = shared_window(self._documents, document), stack_of(self._documents, document)
        if not isinstance(window, WindowLevel) or window.explanation != "Automatic" or stack is None:
            return
        if stack.key not in self._looked_through:
            self._looked_through.add(stack.key)
            samples = [stack.members[round(i * (len(stack) - 1) / (_SAMPLES - 1))] for i in range(_SAMPLES)]
            then = partial(self._on_window, stack.key)
            self._jobs.run(files.stack_window, list(dict.fromkeys(samples)), then=then, lane=BACKGROUND)

    def _on_window(self, key: Hashable, window: WindowLevel | None) -> None:
        if window is None or key not in self._documents.windows:
            return
        self._documents.windows[key] = window
        document = self._documents.current
        stack = stack_of(self._documents, document)
        if document is not None and stack is not None and stack.key == key:
            self._documents.update(document, voi=window)

    def _add(
        self, document: Document, field: str, find: Callable[..., object], *captured: object, lane: str = EXPORTS
    ) -> None:
        """Find out something about an image that is shown already."""
        self._jobs.run(
            find,
            *captured,
            then=lambda found: self._documents.update(document, **{field: found}),
            failed=lambda error: log.info("Nothing added: %s", error),  # the image itself is there
            wanted=lambda: document in self._documents,
            lane=lane,
        )

    def load_beside(self, document: Document) -> None:
        """Read an image that is shown beside the current one."""
        if document.error or document in self._beside:
            return
        self._beside.add(document)
        self._jobs.run(
            files.read,
            document.path,
            document.frame,
            then=partial(self._on_loaded, document),
            failed=lambda error: self._on_loaded(document, None, str(error)),
            lane=FILES,
        )

    def _on_loaded(self, document: Document, opened: "Opened | list[DicomOverlay] | None", error: str = "") -> None:
        self._beside.discard(document)
        if document not in self._documents:
            return
        if isinstance(opened, list):
            self._opener.attach(document, opened)
            return
        self._documents.use(document)
        if opened is not None:
            document.take(*opened)
            document.voi = shared_window(self._documents, document)
        self._documents.update(document, error=error)

    def stop_by_reader(self) -> bool:
        """Stop reading because the reader said so; return whether something was being read."""
        document = self._stop_reading()
        if document is None:
            return False
        self._documents.update(document, error=tr("Opening was cancelled."))
        self.shown.emit(document)
        return True

    def shut_down(self) -> None:
        """Begin nothing more."""
        self._pause.stop()
        self._painted.stop()
