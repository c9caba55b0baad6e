"""torchxrayvision's networks: from weights files in its published layouts to SegX maps, as the library gives them."""

import math
from collections import OrderedDict

import cv2
import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torch import nn

from segx_viewer.bundles import install, offer
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.errors import ModelError
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.reader import read_image
from segx_viewer.inference.bundle import Preprocessing
from segx_viewer.inference.predictor import preprocess
from segx_viewer.inference.store import BundleStore
from segx_viewer.inference.weights import ConsentNeededError
from segx_viewer.pipeline import analyse_to_end

xrv = pytest.importorskip("torchxrayvision")
pytestmark = pytest.mark.filterwarnings("ignore:`nn.functional.upsample` is deprecated")  # the library's own

NAMES = {"densenet121": "densenet121-res224-all", "resnet50": "resnet50-res512-all"}
PSPNET = "pspnet_chestxray_best_model_4.pth"
SMALL = 96  # the segmenter's input here; as published it is 512, which takes half a minute


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A drawn "radiograph" of 224 x 224 with every grey value, so that nothing is resized or windowed."""
    rows, columns = np.mgrid[:224, :224]
    lungs = sum(np.exp(-(((rows - 110) / 70) ** 2 + ((columns - c) / 30) ** 2)) for c in (65, 160))
    picture = cv2.normalize(200 - 150 * lungs + rows / 4 + columns % 7, None, 0, 255, cv2.NORM_MINMAX)
    path = tmp_path_factory.mktemp("image") / "SYNTHETIC chest.png"
    Image.fromarray(picture.round().astype(np.uint8)).save(path)
    return read_image(path)


def as_the_library_normalises(picture):
    """Its input tensor of an 8-bit picture."""
    return torch.from_numpy(xrv.utils.normalize(picture, 255))[None, None]


def published_densenet(make_random):
    def build():
        network = xrv.models.DenseNet()
        network.classifier.bias.data = torch.linspace(-6, 1, 18)
        return network

    return make_random(build)


def published_resnet(make_random):
    def build():
        network = torchvision.models.resnet50(weights=None, num_classes=18)
        network.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
        return network

    return make_random(build)


def published_pspnet(make_random, image):
    """Random weights, with which each part of the chest covers half of the picture."""
    from torchxrayvision.baseline_models.chestx_det.ptsemseg.pspnet import pspnet

    network = make_random(lambda: pspnet(14))
    how = Preprocessing((SMALL, SMALL), "letterbox", "rgb")
    with torch.inference_mode():
        logits = network(torch.from_numpy(preprocess(to_display(image), how)[0])[None])
    network.classification.bias.data -= logits[0].flatten(1).median(1).values
    return network


@pytest.fixture(scope="module")
def files(tmp_path_factory, make_random, image):
    """The folder of the weights files, under the names and in the layouts that the library downloads."""
    folder = tmp_path_factory.mktemp("xrv")
    names = {name: xrv.models.model_urls[key]["weights_url"].rpartition("/")[2] for name, key in NAMES.items()}
    # A whole pickled network, as PyTorch wrote it before 1.6; a state dict; the state dict of a parallel network.
    torch.save(published_densenet(make_random), folder / names["densenet121"], _use_new_zipfile_serialization=False)
    torch.save(published_resnet(make_random).state_dict(), folder / names["resnet50"])
    state = published_pspnet(make_random, image).state_dict()
    torch.save(OrderedDict((f"module.{key}", tensor) for key, tensor in state.items()), folder / PSPNET)
    return {name: folder / file for name, file in names.items()} | {"pspnet": folder / PSPNET}


def offered(files, name):
    template = offer.like(f"xrv-{name}", {})
    changes = {"segmenter.preprocessing": {**template.manifest["preprocessing"], "input_shape": [SMALL, SMALL]}}
    return offer.changed(template, changes, {"classifier": files[name], "segmenter": files["pspnet"]})


@pytest.fixture(scope="module", params=NAMES)
def added(request, files, image, tmp_path_factory):
    """Each classifier with the segmenter, installed by its template."""
    folder = tmp_path_factory.mktemp("added")
    found = install.add(offered(files, request.param), into=folder, image=image, allow_pickle=True)
    return request.param, found, BundleStore([folder])


def library_network(name, files):
    kind = {"densenet121": xrv.models.DenseNet, "resnet50": xrv.models.ResNet}[name]
    return kind(weights=NAMES[name], cache_dir=str(files[name].parent))


@pytest.mark.parametrize("name", NAMES)
def test_the_templates_state_what_is_published(name):
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
    np.testing.assert_allclose(x, as_the_library_normalises(picture)[0], atol=1e-3)


def test_logits_and_findings_are_the_librarys(added, files, image):
    name, found, store = added
    network = library_network(name, files)
    bundle = store.get(found.folder.name)
    x = torch.from_numpy(preprocess(to_display(image), bundle.preprocessing)[0])[None]
    if name == "densenet121":
        torch.testing.assert_close(x, as_the_library_normalises(to_display(image)), atol=1e-3, rtol=0)
    prediction = analyse_to_end(AnalysisRequest(image, bundle_name=bundle.info.name), store).prediction
    with torch.inference_mode():
        normed = network(x)[0]  # one half is the operating point
        network.op_threshs = None
        logits = network(x)[0]
    np.testing.assert_allclose(prediction.logits, logits, rtol=1e-3, atol=1e-3)
    above = {k for k in range(18) if normed[k] > 0.5}
    assert set(prediction.findings) == above
    assert 1 < len(above) < 18


@torch.inference_mode()
def test_the_segmenter_gives_what_the_librarys_gives(added, files):
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
    assert {k for _, k in analysis.attributions} == set(analysis.prediction.findings)
    assert {"left lung", "right lung", "heart", "lungs"} <= analysis.regions.keys()
    masks = {name: region.mask for name, region in analysis.regions.items()}
    both = masks["left lung"] | masks["right lung"]
    assert (masks["lungs"] == both).mean() > 0.97, "but for interpolation at their borders"
    assert len({mask.tobytes() for mask in masks.values()}) == len(masks), "regions of their own"
    assert all(0.1 < mask.mean() < 1 for mask in masks.values())
    seen = set()
    for (_, k), attribution in analysis.attributions.items():
        assert np.isfinite(attribution.saliency_map).all()
        region = bundle.classes[k].region or "lungs"
        seen.add(region)
        np.testing.assert_array_equal(analysis.segx["gradcam", k], attribution.saliency_map * masks[region])
    assert len(seen) > 1
    assert any(a.saliency_map.std() > 0 for a in analysis.attributions.values())


def test_the_heart_is_what_cardiomegaly_is_looked_for_in(added, image):
    _, found, store = added
    bundle = store.get(found.folder.name)
    k = [c.code for c in bundle.classes].index("Cardiomegaly")
    analysis = analyse_to_end(AnalysisRequest(image, bundle_name=bundle.info.name, classes=(k,)), store)
    assert analysis.region_for(k).name == "heart"
    certainty = analysis.certainties["gradcam", k]
    A, heart = analysis.attributions["gradcam", k].saliency_map, analysis.regions["heart"].mask
    assert certainty.outside == pytest.approx(1 - A[heart].sum() / A.sum(), abs=1e-4)


def test_a_pickled_network_needs_consent_and_a_wrong_one_is_told(files, image, tmp_path):
    with pytest.raises(ConsentNeededError, match="is a pickle"):
        install.add(offered(files, "densenet121"), into=tmp_path, image=image)
    wrong = offer.changed(offered(files, "densenet121"), {}, {"classifier": files["resnet50"]})
    with pytest.raises(ModelError, match=r"xrv/densenet121\): these weights are missing: features"):
        install.add(wrong, into=tmp_path, image=image, allow_pickle=True)
    assert list(tmp_path.iterdir()) == []
