"""Several regions, and findings that stand each for itself: the region of interest is chosen by the class."""

import json
import shutil

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
from segx_viewer.bundles.manifest import read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Level
from segx_viewer.errors import ModelError
from segx_viewer.explain.alignment import ALIGNMENTS
from segx_viewer.explain.calibration import Calibration
from segx_viewer.explain.promises import Levels
from segx_viewer.explain.reassess import reassess
from segx_viewer.explain.segu import UNSTATED
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.reporting.content import describe
from segx_viewer.reporting.table import analysis_to_dict

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


@pytest.fixture(scope="module")
def judged(models, picture, tmp_path_factory):
    """The same model with a badge: sure far above a cut-off; opacity is HIGH only when it is very sure."""
    folder = tmp_path_factory.mktemp("judged") / "models"
    shutil.copytree(models, folder)
    manifest = read_manifest(folder / "parts")
    manifest["calibration"] = {
        "features": ["above_cut_off", "predicted left"], "mean": [0, 0], "scale": [1, 1], "coefficients": [2, 0.5],
        "intercept": 0, "levels": {"high": 1, "moderate": 1}, "set": "drawn", "views": [],
    }  # fmt: skip
    manifest["promises"] = {
        "levels": {"high": 0.9, "moderate": 0.5, "careful": {"opacity": 1.0}},
        "missed": {"shares": [0.25, 0.1, 0.4, 0.0], "images": [8, 10, 5, 0]},
    }
    write_manifest(folder / "parts", manifest)
    request = AnalysisRequest(read_image(picture), bundle_name="parts", classes=(0, 1, 2, 3))
    return analyse_to_end(request, BundleStore([folder]))


def test_every_finding_that_is_stated_has_a_badge_of_its_own(judged):
    found = {c.code: judged.certainty_of(("gradcam", k)) for k, c in enumerate(judged.prediction.classes)}
    p = judged.prediction.probabilities
    for k, (code, cut_off, bonus) in enumerate((("opacity", 0.2, 0.0), ("left", 0.3, 0.5))):
        z = 2 * (np.log(p[k] / (1 - p[k])) - np.log(cut_off / (1 - cut_off))) + bonus
        assert found[code].probability_correct == pytest.approx(1 / (1 + np.exp(-z)), abs=1e-5)
    assert (found["left"].level, found["opacity"].level) == (Level.HIGH, Level.MODERATE)


def test_of_a_finding_that_is_not_stated_the_badge_says_how_often_it_is_missed(judged):
    right, card = (judged.certainty_of(("gradcam", k)) for k in (2, 3))
    assert (right.probability_correct, right.level) == (None, Level.LOW)
    assert right.reason.endswith("Of 5 images that show this finding, 40 % were missed at this cut-off.")
    assert card.reason == UNSTATED, "no image showed it"
    assert set(judged.badges("gradcam")) == {0, 1}


def test_editing_a_region_and_going_back_keeps_each_badge(judged):
    bundle_badge = Calibration(
        ("above_cut_off", "predicted left"), (0, 0), (1, 1), (2, 0.5), 0, 1, 1, Levels(0.9, 0.5, {"opacity": 1.0})
    )
    drawn = reassess(judged, np.ones((H, W), bool))
    assert {e.certainty.level for e in drawn.explanations.values()} == {Level.LOW}
    back = reassess(drawn, None, bundle_badge)
    assert back.badges("gradcam") == judged.badges("gradcam"), "opacity stays as careful as it was"


def test_report_and_record_have_a_badge_for_each_finding(judged):
    rows = {f.code: f for f in describe(judged, ("gradcam", 1)).findings}
    assert (rows["left"].level, rows["opacity"].level, rows["right"].level) == (Level.HIGH, Level.MODERATE, None)
    record = analysis_to_dict(judged)
    assert record["prediction"]["stated"] == ["left", "opacity"]
    assert record["prediction"]["none_of_them"] == pytest.approx(
        np.prod([1 - c["probability"] for c in record["prediction"]["classes"]])
    )
    by_code = {c["code"]: c for c in record["prediction"]["classes"]}
    assert by_code["right"]["missed_at_cut_off"] == {"share": 0.4, "images": 5}
    assert "missed_at_cut_off" not in by_code["card"]
    levels = {e["class_code"]: e["segu"]["level"] for e in record["explanations"]}
    assert levels["left"] == "HIGH"
    assert levels["opacity"] == "MODERATE"
