"""What timm's networks have beside `forward`: for training and probing, which reach between their parts."""

from typing import Protocol, cast

from torch import Tensor, nn


class Classifier(Protocol):
    """A classifier of timm's, in two steps: features (N, C, h, w), then logits (N, K) of them."""

    def forward_features(self, x: Tensor) -> Tensor:
        """Return the last feature maps (N, C, h, w), or tokens (N, n, C), of inputs (N, 3, H, W)."""

    def forward_head(self, x: Tensor, pre_logits: bool = False) -> Tensor:
        """Return the logits of features; what the last layer gets (N, C), if asked for."""

    def get_classifier(self) -> nn.Linear:
        """Return the last layer."""


class Encoder(Protocol):
    """An EfficientNet of timm's, or what is left of one that serves as a segmenter's encoder."""

    conv_stem: nn.Module
    bn1: nn.Module
    blocks: nn.Sequential


def as_classifier(network: nn.Module) -> Classifier:
    """Return one of timm's classifiers as what it is known to be: features, then logits of them."""
    return cast(Classifier, network)


def as_encoder(network: nn.Module) -> Encoder:
    """Return a network that is known to be an EfficientNet of timm's, by its parts."""
    return cast(Encoder, network)


def encoder_of(segmenter: nn.Module) -> nn.Module:
    """Return the network of timm's that a segmenter of segmentation-models-pytorch is built on."""
    return segmenter.get_submodule("encoder.model")
