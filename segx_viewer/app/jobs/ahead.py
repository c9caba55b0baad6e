"""Images of the stack that is looked at, decoded before they are asked for and kept as long as there is room."""

import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from segx_viewer.app.model.stack import Stack
from segx_viewer.imaging.halving import Opened

Place = tuple[Path, int]
"""File and frame."""

_SHARE = 8  # of the machine's memory, one part in so many
_LEAST, _MOST = 2**28, 2**31  # bytes


def room() -> int:
    """Return how many bytes of decoded images are kept: an eighth of the memory, between 256 MB and 2 GB."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return 2 * _LEAST
    return min(_MOST, max(_LEAST, memory // _SHARE))


class Decoded:
    """Decoded images by file and frame; those that were not used for longest make room.

    Parameters
    ----------
    capacity : int
        In bytes.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._used = 0
        self._kept: OrderedDict[Place, Opened] = OrderedDict()

    def __contains__(self, place: object) -> bool:
        return place in self._kept

    def get(self, place: Place) -> Opened | None:
        """Return an image, None if it is not here."""
        opened = self._kept.get(place)
        if opened is not None:
            self._kept.move_to_end(place)
        return opened

    def put(self, place: Place, opened: Opened) -> None:
        """Keep an image. One that is larger than the room for all is not kept."""
        self.drop(place)
        size = _bytes(opened)
        if size > self._capacity:
            return
        self._kept[place] = opened
        self._used += size
        while self._used > self._capacity:
            self._used -= _bytes(self._kept.popitem(last=False)[1])

    def drop(self, place: Place) -> None:
        """Forget an image."""
        if (old := self._kept.pop(place, None)) is not None:
            self._used -= _bytes(old)

    def drop_file(self, path: Path) -> None:
        """Forget all frames of a file."""
        for place in [place for place in self._kept if place[0] == path]:
            self.drop(place)

    def how_many_like(self, opened: Opened) -> int:
        """Return how many images of this one's size there is room for."""
        return self._capacity // max(1, _bytes(opened))


def order_ahead(stack: Stack, direction: int, count: int) -> Iterator[Place]:
    """Yield the members that are read ahead, at most `count`: mostly in the direction of the last step, some behind.

    The ends are joined, as they are for a film.

    Examples
    --------
    >>> stack = Stack(tuple((Path("film"), i) for i in range(6)), 1)
    >>> [frame for _, frame in order_ahead(stack, 1, 9)]
    [2, 3, 4, 0, 5]
    """
    length, seen = len(stack), {stack.position}
    steps = [direction * step for far in range(1, length) for step in _around(far)]
    for step in steps:
        position = (stack.position + step) % length
        if position not in seen:
            seen.add(position)
            if len(seen) > count + 1:
                return
            yield stack.members[position]


def _around(far: int) -> tuple[int, ...]:
    """Three steps ahead for one behind."""
    ahead = tuple(range(3 * far - 2, 3 * far + 1))
    return (*ahead, -far)


def _bytes(opened: Opened) -> int:
    return int(opened.image.pixels.nbytes) + (int(opened.half.nbytes) if opened.half is not None else 0)
