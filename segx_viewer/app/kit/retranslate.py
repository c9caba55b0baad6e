"""Changes the language of what is on the screen already."""

from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QTabWidget, QTreeWidget, QWidget

from segx_viewer.app.kit import language
from segx_viewer.app.kit.i18n import tr

_PROPERTIES = ("windowTitle", "toolTip", "accessibleName", "text", "placeholderText", "title", "suffix")


def change(name: str) -> None:
    """Use a language, and write again what stands in the widgets as it stands in the catalogue.

    Texts that are put together from parts are written again by whoever made them.
    """
    sources = {translated: text for text, translated in language.texts(language.current()).items()}
    language.use(name)
    for widget in QApplication.allWidgets():
        _write_again(widget, sources)


def _write_again(widget: QWidget, sources: dict[str, str]) -> None:
    written = isinstance(widget, QLineEdit | QAbstractSpinBox)  # what the reader typed is not ours
    for name in _PROPERTIES:
        value = widget.property(name)
        if isinstance(value, str) and value and not (written and name == "text"):
            new = _translated(value, sources)
            if new != value:
                widget.setProperty(name, new)
    if isinstance(widget, QComboBox):
        for index in range(widget.count()):
            widget.setItemText(index, _translated(widget.itemText(index), sources))
    elif isinstance(widget, QTabWidget):
        for index in range(widget.count()):
            widget.setTabText(index, _translated(widget.tabText(index), sources))
    elif isinstance(widget, QTreeWidget):
        header = widget.headerItem()
        for column in range(widget.columnCount()):
            header.setText(column, _translated(header.text(column), sources))


def _translated(text: str, sources: dict[str, str]) -> str:
    """Return a text in the language in use, with the blanks around it; one that is in no catalogue stays."""
    whole = tr(sources.get(text, text))
    if text in sources or whole != text:
        return whole
    words = text.strip()
    begin = text.index(words)
    return text[:begin] + tr(sources.get(words, words)) + text[begin + len(words) :]
