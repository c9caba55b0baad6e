"""Evidence for and against a prediction, beside its explanation: what the badge's calibration is fitted on.

Everything is computed for the predicted class. The networks' extra work is one batch of counterfactual and
transformed inputs (two, and one per view), of which only what a calibration asks for is done.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.domain.result import Activation, Prediction, Segmentation

REGION_MARGIN = 0.04
"""The region is dilated by this share of the input's side before it serves as a counterfactual."""

COUNTERFACTUAL_FEATURES = ("only_region", "without_region", "region_drop")
"""They cost two forward passes."""

VIEW_FEATURES = ("views_mean", "views_spread", "views_agree", "views_entropy")
"""They cost a forward pass per view."""

VIEWS = {
    "flip_h": lambda x: x.flip(-1),
    "flip_v": lambda x: x.flip(-2),
    "rotate_180": lambda x: x.flip(-1, -2),
    "transpose": lambda x: x.transpose(-1, -2),
    "rotate_90": lambda x: x.rot90(1, (-2, -1)),
    "rotate_270": lambda x: x.rot90(3, (-2, -1)),
    "transpose_anti": lambda x: x.rot90(2, (-2, -1)).transpose(-1, -2),
    "zoom": lambda x: _zoom(x, 0.9),
    "zoom_flip_h": lambda x: _zoom(x, 0.9).flip(-1),
}
"""Test-time views of a (1, 3, h, w) input with h == w."""


def prediction_features(prediction: Prediction) -> dict[str, float]:
    """Scores of the classifier's own confidence; they cost nothing.

    Returns
    -------
    dict
        `max_softmax` (as a log-odds), `entropy` (0..1, relative to log K), `margin` (difference of the two
        highest logits), `energy` (logsumexp of the logits; Liu 2020), and `predicted CODE` 0/1 per class.
    """
    logits = prediction.logits.astype(np.float64)
    p = np.clip(prediction.probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    order = np.sort(logits)
    if prediction.activation is Activation.SOFTMAX:
        entropy = float(-(p * np.log(p)).sum() / np.log(len(p)))
    else:
        entropy = float(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)).mean())
    top = p[prediction.top]
    return {
        "max_softmax": float(np.log(top / (1 - top))),
        "entropy": entropy,
        "margin": float(order[-1] - order[-2]) if len(order) > 1 else float(order[-1]),
        "energy": float(np.log(np.exp(logits - order[-1]).sum()) + order[-1]),
        **{f"predicted {c.code}": float(k == prediction.top) for k, c in enumerate(prediction.classes)},
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
    area = max(float(M.mean()), 1e-4)
    peak = float(A.max())
    return {
        "map_strength": float(np.log(A.mean() + 1e-6)),
        "map_peak": float(np.log(peak + 1e-6)),
        "map_spread": float((peak / 2 < A).mean()) if peak > 0 else 0.0,
        "region_area": float(np.log(area)),
        "region_confidence": float(2 * np.abs(P[M] - 0.5).mean()) if M.any() else 0.0,
        "region_edge": float((4 * P * (1 - P)).mean() / area),
    }


@torch.inference_mode()
def counterfactual_features(
    classifier: nn.Module, tensor: Tensor, prediction: Prediction, mask: NDArray[np.bool_]
) -> dict[str, float]:
    """Ask the classifier again without the surroundings, and without the region.

    Parameters
    ----------
    tensor : Tensor, shape (1, 3, h, w)
        The normalised input of the prediction.
    mask : ndarray, shape (h, w), bool
        Predicted region.

    Returns
    -------
    dict
        `only_region`: log-odds of the class when everything outside the slightly dilated region is replaced by
        the surroundings' median colour; `without_region`: the same when the region is replaced; `region_drop`:
        loss of probability by the latter.
    """
    inside = torch.from_numpy(_dilate(mask)).to(tensor.device)
    outside_pixels = tensor[0][:, ~inside]
    fill = (outside_pixels if outside_pixels.numel() else tensor[0].flatten(1)).median(1).values[None, :, None, None]
    only, without = _probabilities(
        classifier, [torch.where(inside, tensor, fill), torch.where(inside, fill, tensor)], prediction.activation
    )[:, prediction.top]
    return {
        "only_region": _log_odds(only),
        "without_region": _log_odds(without),
        "region_drop": float(prediction.probabilities[prediction.top]) - float(without),
    }


@torch.inference_mode()
def view_features(
    classifier: nn.Module, tensor: Tensor, prediction: Prediction, views: Sequence[str]
) -> dict[str, float]:
    """Show the classifier the image otherwise.

    Parameters
    ----------
    tensor : Tensor, shape (1, 3, h, w)
        The normalised input of the prediction.
    views : sequence of str
        Names in `VIEWS`.

    Returns
    -------
    dict
        `views_mean` (log-odds of the mean probability over the image as it is and all views), `views_spread`
        (standard deviation), `views_agree` (share of views that predict the class) and `views_entropy` (of the
        mean probabilities).
    """
    k = prediction.top
    seen = prediction.probabilities[None].astype(np.float64)
    if views:
        again = _probabilities(classifier, [VIEWS[name](tensor) for name in views], prediction.activation)
        seen = np.vstack([seen, again])
    mean = seen.mean(0)
    return {
        "views_mean": _log_odds(mean[k]),
        "views_spread": float(seen[:, k].std()),
        "views_agree": float((seen.argmax(1) == k).mean()),
        "views_entropy": float(-(mean * np.log(np.clip(mean, 1e-9, 1))).sum()),
    }


def _probabilities(classifier: nn.Module, inputs: Sequence[Tensor], activation: Activation) -> NDArray[np.float64]:
    """Classify inputs (1, 3, h, w) together; return (N, K)."""
    logits = classifier(torch.cat(list(inputs)).contiguous(memory_format=torch.channels_last)).float()
    p = logits.softmax(1) if activation is Activation.SOFTMAX else logits.sigmoid()
    return np.asarray(p.cpu().numpy(), np.float64)


def collect(
    needed: Sequence[str],
    classifier: nn.Module,
    tensor: Tensor,
    prediction: Prediction,
    segmentation: Segmentation,
    saliency_map: NDArray[np.float32],
    views: Sequence[str],
) -> dict[str, float]:
    """Return the features that a calibration needs beside the alignments; networks run only where it needs them.

    `views` names the test-time views, as the calibration was fitted with.
    """
    features = {**prediction_features(prediction), **region_features(saliency_map, segmentation)}
    if set(needed) & set(COUNTERFACTUAL_FEATURES):
        features |= counterfactual_features(classifier, tensor, prediction, segmentation.mask)
    if set(needed) & set(VIEW_FEATURES):
        features |= view_features(classifier, tensor, prediction, views)
    return features


def _dilate(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    radius = max(1, round(REGION_MARGIN * max(mask.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


def _zoom(x: Tensor, share: float) -> Tensor:
    h, w = x.shape[-2:]
    top, left = round(h * (1 - share) / 2), round(w * (1 - share) / 2)
    middle = x[..., top : h - top, left : w - left]
    return nn.functional.interpolate(middle, (h, w), mode="bilinear", align_corners=False)


def _log_odds(p: float) -> float:
    p = min(max(float(p), 1e-6), 1 - 1e-6)
    return float(np.log(p / (1 - p)))
