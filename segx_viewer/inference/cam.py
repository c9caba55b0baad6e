"""The Grad-CAM family where the network ends in pooling and one linear layer: on arrays, without torch.

The gradients are known there (`segx_viewer.networks.head`). The formulas are the grad-cam package's, which keeps no map
that is not scaled; the methods of the other modules use them too, with gradients that torch finds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.networks.head import LinearHead

Arrays = NDArray[np.float32]
Weighted = Callable[[Arrays, Arrays], Arrays]
"""Activations and gradients, (K, C, h, w) each, to raw maps (K, h, w)."""

ClassMap = tuple[int, Arrays]


def gradcam(activations: Arrays, gradients: Arrays) -> Arrays:
    """Weight each channel by its mean gradient (Selvaraju 2017, equations 1 and 2).

    Examples
    --------
    >>> A = np.float32([[[[1, 2]], [[10, 20]]]])
    >>> gradcam(A, np.float32([[[[1, 3]], [[0, 1]]]]))
    array([[[ 7., 14.]]], dtype=float32)
    """
    return np.einsum("kc,kchw->khw", gradients.mean((2, 3)), activations)


def gradcam_plus_plus(activations: Arrays, gradients: Arrays) -> Arrays:
    """Weight each channel by its positive gradients, each place by how alone it is (Chattopadhay 2018, equation 19)."""
    squared = gradients**2
    total = activations.sum((2, 3), keepdims=True)
    alphas = squared / (2 * squared + total * squared * gradients + np.float32(1e-6))
    weights = (np.maximum(gradients, 0) * np.where(gradients != 0, alphas, 0)).sum((2, 3))
    return np.einsum("kc,kchw->khw", weights, activations)


def hirescam(activations: Arrays, gradients: Arrays) -> Arrays:
    """Weight each place of each channel by its own gradient (Draelos 2020)."""
    return np.einsum("kchw,kchw->khw", gradients, activations)


def layercam(activations: Arrays, gradients: Arrays) -> Arrays:
    """Weight each place of each channel by its own gradient where that is positive (Jiang 2021)."""
    return np.einsum("kchw,kchw->khw", np.maximum(gradients, 0), activations)


def xgradcam(activations: Arrays, gradients: Arrays) -> Arrays:
    """Weight each channel by its gradients, averaged by the activations (Fu 2020)."""
    total = activations.sum((2, 3))
    weights = (gradients * activations).sum((2, 3)) / (total + np.float32(1e-7))
    return np.einsum("kc,kchw->khw", weights, activations)


def principal_component(activations: Arrays) -> Arrays:
    """Return the raw Eigen-CAM map (h, w) of activations (C, h, w) (Muhammad 2020).

    The grad-cam package finds every component to use the first, which takes a hundred times as long.
    """
    known = np.nan_to_num(activations)
    positions = known.reshape(len(known), -1).T
    scores, sizes, _ = np.linalg.svd(positions - positions.mean(0), full_matrices=False)
    raw = (scores[:, 0] * sizes[0]).reshape(known.shape[1:])
    # The sign of a principal component is arbitrary: the stronger side is taken as the salient one.
    return np.asarray(raw if raw.max() >= -raw.min() else -raw, np.float32)


WEIGHTED: Mapping[str, Weighted] = {
    "gradcam": gradcam,
    "gradcam++": gradcam_plus_plus,
    "hirescam": hirescam,
    "layercam": layercam,
    "xgradcam": xgradcam,
}
LINEAR_METHODS = (*WEIGHTED, "eigencam", "ablationcam")
"""Methods that need no more of a network than its last maps and its linear head."""


def to_input_grid(raw: Arrays, shape: tuple[int, int]) -> Arrays:
    """ReLU a coarse map and resample it bilinearly to the input grid (h, w)."""
    coarse = np.maximum(np.asarray(raw, np.float32), 0)
    return np.maximum(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR), 0)


def linear_maps(
    method: str, activations: Arrays, head: LinearHead, classes: Sequence[int], shape: tuple[int, int]
) -> Iterator[ClassMap]:
    """Yield (class, saliency map) of the logits: (h, w) float32, >= 0, on the input grid, not normalised.

    Parameters
    ----------
    method : str
        One of `LINEAR_METHODS`.
    activations : ndarray, shape (C, h', w'), float32
        What the head pools.
    head : LinearHead
    classes : sequence of int
    shape : tuple of int
        (h, w) of the network's input.
    """
    if method == "eigencam":
        found = to_input_grid(principal_component(activations), shape)
        yield from ((k, found) for k in classes)
    elif method == "ablationcam":  # a channel's share of a logit is what the logit loses without it (Desai 2020)
        shares = head.shares(activations)
        for k in classes:
            yield k, to_input_grid(np.tensordot(shares[:, k], activations, 1), shape)
    else:
        gradients = head.gradients(activations, classes)
        raw = WEIGHTED[method](np.broadcast_to(activations, gradients.shape), gradients)
        for k, coarse in zip(classes, raw, strict=True):
            yield k, to_input_grid(coarse, shape)
