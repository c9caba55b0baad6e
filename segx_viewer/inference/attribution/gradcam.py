"""The Grad-CAM family: Grad-CAM itself, its kin through the grad-cam package.

The package's public call min-max-scales every map, twice. Here its weights and sums are used, and the raw map is kept:
relevance mass and scales shared between classes need it. It is imported when first used: with the plotting and learning
libraries that it brings, that takes seconds and 140 MB, which an analysis by Grad-CAM does not have to wait for.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.errors import ModelError
from segx_viewer.inference.attribution.base import ClassMap, Described, Subject
from segx_viewer.networks.spatial import to_maps

Arrays = NDArray[np.float32]

_NO_NETWORK = nn.Linear(1, 1)
"""Stands in for the network: the pass was made before, and the package would walk through it and hook its layers."""


def weighted_by_mean_gradient(activations: Arrays, gradients: Arrays) -> Arrays:
    """Return Grad-CAM's raw maps (K, h, w) from activations and gradients, (K, C, h, w) each (Selvaraju 2017, eq. 1-2).

    Examples
    --------
    >>> A = np.float32([[[[1, 2]], [[10, 20]]]])
    >>> weighted_by_mean_gradient(A, np.float32([[[[1, 3]], [[0, 1]]]]))
    array([[[ 7., 14.]]], dtype=float32)
    """
    return np.einsum("kc,kchw->khw", gradients.mean((2, 3)), activations)


def by_package(name: str) -> Callable[[Arrays, Arrays], Arrays]:
    """Return the same for a class of the grad-cam package."""

    def weighted(activations: Arrays, gradients: Arrays) -> Arrays:
        import pytorch_grad_cam

        cam = getattr(pytorch_grad_cam, name)(_NO_NETWORK, [_NO_NETWORK])
        found: Arrays = cam.get_cam_image(None, _NO_NETWORK, [], activations, gradients, False)
        return found

    return weighted


@dataclass(frozen=True, slots=True)
class CamMethod(Described):
    """A method that weights the target layer's activations by their gradients (one pass serves all classes)."""

    name: str
    weighted: Callable[[Arrays, Arrays], Arrays]

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, raw map) for each class."""
        subject.cancel.raise_if_cancelled()
        activations = activation_maps(subject)
        gradients = class_gradients(subject, classes)
        raw = self.weighted(np.broadcast_to(activations, gradients.shape), gradients)
        for k, coarse in zip(classes, raw, strict=True):
            yield k, to_input_grid(scaled(coarse) if subject.scaled else coarse, subject.input_shape)
        subject.on_fraction(1.0)


@dataclass(frozen=True, slots=True)
class EigenCam(Described):
    """First principal component of the activations; it knows no class, so all classes get the same map.

    The grad-cam package finds every component to use the first, which takes a hundred times as long.
    """

    name: str = "eigencam"

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, the same map) for each class."""
        subject.cancel.raise_if_cancelled()
        activations = np.nan_to_num(activation_maps(subject)[0])
        positions = activations.reshape(len(activations), -1).T
        scores, sizes, _ = np.linalg.svd(positions - positions.mean(0), full_matrices=False)
        raw = (scores[:, 0] * sizes[0]).reshape(activations.shape[1:])
        # The sign of a principal component is arbitrary: the stronger side is taken as the salient one.
        found = to_input_grid(raw if raw.max() >= -raw.min() else -raw, subject.input_shape)
        for k in classes:
            yield k, found
        subject.on_fraction(1.0)


def activation_maps(subject: Subject) -> Arrays:
    """Return the target layer's activations, (1, C, h, w), contiguous."""
    maps = to_maps(layer_output(subject).detach(), subject.input_shape, subject.target_layer)
    return np.ascontiguousarray(maps.float().cpu().numpy())


def layer_output(subject: Subject) -> Tensor:
    """Return the target layer's output as the network gave it. Raises `ModelError` for a black box."""
    if subject.passed.activations is None:
        raise ModelError("The network shows no layers to explain; ask for Occlusion or RISE.")
    return subject.passed.activations


def class_gradients(subject: Subject, classes: Sequence[int]) -> Arrays:
    """Return the gradients of the classes' targets with respect to the target layer's activations, (K, C, h, w).

    Raises
    ------
    ModelError
        If tokens are explained and no class depends on those that have a place in the image.
    """
    activations = layer_output(subject)
    targets = subject.of_logits(subject.passed.attached())[0]
    rows = [torch.autograd.grad(targets[k], activations, retain_graph=True)[0] for k in classes]
    maps: Tensor = to_maps(torch.cat(rows), subject.input_shape, subject.target_layer)
    if activations.ndim == 3 and not maps.any():
        raise ModelError(
            f"The layer {subject.target_layer!r} cannot be explained: the class scores depend on none of its image "
            f"positions, only on its class token."
        )
    return np.ascontiguousarray(maps.float().cpu().numpy())


def scaled(raw: Arrays) -> Arrays:
    """ReLU a coarse map and scale it to 0..1, as TorchCAM does by default; a map without evidence stays 0."""
    coarse = np.maximum(raw, 0)
    coarse = coarse - coarse.min()
    return coarse / (coarse.max() + np.float32(1e-8))  # TorchCAM's own term: it matters where the sigmoid saturates


def to_input_grid(raw: Arrays, shape: tuple[int, int]) -> Arrays:
    """ReLU a coarse map and resample it bilinearly to the input grid."""
    coarse = np.maximum(np.asarray(raw, np.float32), 0)
    return np.maximum(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR), 0)


CAM_METHODS = (
    CamMethod("gradcam", weighted_by_mean_gradient),
    CamMethod("gradcam++", by_package("GradCAMPlusPlus")),
    CamMethod("hirescam", by_package("HiResCAM")),
    CamMethod("layercam", by_package("LayerCAM")),
    CamMethod("xgradcam", by_package("XGradCAM")),
    EigenCam(),
)
