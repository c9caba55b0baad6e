"""The list of what is open, with thumbnails."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from segx_viewer.app import theme
from segx_viewer.app.documents import Document, Documents
from segx_viewer.app.i18n import tr
from segx_viewer.app.qimage import to_qimage

_THUMB = 56
_NUMBER = Qt.ItemDataRole.UserRole


class Studies(QTreeWidget):
    """Groups of images (a patient's study, or a folder of pictures); choosing one shows it."""

    chosen = Signal(object)  # Document

    def __init__(self, documents: Documents, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._documents = documents
        self._items: dict[int, QTreeWidgetItem] = {}
        self.setHeaderHidden(True)
        self.setIconSize(QSize(_THUMB, _THUMB))
        self.setIndentation(10)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(tr("Studies"))
        self.currentItemChanged.connect(self._on_chosen)
        documents.added.connect(self._on_added)
        documents.updated.connect(self._on_updated)
        documents.removed.connect(self._on_removed)
        documents.current_changed.connect(self._on_current)

    def _group(self, title: str) -> QTreeWidgetItem:
        for i in range(self.topLevelItemCount()):
            if self.topLevelItem(i).text(0) == title:
                return self.topLevelItem(i)
        group = QTreeWidgetItem([title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setForeground(0, theme.colour("muted"))
        group.setToolTip(0, title)
        self.addTopLevelItem(group)
        group.setExpanded(True)
        return group

    def _on_added(self, document: Document) -> None:
        item = QTreeWidgetItem([document.name])
        item.setData(0, _NUMBER, document.number)
        item.setIcon(0, QIcon(_placeholder("file-image")))
        item.setSizeHint(0, QSize(0, _THUMB + 10))
        self._items[document.number] = item
        self._group(document.path.parent.name or str(document.path.parent)).addChild(item)
        self._on_updated(document)

    def _on_updated(self, document: Document) -> None:
        item = self._items.get(document.number)
        if item is None:
            return
        item.setText(0, f"{document.name}\n{_subtitle(document)}")
        item.setToolTip(0, document.error or str(document.path))
        if document.thumbnail is not None:
            picture = _framed(QPixmap.fromImage(to_qimage(document.thumbnail)))
            icon = QIcon(picture)
            icon.addPixmap(picture, QIcon.Mode.Selected)  # else Qt tints it, and a tinted radiograph misleads
            item.setIcon(0, icon)
        elif document.error:
            item.setIcon(0, QIcon(_placeholder("circle-alert")))

    def _on_removed(self, document: Document) -> None:
        item = self._items.pop(document.number)
        group = item.parent()
        blocker = QSignalBlocker(self)
        group.removeChild(item)
        if group.childCount() == 0:
            self.takeTopLevelItem(self.indexOfTopLevelItem(group))
        del blocker

    def _on_current(self, document: Document | None) -> None:
        blocker = QSignalBlocker(self)
        self.setCurrentItem(self._items.get(document.number) if document is not None else None)
        del blocker

    def _on_chosen(self, item: QTreeWidgetItem | None, _previous: QTreeWidgetItem | None) -> None:
        number = item.data(0, _NUMBER) if item is not None else None
        document = self._documents.by_number(number) if number is not None else None
        if document is not None:
            self.chosen.emit(document)


def _subtitle(document: Document) -> str:
    header = document.header
    if document.error:
        return tr("cannot be opened")
    if header is None:
        return "…"
    facts = [header.modality, header.acquisition.body_part, header.acquisition.view_position]
    return " ".join(fact for fact in facts if fact) or tr("Picture")


def _placeholder(name: str) -> QPixmap:
    canvas = QPixmap(_THUMB, _THUMB)
    canvas.fill(theme.colour("raised"))
    painter = QPainter(canvas)
    painter.drawPixmap(_THUMB // 2 - 9, _THUMB // 2 - 9, theme.pixmap(name, 18, theme.colour("muted")))
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
