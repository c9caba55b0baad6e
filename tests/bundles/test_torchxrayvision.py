"""torchxrayvision's networks: from weights files in its published layouts to SegX maps, as the library gives them.

The library itself (1.5.7) was asked for the figures below. Where it is installed, it is asked again; the tests do not
depend on it, because it brings `requests` along, whose import opens a socket.
"""

import hashlib
import math
import sys
import types
import warnings
import zlib
from collections import OrderedDict

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from scipy.special import expit
from torch import nn

from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.errors import ConsentNeededError, ModelError
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.reader import read_image
from segx_viewer.inference.predictor import preprocess
from segx_viewer.networks.architectures import build_classifier, build_segmenter
from segx_viewer.pipeline import analyse_to_end

pytestmark = pytest.mark.filterwarnings("ignore:`nn.functional.upsample` is deprecated")  # the library's own

NAMES = {"densenet121": "densenet121-res224-all", "resnet50": "resnet50-res512-all"}
FILES = {
    "densenet121": "nih-pc-chex-mimic_ch-google-openi-kaggle-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt",
    "resnet50": "pc-nih-rsna-siim-vin-resnet50-test512-e400-state.pt",
    "pspnet": "pspnet_chestxray_best_model_4.pth",
}
SMALL = 96  # the segmenter's input here; as published it is 512, which takes half a minute

# Of the library's networks with the weights of `filled` and the input of `given`: a digest of the weights' names and
# shapes, the input's side, and what comes out (of the segmenter, each channel's mean).
OUTPUTS = {
    "densenet121": (
        "6fab77fd3c7bd99412085a4a2e7f84eb1e8cb35d6613a6766647783ded34398d",
        224,
        [-0.10478, -0.38525, -0.20462, -1.3429, 1.4066, 0.81457, -0.36167, -0.73525, -0.72208, 2.088, 1.5546, 1.1769,
         0.073631, 1.2022, 1.0096, -1.6485, -1.1623, 0.30529],
    ),
    "resnet50": (
        "b1a5a855e377962b7fa54ebb321d9e6bc5140fa92a8a3c0d385952f70e5af6c7",
        128,
        [15.1, 9.8548, -6.8244, -10.078, 22.76, 18.795, 0.18471, -3.7283, -1.0665, 9.1827, -7.8887, 19.217, -1.5427,
         -1.3592, -11.377, -12.685, -4.6072, 2.0796],
    ),
    "pspnet": (
        "f58385bf8909870c91a840a2196a349260b65ca97d587b2708b74c4f4be8f2a0",
        96,
        [0.023808, 0.038331, 0.065615, -0.14912, 0.074128, -0.019394, -0.12313, -0.12504, -0.064477, 0.059728,
         -0.041708, 0.059634, 0.13115, 0.036405],
    ),
}  # fmt: skip


def filled(state):
    """Weights that follow from their names."""
    found = {}
    for name, tensor in state.items():
        rng = np.random.RandomState(zlib.crc32(name.encode()))
        if not tensor.is_floating_point():
            values = np.zeros(tensor.shape)
        elif tensor.ndim > 1:
            values = rng.standard_normal(tensor.shape) * np.sqrt(2 / np.prod(tensor.shape[1:]))
        else:
            middle = {"weight": 0.4, "running_var": 1}.get(name.rpartition(".")[2], 0)
            values = middle + 0.1 * rng.uniform(-1, 1, tensor.shape)
        found[name] = torch.tensor(values).to(tensor.dtype)
    return found


def given(side):
    rows, columns = np.mgrid[:side, :side]
    return torch.tensor(1024 * np.sin(rows / 7) * np.cos(columns / 5), dtype=torch.float32)[None, None]


@pytest.mark.parametrize("name", OUTPUTS)
@torch.inference_mode()
def test_names_and_outputs_are_the_librarys(name):
    digest, side, expected = OUTPUTS[name]
    segmenter = name == "pspnet"
    network = build_segmenter("xrv/pspnet", {}, 14, channels=1) if segmenter else build_classifier(f"xrv/{name}", 18)
    state = network.state_dict()
    lines = sorted(f"{k} {tuple(t.shape)}" for k, t in state.items() if not k.endswith("num_batches_tracked"))
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == digest
    network.load_state_dict(filled(state))
    output = network.eval()(given(side))[0]
    output = output.mean((1, 2)) if segmenter else output
    np.testing.assert_allclose(output, expected, rtol=1e-3, atol=1e-3 * max(map(abs, expected)))


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A drawn "radiograph" of 224 x 224 with every grey value, so that nothing is resized or windowed."""
    rows, columns = np.mgrid[:224, :224]
    lungs = sum(np.exp(-(((rows - 110) / 70) ** 2 + ((columns - c) / 30) ** 2)) for c in (65, 160))
    picture = cv2.normalize(200 - 150 * lungs + rows / 4 + columns % 7, None, 0, 255, cv2.NORM_MINMAX)
    path = tmp_path_factory.mktemp("image") / "SYNTHETIC chest.png"
    Image.fromarray(picture.round().astype(np.uint8)).save(path)
    return read_image(path)


def save_as_old_pytorch_did(network, path):
    """Write a whole network with its modules under the library's names, in the format before PyTorch 1.6."""
    names = ("DenseNet", "_DenseBlock", "_DenseLayer", "_Transition")
    library = types.ModuleType("torchxrayvision.models")
    for name in names:
        setattr(library, name, type(name, (nn.Module,), {"__module__": library.__name__}))

    def renamed(module):
        kind = getattr(library, type(module).__name__, None) if type(module).__name__ in names else None
        twin = kind() if kind else nn.Sequential() if isinstance(module, nn.Sequential) else None
        if twin is None:
            return module
        for name, child in module.named_children():
            twin.add_module(name, renamed(child))
        return twin

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no source code to store
        patch.setitem(sys.modules, "torchxrayvision", types.ModuleType("torchxrayvision"))
        patch.setitem(sys.modules, library.__name__, library)
        torch.save(renamed(network), path, _use_new_zipfile_serialization=False)


