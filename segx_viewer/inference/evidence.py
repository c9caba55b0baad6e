"""Evidence for and against a prediction, beside its explanation: what the badge's calibration is fitted on.

Everything is computed for one class: the predicted one, or one of several findings that are stated. The networks' extra
work is one batch of counterfactual and transformed inputs (two, and one per view), of which only what a calibration
asks for is done.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.domain.result import Activation, Prediction, Segmentation
from segx_viewer.inference.features import COUNTERFACTUAL_FEATURES, VIEW_FEATURES, free_features

REGION_MARGIN = 0.04
"""The region is dilated by this share of the input's side before it serves as a counterfactual."""

VIEWS: dict[str, Callable[[Tensor], Tensor]] = {
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


@torch.inference_mode()
def counterfactual_features(
    classifier: nn.Module,
    tensor: Tensor,
    prediction: Prediction,
    mask: NDArray[np.bool_],
    class_index: int | None = None,
) -> dict[str, float]:
    """Ask the classifier again without the surroundings, and without the region.

    Parameters
    ----------
    tensor : Tensor, shape (1, 3, h, w)
        The normalised input of the prediction.
    mask : ndarray, shape (h, w), bool
        Predicted region.
    class_index : int, optional
        The leading class by default.

    Returns
    -------
    dict
        `only_region`: log-odds of the class when everything outside the slightly dilated region is replaced by
        the surroundings' median colour; `without_region`: the same when the region is replaced; `region_drop`:
        loss of probability by the latter.
    """
    k = prediction.top if class_index is None else class_index
    inside = torch.from_numpy(_dilate(mask)).to(tensor.device)
    outside_pixels = tensor[0][:, ~inside]
    fill = (outside_pixels if outside_pixels.numel() else tensor[0].flatten(1)).median(1).values[None, :, None, None]
    only, without = _probabilities(
        classifier, [torch.where(inside, tensor, fill), torch.where(inside, fill, tensor)], prediction.activation
    )[:, k]
    return {
        "only_region": _log_odds(only),
        "without_region": _log_odds(without),
        "region_drop": float(prediction.probabilities[k]) - float(without),
    }


@torch.inference_mode()
def view_features(
    classifier: nn.Module,
    tensor: Tensor,
    prediction: Prediction,
    views: Sequence[str],
    class_index: int | None = None,
) -> dict[str, float]:
    """Show the classifier the image otherwise.

    Parameters
    ----------
    tensor : Tensor, shape (1, 3, h, w)
        The normalised input of the prediction.
    views : sequence of str
        Names in `VIEWS`.
    class_index : int, optional
        The leading class by default.

    Returns
    -------
    dict
        `views_mean` (log-odds of the mean probability over the image as it is and all views), `views_spread`
        (standard deviation), `views_agree` (share of views that predict the class, or
        state the finding) and `views_entropy` (of the
        mean probabilities).
    """
    k = prediction.top if class_index is None else class_index
    seen = prediction.probabilities[None].astype(np.float64)
    if views:
        again = _probabilities(classifier, [VIEWS[name](tensor) for name in views], prediction.activation)
        seen = np.vstack([seen, again])
    mean = seen.mean(0)
    if prediction.activation is Activation.SIGMOID and class_index is not None:
        agree = seen[:, k] > prediction.classes[k].threshold
    else:
        agree = seen.argmax(1) == k
    return {
        "views_mean": _log_odds(mean[k]),
        "views_spread": float(seen[:, k].std()),
        "views_agree": float(agree.mean()),
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
    class_index: int | None = None,
) -> dict[str, float]:
    """Return the features that a calibration needs beside the alignments; networks run only where it needs them.

    `views` names the test-time views, as the calibration was fitted with; `class_index` is the class that the map is
    of, the leading one by default.
    """
    features = free_features(prediction, saliency_map, segmentation, class_index)
    if set(needed) & set(COUNTERFACTUAL_FEATURES):
        features |= counterfactual_features(classifier, tensor, prediction, segmentation.mask, class_index)
    if set(needed) & set(VIEW_FEATURES):
        features |= view_features(classifier, tensor, prediction, views, class_index)
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
