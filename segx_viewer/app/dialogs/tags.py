"""All of a DICOM file's tags, searchable."""

from pathlib import Path

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.kit.i18n import tr

_LONGEST = 300


def read_tags(path: Path) -> list[tuple[str, str, str, str]]:
    """Return (tag, name, VR, value) rows of a DICOM file, nested items indented; empty for other files."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
    except (InvalidDicomError, OSError):
        return []
    return [*_rows(dataset.file_meta, ""), *_rows(dataset, "")]


def _rows(dataset: object, indent: str) -> list[tuple[str, str, str, str]]:
    result = []
    for element in dataset:
        tag = f"{indent}({element.tag.group:04X},{element.tag.element:04X})"
        if element.VR == "SQ":
            result.append((tag, element.name, "SQ", tr("{count} items").format(count=len(element.value))))
            for item in element.value:
                result += _rows(item, indent + "  ")
        else:
            result.append((tag, element.name, str(element.VR), _value_text(element)))
    return result


def _value_text(element: object) -> str:
    value = element.value
    if isinstance(value, bytes):
        return tr("{count} bytes").format(count=len(value))
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


class TagBrowser(QDialog):
    """A window with a table and a search line."""

    def __init__(self, title: str, rows: list[tuple[str, str, str, str]], parent: QWidget | None = None) -> None:
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
            layout.addWidget(QLabel(tr("This file is not DICOM; it has no tags.")))
        self.search.setFocus()


def _item(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setToolTip(text)
    return item
