"""What a picture looks like as a whole, before any network: its colours, its polarity, and seams of a montage.

Cheap and deterministic. What is usual is measured on a bundle's own training pictures and stored in its manifest
(`[gate.looks]`) and beside the gate's distances; a bundle without it is not judged so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import percentile, row_medians
from segx_viewer.domain.tables import as_float, as_floats, as_table

TEMPLATE = "look"
"""Name of the mean picture beside the gate's distances."""
GRID, SIDE = 16, 256
TAIL = 0.0025
"""Share of the training pictures beyond each end of a colour's usual range."""
ROOM = 1.15
"""How much stronger than any training picture's seams those of a montage are."""
SETTLED = 0.2
"""Least resemblance to the mean picture, at `TAIL`, from which the opposite tells an inverted picture."""
MIDDLE = slice(118, 138)
"""Lines of the reduced picture among which the seam of a montage of two or four lies."""

EXCHANGED = "Its colours seem to be exchanged, such as red with blue."
INVERTED = "Its colours or grey levels seem to be inverted."
MONTAGE = "This seems to be several pictures in one."
UNUSUAL = "Its colours are unlike those of the images that the model learned from."


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What is usual for a bundle's pictures.

    Attributes
    ----------
    colours : mapping of str to (float, float)
        Usual range of each of `balance`; empty for grey pictures.
    seams : tuple of float
        Strength of seams in the middle from which a picture is a montage: of both directions together, and of one.
    polarity : float
        Least resemblance to the mean picture; -inf where it tells nothing.
    template : ndarray, shape (256,), or None
        The mean picture.
    """

    colours: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    seams: tuple[float, float] = (np.inf, np.inf)
    polarity: float = -np.inf
    template: NDArray[np.float32] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, table: Mapping[str, object], tensors: Mapping[str, NDArray[np.float32]]) -> "Looks":
        """Read what `fit` wrote."""
        colours = {}
        for name, ends in as_table(table.get("colours", {})).items():
            low, high = as_floats(ends)
            colours[name] = low, high
        both, one = as_floats(table.get("seams", (np.inf, np.inf)))
        template = tensors.get(TEMPLATE)
        polarity = as_float(table.get("polarity", -np.inf))
        return cls(colours, (both, one), polarity, None if template is None else np.asarray(template))

    @property
    def are_known(self) -> bool:
        """Whether anything was measured."""
        return bool(self.colours) or self.template is not None or min(self.seams) < np.inf

    def refusal(self, picture: NDArray[np.uint8]) -> str:
        """Return what is wrong with a picture (H, W, 3) without its margins; "" where nothing is."""
        return self.judge(picture)[0]

    def judge(self, picture: NDArray[np.uint8]) -> tuple[str, bool]:
        """Return what is wrong with a picture as `refusal` does, and whether its colours are usual."""
        if not self.are_known:
            return "", True
        small = reduced(picture)
        grey = brightness(small)
        rows, columns = _seams(grey)
        if rows + columns > self.seams[0] or max(rows, columns) > self.seams[1]:
            return MONTAGE, False
        if self.template is not None and float(_outline(grey) @ self.template) < self.polarity:
            return INVERTED, False
        if self.is_usual(small):
            return "", True
        if self.is_usual(255 - small):
            return INVERTED, False
        others = [order for order in permutations(range(3)) if order != (0, 1, 2)]
        return EXCHANGED if any(self.is_usual(small[..., list(order)]) for order in others) else "", False

    def is_usual(self, picture: NDArray[np.uint8]) -> bool:
        """Whether a picture's (h, w, 3) colours lie within the usual ranges."""
        found = balance(picture) if self.colours else {}
        return all(low <= found[name] <= high for name, (low, high) in self.colours.items())


def reduced(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture (H, W) or (H, W, 3) as (256, 256, 3)."""
    small = np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    return small if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2)


def balance(picture: NDArray[np.uint8]) -> dict[str, float]:
    """Return how much stronger one colour is than another on the mean, as shares of the sum of all three."""
    count = picture.shape[0] * picture.shape[1]
    r, g, b = (value / count for value in cv2.sumElems(np.ascontiguousarray(picture))[:3])
    total = r + g + b + 1
    return {"red_blue": (r - b) / total, "red_green": (r - g) / total, "green_blue": (g - b) / total}


def seams(picture: NDArray[np.uint8]) -> tuple[float, float]:
    """Return how strong a horizontal and a vertical seam in the middle of a picture (256, 256, 3) are.

    The median step between neighbouring lines, against the ninth decile of those elsewhere: a step along the whole
    width is what no anatomy makes.
    """
    return _seams(brightness(picture))


def brightness(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean of a picture's colours (h, w, 3) at each pixel."""
    # Channel by channel: numpy's reductions over an axis of three take twenty times as long.
    return (picture[..., 0].astype(np.float32) + picture[..., 1] + picture[..., 2]) / np.float32(3)


def _seams(grey: NDArray[np.float32]) -> tuple[float, float]:
    found = []
    for lines in (grey, grey.T):
        steps = np.minimum(row_medians(np.abs(np.diff(lines, axis=0))), 60.0)
        joined = np.convolve(steps, [1, 1], "same")  # resampling smears a seam over two lines
        elsewhere = np.concatenate([joined[8 : MIDDLE.start], joined[MIDDLE.stop : -8]])
        found.append(float(joined[MIDDLE].max() / (percentile(elsewhere, 90) + 1)))
    return found[0], found[1]


def outline(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture's (h, w, 3) coarse distribution of light, as a vector (256,) of mean 0 and length 1."""
    return _outline(brightness(picture))


def _outline(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    coarse = cv2.resize(grey, (GRID, GRID), interpolation=cv2.INTER_AREA).ravel()
    coarse = coarse - coarse.mean()
    return np.asarray(coarse / (np.linalg.norm(coarse) + 1e-6), np.float32)


def fit(
    pictures: Sequence[NDArray[np.uint8]], *, colour: bool
) -> tuple[dict[str, object], dict[str, NDArray[np.float32]]]:
    """Measure what is usual.

    Parameters
    ----------
    pictures : sequence of ndarray (H, W, 3)
        A bundle's own, without margins, from the parts that may be fitted on.
    colour : bool
        Whether they are in colour.

    Returns
    -------
    table, tensors
        The manifest's `[gate.looks]`, and what lies beside the gate's distances.
    """
    small = [reduced(picture) for picture in pictures]
    strength = np.array([seams(picture) for picture in small])
    both, one = ROOM * strength.sum(1).max(), ROOM * strength.max()
    table: dict[str, object] = {"seams": [round(float(both), 3), round(float(one), 3)]}
    if colour:
        rows = [balance(picture) for picture in small]
        ranges = {name: np.quantile([row[name] for row in rows], [TAIL, 1 - TAIL]) for name in rows[0]}
        table["colours"] = {name: [round(float(v), 4) for v in ends] for name, ends in ranges.items()}
    outlines = np.stack([outline(picture) for picture in small])
    mean = outlines.mean(0)
    mean /= np.linalg.norm(mean) + 1e-6
    least = float(np.quantile(outlines @ mean, TAIL))
    if least < SETTLED:
        return table, {}
    table["polarity"] = round(-least, 4)
    return table, {TEMPLATE: mean.astype(np.float32)}
