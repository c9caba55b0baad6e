import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from pytorch_grad_cam import AblationCAM, GradCAM, ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from pytorch_grad_cam.utils.svd_on_activations import get_2d_projection
from torch.nn import functional

from segx_viewer.domain.methods import Needs
from segx_viewer.domain.result import Target
from segx_viewer.errors import ModelError
from segx_viewer.explain.segx import segx_map, top
from segx_viewer.inference.attribution import METHODS, Subject, channels, get_method
from segx_viewer.inference.attribution.channels import ablated_scores, scored
from segx_viewer.inference.attribution.gradcam import scaled
from segx_viewer.networks.forward import forward

CAMS = [name for name, method in METHODS.items() if method.info.needs is Needs.LAYER]


def activations_and_gradients(subject, k):
    """Slowly: the whole graph, no cut, plain autograd."""
    kept = []
    handle = subject.network.get_submodule(subject.target_layer).register_forward_hook(lambda *a: kept.append(a[2]))
    logits = subject.network(subject.tensor.clone().requires_grad_())
    handle.remove()
    gradient = torch.autograd.grad(subject.of_logits(logits)[0, k], kept[0])[0]
    return kept[0].detach()[0], gradient[0]


def finished(coarse, shape):
    large = functional.interpolate(coarse.clamp(min=0)[None, None], shape, mode="bilinear", align_corners=False)
    return large[0, 0].numpy()


def formula(name, A, G):
    """The papers' weights."""
    if name == "gradcam":
        return (G.mean((1, 2))[:, None, None] * A).sum(0)
    if name == "gradcam++":
        alpha = G**2 / (2 * G**2 + A.sum((1, 2), keepdim=True) * G**3 + 1e-6)
        return ((alpha * G.clamp(min=0)).sum((1, 2))[:, None, None] * A).sum(0)
    if name == "hirescam":
        return (G * A).sum(0)
    if name == "layercam":
        return (G.clamp(min=0) * A).sum(0)
    weights = (G * A).sum((1, 2)) / (A.sum((1, 2)) + 1e-7)
    return (weights[:, None, None] * A).sum(0)


@pytest.mark.parametrize("name", ["gradcam", "gradcam++", "hirescam", "layercam", "xgradcam"])
@pytest.mark.parametrize("target", list(Target))
def test_gradient_cams_are_the_papers_formulas_unscaled(subject, name, target):
    subject = Subject(subject.network, subject.tensor, subject.target_layer, subject.passed, target=target)
    maps = dict(get_method(name).maps(subject, [0, 2, 3]))
    for k in (0, 2, 3):
        expected = finished(formula(name, *activations_and_gradients(subject, k)), subject.input_shape)
        np.testing.assert_allclose(maps[k], expected, rtol=1e-3, atol=1e-6 + 1e-4 * expected.max())


def test_raw_gradcam_agrees_with_the_packages_scaled_one(subject):
    theirs = GradCAM(subject.network, [subject.network.get_submodule(subject.target_layer)])
    x = subject.tensor.clone().requires_grad_()
    scaled = theirs(x, [ClassifierOutputTarget(1)])[0]
    theirs.activations_and_grads.release()
    ours = dict(get_method("gradcam").maps(subject, [1]))[1]
    np.testing.assert_allclose((ours - ours.min()) / np.ptp(ours), scaled, atol=1e-3)


def test_eigencam_is_the_first_principal_component(subject):
    maps = dict(get_method("eigencam").maps(subject, [0, 1]))
    A, _ = activations_and_gradients(subject, 0)
    rows = A.flatten(1).T - A.flatten(1).T.mean(0)
    projected = (rows @ torch.linalg.svd(rows, full_matrices=False).Vh[0]).reshape(A.shape[1:])
    projected = projected if projected.max() >= -projected.min() else -projected
    np.testing.assert_allclose(maps[0], finished(projected, subject.input_shape), rtol=1e-3, atol=1e-4)
    theirs = get_2d_projection(A[None].numpy())[0]
    np.testing.assert_allclose(np.abs(theirs), projected.abs(), rtol=1e-3, atol=1e-4)
    assert maps[0] is maps[1]


def test_scorecam_weights_are_the_packages(subject):
    layer = subject.network.get_submodule(subject.target_layer)
    A = activations_and_gradients(subject, 0)[0]
    cam = ScoreCAM(subject.network, [layer])
    cam.activations_and_grads.release()
    theirs = cam.get_cam_weights(subject.tensor, layer, [ClassifierOutputTarget(2)], A[None].contiguous().numpy(), None)
    ours = torch.cat(list(scored(subject, A))).softmax(0)[:, 2]
    np.testing.assert_allclose(ours, theirs[0], rtol=1e-4)
    found = dict(get_method("scorecam").maps(subject, [2]))[2]
    np.testing.assert_allclose(
        found, finished((ours[:, None, None] * A).sum(0), subject.input_shape), rtol=1e-3, atol=1e-5
    )


