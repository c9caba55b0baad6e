"""A list of everything that was drawn on the open images, with values to copy."""

from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.annotations import NAMES, Annotation, Kind, measured
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.stack import stack_of


class Row(NamedTuple):
    """A drawing and the image that it is on."""

    document: Document
    annotation: Annotation


class Measurements(Dialog):
    """A table that follows the drawings; choosing a row shows its image."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Measurements"))
        self.resize(680, 380)
        self._workspace = workspace
        self._rows: list[Row] = []
        self._known: dict[Annotation, str] = {}  # what was measured, once the image's pixels are dropped
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels([tr("Image"), tr("Kind"), tr("Values"), tr("Text")])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._on_chosen)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = QPushButton(tr("Copy all"))
        self.copy.clicked.connect(self.copy_all)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)
        workspace.documents.updated.connect(self._on_updated)
        workspace.documents.removed.connect(self._on_updated)
        self.fill()

    def _on_updated(self, _document: Document) -> None:
        rows = [Row(d, a) for d in self._workspace.documents for a in d.annotations]
        if rows != self._rows or any(a not in self._known for _, a in rows):
            self.fill()

    def fill(self) -> None:
        """List the drawings anew."""
        self._rows = [Row(d, a) for d in self._workspace.documents for a in d.annotations]
        blocker = QSignalBlocker(self.table)
        self.table.setRowCount(len(self._rows))
        for number, row in enumerate(self._rows):
            for place, text in enumerate(self._texts(row)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(number, place, item)
        self.table.resizeRowsToContents()
        self.table.resizeColumnToContents(0)
        del blocker

    def _texts(self, row: Row) -> tuple[str, str, str, str]:
        document, annotation = row
        if document.image is not None:
            values = "" if annotation.kind is Kind.TEXT else measured(annotation, document.image)
            self._known[annotation] = values.replace("\n", "; ")
        stack = stack_of(self._workspace.documents, document)
        name = f"{document.name} ({stack.position + 1} / {len(stack)})" if stack is not None else document.name
        known = self._known.get(annotation, tr("open the image to measure"))
        return name, tr(NAMES[annotation.kind]), known, annotation.text

    def _on_chosen(self) -> None:
        row = self.table.currentRow()
        if 0 <= row < len(self._rows) and self._rows[row].document in self._workspace.documents:
            self._workspace.look_at(self._rows[row].document)

    def copy_all(self) -> None:
        """Copy the table, its columns separated by tabs, as spreadsheets take it."""
        lines = ["\t".join(text.replace("\t", " ") for text in self._texts(row)) for row in self._rows]
        QGuiApplication.clipboard().setText("\n".join(lines))
