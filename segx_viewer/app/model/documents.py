"""What is open: one entry per file, the current one, and what is known about each."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from segx_viewer.app.model.annotations import Annotation
from segx_viewer.app.model.impression import Impression
from segx_viewer.app.model.viewstate import PER_IMAGE, View
from segx_viewer.domain.arrays import Pixels
from segx_viewer.domain.image import MedicalImage, PixelSpacing, SpacingOrigin, VoiLut, WindowLevel
from segx_viewer.domain.lesion import NO_RECORD, LesionRecord
from segx_viewer.domain.result import Analysis, BundleInfo, Certainty, MapKey, Segmentation

if TYPE_CHECKING:
    from segx_viewer.cohort.stored import Stored

_KEPT = 6  # decoded images with their analyses that stay in memory


class Measured(NamedTuple):
    """The predicted region, and what was measured with it, by method and class."""

    segmentation: Segmentation
    certainties: Mapping[MapKey, Certainty | None]


@dataclass(eq=False)
class Document:
    """One open image.

    `view` holds the per-image fields of the view (window, zoom, ...) while another image is shown; `header` keeps
    the image's header facts after its pixels were dropped.
    """

    number: int
    path: Path
    frame: int = 0
    label: str = ""  # "archive.zip!folder/file" for a file that was unpacked
    named: bool = True  # by itself, rather than found in a folder, an archive or a DICOMDIR
    waits_for: frozenset[str] = frozenset()  # images that this file's overlays are drawn on
    image: MedicalImage | None = None
    half: Pixels | None = None  # its pixels at half the resolution, until it is not the newest image any more
    analysis: Analysis | None = None
    stored: "Stored | None" = None  # an analysis by a run, to be shown in place of a new one
    error: str = ""
    broken: str = ""  # why nothing can be read of it, as an archive that cannot be opened
    thumbnail: NDArray[np.uint8] | None = None
    header: MedicalImage | None = None
    size: tuple[int, int] | None = None  # (H, W) of the image
    sha256: str = ""  # of the file; known soon after its image
    voi: WindowLevel | VoiLut | None = None  # that it is first shown with, if it is not the image's own
    scanned: bool = False  # its header was looked for, ahead of its pixels
    leads: bool = False  # stands in the list for a stack of frames that the first one is not in
    view: dict[str, Any] = field(default_factory=dict)
    fitting: tuple[BundleInfo, ...] = ()  # models that fit it equally well, the one that the image chose first
    model: str | None = None  # that the reader chose among them
    region: NDArray[np.bool_] | None = None  # drawn by the reader, on the analysis grid
    predicted: "Measured | None" = None  # segmentation and certainties before it was drawn
    impression: Impression | None = None  # noted by the reader before the results were shown
    annotations: tuple[Annotation, ...] = ()
    is_key: bool = False  # marked by the reader to come back to
    lesion: LesionRecord = NO_RECORD  # what the reader noted about the lesion in it
    undo: QUndoStack = field(default_factory=QUndoStack)

    def take(self, image: MedicalImage, half: Pixels | None = None) -> None:
        """Take over an image that was read; those who show the document are not told."""
        self.image, self.half = self.scaled(image), half
        self.header, self.size, self.error = header_of(self.image), image.shape, ""

    def scaled(self, image: MedicalImage) -> MedicalImage:
        """Return an image with the reader's scale, where the file states none of its own and the scale fits it."""
        if image.spacing is not None and image.spacing.origin is not SpacingOrigin.READER:
            return image
        calibration, bare = self.lesion.calibration, replace(image, spacing=None)
        if calibration is None or not calibration.fits(image.shape):
            return image if image.spacing is None else bare
        row, column = (calibration.mm_per_pixel * factor for factor in bare.stretch)
        spacing = PixelSpacing(row, column, SpacingOrigin.READER)
        return image if image.spacing == spacing else replace(image, spacing=spacing)

    def twin(self, model: str) -> "Document":
        """Return the same image for another model to speak about; it is in no list."""
        view = {**self.view, "class_index": None}
        return Document(
            -1, self.path, self.frame, self.label, image=self.image, half=self.half, header=self.header, size=self.size,
            voi=self.voi, view=view, model=model, impression=self.impression,
        )  # fmt: skip

    def exchange(self, twin: "Document", class_index: int | None) -> None:
        """Exchange what two models say of one image, with the class that is looked at; drawings stay where they are.

        A region that the reader drew is on the first model's grid: it stays with what that model says.
        """
        self.view["class_index"] = class_index
        for name in ("analysis", "model", "region", "predicted"):
            mine, other = getattr(self, name), getattr(twin, name)
            setattr(self, name, other)
            setattr(twin, name, mine)
        self.view["class_index"], twin.view["class_index"] = twin.view.get("class_index"), class_index

    @property
    def name(self) -> str:
        """File name for people."""
        return self.label.rpartition("!")[2].rpartition("/")[2] or self.path.name

    @property
    def place(self) -> str:
        """Folder or archive that the file lies in."""
        return self.label.rpartition("!")[0] or str(self.path.parent)


