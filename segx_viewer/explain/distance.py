"""Alignments that measure distances: between outlines, and between distributions (earth mover's distance)."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from segx_viewer.explain.ranking import MapOnRegion, importing


def hd95(pair: MapOnRegion) -> float:
    """95 % Hausdorff distance: the larger of the two directed 95th percentiles."""
    there, back = pair.outline_distances
    return float(max(np.percentile(there, 95), np.percentile(back, 95)))


def assd(pair: MapOnRegion) -> float:
    """Average symmetric surface distance: the mean over the pixels of both outlines."""
    there, back = pair.outline_distances
    return float((there.sum() + back.sum()) / (there.size + back.size))


def emd(pair: MapOnRegion) -> float:
    """Earth mover's distance of E / sum(E) to the uniform distribution on R, in fractions of the image diagonal.

    Exact optimal transport (network simplex of POT) between 32 x 32 cells; cells are as wide and high as the image
    is, in mm where the pixel spacing is known.
    """
    give, take, cost = pair.transport
    moved = give.sum()
    if moved <= 1e-9:  # rounding only: the distributions agree
        return 0.0
    sides = give / moved, take / take.sum()
    if give.size > take.size:  # the way back costs the same, and the solver finds it a little sooner
        sides, cost = sides[::-1], np.ascontiguousarray(cost.T)
    return float(moved * transport_solver()(*sides, cost, numItermax=1_000_000))


def transport_solver() -> Callable[..., Any]:
    """Return POT's exact solver; its first import takes its time, which a program may spend beforehand."""
    # POT imports torch where it is installed unless told not to; arrays are enough here. Its solver has nothing to do
    # with the others either, which would take half a second and 65 MiB.
    os.environ.setdefault("POT_BACKEND_DISABLE_PYTORCH", "1")
    try:
        with importing, _hidden("sklearn", "networkx"):
            import ot
    except ImportError:  # a version that cannot do without them
        import ot

    return ot.emd2


@contextmanager
def _hidden(*libraries: str) -> Iterator[None]:
    """Let this thread find none of these libraries, unless they are imported already: as if they were not installed."""
    thread = threading.get_ident()

    class Finder:
        @staticmethod
        def find_spec(name: str, _path: object = None, _target: object = None) -> None:
            if name in libraries and threading.get_ident() == thread:
                raise ModuleNotFoundError(f"{name} is not needed here", name=name)

    sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]
    try:
        yield
    finally:
        sys.meta_path.remove(Finder)  # type: ignore[arg-type]