@pytest.fixture(scope="module")
def files(tmp_path_factory, make_random, image):
    """Random weights under the names and in the layouts that the library downloads."""
    folder = tmp_path_factory.mktemp("xrv")
    paths = {name: folder / file for name, file in FILES.items()}

    def densenet():
        network = build_classifier("xrv/densenet121", 18)
        network.classifier.bias.data = torch.linspace(-6, 1, 18)
        return network

    save_as_old_pytorch_did(make_random(densenet), paths["densenet121"])
    torch.save(make_random(lambda: build_classifier("xrv/resnet50", 18)).state_dict(), paths["resnet50"])
    segmenter = make_random(lambda: build_segmenter("xrv/pspnet", {}, 14, channels=1))
    how = Preprocessing((SMALL, SMALL), "letterbox", "grey", (0.5,), (1 / 2048,))
    with torch.inference_mode():
        logits = segmenter(torch.from_numpy(preprocess(to_display(image), how)[0])[None])
    segmenter.classification.bias.data -= logits[0].flatten(1).median(1).values  # each part covers half of the picture
    state = segmenter.state_dict()
    torch.save(OrderedDict((f"module.{key}", tensor) for key, tensor in state.items()), paths["pspnet"])  # parallel
    return paths


def offered(files, name):
    template = offer.like(f"xrv-{name}", {})
    changes = {"segmenter.preprocessing": {**template.manifest["preprocessing"], "input_shape": [SMALL, SMALL]}}
    return offer.changed(template, changes, {"classifier": files[name], "segmenter": files["pspnet"]})


@pytest.fixture(scope="module", params=NAMES)
def added(request, files, image, tmp_path_factory):
    """Each classifier with the segmenter, installed by its template."""
    folder = tmp_path_factory.mktemp("added")
    found = add_model(offered(files, request.param), into=folder, image=image, allow_pickle=True)
    return request.param, found, BundleStore([folder])


@pytest.fixture
def xrv():
    """The library, where it is installed."""
    return pytest.importorskip("torchxrayvision")


@pytest.mark.parametrize("name", NAMES)
def test_the_templates_state_what_is_published(xrv, name):
    published, template = xrv.models.model_urls[NAMES[name]], offer.like(f"xrv-{name}", {}).manifest
    assert [c["label"] for c in template["classes"]] == [label.replace("_", " ") for label in published["labels"]]
    cut_offs = [1.0 if math.isnan(t) else t for t in published["op_threshs"]]
    assert [c["threshold"] for c in template["classes"]] == pytest.approx(cut_offs)
    assert template["preprocessing"]["input_shape"] == [published["input_resolution"]] * 2
    targets = [target.lower() for target in xrv.baseline_models.chestx_det.PSPNet.targets]
    channels = {region["name"]: {targets[c] for c in region["channels"]} for region in template["regions"]}
    for part in ("left lung", "right lung", "heart"):
        assert channels[part] == {part}
    assert channels["lungs"] == {"left lung", "right lung"}
    assert channels["mediastinum"] == {"heart", "aorta", "mediastinum"}


def test_inputs_range_from_minus_1024_to_1024(added, image):
    _, found, store = added
    bundle = store.get(found.folder.name)
    picture = to_display(image)
    assert (picture.min(), picture.max()) == (0, 255)
    for how in (bundle.preprocessing, bundle.segmenter_input):
        x, _ = preprocess(picture, how)
        assert len(x) == 1
        assert -1024 <= x.min() < -1000
        assert 1000 < x.max() <= 1024
    same_size = Preprocessing((224, 224), "letterbox", "grey", bundle.preprocessing.mean, bundle.preprocessing.std)
    x, _ = preprocess(picture, same_size)
    assert (x.min(), x.max()) == (-1024, 1024)
    np.testing.assert_allclose(x[0], (2 * picture.astype(np.float32) / 255 - 1) * 1024, atol=1e-3)


