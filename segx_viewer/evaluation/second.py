"""How well a second model of the same classes agrees with the first on one image, in its answer and in its map."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.store import BundleStore
from segx_viewer.checks.randomisation import similarity
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.errors import DataError
from segx_viewer.pipeline import analyse_to_end

AGREEMENT_OF_MAPS = ("map_rank_correlation", "map_overlap")
AGREEMENT_OF_ANSWERS = ("second_log_odds",)
SIDE = 56
"""Maps are compared on so many pixels a side: they hold no finer structure."""
STRONGEST = 0.05
"""Share of a map's pixels whose overlap is asked for."""


def second_row(
    image: MedicalImage, code: str, saliency_map: NDArray[np.float32], store: BundleStore, folder: Path, method: str
) -> dict[str, float]:
    """Return what a second model says of the class that the first one answered.

    Parameters
    ----------
    image : MedicalImage
    code : str
        The class.
    saliency_map : ndarray, shape (h, w)
        The first model's map of it.
    store : BundleStore
        Holds the second model.
    folder : Path
        The second model's folder.
    method : str
        Attribution method of both maps.

    Returns
    -------
    dict
        `second_log_odds` of the class; `map_rank_correlation` (-1..1, Spearman) and `map_overlap` (0..1, IoU of the
        strongest 5 %) of the two maps.

    Raises
    ------
    DataError
        If the second model does not know the class.
    """
    codes = [c.code for c in store.get(folder.name).classes]
    if code not in codes:
        raise DataError(f"The model {folder.name} to compare with does not know the class {code}.")
    k = codes.index(code)
    analysis = analyse_to_end(AnalysisRequest(image, bundle_name=folder.name, methods=(method,), classes=(k,)), store)
    p = float(np.clip(analysis.predicted.prediction.probabilities[k], 1e-6, 1 - 1e-6))
    own = analysis.explanations[method, k].saliency_map
    return {
        "second_log_odds": round(float(np.log(p / (1 - p))), 6),
        **{name: round(value, 6) for name, value in agreement(saliency_map, own).items()},
    }


def agreement(first: NDArray[np.float32], second: NDArray[np.float32]) -> dict[str, float]:
    """Return rank correlation and overlap of two maps of one picture, whatever their grids; 0 where one is flat."""
    small = (cv2.resize(m, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for m in (first, second))
    a, b = (np.asarray(m, np.float32).ravel() for m in small)
    correlation = similarity(a, b)
    if correlation is None:
        return dict.fromkeys(AGREEMENT_OF_MAPS, 0.0)
    count = round(STRONGEST * SIDE * SIDE)  # so many, also where a plateau leaves none strictly above the rest
    strongest = [set(np.argsort(-m, kind="stable")[:count].tolist()) for m in (a, b)]
    overlap = len(strongest[0] & strongest[1]) / len(strongest[0] | strongest[1])
    return dict(zip(AGREEMENT_OF_MAPS, (correlation, overlap), strict=True))
