"""The networks of SegX's public reference implementation, with its checkpoints' names (Zhang 2025).

Outputs are logits: the reference's own sigmoid is applied by the bundle's activation.
"""

import torch
from torch import Tensor, nn

from segx_viewer.networks.libraries import torchvision

HIDDEN = 256


class Reference(nn.Module):
    """A torchvision network's layers in one sequence, `embed_layers`, under a head with one hidden layer."""

    def __init__(self, layers: list[nn.Module], features: int, classes: int, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.embed_layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d((1, 1)))
        self.classifier = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, classes))

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, K)."""
        return self.classifier(self.embed_layers(x).flatten(1))


def reference_densenet121(classes: int, **options: int) -> Reference:
    """Build the reference's DenseNet-121; its last convolution is ``embed_layers.10.denselayer16.conv2``."""
    layers = list(torchvision.models.densenet121(weights=None).features.children())
    return Reference([*layers, nn.ReLU(inplace=True)], 1024, classes, **options)


def reference_resnet50(classes: int, **options: int) -> Reference:
    """Build the reference's ResNet-50; its last convolution is ``embed_layers.7.2.conv3``."""
    # Without the pooling and the linear layer at its end.
    return Reference(list(torchvision.models.resnet50(weights=None).children())[:-2], 2048, classes, **options)


class ReferenceUNet(nn.Module):
    """The reference's U-Net: four steps down and up, `features` channels at full resolution."""

    def __init__(self, classes: int = 1, features: int = 32, channels: int = 3) -> None:
        super().__init__()
        widths = [features * 2**step for step in range(5)]
        for step, (given, width) in enumerate(zip([channels, *widths], widths[:4], strict=False), start=1):
            self.add_module(f"encoder{step}", _block(given, width))
        self.pool = nn.MaxPool2d(2)
        self.bottleneck = _block(widths[3], widths[4])
        for step in (4, 3, 2, 1):
            width = widths[step - 1]
            self.add_module(f"upconv{step}", nn.ConvTranspose2d(2 * width, width, 2, stride=2))
            self.add_module(f"decoder{step}", _block(2 * width, width))
        self.conv = nn.Conv2d(features, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, classes, h, w); h and w are multiples of 16."""
        passed = []
        for step in (1, 2, 3, 4):
            x = self.get_submodule(f"encoder{step}")(x)
            passed.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for step in (4, 3, 2, 1):
            x = torch.cat((self.get_submodule(f"upconv{step}")(x), passed.pop()), 1)
            x = self.get_submodule(f"decoder{step}")(x)
        return self.conv(x)


def _block(given: int, width: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (given, width):
        layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)
