"""The Grad-CAM family on arrays gives the maps of torch and of the grad-cam package."""

import numpy as np
import pytest
import pytorch_grad_cam
import torch

from segx_viewer.inference.attribution import METHODS
from segx_viewer.inference.attribution.base import Subject
from segx_viewer.inference.cam import LINEAR_METHODS, WEIGHTED, linear_maps
from segx_viewer.networks.forward import forward
from segx_viewer.networks.head import LinearHead
from segx_viewer.networks.libraries import timm

PACKAGE = {
    "gradcam": "GradCAM",
    "gradcam++": "GradCAMPlusPlus",
    "hirescam": "HiResCAM",
    "layercam": "LayerCAM",
    "xgradcam": "XGradCAM",
}


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(3)
    return timm.create_model("resnet18", num_classes=5).eval().requires_grad_(False)


@pytest.mark.parametrize("method", PACKAGE)
def test_each_formula_is_that_of_the_package(method):
    rng = np.random.default_rng(0)
    activations, gradients = (rng.normal(size=(2, 6, 5, 4)).astype(np.float32) for _ in range(2))
    activations = np.maximum(activations, 0)
    nothing = torch.nn.Linear(1, 1)
    theirs = getattr(pytorch_grad_cam, PACKAGE[method])(nothing, [nothing])
    expected = theirs.get_cam_image(None, nothing, [], activations, gradients, False)
    np.testing.assert_allclose(WEIGHTED[method](activations, gradients), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("method", LINEAR_METHODS)
def test_maps_on_arrays_are_those_of_torch(network, method):
    x = torch.randn(1, 3, 96, 64, generator=torch.Generator().manual_seed(5))
    passed = forward(network, x, "layer4")
    head = LinearHead(network.fc.weight.numpy(), network.fc.bias.numpy())
    classes = [0, 3]
    ours = dict(linear_maps(method, passed.activations.detach().numpy()[0], head, classes, (96, 64)))
    expected = dict(METHODS[method].maps(Subject(network, x, "layer4", passed), classes))
    for k in classes:
        np.testing.assert_allclose(ours[k], expected[k], rtol=1e-4, atol=1e-5 * float(expected[k].max()))