def key_of(document: Document, method: str) -> MapKey | None:
    """Return the map of a document that is shown: of the class chosen for it, or of the most probable one."""
    prediction = document.analysis.prediction if document.analysis is not None else None
    if prediction is None:
        return None
    chosen = document.view.get("class_index")
    return method, prediction.top if chosen is None else chosen


def hidden(document: Document | None, read_first: bool) -> bool:
    """Return whether a document's results are hidden from the reader, who has to note an impression first."""
    return read_first and document is not None and document.image is not None and document.impression is None


def header_of(image: MedicalImage) -> MedicalImage:
    """Return the image's facts without its pixels."""
    return replace(image, pixels=image.pixels[:1, :1].copy(), voi_luts=(), overlays=())


class Documents(QObject):
    """The list of what is open."""

    added = Signal(object)
    described = Signal(object)  # list of Document whose headers were read ahead of their pixels
    updated = Signal(object)
    removed = Signal(object)
    current_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Document] = []
        self._places: dict[tuple[Path, int], Document] = {}
        self._numbers = 0
        self._current: Document | None = None
        self._used: list[Document] = []
        self.stacks: dict[str, tuple[Any, Any]] = {}  # of each series, and the numbers of its documents
        self.windows: dict[Hashable, WindowLevel | VoiLut | None] = {}  # of each stack

    def __iter__(self) -> Iterator[Document]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, document: object) -> bool:
        return any(document is known for known in self._all)

    @property
    def current(self) -> Document | None:
        """The document being looked at."""
        return self._current

    def by_number(self, number: int) -> Document | None:
        """Return the document of that number, None if it was closed."""
        return next((d for d in self._all if d.number == number), None)

    @property
    def pending(self) -> int:
        """How many files there are of which nothing is known yet."""
        return sum(d.header is None and not d.error and not d.scanned and d.frame == 0 for d in self._all)

    def describe(self, documents: list[Document]) -> None:
        """Tell those who show them that headers of documents were read."""
        if documents:
            self.described.emit(documents)

    def add(self, path: Path, frame: int = 0, *, label: str = "", named: bool = True, leads: bool = False) -> Document:
        """Add a file's frame, or return the entry that has it already."""
        known = self.at(path, frame)
        if known is not None:
            return known
        self._numbers += 1
        document = Document(self._numbers, path, frame, label, named, leads=leads)
        self._all.append(document)
        self._places[path, frame] = document
        self.added.emit(document)
        return document

    def at(self, path: Path, frame: int = 0) -> Document | None:
        """Return the entry of a file's frame, None if there is none."""
        return self._places.get((path, frame))

    def holds(self, path: Path) -> bool:
        """Whether a file is open, with any of its frames."""
        return any(d.path == path for d in self._all)

    def set_current(self, document: Document | None) -> None:
        """Look at a document."""
        if document is self._current:
            return
        self._current = document
        if document is not None:
            self.use(document)
        self.current_changed.emit(document)

    def remember(self, view: View) -> None:
        """Keep the per-image part of a view with the current image, if it is there."""
        document = self._current
        if document is not None and document.image is not None:
            document.view = {name: getattr(view, name) for name in PER_IMAGE}

    def use(self, document: Document) -> None:
        """Keep an image in memory; those that were not used for longest are dropped."""
        self._used = [d for d in self._used if d is not document] + [document]
        for old in self._used[:-1]:
            old.half = None  # its picture, if it is shown beside, has it
        for old in self._used[:-_KEPT]:
            if old is not self._current:
                old.image = old.analysis = None
        self._used = self._used[-_KEPT:]

    def update(self, document: Document, **changes: object) -> None:
        """Change a document's fields and tell those who show it."""
        for name, value in changes.items():
            setattr(document, name, value)
        self.updated.emit(document)

    def record(self, document: Document, record: LesionRecord) -> None:
        """Note something about the lesion in a document; its image has another scale from now on, if that changed."""
        document.lesion = record
        before = document.image
        if before is not None and (image := document.scaled(before)) is not before:
            document.image, document.header = image, header_of(image)
            if document.analysis is not None and document.analysis.image is before:
                document.analysis = replace(document.analysis, image=image)
        self.updated.emit(document)

    def close(self, document: Document) -> None:
        """Remove a document; its neighbour becomes the current one."""
        position = self._all.index(document)
        self._all.remove(document)
        self._places.pop((document.path, document.frame), None)
        self._used = [d for d in self._used if d is not document]
        self.removed.emit(document)
        if document is self._current:
            remaining = self._all[min(position, len(self._all) - 1)] if self._all else None
            self.set_current(remaining)

    def close_all(self) -> None:
        """Close all documents."""
        for document in list(self._all):
            self._all.remove(document)
            self._places.pop((document.path, document.frame), None)
            self.removed.emit(document)
        self._used = []
        self.stacks.clear()
        self.windows.clear()
        self.set_current(None)
