"""Alignments of a saliency map E with a region R (METHODS: alignment): one table, one line of formula each.

Undefined (empty R, flat or non-finite E) is an `Alignment` without a value and with the reason, never 0.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.result import Alignment
from segx_viewer.explain.distance import assd, emd, hd95
from segx_viewer.explain.ranking import PERCENTS, MapOnRegion, Region, UndefinedAlignment
from segx_viewer.explain.segx import DEFAULT_PERCENT

_TOP = int(DEFAULT_PERCENT) - 1  # place of n = 5 on the IoU curve


def iou_of_counts(size: NDArray[np.integer], overlap: NDArray[np.integer], area: int) -> NDArray[np.float64]:
    """IoU of a set and a region from their sizes and the size of their overlap."""
    return overlap / (size + area - overlap)


def area_under_curve(curve: NDArray[np.floating]) -> NDArray[np.float64]:
    """Area under an IoU-threshold curve, n = 1..99: trapezoid, divided by the range of n.

    Examples
    --------
    >>> float(area_under_curve(np.full(99, 0.25)))
    0.25
    """
    return np.asarray(np.trapezoid(curve, PERCENTS, axis=-1) / (PERCENTS[-1] - PERCENTS[0]))


def _curve(pair: MapOnRegion) -> NDArray[np.float64]:
    return np.asarray(iou_of_counts(*pair.curve_counts, pair.area))


def _iou(pair: MapOnRegion) -> float:
    return float(_curve(pair)[_TOP])


def _auitc(pair: MapOnRegion) -> float:
    return float(area_under_curve(_curve(pair)))


def _dice(pair: MapOnRegion) -> float:
    size, overlap = (counts[_TOP] for counts in pair.curve_counts)
    return float(2 * overlap / (size + pair.area))


def _relevance_mass(pair: MapOnRegion) -> float:
    # Rounding must not take the leakage (1 - mass) below 0.
    return min(1.0, float(pair.sorted_inside.sum(dtype=np.float64)) / pair.total)


def _mass_lift(pair: MapOnRegion) -> float:
    return _relevance_mass(pair) / pair.region.share


def _relevance_rank(pair: MapOnRegion) -> float:
    """Pixels that tie for the last places count by the share of the tied pixels that lie in R."""
    border = pair.sorted[pair.count - pair.area]
    above, above_inside = pair.counts_above(border)
    tied = np.searchsorted(pair.sorted, border, side="right") - np.searchsorted(pair.sorted, border)
    tied_inside = np.searchsorted(pair.sorted_inside, border, side="right") - np.searchsorted(
        pair.sorted_inside, border
    )
    return float((above_inside + (pair.area - above) * tied_inside / tied) / pair.area)


def _pixel_auc(pair: MapOnRegion) -> float:
    """Mann-Whitney: how often a pixel of R outranks one outside it, ties counting half."""
    outside = pair.count - pair.area
    if outside == 0:
        raise UndefinedAlignment("The region covers the whole image.")
    below = np.searchsorted(pair.sorted, pair.sorted_inside, side="left").sum(dtype=np.float64)
    not_above = np.searchsorted(pair.sorted, pair.sorted_inside, side="right").sum(dtype=np.float64)
    # Pairs inside R are half won by symmetry: |R|^2 / 2.
    return float(((below + not_above) / 2 - pair.area**2 / 2) / (pair.area * outside))


def _pointing(pair: MapOnRegion) -> float:
    """1 only if every pixel that shares the maximum lies in R."""
    peak = pair.sorted[-1]
    peaks = pair.count - np.searchsorted(pair.sorted, peak)
    inside = pair.area - np.searchsorted(pair.sorted_inside, peak)
    return float(peaks == inside)


def _chance_curve(share: float) -> NDArray[np.float64]:
    t = PERCENTS / 100
    return t * share / (t + share - t * share)


def _same(share: float) -> float:
    return share


def _chance_iou(share: float) -> float:
    return float(_chance_curve(share)[_TOP])


def _chance_auitc(share: float) -> float:
    return float(area_under_curve(_chance_curve(share)))


def _chance_dice(share: float) -> float:
    t = DEFAULT_PERCENT / 100
    return 2 * t * share / (t + share)


@dataclass(frozen=True, slots=True)
class Measure:
    """One alignment.

    Attributes
    ----------
    name, label : str
        Key, and name for people.
    low, high : float
        Range; `high` may be infinite.
    higher_is_better : bool
    paper : str
        Where it was defined.
    sentence : str
        What it means, in one sentence.
    unit : str
        "" for a number without one; "px" stands for mm where the pixel spacing is known.
    compute : callable
        `MapOnRegion` to float; raises `UndefinedAlignment`.
    chance : callable or None
        From the region's share of the image to what a random map (independent pixels, large image) would score;
        None where no formula exists.
    """

    name: str
    label: str
    low: float
    high: float
    higher_is_better: bool
    paper: str
    sentence: str
    compute: Callable[[MapOnRegion], float]
    chance: Callable[[float], float] | None = None
    unit: str = ""


_SEGX = "Zhang, Zhu, Luo 2025, PMLR 281"
_ARRAS = "Arras, Osman, Samek 2022, Information Fusion 81"
_REINKE = "Maier-Hein et al. 2024, Nature Methods 21"
_INF = float("inf")

_ROWS = (
    Measure("iou", "IoU, top 5 %", 0, 1, True, _SEGX,
            "Overlap of the 5 % most relevant pixels with the region; a small region caps it.", _iou, _chance_iou),
    Measure("auitc", "IoU over all thresholds (AUITC)", 0, 1, True, _SEGX,
            "Mean overlap of the most relevant 1 to 99 % of the pixels with the region.", _auitc, _chance_auitc),
    Measure("dice", "Dice, top 5 %", 0, 1, True, "Dice 1945, Ecology 26",
            "Dice overlap of the 5 % most relevant pixels with the region; a small region caps it.",
            _dice, _chance_dice),
    Measure("relevance_mass", "Attribution inside the region", 0, 1, True, _ARRAS + "; Wang et al. 2020, CVPR-W",
            "Share of the whole attribution that lies inside the region.", _relevance_mass, _same),
    Measure("mass_lift", "Attribution inside, over chance", 0, _INF, True, _ARRAS,
            "How many times more attribution the region holds than its area alone would.",
            _mass_lift, lambda share: 1.0),
    Measure("relevance_rank", "Highest pixels inside", 0, 1, True, _ARRAS,
            "Share of the highest pixels, as many as the region has, that lie inside it.", _relevance_rank, _same),
    Measure("pixel_auc", "Pixel ROC AUC", 0, 1, True, "Fawcett 2006, Pattern Recognition Letters 27",
            "How often a pixel inside the region is more relevant than one outside.",
            _pixel_auc, lambda share: 0.5),
    Measure("pointing", "Pointing game", 0, 1, True, "Zhang et al. 2018, IJCV 126",
            "Whether the most relevant pixel lies inside the region.", _pointing, _same),
    Measure("hd95", "95 % Hausdorff distance", 0, _INF, False, _REINKE,
            "How far apart the outlines of the highest pixels and of the region lie, but for the worst 5 %.",
            hd95, unit="px"),
    Measure("assd", "Average surface distance", 0, _INF, False, _REINKE,
            "How far apart the outlines of the highest pixels and of the region lie on average.", assd, unit="px"),
    Measure("emd", "Earth mover's distance", 0, 1, False, "Rubner, Tomasi, Guibas 2000, IJCV 40",
            "How far the attribution would have to move to fill the region evenly, in image diagonals.", emd),
)  # fmt: skip

ALIGNMENTS: Mapping[str, Measure] = MappingProxyType({row.name: row for row in _ROWS})
"""Every alignment by name, in the order of METHODS."""

COSTLY = ("hd95", "assd", "emd")
"""Alignments that take milliseconds: what an interactive path may leave out of `all_alignments` by `skip`."""


def iou_curve(E: NDArray[np.floating], R: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """IoU of top(E, n) and R for n = 1..99.

    Equal to evaluating ``E > np.percentile(E, 100 - n)`` (in double precision) for each n, by one sort.

    Returns
    -------
    ndarray, shape (99,), or None
        None where undefined: empty R, flat or non-finite E.

    Examples
    --------
    >>> curve = iou_curve(np.arange(100.0).reshape(10, 10), np.arange(100).reshape(10, 10) >= 80)
    >>> float(curve[20 - 1]), float(curve[10 - 1])
    (1.0, 0.5)
    """
    try:
        return _curve(MapOnRegion(E, Region(R)))
    except UndefinedAlignment:
        return None


def alignment(
    name: str, E: NDArray[np.floating], R: NDArray[np.bool_], spacing_mm: tuple[float, float] | None = None
) -> Alignment:
    """Compute one alignment by name; see `all_alignments`."""
    return all_alignments(E, R, spacing_mm, skip=[other for other in ALIGNMENTS if other != name])[name]


def iou(E: NDArray[np.floating], R: NDArray[np.bool_]) -> float | None:
    """IoU(top(E, 5), R), 0..1; None where undefined."""
    return alignment("iou", E, R).value


def auitc(E: NDArray[np.floating], R: NDArray[np.bool_]) -> float | None:
    """Area under the IoU threshold curve, 0..1; None where undefined.

    Examples
    --------
    >>> import numpy as np
    >>> auitc(np.ones((4, 4)), np.eye(4, dtype=bool)) is None
    True
    """
    return alignment("auitc", E, R).value


def all_alignments(
    E: NDArray[np.floating],
    R: NDArray[np.bool_],
    spacing_mm: tuple[float, float] | None = None,
    *,
    skip: Collection[str] = (),
) -> dict[str, Alignment]:
    """Compute every alignment of a map with a region.

    Parameters
    ----------
    E : ndarray, shape (h, w), >= 0
        Saliency map.
    R : ndarray, shape (h, w), bool
        Region.
    spacing_mm : tuple of float, optional
        (row, column) distance of neighbouring pixels of THIS grid; without it, distances are in pixels.
    skip : collection of str
        Alignments to leave out, such as `COSTLY`.

    Returns
    -------
    dict of str to Alignment
        In the order of `ALIGNMENTS`; with the chance level, which is None for distances.

    Raises
    ------
    ValueError
        If the shapes differ, R is not boolean or E is negative somewhere.
    """
    return alignments_and_curve(E, Region(R, spacing_mm), skip=skip)[0]


def alignments_and_curve(
    E: NDArray[np.floating], region: Region, *, skip: Collection[str] = ()
) -> tuple[dict[str, Alignment], NDArray[np.float64] | None]:
    """Compute `all_alignments` and `iou_curve` from one sort; several maps share what `region` has computed."""
    names = [name for name in ALIGNMENTS if name not in skip]
    try:
        pair = region.on(E)
    except UndefinedAlignment as undefined:
        return {name: Alignment(None, str(undefined)) for name in names}, None
    return {name: evaluate(ALIGNMENTS[name], pair) for name in names}, _curve(pair)


def evaluate(measure: Measure, pair: MapOnRegion) -> Alignment:
    """Compute one alignment of a prepared map and region."""
    chance = measure.chance(pair.region.share) if measure.chance else None
    try:
        return Alignment(measure.compute(pair), chance=chance)
    except UndefinedAlignment as undefined:
        return Alignment(None, str(undefined), chance)
