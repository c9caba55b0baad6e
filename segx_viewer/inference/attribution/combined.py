"""What several methods say together about a class: where they agree that it matters, and where they differ."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from segx_viewer.explain.consensus import consensus
from segx_viewer.inference.attribution.base import ClassMap, Described, Method, Subject


class Combined(Described):
    """Consensus or disagreement of several methods, by the ranks of the pixels in their maps.

    Parameters
    ----------
    name : str
        One of `domain.methods.COMBINED`.
    field : str
        Which map of `explain.consensus.Consensus` it shows.
    parts : sequence of Method
    """

    __slots__ = ("_field", "_parts", "name")

    def __init__(self, name: str, field: str, parts: Sequence[Method]) -> None:
        self.name, self._field, self._parts = name, field, tuple(parts)

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, map) once every part has given its maps; zero where fewer than two of them rank the pixels."""
        found: dict[int, dict[str, NDArray[np.float32]]] = {k: {} for k in classes}
        for number, method in enumerate(self._parts):
            for k, saliency_map in method.maps(subject.portion(number, len(self._parts)), classes):
                found[k][method.name] = saliency_map
        for k in classes:
            together = consensus(found[k])
            if together is None:
                yield k, np.zeros(subject.input_shape, np.float32)
            else:
                yield k, getattr(together, self._field)
