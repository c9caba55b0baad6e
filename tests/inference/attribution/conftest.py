"""One input, its pass through a small network with random weights, and what the methods need to explain it."""

import pytest
import torch
from torch import nn

from segx_viewer.inference.attribution import Subject
from segx_viewer.networks.architectures import build_classifier
from segx_viewer.networks.forward import forward

LAYER = "bn2"
INPUT = (64, 96)


@pytest.fixture(scope="session")
def network() -> nn.Module:
    """A convolutional network of 4 classes, with batch norms that do something and no class without evidence."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network = build_classifier("timm/test_efficientnet", 4, act_layer="relu6").eval().requires_grad_(False)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.uniform_(-0.2, 0.2)
                module.running_var.uniform_(0.5, 1.5)
                module.weight.uniform_(0.7, 1.3)
                module.bias.uniform_(-0.1, 0.2)
            if isinstance(module, nn.Linear):
                module.weight.uniform_(-0.2, 0.4)
    return network


@pytest.fixture(scope="session")
def subject(network) -> Subject:
    """A random input, not square."""
    x = torch.randn(1, 3, *INPUT, generator=torch.Generator().manual_seed(5))
    return Subject(network, x, LAYER, forward(network, x, LAYER))
