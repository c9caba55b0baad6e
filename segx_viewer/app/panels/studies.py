"""What is open: patient, study, series, image; or folder and picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import cast

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from segx_viewer.app.canvas.dropping import packed
from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.kit.theme import colour
from segx_viewer.app.model.documents import Document, Documents
from segx_viewer.app.model.grouping import SERIES, Order, group_path, order_of, says_more, subtitle
from segx_viewer.app.model.stack import Parts, file_stacks

_THUMB = 56
_NUMBER = Qt.ItemDataRole.UserRole
_KEY = Qt.ItemDataRole.UserRole + 1
_BELOW = Qt.ItemDataRole.UserRole + 2  # a second line of a series' row

_ORDER_MS = 300
_LOOK_MS = 60  # rows that only rush past are not drawn


class Studies(QTreeWidget):
    """A tree that files each image where its header says, once the header is read; choosing one shows it.

    The newest study comes first, series in the order of their numbers, images in that of their stacks. What stands in
    a heading once does not change again, whichever image is chosen.
    """

    chosen = Signal(object)  # Document
    in_sight = Signal(object)  # list of Document, of the rows that are seen and have no thumbnail yet

    def __init__(self, documents: Documents, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._documents = documents
        self._items: dict[int, QTreeWidgetItem] = {}
        self._parts: dict[int, Parts] = {}  # of each document's stack, as far as its series has several
        self._identity = True
        self.setHeaderHidden(True)
        self.setIconSize(QSize(_THUMB, _THUMB))
        self.setIndentation(8)
        self.setRootIsDecorated(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(tr("Studies"))
        self._order_later = QTimer(self, singleShot=True, interval=_ORDER_MS)  # not once for each of a thousand files
        self._order_later.timeout.connect(self.order)
        self._look_later = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look_later.timeout.connect(self._look)
        for bar_signal in (self.verticalScrollBar().valueChanged, self.verticalScrollBar().rangeChanged):
            bar_signal.connect(lambda *_: self._look_soon())
        self._opened: set[str] = set()  # series whose images the reader wants to see
        self._closed: set[str] = set()  # patients and studies that the reader folded away
        self.setItemDelegate(_Rows(self))
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        for changed in (self.itemExpanded, self.itemCollapsed):
            changed.connect(lambda _item: self._look_soon())
        self.itemExpanded.connect(lambda item: self._on_opened(item, True))
        self.itemCollapsed.connect(lambda item: self._on_opened(item, False))
        self.currentItemChanged.connect(self._on_chosen)
        documents.added.connect(self._on_added)
        documents.updated.connect(self._on_updated)
        documents.described.connect(self._on_described)
        documents.removed.connect(self._on_removed)
        documents.current_changed.connect(self._on_current)

    def follow_theme(self) -> None:
        """Draw group titles and placeholders again in the colours of the theme."""
        for group in self._groups(self.invisibleRootItem()):
            group.setForeground(0, colour("muted"))
        for document in self._documents:
            self._on_updated(document)

    def follow_language(self) -> None:
        """Write headings and rows again, in the language in use."""
        titles: dict[str, str] = {}
        for document in self._documents:
            for key, title in group_path(document, self._identity, self._parts.get(document.number, ())):
                if key not in titles or says_more(title, titles[key]):
                    titles[key] = title
        for group in self._groups(self.invisibleRootItem()):
            key = str(group.data(0, _KEY))
            _entitle(group, titles.get(key, group.text(0)))
            self._dress(group)
        self.follow_theme()

    def show_identity(self, visible: bool) -> None:
        """Show patients' names in the groups' titles, or hide them."""
        self._identity = visible
        for document in self._documents:
            if document.number in self._items:
                self._file(document)

    # -- groups ----------------------------------------------------------------------------------

    def _groups(self, parent: QTreeWidgetItem) -> list[QTreeWidgetItem]:
        found = [child for child in _children(parent) if child.data(0, _NUMBER) is None]
        return found + [deeper for child in found for deeper in self._groups(child)]

    def _group(self, parent: QTreeWidgetItem, key: str, title: str) -> QTreeWidgetItem:
        for child in _children(parent):
            if child.data(0, _KEY) == key:
                if key.startswith("patient ") or says_more(title, child.text(0)):
                    _entitle(child, title)
                return child
        group = QTreeWidgetItem()
        _entitle(group, title)
        group.setData(0, _KEY, key)
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setForeground(0, colour("muted"))
        parent.addChild(group)
        group.setExpanded(True)
        return group

    def _file(self, document: Document) -> None:
        """Put a document's item where it belongs; groups that are left empty go."""
        item = self._items[document.number]
        place = self.invisibleRootItem()
        with self._quietly():
            for key, title in group_path(document, self._identity, self._parts.get(document.number, ())):
                place = self._group(place, key, title)
        former = item.parent()
        if former is place:
            return
        current = self.currentItem() is item
        with self._quietly():
            if former is not None:
                former.removeChild(item)
            place.addChild(item)
            self._dress(place)
            if former is not None:
                self._dress(former)
            if current:
                self.setCurrentItem(_seen(item))
            self._prune(former)
            self._order_soon()
            self._look_soon()

    def _prune(self, group: QTreeWidgetItem | None) -> None:
        while group is not None and group.childCount() == 0:
            above = group.parent()
            (above or self.invisibleRootItem()).removeChild(group)
            group = above

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Change items without choosing one, and without running away under the reader's eyes."""
        blocker, bar = QSignalBlocker(self), self.verticalScrollBar()
        at, follows = bar.value(), self.hasAutoScroll()
        self.setAutoScroll(False)
        try:
            yield
        finally:
            bar.setValue(at)
            self.setAutoScroll(follows)
            del blocker

    # -- rows of series --------------------------------------------------------------------------

    def _dress(self, group: QTreeWidgetItem) -> None:
        """Make a row of a series: its middle image's thumbnail, number and count. A film is a row of its own."""
        key, count = str(group.data(0, _KEY)), group.childCount()
        if not key.startswith(SERIES):
            return
        only = _children(group)[0] if count == 1 else None
        first = self._documents.by_number(only.data(0, _NUMBER)) if only is not None else None
        film = first is not None and first.header is not None and first.header.source.frames > 1
        is_row = count > 0 and not film
        flags = Qt.ItemFlag.ItemIsEnabled
        if is_row:
            flags |= Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        group.setFlags(flags)
        opened = not is_row or key in self._opened
        if group.isExpanded() != opened:
            group.setExpanded(opened)
        group.setForeground(0, colour("text" if is_row else "muted"))
        group.setSizeHint(0, QSize(0, _THUMB + 10) if is_row else QSize())
        if not is_row:
            group.setData(0, _BELOW, None)
            group.setIcon(0, QIcon())
            return
        group.setData(0, _BELOW, "…")  # a row from now on
        middle = self._middle(group)
        number = middle.header.acquisition.series_number if middle is not None and middle.header is not None else None
        parts = [str(number)] if number is not None else []
        parts.append(tr("{count} images").format(count=count) if count > 1 else tr("1 image"))
        if count == 1 and middle is not None and middle.error:
            parts.append(tr("cannot be opened"))
        group.setData(0, _BELOW, " · ".join(filter(None, parts)))
        if middle is not None:
            self._picture(group, middle)

    def _on_opened(self, item: QTreeWidgetItem, opened: bool) -> None:
        key = str(item.data(0, _KEY))
        if key.startswith(SERIES):
            (self._opened.add if opened else self._opened.discard)(key)
        else:
            (self._closed.discard if opened else self._closed.add)(key)

    def _lead(self, item: QTreeWidgetItem | None) -> Document | None:
        """Return the document that an item stands for: of a series, its first image."""
        if item is not None and item.data(0, _NUMBER) is None:
            item = item.child(0) if str(item.data(0, _KEY)).startswith(SERIES) else None
        number = item.data(0, _NUMBER) if item is not None else None
        return self._documents.by_number(number) if number is not None else None

    def mimeData(self, items: list[QTreeWidgetItem]) -> QMimeData:  # type: ignore[override]  # noqa: N802, D102
        lead = self._lead(items[0] if items else None)
        return packed(lead.number if lead is not None else None)

    # -- thumbnails ------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        if (current := self.currentItem()) is not None:
            self.scrollToItem(_seen(current))  # scrolling to what is folded away would unfold it
        self._look_soon()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().showEvent(event)
        self._look_soon()

    def _look_soon(self) -> None:
        if not self._look_later.isActive():
            self._look_later.start()

    def _look(self) -> None:
        """Say which rows are in sight: only their thumbnails are worth reading a file for."""
        bottom, seen = self.viewport().height(), []
        item = self.itemAt(0, 0) if self.isVisible() else None
        while item is not None and self.visualItemRect(item).top() < bottom:
            document = self._middle(item) if item.data(0, _NUMBER) is None else self._lead(item)
            if document is None or document is self._documents.current:
                pass  # the image that is looked at is there, and is not read again for its thumbnail
            elif document.header is not None and document.thumbnail is None:
                seen.append(document)
            item = self.itemBelow(item)
        if seen:
            self.in_sight.emit(seen)

    def _middle(self, group: QTreeWidgetItem) -> Document | None:
        """Return the image whose thumbnail stands for a series, None for other groups."""
        child = group.child(group.childCount() // 2)
        if not _is_row(group) or child is None:
            return None
        return self._documents.by_number(child.data(0, _NUMBER))

    # -- order -----------------------------------------------------------------------------------

    def _order_soon(self) -> None:
        if not self._order_later.isActive():  # else files that keep coming would put it off until the last
            self._order_later.start()

    def order(self) -> None:
        """Part the series into their stacks, and bring everything into its order."""
        self._order_later.stop()
        ranks: dict[int, tuple[int, int]] = {}
        for uid in {d.header.source.series_uid for d in self._documents if d.header is not None}:
            for number, stack in enumerate(file_stacks(self._documents, uid)):
                for rank, document in enumerate(stack.documents):
                    ranks[document.number] = (number, rank)
                for document in (*stack.documents, *(twin for twin, _ in stack.twins)):
                    self._part(document, stack.parts)
        with self._quietly():
            self._sort(self.invisibleRootItem(), ranks)
            for group in self._groups(self.invisibleRootItem()):
                if not str(group.data(0, _KEY)).startswith(SERIES):  # items that are taken out and put back are closed
                    group.setExpanded(str(group.data(0, _KEY)) not in self._closed)
                self._dress(group)
            self._on_current(self._documents.current)  # its item may lie in a series that was closed meanwhile
        self._look_soon()

    def _part(self, document: Document, parts: Parts) -> None:
        if document.number in self._items and self._parts.get(document.number, ()) != parts:
            self._parts[document.number] = parts
            self._file(document)

    def _sort(self, parent: QTreeWidgetItem, ranks: dict[int, tuple[int, int]]) -> Order:
        """Sort what is below an item; return the first place in order that is found there."""
        children = _children(parent)
        orders = {id(child): self._order_of(child, ranks) for child in children}
        wanted = sorted(children, key=lambda child: orders[id(child)])
        if wanted != children:
            current, open_ones = self.currentItem(), {id(child): child.isExpanded() for child in children}
            parent.takeChildren()
            parent.addChildren(wanted)
            for child in wanted:
                child.setExpanded(open_ones[id(child)])
            _choose(self, current)
        return min(orders.values(), default=())

    def _order_of(self, item: QTreeWidgetItem, ranks: dict[int, tuple[int, int]]) -> Order:
        number = item.data(0, _NUMBER)
        if number is None:
            return self._sort(item, ranks)
        document = self._documents.by_number(number)
        return order_of(document, ranks.get(number)) if document is not None else ()

    # -- following the documents -----------------------------------------------------------------

    def _on_added(self, document: Document) -> None:
        if document.frame > 0 and not document.leads:
            return  # the file's first frame stands for all of its stack
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
        star = "★ " if document.is_key else ""
        item.setText(0, f"{star}{document.name}\n{subtitle(document)}")
        item.setToolTip(0, told(document.error) or document.label or str(document.path))
        self._picture(item, document)
        group = item.parent()
        if group is not None and group.child(group.childCount() // 2) is item:
            self._dress(group)

    def _picture(self, item: QTreeWidgetItem, document: Document) -> None:
        if document.thumbnail is not None:
            picture = _framed(QPixmap.fromImage(to_qimage(document.thumbnail)))
            icon = QIcon(picture)
            icon.addPixmap(picture, QIcon.Mode.Selected)  # else Qt tints it, and a tinted radiograph misleads
            item.setIcon(0, icon)
        else:
            item.setIcon(0, QIcon(_placeholder("circle-alert" if document.error else "file-image")))

    def _on_described(self, documents: list[Document]) -> None:
        for document in documents:
            self._on_updated(document)
        self._order_soon()

    def _on_removed(self, document: Document) -> None:
        self._parts.pop(document.number, None)
        item = self._items.pop(document.number, None)
        if item is None:
            return
        group = item.parent()
        if group is None:
            return
        with self._quietly():
            group.removeChild(item)
            self._dress(group)
            self._prune(group)

    def _on_current(self, document: Document | None) -> None:
        blocker = QSignalBlocker(self)
        item = self._item_of(document) if document is not None else None
        _choose(self, _seen(item) if item is not None else None)
        del blocker
        self._look_soon()  # at the one before, too

    def _item_of(self, document: Document) -> QTreeWidgetItem | None:
        listed = [d for d in self._documents if d.path == document.path and d.number in self._items]
        source = document.header.source if document.header is not None else None
        frames = next((s for s in source.frame_stacks if document.frame in s), ()) if source is not None else ()
        of_stack = [d for d in listed if d is document or d.frame in frames]
        return self._items[(of_stack or listed)[0].number] if listed else None

    def _on_chosen(self, item: QTreeWidgetItem | None, _previous: QTreeWidgetItem | None) -> None:
        document, current = self._lead(item), self._documents.current
        if document is None:
            return
        if item is not None and item.data(0, _NUMBER) is None and current is not None:
            shown = self._items.get(current.number)
            if shown is not None and shown.parent() is item:
                return  # the series is being looked at, wherever in it
        self.chosen.emit(document)


class _Rows(QStyledItemDelegate):
    """Writes a second line below a series' title."""

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        below = index.data(_BELOW)
        if below:
            sign = "▾" if option.state & option.state.State_Open else "▸"
            option.text = f"{option.text}\u2028{sign} {below}"


def _is_row(group: QTreeWidgetItem) -> bool:
    """Whether a group is a series that stands in the list as a row, rather than a heading."""
    return group.data(0, _BELOW) is not None


def _seen(item: QTreeWidgetItem) -> QTreeWidgetItem:
    """Return an image's item, or its series' where that is closed."""
    group = item.parent()
    closed = group is not None and _is_row(group) and not group.isExpanded()
    return group if group is not None and closed else item


def _entitle(group: QTreeWidgetItem, title: str) -> None:
    group.setText(0, title)
    group.setToolTip(0, title)


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


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [child for i in range(item.childCount()) if (child := item.child(i)) is not None]


def _choose(tree: QTreeWidget, item: QTreeWidgetItem | None) -> None:
    """Make an item the current one, None for no item: Qt takes it, its stubs do not."""
    tree.setCurrentItem(cast(QTreeWidgetItem, item))
