"""Texts for people, in the reader's language."""

from PySide6.QtCore import QCoreApplication

CONTEXT = "segx_viewer"


def tr(text: str) -> str:
    """Return `text` in the language of the loaded translation, or unchanged without one."""
    return QCoreApplication.translate(CONTEXT, text)


def mark(text: str) -> str:
    """Mark a text in a table for translation; it is translated where it is shown."""
    return text
