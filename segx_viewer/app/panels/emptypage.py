"""What stands in the middle when nothing is open: a way to begin."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from segx_viewer.app.kit import settings, theme
from segx_viewer.app.kit.assembly import centred
from segx_viewer.app.kit.i18n import tr

_SHOWN = 5
ICONS = {"open": "file-plus", "open_folder": "folder-open", "demo": "circle-play", "restore": "refresh-cw"}


class EmptyPage(QWidget):
    """One sentence, a drop target, recent files, the demo. The first thing that is seen, so it needs little."""

    def __init__(
        self, run: Callable[[str], None], open_paths: Callable[[list[Path]], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._run, self._open_paths = run, open_paths
        box = QFrame()
        box.setObjectName("drop")
        box.setMinimumWidth(440)
        inner = QVBoxLayout(box)
        inner.setContentsMargins(24, 40, 24, 32)
        inner.setSpacing(16)
        self._icon = QLabel()
        self._icon.setObjectName("picture")
        self._icon.setMinimumHeight(52)
        title = QLabel(tr("Drop images or a folder here"))
        title.setObjectName("title")
        sentence = QLabel(
            tr("See what a network saw in a chest radiograph or a dermoscopy picture, and how far to trust it.")
        )
        sentence.setObjectName("muted")
        sentence.setWordWrap(True)
        for label in (self._icon, title, sentence):
            inner.addWidget(label)
        self.open = self._button(tr("Open files …"), "open", "primary")
        self.folder = self._button(tr("Open folder …"), "open_folder")
        self.demo = self._button(tr("Try the demo"), "demo")
        inner.addLayout(centred(self.open, self.folder, self.demo))
        self.restore = self._button(tr("Restore the last session"), "restore")
        self.crashed = QLabel(tr("The program did not end properly last time."))
        for widget in (self.crashed, self.restore):
            inner.addLayout(centred(widget))
        self.offer_restore(False)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        inner.addLayout(self._recent)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(centred(box))
        column.addStretch(3)
        self.follow_theme()

    def _button(self, text: str, command: str, name: str = "") -> QPushButton:
        result = QPushButton(f" {text}")  # the style leaves no room between icon and text
        result.setObjectName(name)
        result.clicked.connect(lambda: self._run(command))
        return result

    def offer_restore(self, offered: bool) -> None:
        """Say that the last session has no proper end, or nothing."""
        self.crashed.setVisible(offered)
        self.restore.setVisible(offered)
        if offered:
            self.restore.setIcon(theme.icon(ICONS["restore"]))

    def follow_theme(self) -> None:
        """Draw the icons again in the colours of the theme."""
        self._icon.setPixmap(theme.pixmap("images", 48, theme.colour("muted")))
        self.open.setIcon(theme.pixmap(ICONS["open"], 18, theme.colour("on_accent")))
        for button, name in ((self.folder, "open_folder"), (self.demo, "demo")):
            button.setIcon(theme.icon(ICONS[name]))
        self.offer_restore(not self.restore.isHidden())
        self.refresh()

    def refresh(self) -> None:
        """Show the recent files as they are now."""
        while self._recent.count():
            item = self._recent.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        paths = settings.recent()[:_SHOWN]
        if not paths:
            return
        from PySide6.QtCore import Qt  # a tenth of the time to the first look at the window goes into its enumerations

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
            link.clicked.connect(lambda _=False, path=path: self._open_paths([path]))
            self._recent.addWidget(link)
