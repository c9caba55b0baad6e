"""The Grad-CAM family, through the grad-cam package.

The package's public call min-max-scales every map, twice. Here its weights and sums are used, and the raw map is kept:
relevance mass and scales shared between classes need it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pytorch_grad_cam
import torch
from numpy.typing import NDArray
from pytorch_grad_cam.base_cam import BaseCAM
from torch import nn

from segx_viewer.domain.result import Target
from segx_viewer.inference.attribution.base import ClassMap, Subject
from segx_viewer.inference.predictor import find_layer


@dataclass(frozen=True, slots=True)
class CamMethod:
    """A method that weights the target layer's activations by their gradients (one pass serves all classes)."""

    name: str
    label: str
    paper: str
    build: Callable[[nn.Module, list[nn.Module]], BaseCAM]
    cost: str = "fast"
    random: bool = False
    signed: bool = False
    needs_layer: bool = True

    def maps(self, subject: Subject, classes: Sequence[int]) -> Iterator[ClassMap]:
        """Yield (class, raw map) for each class."""
        layer = find_layer(subject.network, subject.target_layer)
        activations = subject.passed.activations
        with self.build(subject.network, [layer]) as cam:
            cam.activations_and_grads.release()  # its hooks are not needed: the pass was made before
            for done, k in enumerate(classes):
                subject.cancel.raise_if_cancelled()
                gradient = class_gradient(subject, k)
                raw = cam.get_cam_image(
                    subject.tensor, layer, [k], activations.detach().cpu().numpy(), gradient.cpu().numpy()
                )
                yield k, to_input_grid(raw[0], subject.input_shape)
                subject.on_fraction((done + 1) / len(classes))


def class_gradient(subject: Subject, k: int) -> torch.Tensor:
    """Gradient of a class's target with respect to the target layer's activations."""
    logits = subject.passed.logits
    value = logits[0, k]
    if subject.target is Target.PROBABILITY:
        value = value.sigmoid()
    return torch.autograd.grad(value, subject.passed.activations, retain_graph=True)[0]


def to_input_grid(raw: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """ReLU a coarse map and resample it bilinearly to the input grid."""
    coarse = np.maximum(np.asarray(raw, np.float32), 0)
    return np.maximum(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR), 0)


CAM_METHODS = (
    CamMethod("gradcam", "Grad-CAM", "Selvaraju 2017", pytorch_grad_cam.GradCAM),
    CamMethod("gradcam++", "Grad-CAM++", "Chattopadhay 2018", pytorch_grad_cam.GradCAMPlusPlus),
    CamMethod("hirescam", "HiResCAM", "Draelos 2020", pytorch_grad_cam.HiResCAM),
    CamMethod("layercam", "LayerCAM", "Jiang 2021", pytorch_grad_cam.LayerCAM),
    CamMethod("xgradcam", "XGrad-CAM", "Fu 2020", pytorch_grad_cam.XGradCAM),
)
