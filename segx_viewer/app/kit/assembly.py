"""Small helpers that put widgets together."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget


def fill_panel(frame: QFrame, parts: list[tuple[str, QWidget, int]]) -> None:
    """Fill a side panel: headings with widgets below them, each with its stretch."""
    frame.setObjectName("panel")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for title, widget, stretch in parts:
        if title:
            heading = QLabel(title)
            heading.setObjectName("heading")
            heading.setContentsMargins(12, 14, 12, 8)
            layout.addWidget(heading)
        layout.addWidget(widget, stretch)
    if not any(stretch for _, _, stretch in parts):
        layout.addStretch(1)


def column(*parts: QWidget | tuple[QWidget, int]) -> QWidget:
    """Return widgets below each other; a pair is a widget and its stretch."""
    widget = QWidget()
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        child, stretch = part if isinstance(part, tuple) else (part, 0)
        layout.addWidget(child, stretch)
    return widget


def scrolled(widget: QWidget) -> QScrollArea:
    """Return a widget in an area that scrolls it up and down where there is too little room."""
    from PySide6.QtCore import Qt  # all of its enumerations, which the window is shown without

    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it
    area.setWidget(widget)
    area.setMinimumWidth(widget.minimumSizeHint().width())
    return area


def centred(*widgets: QWidget) -> QHBoxLayout:
    """Return a row with widgets in its middle."""
    row = QHBoxLayout()
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def replace(old: QWidget, new: QWidget) -> None:
    """Put a widget in the place of another, which is deleted."""
    parent = old.parentWidget()
    if isinstance(parent, QSplitter):
        parent.replaceWidget(parent.indexOf(old), new)
    else:
        layout = parent.layout() if parent is not None else None
        if layout is None:
            raise ValueError("a widget that stands in no layout cannot be replaced")
        layout.replaceWidget(old, new)
    old.hide()
    old.deleteLater()
