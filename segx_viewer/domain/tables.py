"""What JSON and TOML files hold, read by people who know what they expect.

A table of a file may hold anything. These functions say what is expected of a value, and raise `TypeError` or
`ValueError` where it is something else; whoever reads the file turns that into one sentence.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Table: TypeAlias = dict[str, object]
"""An object of JSON, a table of TOML."""


def as_table(value: object) -> Table:
    """Return a table.

    Examples
    --------
    >>> as_table({"threshold": 0.5})
    {'threshold': 0.5}
    >>> as_table("threshold")
    Traceback (most recent call last):
    TypeError: 'threshold' stands where a table belongs
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} stands where a table belongs")
    return value if isinstance(value, dict) else dict(value)


def as_list(value: object) -> Sequence[object]:
    """Return a list; text is none."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise TypeError(f"{value!r} stands where a list belongs")
    return value


def as_tables(value: object) -> list[Table]:
    """Return a list of tables."""
    return [as_table(entry) for entry in as_list(value)]


def as_text(value: object) -> str:
    """Return text."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} stands where text belongs")
    return value


def as_texts(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(as_text(entry) for entry in as_list(value))


def as_float(value: object) -> float:
    """Return a number, which may be written as text.

    Examples
    --------
    >>> as_float(3), as_float("0.25")
    (3.0, 0.25)
    """
    if not isinstance(value, int | float | str):
        raise TypeError(f"{value!r} stands where a number belongs")
    return float(value)


def as_float_or_none(value: object) -> float | None:
    """Return a number, None for what a record leaves open."""
    return None if value is None else as_float(value)


def as_floats(value: object) -> tuple[float, ...]:
    """Return a list of numbers."""
    return tuple(as_float(entry) for entry in as_list(value))


def as_int(value: object) -> int:
    """Return a whole number, which may be written as text; what lies behind the point is dropped."""
    if not isinstance(value, int | float | str):
        raise TypeError(f"{value!r} stands where a whole number belongs")
    return int(value)


def as_ints(value: object) -> tuple[int, ...]:
    """Return a list of whole numbers."""
    return tuple(as_int(entry) for entry in as_list(value))
