"""What is open: patient, study, series, image; or folder and picture."""

from functools import cache
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from segx_viewer.app.canvas.imagetext import date_text
from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.kit.theme import colour
from segx_viewer.app.model.documents import Document, Documents

_THUMB = 56
_NUMBER = Qt.ItemDataRole.UserRole
_KEY = Qt.ItemDataRole.UserRole + 1

Groups = tuple[tuple[str, str], ...]
"""(key, title) of each group above an image, outermost first."""


class Studies(QTreeWidget):
    """A tree that files each image where its header says, once the header is read; choosing one shows it."""

    chosen = Signal(object)  # Document

    def __init__(self, documents: Documents, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._documents = documents
        self._items: dict[int, QTreeWidgetItem] = {}
        self._identity = True
        self.setHeaderHidden(True)
        self.setIconSize(QSize(_THUMB, _THUMB))
        self.setIndentation(8)
        self.setRootIsDecorated(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(tr("Studies"))
        self.currentItemChanged.connect(self._on_chosen)
        documents.added.connect(self._on_added)
        documents.updated.connect(self._on_updated)
        documents.removed.connect(self._on_removed)
        documents.current_changed.connect(self._on_current)

    def follow_theme(self) -> None:
        """Draw group titles and placeholders again in the colours of the theme."""
        for group in self._groups(self.invisibleRootItem()):
            group.setForeground(0, colour("muted"))
        for document in self._documents:
            self._on_updated(document)

    def show_identity(self, visible: bool) -> None:
        """Show patients' names in the groups' titles, or hide them."""
        self._identity = visible
        for document in self._documents:
            if document.number in self._items:
                self._file(document)

    # -- groups ----------------------------------------------------------------------------------

    def _groups(self, parent: QTreeWidgetItem) -> list[QTreeWidgetItem]:
        children = [parent.child(i) for i in range(parent.childCount())]
        found = [child for child in children if child.data(0, _NUMBER) is None]
        return found + [deeper for child in found for deeper in self._groups(child)]

    def _group(self, parent: QTreeWidgetItem, key: str, title: str) -> QTreeWidgetItem:
        for i in range(parent.childCount()):
            if parent.child(i).data(0, _KEY) == key:
                parent.child(i).setText(0, title)
                parent.child(i).setToolTip(0, title)
                return parent.child(i)
        group = QTreeWidgetItem([title])
        group.setData(0, _KEY, key)
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setForeground(0, colour("muted"))
        group.setToolTip(0, title)
        parent.addChild(group)
        group.setExpanded(True)
        return group

    def _file(self, document: Document) -> None:
        """Put a document's item where it belongs; groups that are left empty go."""
        item = self._items[document.number]
        place = self.invisibleRootItem()
        for key, title in group_path(document, self._identity):
            place = self._group(place, key, title)
        former = item.parent()
        if former is place:
            return
        blocker = QSignalBlocker(self)
        current = self.currentItem() is item
        if former is not None:
            former.removeChild(item)
        place.addChild(item)
        if current:
            self.setCurrentItem(item)
        self._prune(former)
        del blocker

    def _prune(self, group: QTreeWidgetItem | None) -> None:
        while group is not None and group.childCount() == 0:
            above = group.parent()
            (above or self.invisibleRootItem()).removeChild(group)
            group = above

    # -- following the documents -----------------------------------------------------------------

    def _on_added(self, document: Document) -> None:
        if document.frame > 0:
            return  # the file's first frame stands for all
        item = QTreeWidgetItem([document.name])
        item.setData(0, _NUMBER, document.number)
        item.setSizeHint(0, QSize(0, _THUMB + 10))
        self._items[document.number] = item
        self._on_updated(document)

    def _on_updated(self, document: Document) -> None:
        item = self._items.get(document.number)
        if item is None:
            return
        self._file(document)
        item.setText(0, f"{document.name}\n{_subtitle(document)}")
        item.setToolTip(0, document.error or document.label or str(document.path))
        if document.thumbnail is not None:
            picture = _framed(QPixmap.fromImage(to_qimage(document.thumbnail)))
            icon = QIcon(picture)
            icon.addPixmap(picture, QIcon.Mode.Selected)  # else Qt tints it, and a tinted radiograph misleads
            item.setIcon(0, icon)
        else:
            item.setIcon(0, QIcon(_placeholder("circle-alert" if document.error else "file-image")))

    def _on_removed(self, document: Document) -> None:
        item = self._items.pop(document.number, None)
        if item is None:
            return
        group = item.parent()
        blocker = QSignalBlocker(self)
        group.removeChild(item)
        self._prune(group)
        del blocker

    def _on_current(self, document: Document | None) -> None:
        blocker = QSignalBlocker(self)
        self.setCurrentItem(self._item_of(document) if document is not None else None)
        del blocker

    def _item_of(self, document: Document) -> QTreeWidgetItem | None:
        same_file = (d.number for d in self._documents if d.path == document.path)
        return next((self._items[number] for number in same_file if number in self._items), None)

    def _on_chosen(self, item: QTreeWidgetItem | None, _previous: QTreeWidgetItem | None) -> None:
        number = item.data(0, _NUMBER) if item is not None else None
        document = self._documents.by_number(number) if number is not None else None
        if document is not None:
            self.chosen.emit(document)


def group_path(document: Document, identity: bool = True) -> Groups:
    """Return the groups above a document: patient, study and series for DICOM, else the folder."""
    header = document.header
    if header is None or not header.source.study_uid:
        return ((document.place, Path(document.place).name or document.place),)
    who = header.identity
    patient = (who.name or who.patient_id) if who is not None and identity else ""
    facts = header.acquisition
    study = "  ".join(part for part in (date_text(facts.study_date), facts.description) if part)
    series = " ".join(part for part in (header.modality, facts.body_part, facts.view_position) if part)
    key = f"{who.patient_id} {who.name}" if who is not None else ""
    return (
        (f"patient {key}", patient or tr("Patient")),
        (f"study {header.source.study_uid}", study or tr("Study")),
        (f"series {header.source.series_uid}", series or tr("Series")),
    )


def _subtitle(document: Document) -> str:
    header = document.header
    if document.waits_for:
        return tr("waits for its image")
    if document.error:
        return tr("cannot be opened")
    if header is None:
        return "…"
    if header.source.frames > 1:
        return tr("{count} frames").format(count=header.source.frames)
    height, width = document.size or (0, 0)
    return f"{width} x {height} px" if document.size else tr("Picture")


def _placeholder(name: str) -> QPixmap:
    return _drawn_placeholder(name, colour("raised").name(), colour("muted").name())


@cache  # a folder has a thousand of them
def _drawn_placeholder(name: str, ground: str, ink: str) -> QPixmap:
    canvas = QPixmap(_THUMB, _THUMB)
    canvas.fill(QColor(ground))
    painter = QPainter(canvas)
    painter.drawPixmap(_THUMB // 2 - 9, _THUMB // 2 - 9, theme.pixmap(name, 18, QColor(ink)))
    painter.end()
    return canvas


def _framed(picture: QPixmap) -> QPixmap:
    canvas = QPixmap(_THUMB, _THUMB)
    canvas.fill(QColor("black"))
    scaled = picture.scaled(
        _THUMB, _THUMB, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    painter = QPainter(canvas)
    painter.drawPixmap((_THUMB - scaled.width()) // 2, (_THUMB - scaled.height()) // 2, scaled)
    painter.end()
    return canvas