def test_findings_lie_above_the_operating_points(added, image):
    _, found, store = added
    prediction = analyse_to_end(AnalysisRequest(image, bundle_name=found.folder.name), store).prediction
    cut_offs = np.array([c.threshold for c in store.get(found.folder.name).classes])
    above = expit(prediction.logits) > cut_offs
    assert set(prediction.findings) == set(np.flatnonzero(above))
    assert 1 < len(prediction.findings) < 18


def test_logits_and_findings_are_the_librarys(xrv, added, files, image):
    name, found, store = added
    kind = {"densenet121": xrv.models.DenseNet, "resnet50": xrv.models.ResNet}[name]
    network = kind(weights=NAMES[name], cache_dir=str(files[name].parent))
    x = torch.from_numpy(preprocess(to_display(image), store.get(found.folder.name).preprocessing)[0])[None]
    if name == "densenet121":
        theirs = torch.from_numpy(xrv.utils.normalize(to_display(image), 255))[None, None]
        torch.testing.assert_close(x, theirs, atol=1e-3, rtol=0)
    prediction = analyse_to_end(AnalysisRequest(image, bundle_name=found.folder.name), store).prediction
    with torch.inference_mode():
        normed = network(x)[0]  # one half is the operating point
        network.op_threshs = None
        logits = network(x)[0]
    np.testing.assert_allclose(prediction.logits, logits, rtol=1e-3, atol=1e-3)
    assert set(prediction.findings) == {k for k in range(18) if normed[k] > 0.5}


@torch.inference_mode()
def test_the_segmenter_gives_what_the_librarys_gives(xrv, added, files):
    _, found, store = added
    network = store.get(found.folder.name).load_segmenter()
    library = xrv.baseline_models.chestx_det.PSPNet(cache_dir=str(files["pspnet"].parent))
    x = torch.empty(1, 1, SMALL, SMALL).uniform_(-1024, 1024, generator=torch.Generator().manual_seed(0))
    expected = library.model(library.transform((x.repeat(1, 3, 1, 1) + 1024) / 2048))
    torch.testing.assert_close(network(x), expected, rtol=1e-3, atol=1e-4)
    assert expected.std() > 0.05


def test_each_finding_has_its_map_within_the_region_of_its_class(added, image):
    _, found, store = added
    bundle = store.get(found.folder.name)
    analysis = analyse_to_end(AnalysisRequest(image, bundle_name=bundle.info.name), store)
    assert {k for _, k in analysis.explanations} == set(analysis.prediction.findings)
    assert {"left lung", "right lung", "heart", "lungs"} <= analysis.regions.keys()
    masks = {name: region.mask for name, region in analysis.regions.items()}
    both = masks["left lung"] | masks["right lung"]
    assert (masks["lungs"] == both).mean() > 0.97, "but for interpolation at their borders"
    assert len({mask.tobytes() for mask in masks.values()}) == len(masks), "regions of their own"
    assert all(0.1 < mask.mean() < 1 for mask in masks.values())
    seen = set()
    for (_, k), attribution in analysis.explanations.items():
        assert np.isfinite(attribution.saliency_map).all()
        region = bundle.classes[k].region or "lungs"
        seen.add(region)
        np.testing.assert_array_equal(
            analysis.explanations["gradcam", k].segx, attribution.saliency_map * masks[region]
        )
    assert len(seen) > 1
    assert any(a.saliency_map.std() > 0 for a in analysis.explanations.values())


def test_the_heart_is_what_cardiomegaly_is_looked_for_in(added, image):
    _, found, store = added
    bundle = store.get(found.folder.name)
    k = [c.code for c in bundle.classes].index("Cardiomegaly")
    analysis = analyse_to_end(AnalysisRequest(image, bundle_name=bundle.info.name, classes=(k,)), store)
    assert analysis.region_for(k).name == "heart"
    certainty = analysis.explanations["gradcam", k].certainty
    A, heart = analysis.explanations["gradcam", k].saliency_map, analysis.regions["heart"].mask
    assert certainty.outside == pytest.approx(1 - A[heart].sum() / A.sum(), abs=1e-4)


def test_a_pickled_network_needs_consent_and_a_wrong_one_is_told(files, image, tmp_path):
    with pytest.raises(ConsentNeededError, match="is a pickle"):
        add_model(offered(files, "densenet121"), into=tmp_path, image=image)
    wrong = offer.changed(offered(files, "densenet121"), {}, {"classifier": files["resnet50"]})
    with pytest.raises(ModelError, match=r"xrv/densenet121\): these weights are missing: features"):
        add_model(wrong, into=tmp_path, image=image, allow_pickle=True)
    assert list(tmp_path.iterdir()) == []
