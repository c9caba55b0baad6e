"""The Grad-CAM family with gradients that torch finds: for every network, whatever follows its target layer.

The formulas are those of `segx_viewer.inference.cam`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segx_viewer.errors import ModelError
from segx_viewer.inference.attribution.base import ClassMap, Described, Method, Subject
from segx_viewer.inference.cam import WEIGHTED, Weighted, principal_component, to_input_grid
from segx_viewer.networks.spatial import to_maps

Arrays = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CamMethod(Described):
    """A method that weights the target layer's activations by their gradients (one pass serves all classes)."""

    name: str
    weighted: Weighted

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
    """First principal component of the activations; it knows no class, so all classes get the same map."""

    name: str = "eigencam"

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, the same map) for each class."""
        subject.cancel.raise_if_cancelled()
        found = to_input_grid(principal_component(activation_maps(subject)[0]), subject.input_shape)
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


CAM_METHODS: tuple[Method, ...] = (*(CamMethod(name, weighted) for name, weighted in WEIGHTED.items()), EigenCam())
