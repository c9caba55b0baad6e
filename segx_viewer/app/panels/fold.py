"""A part of a panel that can be folded away, and stays so."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from segx_viewer.app.kit import settings


class Fold(QWidget):
    """A heading with widgets below it; a click on the heading folds these away or shows them again.

    Parameters
    ----------
    name : str
        Under which it is remembered.
    title : str
    widgets : QWidget
        From the top down.
    """

    def __init__(self, name: str, title: str, *widgets: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = f"folded/{name}"
        self.heading = QToolButton()
        self.heading.setObjectName("fold")
        self.heading.setText(title)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.heading.setCheckable(True)
        self.heading.setChecked(settings.settings().value(self._key, "false") != "true")
        self.content = QWidget()
        inner = QVBoxLayout(self.content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        for widget in widgets:
            inner.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 2)
        column.setSpacing(2)
        column.addWidget(self.heading)
        column.addWidget(self.content)
        self.heading.toggled.connect(self._on_toggled)
        self._follow()

    @property
    def is_open(self) -> bool:
        """Whether the widgets are shown."""
        return self.heading.isChecked()

    def _on_toggled(self, opened: bool) -> None:
        settings.settings().setValue(self._key, "false" if opened else "true")
        self._follow()

    def _follow(self) -> None:
        self.content.setVisible(self.is_open)
        self.heading.setArrowType(Qt.ArrowType.DownArrow if self.is_open else Qt.ArrowType.RightArrow)
