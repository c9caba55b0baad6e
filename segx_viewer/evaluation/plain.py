"""Dataclasses as the objects of JSON and the tables of TOML that hold them, and back.

A field stands under its own name. How it stands where that is not enough is said by its annotation: `LeftOut`,
`Emptied`, `Merged`, `Annotated[..., Key(name)]`.
"""

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from segx_viewer.domain.tables import Table, as_float, as_int, as_list, as_table, as_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


class _Standing(Enum):
    LEFT_OUT = 1
    EMPTIED = 2
    MERGED = 3


LeftOut: TypeAlias = Annotated[T | None, _Standing.LEFT_OUT]
"""A field whose key is missing where it is None."""
Emptied: TypeAlias = Annotated[T | None, _Standing.EMPTIED]
"""A field that stands as an empty table where it is None: what was not measured."""
Merged: TypeAlias = Annotated[Mapping[str, T], _Standing.MERGED]
"""A mapping whose keys stand beside those of the other fields, after them."""


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a field whose name is another one, such as a word of Python's."""

    name: str


def to_table(value: "DataclassInstance") -> Table:
    """Return a dataclass as a table of plain values; the keys come in the order of its fields."""
    table: Table = {}
    merged: Table = {}
    for name, (key, _, standing) in _forms(type(value)).items():
        held = getattr(value, name)
        if standing is _Standing.MERGED:
            merged |= {k: plain(v) for k, v in held.items()}
        elif held is not None or standing is None:
            table[key] = plain(held)
        elif standing is _Standing.EMPTIED:
            table[key] = {}
    return table | merged


def plain(value: object) -> object:
    """Return a value with everything in it as dicts, lists and what JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_table(value)
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def restored(kind: type[T], value: object) -> T:
    """Return the dataclass that `to_table` made a table of; keys that it does not know are passed over.

    Raises
    ------
    TypeError, ValueError
        If a key is missing whose field has no default, or something else stands under it.

    Examples
    --------
    >>> restored(Key, {"name": "from"})
    Key(name='from')
    """
    table = as_table(value)
    own: type = kind
    forms = _forms(own)
    known = {key for key, _, standing in forms.values() if standing is not _Standing.MERGED}
    given: dict[str, object] = {}
    for name, (key, form, standing) in forms.items():
        if standing is _Standing.MERGED:
            given[name] = _value(form, {k: v for k, v in table.items() if k not in known})
        elif key in table:
            given[name] = None if standing is _Standing.EMPTIED and table[key] == {} else _value(form, table[key])
        elif name in _needed(own):
            raise TypeError(f"{key!r} is missing")
    return kind(**given)


@cache
def _forms(kind: Hashable) -> dict[str, tuple[str, object, _Standing | None]]:
    """Return each field's key, type and how it stands."""
    found: dict[str, tuple[str, object, _Standing | None]] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        key, form, standing = name, hint, None
        if get_origin(hint) is Annotated:
            form, *marks = get_args(hint)
            standing = next((mark for mark in marks if isinstance(mark, _Standing)), None)
            key = next((mark.name for mark in marks if isinstance(mark, Key)), name)
        found[name] = key, form, standing
    return found


@cache
def _needed(kind: Hashable) -> frozenset[str]:
    own = fields(cast("type[DataclassInstance]", kind))
    return frozenset(f.name for f in own if f.default is MISSING and f.default_factory is MISSING)


def _value(form: object, value: object) -> object:
    """Return a plain value as the type that an annotation names."""
    origin, inner = get_origin(form), get_args(form)
    if origin in (Union, types.UnionType):
        return _one_of(inner, value)
    if origin is tuple:
        return tuple(_value(inner[0], entry) for entry in as_list(value))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _value(inner[1], entry) for key, entry in as_table(value).items()}
    if isinstance(form, type) and is_dataclass(form):
        return restored(form, value)
    if form is bool and not isinstance(value, bool):
        raise TypeError(f"{value!r} stands where true or false belongs")
    read = _SCALARS.get(form)
    return value if read is None else read(value)


_SCALARS: Mapping[object, Callable[[object], object]] = {float: as_float, int: as_int, str: as_text}


def _one_of(kinds: tuple[object, ...], value: object) -> object:
    """Return a value as the first of several types that fits."""
    if value is None and types.NoneType in kinds:
        return None
    *others, last = (kind for kind in kinds if kind is not types.NoneType)
    for kind in others:
        try:
            return _value(kind, value)
        except (TypeError, ValueError):
            continue
    return _value(last, value)
