"""The stacks of a series: which images belong together, and in which order they are scrolled.

By geometry where there is one (PS3.3 C.7.6.2.1.1), else by Instance Number, else by time, else by name as people count.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

from segx_viewer.domain.slices import SlicePosition, Vector

_SAME_DIRECTION = 0.01  # of a direction cosine, about half a degree
_SAME_PLACE = 0.01  # mm along the stack
_ALONG_AXIS = 0.9  # cosine from which a plane is named after an axis
_PLANES = ("sagittal", "coronal", "axial")


@dataclass(frozen=True, slots=True)
class Member:
    """An image of a series: where its header places it, its file's name, its SOP Instance UID."""

    place: SlicePosition
    name: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class StackOrder:
    """A stack as indices into the members it was made from.

    Attributes
    ----------
    order : tuple of int
        In the order of scrolling.
    duplicates : tuple of (int, int)
        Members that are left out, because they are the same SOP instance as the other one, which is in `order`.
    parts : tuple of (str, str)
        What tells this stack from the series' others, as (kind, value): ``("plane", "axial")``, ``("echo", "2")``.
    """

    order: tuple[int, ...]
    duplicates: tuple[tuple[int, int], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts names by the value of the numbers in them: slice 2 before slice 10.

    Examples
    --------
    >>> sorted(["10.dcm", "9.dcm", "a2", "A10"], key=natural_key)
    ['9.dcm', '10.dcm', 'a2', 'A10']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def stacks_of(members: Sequence[Member]) -> tuple[StackOrder, ...]:
    """Part a series into stacks and order each.

    Parted are localisers, directions, echoes, frames of reference and Stack IDs. Where several images lie at one
    place, they are parted by time, acquisition, b-value, trigger or image type, whichever makes every place unique, or
    else by how often a place was imaged before. A single image in a direction of its own, as in a scout of three planes
    or in a rotation, stays with the others of its kind.

    Returns
    -------
    tuple of StackOrder
        Every member is in one of them. The largest-numbered last: in the order of their first Instance Number.
    """
    kept, duplicates = _without_duplicates(members)
    found: list[list[int]] = []
    for same in _grouped(kept, lambda i: _kind(members[i].place)):
        for directed in _by_direction(members, same):
            found += _by_repetition(members, directed)
    orders = [_ordered(members, part) for part in found]
    orders.sort(key=lambda order: min(_sequence_key(members[i]) for i in order))
    named = _named(members, orders)
    return tuple(
        StackOrder(tuple(order), tuple(d for d in duplicates if d[1] in set(order)), parts)
        for order, parts in zip(orders, named, strict=True)
    )


def frame_stacks(places: Sequence[SlicePosition]) -> tuple[StackOrder, ...]:
    """Part the frames of one multi-frame image; those that nothing is known about keep the order of the file."""
    numbered = [replace(p, instance=i) if p.instance is None else p for i, p in enumerate(places)]
    return stacks_of([Member(place, f"{i}") for i, place in enumerate(numbered)])


def _without_duplicates(members: Sequence[Member]) -> tuple[list[int], list[tuple[int, int]]]:
    first: dict[str, int] = {}
    kept, duplicates = [], []
    for i, member in enumerate(members):
        if member.uid and member.uid in first:
            duplicates.append((i, first[member.uid]))
        else:
            first[member.uid] = i
            kept.append(i)
    return kept, duplicates


def _grouped(indices: Iterable[int], key: Callable[[int], Hashable]) -> list[list[int]]:
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for i in indices:
        groups[key(i)].append(i)
    return list(groups.values())


def _kind(place: SlicePosition) -> Hashable:
    frame = place.frame_of_reference if place.is_placed else ""
    return "LOCALIZER" in place.image_type, place.is_placed, frame, place.echo, place.stack


# -- directions ------------------------------------------------------------------------------------


def _by_direction(members: Sequence[Member], indices: list[int]) -> list[list[int]]:
    """Part images that lie in different directions; those that are alone in theirs stay together."""
    groups: list[tuple[SlicePosition, list[int]]] = []
    for i in indices:
        place = members[i].place
        group = next((found for first, found in groups if _same_direction(first, place)), None)
        if group is None:
            groups.append((place, [i]))
        else:
            group.append(i)
    several = [found for _, found in groups if len(found) > 1]
    alone = [i for _, found in groups if len(found) == 1 for i in found]
    return [*several, alone] if alone else several


def _same_direction(a: SlicePosition, b: SlicePosition) -> bool:
    if a.rows is None or a.columns is None or b.rows is None or b.columns is None:
        return a.rows is b.rows
    pairs = zip((*a.rows, *a.columns), (*b.rows, *b.columns), strict=True)
    return all(abs(x - y) <= _SAME_DIRECTION for x, y in pairs)


def normal(place: SlicePosition) -> Vector | None:
    """Return the unit vector across the slice, None where its direction is unknown."""
    if place.rows is None or place.columns is None:
        return None
    (a, b, c), (d, e, f) = place.rows, place.columns
    across = (b * f - c * e, c * d - a * f, a * e - b * d)
    length = sum(v * v for v in across) ** 0.5
    return (across[0] / length, across[1] / length, across[2] / length) if length > 0 else None


def plane(place: SlicePosition) -> str:
    """Name a slice's plane: axial, coronal, sagittal, oblique, or "" where its direction is unknown.

    Examples
    --------
    >>> plane(SlicePosition(rows=(1, 0, 0), columns=(0, 0, -1)))
    'coronal'
    """
    across = normal(place)
    if across is None:
        return ""
    return next((name for name, v in zip(_PLANES, across, strict=True) if abs(v) >= _ALONG_AXIS), "oblique")


def _distances(members: Sequence[Member], indices: Sequence[int]) -> dict[int, float] | None:
    """Return how far along their common normal images lie, in mm; None where that is not known of all of them."""
    first = members[indices[0]].place
    across = normal(first)
    if across is None:
        return None
    found = {}
    for i in indices:
        place = members[i].place
        if place.position is None or not _same_direction(first, place):
            return None
        found[i] = sum(p * n for p, n in zip(place.position, across, strict=True))
    return found


# -- several images at one place -------------------------------------------------------------------

_REPEATED_BY: tuple[tuple[str, Callable[[SlicePosition], Hashable]], ...] = (
    ("time", lambda place: place.temporal),
    ("acquisition", lambda place: place.acquisition),
    ("b", lambda place: place.b_value),
    ("trigger", lambda place: place.trigger),
    ("type", lambda place: place.image_type),
)


def _by_repetition(members: Sequence[Member], indices: list[int]) -> list[list[int]]:
    distances = _distances(members, indices)
    if distances is None:
        return [indices]
    places = _numbered_places(distances)
    count = len(set(places.values()))
    if count in (1, len(indices)):
        return [indices]  # a film of one place, or every image at its own
    keys = [key for _, key in _REPEATED_BY]
    for key in (*keys, lambda place: tuple(key(place) for key in keys)):
        groups = _grouped(indices, lambda i, key=key: key(members[i].place))  # type: ignore[misc]
        if len(groups) > 1 and all(len({places[i] for i in group}) == len(group) for group in groups):
            return groups
    turns: defaultdict[int, list[int]] = defaultdict(list)
    for i in sorted(indices, key=lambda i: _sequence_key(members[i])):
        turns[places[i]].append(i)
    if len({len(turn) for turn in turns.values()}) > 1:
        return [indices]
    return [list(group) for group in zip(*turns.values(), strict=True)]


def _numbered_places(distances: dict[int, float]) -> dict[int, int]:
    """Return the numbers of the places along the stack; images nearer than a hundredth of a millimetre share one."""
    numbers: dict[int, int] = {}
    number, last = -1, float("-inf")
    for i in sorted(distances, key=lambda i: distances[i]):
        if distances[i] - last > _SAME_PLACE:
            number, last = number + 1, distances[i]
        numbers[i] = number
    return numbers


# -- order -----------------------------------------------------------------------------------------


def _sequence_key(member: Member) -> tuple[object, ...]:
    place = member.place
    instance = (1, 0) if place.instance is None else (0, place.instance)
    return (*instance, not place.time, place.time, natural_key(member.name))


def _ordered(members: Sequence[Member], indices: Sequence[int]) -> list[int]:
    by_number = sorted(indices, key=lambda i: _sequence_key(members[i]))
    distances = _distances(members, indices)
    if distances is None:
        return by_number
    places = _numbered_places(distances)
    if len(set(places.values())) == 1:
        return sorted(by_number, key=lambda i: (members[i].place.temporal or 0, members[i].place.trigger or 0.0))
    sense = -1 if _runs_backwards(members, by_number, distances) else 1
    return sorted(by_number, key=lambda i: sense * places[i])


def _runs_backwards(members: Sequence[Member], by_number: Sequence[int], distances: dict[int, float]) -> bool:
    """Whether the Instance Numbers run against the normal: geometry gives the order, the numbers its sense.

    Without numbers, axial stacks run from the head down, others along their normal.
    """
    if len({members[i].place.instance for i in by_number} - {None}) < 2:
        first = members[by_number[0]].place
        across = normal(first)
        return plane(first) == "axial" and across is not None and across[2] > 0
    middle = sum(distances.values()) / len(distances)
    half = (len(by_number) - 1) / 2
    return sum((rank - half) * (distances[i] - middle) for rank, i in enumerate(by_number)) < 0


# -- what tells them apart -------------------------------------------------------------------------


def _named(members: Sequence[Member], orders: Sequence[Sequence[int]]) -> list[tuple[tuple[str, str], ...]]:
    if len(orders) < 2:
        return [()] * len(orders)
    names: list[list[tuple[str, str]]] = [[] for _ in orders]
    for kind, fact in _TOLD_BY:
        values = [{fact(members[i].place) for i in order} for order in orders]
        if len({frozenset(v) for v in values}) == 1:
            continue  # it tells nothing apart
        for name, found in zip(names, values, strict=True):
            value = next(iter(found)) if len(found) == 1 else None
            if value not in (None, "", ()):
                name.append((kind, _shown(value)))
    seen: defaultdict[tuple[tuple[str, str], ...], int] = defaultdict(int)
    result = []
    for told in map(tuple, names):
        seen[told] += 1
        result.append(told if seen[told] == 1 else (*told, ("number", str(seen[told]))))
    return result


def _localiser(place: SlicePosition) -> str:
    return "localiser" if "LOCALIZER" in place.image_type else ""


def _plane_of(place: SlicePosition) -> str:
    return "" if "LOCALIZER" in place.image_type else plane(place)


def _type(place: SlicePosition) -> tuple[str, ...]:
    return () if "LOCALIZER" in place.image_type else place.image_type


_TOLD_BY: tuple[tuple[str, Callable[[SlicePosition], Hashable]], ...] = (
    ("localiser", _localiser),
    ("plane", _plane_of),
    ("echo", lambda place: place.echo),
    *_REPEATED_BY[:-1],
    ("type", _type),
)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
