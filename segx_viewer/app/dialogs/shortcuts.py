"""The shortcut page: every command, searchable, its keys editable."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.actions import Actions, plain

_ID = Qt.ItemDataRole.UserRole


class ShortcutPage(QWidget):
    """Choose a command, press its new keys."""

    def __init__(self, actions: Actions[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search command or key"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([tr("Command"), tr("Keys")])
        self.tree.setColumnWidth(0, 340)
        self.tree.currentItemChanged.connect(lambda *_: self._show_keys())
        self.keys = QKeySequenceEdit()
        self.keys.setClearButtonEnabled(True)
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        apply = QPushButton(tr("Set"))
        apply.clicked.connect(self.apply)
        restore = QPushButton(tr("Default"))
        restore.clicked.connect(self.restore)
        row = QHBoxLayout()
        for widget, stretch in ((QLabel(tr("New keys")), 0), (self.keys, 1), (apply, 0), (restore, 0)):
            row.addWidget(widget, stretch)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)
        layout.addWidget(self.note)
        self._fill()

    def _fill(self) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for row in self._actions.rows.values():
            if row.group not in groups:
                groups[row.group] = QTreeWidgetItem([tr(row.group)])
                groups[row.group].setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.tree.addTopLevelItem(groups[row.group])
            item = QTreeWidgetItem([plain(tr(row.text)), self._actions.shortcut(row.id)])
            item.setData(0, _ID, row.id)
            groups[row.group].addChild(item)
        self.tree.expandAll()

    def items(self) -> list[QTreeWidgetItem]:
        """Return the commands' rows."""
        tops = [self.tree.topLevelItem(i) for i in range(self.tree.topLevelItemCount())]
        found = [top.child(i) for top in tops if top is not None for i in range(top.childCount())]
        return [item for item in found if item is not None]

    def _filter(self, text: str) -> None:
        for item in self.items():
            found = text.lower() in item.text(0).lower() or text.lower() in item.text(1).lower()
            item.setHidden(not found)

    def _show_keys(self) -> None:
        item = self.tree.currentItem()
        self.keys.setKeySequence(QKeySequence(item.text(1).split("; ")[0]) if item is not None else QKeySequence())
        self.note.clear()

    def apply(self) -> None:
        """Give the chosen command the new keys, unless another one has them."""
        item = self.tree.currentItem()
        if item is None or item.data(0, _ID) is None:
            return
        keys = self.keys.keySequence().toString()
        taken = [other for other in self.items() if other is not item and keys and keys in other.text(1).split("; ")]
        if taken:
            self.note.setText(tr("{keys} already belongs to “{command}”.").format(keys=keys, command=taken[0].text(0)))
            return
        self._set(item, keys)

    def restore(self) -> None:
        """Give the chosen command its own keys again."""
        item = self.tree.currentItem()
        if item is not None and item.data(0, _ID) is not None:
            self._set(item, self._actions.rows[item.data(0, _ID)].shortcut)

    def _set(self, item: QTreeWidgetItem, keys: str) -> None:
        self._actions.set_shortcut(item.data(0, _ID), keys)
        item.setText(1, keys)
        self.note.clear()
