"""Texts for people, in the reader's language."""

from PySide6.QtCore import QCoreApplication

from segx_viewer.reporting import words

CONTEXT = "segx_viewer"


def tr(text: str) -> str:
    """Return `text` in the language of the loaded translation, or unchanged without one."""
    return QCoreApplication.translate(CONTEXT, text)


def mark(text: str) -> str:
    """Mark a text in a table for translation; it is translated where it is shown."""
    return text


def decimal(value: float, form: str) -> str:
    """Return a number in a format such as ".2f", with the decimal sign of the language."""
    return words.decimal(value, form, tr)


def date_text(dicom: str) -> str:
    """Return a DICOM date as the language writes dates, anything else as it is.

    Examples
    --------
    >>> date_text("20040826"), date_text("")
    ('2004-08-26', '')
    """
    return words.date_text(dicom, tr)


def date_format() -> str:
    """Return how the language writes dates, for Qt's fields of dates: ``yyyy-MM-dd``."""
    return tr(words.DAY).replace("YYYY", "yyyy").replace("DD", "dd")