def test_scorecam_gives_a_coarse_map_of_the_first_channels_early(subject):
    fractions, order = [], []
    for k, found in get_method("scorecam").maps(replace(subject, on_fraction=fractions.append), [0, 1]):
        order.append((k, fractions[-1], found))
    assert [k for k, _, _ in order] == [0, 1, 0, 1]
    assert order[0][1] < 0.5 < order[-1][1] == 1
    assert not np.array_equal(order[0][2], order[2][2])


def test_ablationcam_weights_are_the_packages_times_the_score(subject):
    layer = subject.network.get_submodule(subject.target_layer)
    A = activations_and_gradients(subject, 0)[0]
    assert A.min() == 0, "the package sets channels to zero only where that is the minimum"
    cam = AblationCAM(subject.network, [layer])
    cam.activations_and_grads.release()
    theirs = cam.get_cam_weights(subject.tensor, layer, [ClassifierOutputTarget(1)], A[None].numpy(), None)[0]
    logit = float(subject.passed.logits.detach()[0, 1])
    ours = logit - ablated_scores(subject)[:, 1].numpy()
    np.testing.assert_allclose(ours, theirs * logit, atol=1e-5)


def ablated_slowly(subject):
    """One channel after the other, by hand."""
    A = subject.passed.activations.detach()
    rows = []
    for channel in range(A.shape[1]):
        less = A.clone()
        less[:, channel] = 0
        layer = subject.network.get_submodule(subject.target_layer)
        handle = layer.register_forward_hook(lambda *_, less=less: less)
        with torch.no_grad():
            rows.append(subject.score(subject.tensor)[0])
        handle.remove()
    return torch.stack(rows)


@pytest.mark.parametrize("layer", ["bn2", "blocks.4"])
@pytest.mark.parametrize("target", list(Target))
def test_ablation_in_closed_form_and_pass_by_pass_are_the_same(network, subject, layer, target, monkeypatch):
    """Above bn2 the network is affine; above an earlier block it is not, and every channel needs a pass."""
    passes = []
    monkeypatch.setattr(
        "segx_viewer.inference.attribution.channels._without",
        lambda s, removed, run=channels._without: passes.append(len(removed)) or run(s, removed),
    )
    subject = Subject(network, subject.tensor, layer, forward(network, subject.tensor, layer), target=target)
    found = ablated_scores(subject)
    assert (sum(passes) == 4) is (layer == "bn2")
    torch.testing.assert_close(found, ablated_slowly(subject), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", CAMS)
def test_every_cam_leaves_no_hook_behind_and_is_not_normalised(subject, name):
    found = [m for k, m in get_method(name).maps(subject, [0, 1])]
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in subject.network.modules()]
    assert sum(hooks) == 0
    for saliency_map in found:
        assert saliency_map.shape == subject.input_shape
        assert saliency_map.dtype == np.float32
        assert saliency_map.min() >= 0
        assert saliency_map.max() not in (0, 1)


def test_a_layer_that_does_not_exist_is_an_error(subject):
    with pytest.raises(ModelError, match="no layer 'bn9'"):
        forward(subject.network, subject.tensor, "bn9")


@pytest.mark.parametrize("layer", ["classifier", "global_pool"])
def test_a_layer_without_rows_and_columns_is_an_error(subject, layer):
    passed = forward(subject.network, subject.tensor, layer)
    with pytest.raises(ModelError, match="no rows and columns"):
        list(get_method("gradcam").maps(Subject(subject.network, subject.tensor, layer, passed), [0]))


@pytest.mark.parametrize("k", [0, 2, 3])
def test_as_published_it_is_torchcams_map_of_the_sigmoid_scaled_before_resizing(subject, k):
    """The reference: Grad-CAM of the sigmoid, ReLU, min-max, bilinear with antialias, times mask, top 5 %."""
    published = replace(subject, target=Target.PROBABILITY, scaled=True)
    A, G = activations_and_gradients(published, k)
    cam = (G.mean((1, 2))[:, None, None] * A).sum(0).clamp(min=0)
    cam = (cam - cam.min()) / (cam - cam.min()).max()
    reference = functional.interpolate(
        cam[None, None], subject.input_shape, mode="bilinear", align_corners=False, antialias=True
    )[0, 0].numpy()
    ours = dict(get_method("gradcam").maps(published, [k]))[k]
    np.testing.assert_allclose(ours, reference, atol=1e-4)
    mask = np.zeros(subject.input_shape, bool)
    mask[10:50, 20:70] = True
    np.testing.assert_allclose(segx_map(ours, mask), reference * mask, atol=1e-4)
    assert (top(ours * mask) != top(reference * mask)).mean() <= 1e-3


def test_as_published_a_map_without_evidence_stays_empty():
    assert not scaled(np.full((3, 4), -1.0, np.float32)).any()


def test_grad_cam_waits_for_no_package_that_others_need():
    heavy = "('pytorch_grad_cam', 'captum', 'ot')"
    code = f"import sys, segx_viewer.pipeline; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
