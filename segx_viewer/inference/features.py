"""Evidence for and against a prediction that costs no pass through a network."""

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.result import Activation, Prediction, Segmentation

COUNTERFACTUAL_FEATURES = ("only_region", "without_region", "region_drop")
"""They cost two forward passes."""

VIEW_FEATURES = ("views_mean", "views_spread", "views_agree", "views_entropy")
"""They cost a forward pass per view."""

NETWORK_FEATURES = (*COUNTERFACTUAL_FEATURES, *VIEW_FEATURES)
"""Those for which a network has to run; see `segx_viewer.inference.evidence`."""


def free_features(
    prediction: Prediction,
    saliency_map: NDArray[np.float32],
    segmentation: Segmentation,
    class_index: int | None = None,
) -> dict[str, float]:
    """Return every feature of a class (the leading one by default) that costs nothing, by name."""
    return {**prediction_features(prediction, class_index), **region_features(saliency_map, segmentation)}


def prediction_features(prediction: Prediction, class_index: int | None = None) -> dict[str, float]:
    """Scores of the classifier's own confidence in a class, the leading one by default; they cost nothing.

    Returns
    -------
    dict
        `max_softmax` (log-odds of the class), `entropy` (0..1, relative to log K), `margin` (difference of the two
        highest logits), `energy` (logsumexp of the logits; Liu 2020), and `predicted CODE` 0/1 per class. Of several
        findings also `above_cut_off`, the distance of the class's log-odds from those of its cut-off.
    """
    k = prediction.top if class_index is None else class_index
    logits = prediction.logits.astype(np.float64)
    p = np.clip(prediction.probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    order = np.sort(logits)
    if prediction.activation is Activation.SOFTMAX:
        entropy = float(-(p * np.log(p)).sum() / np.log(len(p)))
    else:
        entropy = float(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)).mean())
    own = float(np.log(p[k] / (1 - p[k])))
    several = {}
    if prediction.activation is Activation.SIGMOID:
        cut_off = float(np.clip(prediction.classes[k].threshold, 1e-6, 1 - 1e-6))
        several = {"above_cut_off": own - float(np.log(cut_off / (1 - cut_off)))}
    return {
        "max_softmax": own,
        "entropy": entropy,
        "margin": float(order[-1] - order[-2]) if len(order) > 1 else float(order[-1]),
        "energy": float(np.log(np.exp(logits - order[-1]).sum()) + order[-1]),
        **several,
        **{f"predicted {c.code}": float(index == k) for index, c in enumerate(prediction.classes)},
    }


def region_features(saliency_map: NDArray[np.float32], segmentation: Segmentation) -> dict[str, float]:
    """Strength of the map and quality of the region; they cost nothing.

    Returns
    -------
    dict
        `map_strength` (log of the raw map's mean), `map_peak` (log of its maximum), `map_spread` (share of the
        image above half the maximum), `region_area` (log share of the image), `region_confidence` (mean
        distance of the segmentation's probability from one half, inside the region) and `region_edge`
        (mean of 4 p (1 - p): how undecided the outline is, relative to the region's area).
    """
    A = saliency_map.astype(np.float64)
    P, M = segmentation.probability.astype(np.float64), segmentation.mask
    area = max(segmentation.area_fraction, 1e-4)
    peak = float(A.max())
    return {
        "map_strength": float(np.log(A.mean() + 1e-6)),
        "map_peak": float(np.log(peak + 1e-6)),
        "map_spread": np.count_nonzero(peak / 2 < A) / A.size if peak > 0 else 0.0,
        "region_area": float(np.log(area)),
        "region_confidence": float(2 * np.abs(P[M] - 0.5).mean()) if M.any() else 0.0,
        "region_edge": float((4 * P * (1 - P)).mean() / area),
    }
