"""Networks by name. Building one never downloads anything."""

from collections.abc import Mapping
from typing import Any

import segmentation_models_pytorch as smp
import timm
from torch import nn

from segx_viewer.errors import ModelError


def build_classifier(architecture: str, classes: int, **options: Any) -> nn.Module:
    """Build an untrained classifier.

    Parameters
    ----------
    architecture : str
        ``"timm/NAME"`` or ``"torchvision/NAME"``.
    classes : int
        Number of outputs.

    Raises
    ------
    ModelError
        If the architecture is not known.
    """
    family, _, name = architecture.partition("/")
    try:
        if family == "timm":
            return timm.create_model(name, pretrained=False, num_classes=classes, **options)
        if family == "torchvision":
            from torchvision.models import get_model  # only needed for users' own models

            return get_model(name, weights=None, num_classes=classes, **options)
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"The classifier architecture {architecture!r} is not known: {error}") from error
    raise ModelError(f"The classifier architecture {architecture!r} is not known; use timm/NAME or torchvision/NAME.")


def build_segmenter(architecture: str, options: Mapping[str, Any], classes: int = 1) -> nn.Module:
    """Build an untrained segmenter ``"smp/NAME"``; `options` go to segmentation-models-pytorch.

    Raises
    ------
    ModelError
        If the architecture is not known.
    """
    family, _, name = architecture.partition("/")
    if family != "smp":
        raise ModelError(f"The segmenter architecture {architecture!r} is not known; use smp/NAME.")
    try:
        return smp.create_model(name, encoder_weights=None, in_channels=3, classes=classes, **options)
    except (KeyError, RuntimeError, ValueError) as error:
        raise ModelError(f"The segmenter architecture {architecture!r} is not known: {error}") from error
