"""Published checkpoints with random weights, and a little bundle to borrow from."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.bundles.install import Added
from segx_viewer.networks.reference import ReferenceUNet, reference_densenet121, reference_resnet50
from segx_viewer.paths import models_folder


@pytest.fixture(scope="session", autouse=True)
def always_one_thread(one_thread):
    """See `one_thread`."""


def random_network(build: Callable[[], nn.Module]) -> nn.Module:
    """Random weights whose batch norms do something."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        network = build().eval().requires_grad_(False)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.uniform_(-0.1, 0.1)
                module.running_var.uniform_(0.8, 1.2)
                module.bias.uniform_(-0.1, 0.3)
    return network


@pytest.fixture(scope="session")
def make_random():
    """See `random_network`."""
    return random_network


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[nn.Module, Path]]:
    """Networks as the reference publishes them: model.pth holding {"model": state_dict}."""
    folder = tmp_path_factory.mktemp("published")
    networks = {
        "densenet121": lambda: reference_densenet121(7),
        "resnet50": lambda: reference_resnet50(10),
        "unet": ReferenceUNet,
    }
    found = {}
    for name, build in networks.items():
        network, path = random_network(build), folder / name / "model.pth"
        path.parent.mkdir()
        torch.save({"model": network.state_dict(), "epoch": 3}, path)
        found[name] = network, path
    return found


@pytest.fixture(scope="session")
def lender() -> Path:
    """A bundled model's folder."""
    return models_folder() / "dermoscopy-ham10000"


@pytest.fixture
def add_small(tmp_path: Path, lender: Path) -> Callable[..., Added]:
    """Add a small classifier of three classes that borrows its segmenter; entries of the manifest may be changed."""

    def run(weights: Path, architecture: str = "timm/test_efficientnet", **changes) -> Added:
        found = offer.with_segmenter_of(offer.plain(), lender)
        entries = {
            "name": "mine",
            "title": "Mine",
            "classes": offer.classes_of(["a=First", "b", "c"]),
            "classifier.architecture": architecture,
            "preprocessing.input_shape": [96, 96],
            **{path.replace("__", "."): value for path, value in changes.items()},
        }
        found = offer.changed(found, entries, {"classifier": weights})
        return add_model(found, into=tmp_path / "models", allow_pickle=True)

    return run
