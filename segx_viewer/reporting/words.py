"""The language that reports are written in: English, unless whoever asks for one says otherwise. No Qt here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_texts: ContextVar[Mapping[str, str] | None] = ContextVar("texts", default=None)


def say(text: str) -> str:
    """Return a text in the language that is written in; one that has no translation stays as it is."""
    texts = _texts.get()
    return text if texts is None else texts.get(text, text)


def mark(text: str) -> str:
    """Mark a text in a table for translation; it is translated where it is written."""
    return text


@contextmanager
def written_in(texts: Mapping[str, str]) -> Iterator[None]:
    """Write reports with these translations of the English texts, in this thread, until the context is left.

    Examples
    --------
    >>> with written_in({"Page {number} of {count}": "Seite {number} von {count}"}):
    ...     say("Page {number} of {count}").format(number=1, count=2)
    'Seite 1 von 2'
    """
    token = _texts.set(texts)
    try:
        yield
    finally:
        _texts.reset(token)


_NUMBER, DAY = mark("0.0"), mark("YYYY-MM-DD")


def decimal(value: float, form: str, translate: Callable[[str], str] = say) -> str:
    """Return a number in a format such as ".2f", with the decimal sign of the language that `translate` speaks.

    Examples
    --------
    >>> decimal(0.416, ".2f")
    '0.42'
    """
    return f"{value:{form}}".replace(".", translate(_NUMBER)[1])


def date_text(dicom: str, translate: Callable[[str], str] = say) -> str:
    """Return a DICOM date as the language of `translate` writes dates, anything else as it is.

    Examples
    --------
    >>> date_text("20040826"), date_text("unknown")
    ('2004-08-26', 'unknown')
    """
    if len(dicom) != 8 or not dicom.isdigit():
        return dicom
    return translate(DAY).replace("YYYY", dicom[:4]).replace("MM", dicom[4:6]).replace("DD", dicom[6:])


def moment_text(when: "datetime | None") -> str:
    """Return day, hour and time zone of a moment, of now for None."""
    from datetime import datetime  # a window is shown without

    moment = when or datetime.now().astimezone()
    return f"{date_text(moment.strftime('%Y%m%d'))} {moment.strftime('%H:%M %Z')}".strip()


def percent(value: float) -> str:
    """Return a share 0..1 for people.

    Examples
    --------
    >>> percent(0.623), percent(0.004), percent(0.9996)
    ('62 %', '< 1 %', '> 99 %')
    """
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return f"{100 * value:.0f} %"


def number(value: float | None) -> str:
    """Return a measure with two decimals, or that it is undefined."""
    return say("undefined") if value is None else decimal(value, ".2f")
