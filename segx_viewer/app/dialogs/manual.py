"""The manual: pages in Markdown from the resources, searchable, without any network."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.kit import language
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Actions, plain
from segx_viewer.paths import resources_folder

_TEXT = Qt.ItemDataRole.UserRole
_WIDTH = 580  # px that a picture takes at most
_FIGURES_PLACE = 1
_KEYS_PLACE = 2  # after the figures
_HELD = ((mark("Bare image, while held"), "B"), (mark("Move the picture with the left button, while held"), "Space"))


def pages(name: str) -> list[str]:
    """Return the pages in a language as Markdown, the first line a heading; in English where there are none."""
    folder = resources_folder() / "manual" / name
    found = folder if folder.is_dir() else folder.with_name("en")
    return [path.read_text(encoding="utf-8") for path in sorted(found.glob("*.md"))]


def keys_page(actions: Actions[Any]) -> str:
    """Return the page of keys as they are set now, as Markdown."""
    rows = [(tr(row.group), plain(tr(row.text)), actions.shortcut(row.id)) for row in actions.rows.values()]
    lines = [f"# {tr('Keys')}", ""]
    for group in dict.fromkeys(group for group, _, _ in rows):
        keyed = [(text, keys) for name, text, keys in rows if name == group and keys]
        lines += _table(group, keyed)
    return "\n".join(lines + _table(tr("Held"), [(tr(text), keys) for text, keys in _HELD]))


def _table(title: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    body = [f"| {text} | {keys.replace('; ', ', ').replace('|', '&#124;')} |" for text, keys in rows]
    return [f"## {title}", "", f"| {tr('Command')} | {tr('Keys')} |", "|---|---|", *body, ""] if body else []


class Manual(Dialog):
    """Pages on the left, the chosen one on the right; what is searched for is marked in all that hold it."""

    def __init__(self, actions: Actions[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Manual"))
        self.resize(960, 720)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the manual"))
        self.search.setAccessibleName(tr("Search the manual"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setFixedWidth(260)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Pages"))
        self.text = _Page()
        self.nothing = QLabel(tr("No page holds these words."))
        self.nothing.setObjectName("muted")
        self.nothing.hide()
        texts = pages(language.current())
        texts.insert(_KEYS_PLACE, keys_page(actions))
        for text in texts:
            item = QListWidgetItem(text.splitlines()[0].removeprefix("#").strip())
            item.setData(_TEXT, text)
            self.list.addItem(item)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._next)
        self.list.currentItemChanged.connect(lambda *_: self._show())
        left = QVBoxLayout()
        for widget in (self.search, self.nothing, self.list):
            left.addWidget(widget)
        row = QHBoxLayout(self)
        row.addLayout(left)
        row.addWidget(self.text, 1)
        self.list.setCurrentRow(0)

    def show_figure(self, topic: str) -> None:
        """Go to where a figure is explained, its heading marked; `topic` is one of `kit.topics` or an alignment."""
        self.search.clear()
        self.list.setCurrentRow(_FIGURES_PLACE)
        self.text.moveCursor(QTextCursor.MoveOperation.End)  # so that the heading comes to the top
        exactly = QTextDocument.FindFlag.FindCaseSensitively | QTextDocument.FindFlag.FindBackward
        self.text.find(f"{tr(topic)}.", exactly)
        self.text.setFocus()

    def _filter(self, words: str) -> None:
        """Leave the pages that hold all words."""
        wanted = words.casefold().split()
        for item in self._items():
            text = item.data(_TEXT).casefold()
            item.setHidden(not all(word in text for word in wanted))
        shown = [item for item in self._items() if not item.isHidden()]
        self.nothing.setVisible(not shown)
        if shown and self.list.currentItem() not in shown:
            self.list.setCurrentItem(shown[0])
        self._find_first()

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _show(self) -> None:
        item = self.list.currentItem()
        self.text.setMarkdown(item.data(_TEXT) if item is not None else "")
        self._find_first()

    def _find_first(self) -> None:
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        self._next()

    def _next(self) -> None:
        """Go to the next place of the first word, from the beginning after the last."""
        words = self.search.text().split()
        if words and not self.text.find(words[0]):
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            self.text.find(words[0])


class _Page(QTextBrowser):
    """Shows pictures from the resources, and nothing from anywhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.document().setDocumentMargin(16)

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's name
        url = QUrl(name)
        name_of = Path(url.path()).name
        folder = resources_folder() / "screenshots"
        own = folder / language.current() / name_of
        path = own if own.is_file() else folder / name_of  # not every picture was taken in every language
        image = QImage(str(path)) if url.isRelative() and path.is_file() else QImage()
        if image.width() > _WIDTH:
            image = image.scaledToWidth(_WIDTH, Qt.TransformationMode.SmoothTransformation)
        return image
