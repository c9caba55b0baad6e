"""As published, from a file: the reference's own steps on the same picture, written down again slowly."""

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file
from sklearn.metrics import f1_score
from torch import nn
from torchvision import transforms

from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.bundles.manifest import read_bundle
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Target
from segx_viewer.errors import DataError
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.attribution import Subject, get_method
from segx_viewer.inference.attribution.published import draws_of_shap
from segx_viewer.networks.forward import forward
from segx_viewer.pipeline import analyse_to_end

pytest.importorskip("sklearn")
CLASSES = ("nv", "mel", "bkl", "bcc", "akiec", "vasc", "df")
TRANSFORM = transforms.Compose([
    transforms.ToTensor(), transforms.Resize((256, 256), antialias=True),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])  # fmt: skip


@pytest.fixture(scope="module")
def added(published, tmp_path_factory):
    """The reference's DenseNet and U-Net, installed by their template."""
    folder = tmp_path_factory.mktemp("models")
    files = {"classifier": published["densenet121"][1], "segmenter": published["unet"][1]}
    found = add_model(offer.changed(offer.like("segx-ham10000-densenet121", {}), {"name": "mine"}, files),
                      into=folder, allow_pickle=True)  # fmt: skip
    return found.folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A validation set of large photographs, a folder for each class, two without one."""
    folder = tmp_path_factory.mktemp("val")
    rng = np.random.default_rng(5)
    for number in range(6):
        pixels = np.clip(draw_lesion((450, 600)) + rng.normal(0, 25, (450, 600, 3)) + rng.uniform(-50, 50, 3), 0, 255)
        place = folder / CLASSES[number % 3]
        place.mkdir(exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(place / f"{number}.png")
    return folder


def test_the_input_of_a_file_that_is_reduced_is_the_references(added, pictures, published):
    path = next(pictures.rglob("*.png"))
    analysis = analyse_to_end(AnalysisRequest(read_image(path), bundle_name="mine", as_published=True),
                              BundleStore([added.parent]))  # fmt: skip
    x = TRANSFORM(Image.open(path).convert("RGB"))[None]
    with torch.no_grad():
        scores = published["densenet121"][0](x).sigmoid()[0]
        mask = (published["unet"][0](x).sigmoid() > 0.5)[0, 0].numpy()
    np.testing.assert_allclose(analysis.prediction.probabilities, scores, atol=1e-5)
    assert (analysis.segmentation.mask == mask).mean() > 0.9999, "a pixel may lie on the threshold itself"


def test_cut_offs_and_gradient_shap_are_the_references(added, pictures, published, tmp_path, monkeypatch):
    import shutil

    from segx_viewer.evaluation.published import fit_published

    folder = tmp_path / "models" / "mine"
    shutil.copytree(added, folder)
    said = fit_published(folder, pictures, report=lambda _line: None)
    assert any("starts from 50 images; here it starts from 6" in sentence for sentence in said)
    assert any("No image shows Vascular lesion: its cut-off stays 0.5" in sentence for sentence in said)
    bundle, network = read_bundle(folder), published["densenet121"][0]
    assert bundle.damages() == []
    paths = sorted(pictures.rglob("*.png"))
    inputs = torch.stack([TRANSFORM(Image.open(p).convert("RGB")) for p in paths])
    with torch.no_grad():
        scores = network(inputs).sigmoid().numpy()
    for k, known in enumerate(bundle.classes[:3]):
        truth = [p.parent.name == known.code for p in paths]
        best = max(f1_score(truth, scores[:, k] >= t) for t in scores[:, k])
        assert f1_score(truth, scores[:, k] >= known.threshold - 1e-6) == pytest.approx(best)

    request = AnalysisRequest(read_image(paths[3]), bundle_name="mine", methods=("gradient_shap",), classes=(1,),
                              as_published=True)  # fmt: skip
    monkeypatch.setattr("segx_viewer.inference.attribution.published.SAMPLES", 8)  # 50 take a minute
    found = analyse_to_end(request, BundleStore([folder.parent])).explanations["gradient_shap", 1]
    expected = expected_gradients_slowly(network, inputs[3:4], inputs, 1, 8)
    # Two ways of reducing a picture differ by float32's last digits, which gradients through 121 layers enlarge.
    assert np.corrcoef(found.saliency_map.ravel(), expected.ravel())[0, 1] > 0.9999
    assert found.target is Target.PROBABILITY
    assert found.agreement.samples == 8


def expected_gradients_slowly(network, x, baselines, k, samples, seed=0):
    """shap's GradientExplainer by hand, one point at a time, with its draws."""
    generator = np.random.RandomState(seed)
    total = torch.zeros_like(x)
    for _ in range(samples):
        baseline = baselines[generator.choice(len(baselines))][None]
        way = generator.uniform()
        point = (way * x + (1 - way) * baseline).detach().requires_grad_()
        total += torch.autograd.grad(network(point).sigmoid()[0, k], point)[0] * (x - baseline)
    return (total / samples).abs().mean(1)[0].numpy()


def test_gradient_shap_as_published_is_that_of_shap():
    """The library itself, where it is installed: it brings a compiler, which is why it is no extra."""
    shap = pytest.importorskip("shap")
    torch.manual_seed(1)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 100, 3)).eval()
    x, baselines = torch.randn(1, 3, 12, 12), torch.randn(7, 3, 12, 12)
    theirs = shap.GradientExplainer(nn.Sequential(network, nn.Sigmoid()), baselines).shap_values(
        x, nsamples=50, rseed=4
    )
    subject = Subject(network, x, "0", forward(network, x, "0"), Target.PROBABILITY, seed=4, baselines=baselines)
    for k, ours in get_method("gradient_shap").maps(subject, [0, 1, 2]):
        np.testing.assert_allclose(ours, np.abs(theirs[0, ..., k]).mean(0), rtol=1e-3, atol=1e-6)


def test_without_baselines_gradient_shap_is_ours_and_says_so(add_small, tmp_path):
    save_file(timm.create_model("test_efficientnet", num_classes=3).state_dict(), tmp_path / "a.safetensors")
    found = add_small(tmp_path / "a.safetensors", activation="sigmoid")
    request = AnalysisRequest(found.analysis.image, bundle_name="mine", methods=("gradient_shap",), classes=(1,),
                              as_published=True)  # fmt: skip
    analysis = analyse_to_end(request, BundleStore([tmp_path / "models"]))
    assert any("no images that Gradient SHAP as published starts from" in w for w in analysis.warnings)


def test_classes_that_exclude_each_other_have_no_cut_offs(added, pictures, tmp_path):
    from segx_viewer.evaluation.published import fit_published
    from segx_viewer.paths import models_folder

    with pytest.raises(DataError, match="exclude each other"):
        fit_published(models_folder() / "dermoscopy-ham10000", pictures)


def test_the_draws_are_those_of_one_seed():
    assert draws_of_shap(0, 50, 50) == draws_of_shap(0, 50, 50)
    assert draws_of_shap(0, 50, 50) != draws_of_shap(1, 50, 50)
    assert {d.baseline for d in draws_of_shap(0, 50, 400)} == set(range(50))
