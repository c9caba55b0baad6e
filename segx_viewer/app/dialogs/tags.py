"""All of a DICOM file's tags, searchable."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.errors import UnsupportedImageError

if TYPE_CHECKING:
    from segx_viewer.imaging.tags import Tag

Row = tuple[str, str, str, str]
"""Tag, name, VR and value."""


def read_tags(path: Path) -> list[Row]:
    """Return (tag, name, VR, value) rows of a DICOM file, nested items indented; none for other files.

    Raises
    ------
    ImageReadError
        If the file cannot be read at all.
    """
    from segx_viewer.app.model.privacy import limits
    from segx_viewer.imaging.guarded import read_tags_guarded

    try:
        return [
            (f"{'  ' * tag.depth}{tag.number}", tag.name, tag.vr, _value(tag))
            for tag in read_tags_guarded(path, limits())
        ]
    except UnsupportedImageError:
        return []


def _value(tag: "Tag") -> str:
    if not tag.readable:
        return tr("cannot be read")
    if tag.size is None:
        return tag.value
    return (tr("{count} items") if tag.vr == "SQ" else tr("{count} bytes")).format(count=tag.size)


class TagBrowser(Dialog):
    """A window with a table and a search line."""

    def __init__(self, title: str, rows: list[Row], parent: QWidget | None = None, sentence: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Tags of {name}").format(name=title))
        self.resize(820, 600)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search tag, name or value"))
        self.search.setClearButtonEnabled(True)
        model = QStandardItemModel(0, 4, self)
        model.setHorizontalHeaderLabels([tr("Tag"), tr("Name"), tr("VR"), tr("Value")])
        for row in rows:
            model.appendRow([_item(text) for text in row])
        self.shown = QSortFilterProxyModel(self)
        self.shown.setSourceModel(model)
        self.shown.setFilterKeyColumn(-1)
        self.shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(self.shown.setFilterFixedString)
        table = QTableView()
        table.setModel(self.shown)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((130, 260, 48)):
            table.setColumnWidth(column, width)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(table, 1)
        if not rows:
            self.sentence = QLabel(sentence or tr("This file is not DICOM; it has no tags."))
            self.sentence.setWordWrap(True)
            layout.addWidget(self.sentence)
        self.search.setFocus()


def _item(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setToolTip(text)
    return item
