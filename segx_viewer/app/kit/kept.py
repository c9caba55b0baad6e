"""What was made last is kept, as long as there is room for it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key; those that were not used for longest make room.

    Parameters
    ----------
    room : float
        Sum of the values' sizes that is kept; the newest value is kept in any case.
    size : callable
        Size of a value.

    Examples
    --------
    >>> kept = Kept(2, lambda value: 1)
    >>> [kept.get(key, lambda: "made") for key in (1, 2, 1, 3)][0]
    'made'
    >>> 1 in kept, 2 in kept, 3 in kept
    (True, False, True)
    """

    def __init__(self, room: float, size: Callable[[T], float]) -> None:
        self._room, self._size = room, size
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._used = 0.0

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key; it is made if it is not there."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        value = make()
        self._values[key] = value
        self._used += self._size(value)
        while self._used > self._room and len(self._values) > 1:
            self._used -= self._size(self._values.popitem(last=False)[1])
        return value

    def take_over(self, earlier: "Kept[T]", holds: Callable[[Hashable], bool]) -> None:
        """Take over what is still true of an earlier one."""
        for key, value in earlier._values.items():
            if holds(key):
                self.get(key, partial(_same, value))


def _same(value: T) -> T:
    return value
