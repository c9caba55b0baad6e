"""What stands in the middle when an image is not there: it is being read, or why it cannot be shown."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import tr

_TEXT_WIDTH = 440


class MessagePage(QWidget):
    """One sentence where the picture would be: it is being read, or cannot be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel()
        self._icon.setMinimumHeight(52)
        self.title = QLabel()
        self.title.setObjectName("title")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setFixedWidth(_TEXT_WIDTH)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        self.title.setWordWrap(True)
        self.title.setFixedWidth(_TEXT_WIDTH)
        for label in (self._icon, self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def _say(self, title: str, text: str) -> None:
        """Give each text the height that it needs: a wrapped label in a centred column gets too little by itself."""
        for label, words in ((self.title, title), (self.text, text)):
            label.setText(words)
            label.setMinimumHeight(label.heightForWidth(_TEXT_WIDTH) if words else 0)

    def show_error(self, name: str, sentence: str) -> None:
        """Say that an image cannot be shown, and why."""
        self._icon.setPixmap(theme.pixmap("circle-alert", 48, theme.colour("low")))
        self._say(tr("{name} cannot be shown").format(name=name), sentence)

    def show_working(self, name: str) -> None:
        """Say that an image is being read."""
        self._icon.setPixmap(theme.pixmap("file-image", 48, theme.colour("muted")))
        self._say(tr("Reading {name} …").format(name=name), "")
