"""What stands in the middle when there is no picture: a way to begin, or why there is none."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from segx_viewer.app import session, settings, theme
from segx_viewer.app.actions import Actions
from segx_viewer.app.i18n import tr

_SHOWN = 5
_TEXT_WIDTH = 600


class EmptyPage(QWidget):
    """One sentence, a drop target, recent files, the demo."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        box = QFrame()
        box.setObjectName("drop")
        box.setFixedWidth(560)
        inner = QVBoxLayout(box)
        inner.setContentsMargins(40, 40, 40, 32)
        inner.setSpacing(16)
        self._icon = QLabel()
        self._icon.setPixmap(theme.pixmap("images", 48, theme.colour("muted")))
        self._icon.setMinimumHeight(52)
        title = QLabel(tr("Drop images or a folder here"))
        title.setObjectName("title")
        sentence = QLabel(
            tr("See what a network saw in a chest radiograph or a dermoscopy picture, and how far to trust it.")
        )
        sentence.setObjectName("muted")
        sentence.setWordWrap(True)
        for label in (self._icon, title, sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            inner.addWidget(label)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.open = _button(tr("Open files …"), actions, "open", "primary")
        self.folder = _button(tr("Open folder …"), actions, "open_folder")
        self.demo = _button(tr("Try the demo"), actions, "demo")
        for button in (self.open, self.folder, self.demo):
            buttons.addWidget(button)
        buttons.addStretch(1)
        inner.addLayout(buttons)
        self.restore = _button(tr("Restore the last session"), actions, "restore")
        self.crashed = QLabel(tr("The program did not end properly last time."))
        self.crashed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.crashed, self.restore):
            inner.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
            widget.setVisible(session.ended_badly())
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        inner.addLayout(self._recent)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(box, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.refresh()

    def follow_theme(self) -> None:
        """Draw the icons again in the colours of the theme."""
        self._icon.setPixmap(theme.pixmap("images", 48, theme.colour("muted")))
        for button, command in ((self.open, "open"), (self.folder, "open_folder"), (self.demo, "demo")):
            _set_icon(button, self._actions.rows[command].icon)
        self.refresh()

    def refresh(self) -> None:
        """Show the recent files as they are now."""
        while self._recent.count():
            self._recent.takeAt(0).widget().deleteLater()
        paths = settings.recent()[:_SHOWN]
        if paths:
            heading = QLabel(tr("RECENT"))
            heading.setObjectName("heading")
            self._recent.addWidget(heading)
        for path in paths:
            link = QToolButton()
            link.setObjectName("flat")
            link.setText(link.fontMetrics().elidedText(str(path), Qt.TextElideMode.ElideMiddle, 440))
            link.setToolTip(str(path))
            link.setIcon(theme.icon("folder" if path.is_dir() else "clock"))
            link.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            link.clicked.connect(lambda _=False, path=path: self._actions.window.open_paths([path]))
            self._recent.addWidget(link)


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


def _button(text: str, actions: Actions, command: str, name: str = "") -> QPushButton:
    result = QPushButton(f" {text}")  # the style leaves no room between icon and text
    result.setObjectName(name)
    _set_icon(result, actions.rows[command].icon)
    result.clicked.connect(lambda: actions.run(command))
    return result


def _set_icon(button: QPushButton, name: str) -> None:
    if button.objectName() == "primary":
        button.setIcon(theme.pixmap(name, 18, theme.colour("on_accent")))
    else:
        button.setIcon(theme.icon(name))
