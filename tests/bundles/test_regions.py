"""Several regions, and findings that stand each for itself: the region of interest is chosen by the class."""

import json

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from segx_viewer import cli
from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Level
from segx_viewer.errors import ModelError
from segx_viewer.explain.alignment import ALIGNMENTS
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.pipeline import analyse_to_end

H, W = 96, 96
REGIONS = [
    {"name": "lungs", "channels": [0, 1]},
    {"name": "left lung", "channels": [0]},
    {"name": "right lung", "channels": [1]},
    {"name": "heart", "channels": [2]},
]
CLASSES = [
    {"code": "opacity", "label": "Opacity", "threshold": 0.2},
    {"code": "left", "label": "Left effusion", "threshold": 0.3, "region": "left lung"},
    {"code": "right", "label": "Right effusion", "threshold": 0.3, "region": "right lung"},
    {"code": "card", "label": "Cardiomegaly", "threshold": 0.9, "region": "heart"},
]


class Chest(nn.Module):
    """Three parts at fixed places: the patient's left is on the right of the picture."""

    def __init__(self):
        super().__init__()
        y, x = np.mgrid[:H, :W]
        parts = [x >= 60, x < 36, (x > 40) & (x < 70) & (y > 48)]
        self.register_buffer("logits", torch.tensor(np.stack(parts), dtype=torch.float32)[None] * 20 - 10)

    def forward(self, x):
        return self.logits + 0 * x[:, :1]


class Prior(nn.Module):
    """A small network whose classes are found or not by the bias of its head."""

    def __init__(self):
        super().__init__()
        self.network = timm.create_model("test_efficientnet", num_classes=len(CLASSES))
        self.network.classifier.weight.data = self.network.classifier.weight.abs() * 0.05  # no map is empty
        self.network.classifier.bias.data = torch.tensor([0.5, 1.5, -3.0, 1.0])


@pytest.fixture(scope="module")
def models(tmp_path_factory, make_random):
    """A folder with the model "parts"."""
    folder = tmp_path_factory.mktemp("parts")
    torch.export.save(torch.export.export(Chest(), (torch.zeros(1, 3, H, W),)), folder / "parts.pt2")
    save_file(make_random(lambda: Prior().network).state_dict(), folder / "weights.safetensors")
    changes = {
        "name": "parts",
        "title": "Parts of the chest",
        "activation": "sigmoid",
        "classes": CLASSES,
        "regions": REGIONS,
        "region": "chest",
        "preprocessing.input_shape": [H, W],
        "classifier.architecture": "timm/test_efficientnet",
        "segmenter.architecture": "exported",
        "segmenter.channels": 3,
    }
    files = {"classifier": folder / "weights.safetensors", "segmenter": folder / "parts.pt2"}
    add_model(offer.changed(offer.plain(), changes, files), into=folder / "models")
    return folder / "models"


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("picture") / "SYNTHETIC.png"
    Image.fromarray(draw_lesion((H, W))).save(path)
    return path


@pytest.fixture(scope="module")
def analysis(models, picture):
    return analyse_to_end(AnalysisRequest(read_image(picture), bundle_name="parts"), BundleStore([models]))


def test_every_class_above_its_own_cut_off_is_found_and_explained(analysis):
    prediction = analysis.prediction
    assert [prediction.classes[k].code for k in prediction.findings] == ["left", "opacity"]
    assert prediction.probabilities[3] > 0.5, "probable, and yet below its cut-off"
    assert {k for _, k in analysis.explanations} == {0, 1}
    assert prediction.top == 1


def test_each_finding_is_masked_by_and_compared_with_its_own_region(analysis):
    x = np.mgrid[:H, :W][1]
    expected = {0: (x >= 60) | (x < 36), 1: x >= 60}
    for k, mask in expected.items():
        A = analysis.explanations["gradcam", k].saliency_map
        np.testing.assert_array_equal(analysis.region_for(k).mask, mask)
        np.testing.assert_array_equal(analysis.explanations["gradcam", k].segx, A * mask)
        certainty = analysis.explanations["gradcam", k].certainty
        assert certainty.level is Level.LOW, "no calibration"
        highest = np.sort(A.ravel())[-round(0.05 * A.size)] <= A
        assert certainty.c_iou == pytest.approx((highest & mask).sum() / (highest | mask).sum(), abs=0.01)
        assert certainty.outside == pytest.approx(1 - A[mask].sum() / A.sum(), abs=1e-4)
        assert certainty.alignments.keys() == ALIGNMENTS.keys()


def test_the_command_line_says_the_same(models, picture, tmp_path, analysis):
    argv = ["analyze", str(picture), "--out", str(tmp_path / "out"), "--models", str(models)]
    assert cli.main([*argv, "--bundle", "parts", "--output", "json", "--output", "png", "--output", "npz"]) == 0
    record = json.loads(next((tmp_path / "out").glob("*.json")).read_text("utf-8"))
    assert {e["class_code"]: e["region"] for e in record["explanations"]} == {"left": "left lung", "opacity": "lungs"}
    assert [r["name"] for r in record["regions"]] == [r["name"] for r in REGIONS]
    with np.load(next((tmp_path / "out").glob("*.npz"))) as arrays:
        np.testing.assert_array_equal(arrays["segx/gradcam/left"], analysis.explanations["gradcam", 1].segx)


def test_a_class_of_an_unknown_region_is_told(models, tmp_path):
    found = offer.read_offer(models / "parts")
    wrong = offer.changed(found, {"name": "wrong", "classes": [{**CLASSES[0], "region": "spleen"}, *CLASSES[1:]]})
    with pytest.raises(ModelError, match="class opacity names the region spleen"):
        add_model(wrong, into=tmp_path)
    fewer = offer.changed(found, {"name": "wrong", "regions": [*REGIONS, {"name": "aorta", "channels": [7]}]})
    with pytest.raises(ModelError, match="'aorta' names channel 7; the segmenter has 3"):
        add_model(fewer, into=tmp_path)
    assert list(tmp_path.iterdir()) == []
